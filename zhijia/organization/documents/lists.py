"""The lists of batches and numbers; no queries here."""

from __future__ import annotations

from django.urls import reverse

from zhijia.foundation.ui.listing import (
    Column,
    Day,
    Empty,
    Link,
    Listing,
    Number,
    Tag,
    To,
    View,
)
from zhijia.foundation.workflow.columns import DUE, PID, STATE
from zhijia.kernel.identifiers import DOCUMENT_LABELS

from .selectors import NumberRow

# --- Made-up documents
BATCHES = Listing(
    "fake_batches",
    "虚假证件",
    note="号码只存摘要，只显示遮盖后的样子",
    head=Column("批次", "case.title"),
    opens=To("documents:batch", PID),
    counted="批",
    ordered="最近提出的在前",
    views=(
        View("open", "等待复核和生效"),
        View("done", "已结束", Empty("没有已结束的批次", "退回、撤回和解除的批次会列在这里。")),
    ),
    columns=(
        DUE,
        Column("原因", "batch.reason", wraps=True),
        Column("列入单位", "union.name", wraps=True),
        Number("生效号码", "living"),
        Day("提出", "batch.proposed_at", faint=True),
        STATE,
    ),
    empty=Empty("还没有列入虚假证件", "发现成批编造的证件时，由一位同事提出，另一位同事复核后全省生效。"),
)


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
        return "查看核对", reverse("documents:check", args=[row.check])
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
