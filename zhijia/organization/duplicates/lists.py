"""The list of possible doubles; no queries here."""

from __future__ import annotations

from django.urls import reverse

from zhijia.foundation.ui.listing import (
    Column,
    Empty,
    Listing,
    Tag,
)

from .selectors import HintRow


# --- Duplicates
def _both(row: HintRow) -> str:
    return f"{row.first.person.masked_name} · {row.second.person.masked_name}"


def _comparison(row: HintRow) -> str:
    if row.case_public_id:
        return reverse("duplicates:merges:review", args=[row.case_public_id])
    return reverse("duplicates:compare", args=[row.first.person.public_id, row.second.person.public_id])


def _merging(row: HintRow) -> tuple[str, str]:
    return ("合并办理中", "run") if row.case_public_id else ("待核实", "soon")


HINTS = Listing(
    "duplicates",
    "重复档案",
    note="系统查找的线索，须人工核实",
    head=Column("会员", _both),
    opens=_comparison,
    counted="对",
    columns=(
        Column("线索", "kind_label", wraps=True),
        Column("第一份所在工会", "first.union.name", wraps=True),
        Column("第二份所在工会", "second.union.name", wraps=True),
        Tag("状态", _merging),
    ),
    empty=Empty("没有发现重复的档案", "每天夜里自动查找手机号相同，或同名、同生日、同单位的会员。"),
)
