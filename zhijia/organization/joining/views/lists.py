"""The list of applications."""

from __future__ import annotations

from zhijia.foundation.ui.listing import (
    Button,
    Column,
    Day,
    Empty,
    Listing,
    Tag,
    To,
    View,
)
from zhijia.foundation.workflow.columns import DUE, PID
from zhijia.organization.joining import rules
from zhijia.organization.joining.selectors import MINE, Application
from zhijia.organization.members.presenting import FOUND_BY, NAME

# --- Applications
BELOW = "还在下级工会办理"
"""Of an application that an upper union may decide, though it waits at a union below."""


def _below(row: Application) -> str:
    return BELOW if row.below else ""


def _passed(row: Application) -> tuple[str, str]:
    if row.listing is not None:
        return "证件待核对", "late"
    return ("全部通过", "done") if row.all_passed else ("需人工核对", "soon")


def _not_his(row: Application) -> str:
    if row.his:
        return ""
    waits = row.case.state in (rules.Join.PENDING, rules.Join.ESCALATED)
    return "已转上级工会办理" if waits else "这件现在不由工会办理"


def to_look_at(row: Application) -> str:
    """Why an application wants to be looked at by itself before it is passed with others."""
    return BELOW if row.below else "" if row.all_passed else _passed(row)[0]


QUEUE = Listing(
    "applications",
    "入会审批",
    note="本级及以下",
    head=Column("申请人", NAME),
    detail=_below,
    opens=To("joining:review", PID),
    pid=PID,
    locked=_not_his,
    flagged=to_look_at,
    search=FOUND_BY,
    counted="件",
    views=(
        View(
            MINE,
            "等我审批",
            Empty(
                "现在没有等您审批的申请",
                "职工扫描本工会的二维码提交后，申请会出现在这里；下级工会正在办的在“等待审核”。",
                (Button("看等待审核的", "?view=WAITING"),),
            ),
        ),
        View("WAITING", "等待审核"),
        View(rules.Join.NEED_INFO.value, "待补充"),
        View(rules.Join.SUBMITTED.value, "等待实名"),
        View(rules.Join.APPROVED.value, "已通过"),
        View(rules.Join.REJECTED.value, "未通过"),
    ),
    columns=(
        DUE,
        Column("加入", "union.name", wraps=True),
        Column("单位或职业", "case.note", wraps=True),
        Tag("自动核对", _passed),
        Day("提交", "application.submitted_at", narrow="mid", faint=True),
    ),
    empty=Empty("没有这样的申请", "职工扫描本工会的二维码提交后，申请会出现在这里。"),
)
