"""The lists of batches and numbers; no queries here."""

from __future__ import annotations

from django.urls import reverse

from zhijia.foundation.ui.listing import (
    Column,
    Link,
    Listing,
    Tag,
)
from zhijia.kernel.identifiers import DOCUMENT_LABELS

from .selectors import NumberRow


def _document(row: NumberRow) -> str:
    return DOCUMENT_LABELS[row.entry.id_type]


def _holder(row: NumberRow) -> tuple[str, str]:
    page, pid = row.opens
    return row.standing, reverse(page, args=[pid]) if page else ""


def _in_force(row: NumberRow) -> tuple[str, str]:
    if row.entry.in_force:
        return "生效中", "done"
    return ("已失效", "") if row.entry.ended_at else ("待复核", "soon")


def _lifting(row: NumberRow) -> tuple[str, str]:
    if row.check:
        return "查看核对", reverse("documents:checks:review", args=[row.check])
    if not row.entry.in_force:
        return "", ""
    address = reverse("documents:number", args=[row.batch_public_id])
    return "解除", f"{address}?number={row.entry.pk}"


NUMBERS = Listing(
    "fake_numbers",
    "证件号码",
    head=Column("证件号码", "entry.masked"),
    counted="个",
    columns=(Column("证件", _document), Link("现在谁在用", _holder, wraps=True), Tag("状态", _in_force),
             Link("办理", _lifting)),
    exports=False,
)  # fmt: skip
