"""Founding a union: its table, its methods. Pure. Source: docs/rules/founding.md"""

from __future__ import annotations

from enum import StrEnum

from zhijia.foundation.workflow.rules import OWNER, SYSTEM, UPPER, Hue, Move, Workflow
from zhijia.organization.founding.permissions import Permission

RUN, DECIDE = Permission.RUN, Permission.DECIDE


class State(StrEnum):
    ASKED = "ASKED"
    APPLIED = "APPLIED"
    RETURNED = "RETURNED"
    PREPARING = "PREPARING"
    ELECTED = "ELECTED"
    RESULT_REPORTED = "RESULT_REPORTED"
    APPROVED = "APPROVED"
    FILED = "FILED"
    REJECTED = "REJECTED"
    ABANDONED = "ABANDONED"


_S = State
FOUNDING = Workflow(
    "founding.case",
    "建会",
    start=_S.ASKED,
    other_starts=frozenset({_S.APPLIED}),
    labels={
        _S.ASKED: "等待乡镇（街道）工会受理",
        _S.APPLIED: "等待批复筹建",
        _S.RETURNED: "退回补正",
        _S.PREPARING: "已同意筹建，等待选举",
        _S.ELECTED: "已选举，等待上报",
        _S.RESULT_REPORTED: "等待批复结果",
        _S.APPROVED: "已批复",
        _S.FILED: "已建会备案",
        _S.REJECTED: "不同意筹建",
        _S.ABANDONED: "已终止",
    },
    hues={
        _S.ASKED: Hue.SOON,
        _S.APPLIED: Hue.SOON,
        _S.RETURNED: Hue.RUN,
        _S.PREPARING: Hue.RUN,
        _S.ELECTED: Hue.RUN,
        _S.RESULT_REPORTED: Hue.SOON,
        _S.APPROVED: Hue.RUN,
        _S.FILED: Hue.DONE,
        _S.REJECTED: Hue.STILL,
        _S.ABANDONED: Hue.STILL,
    },
    closed=frozenset({_S.FILED, _S.REJECTED, _S.ABANDONED}),
    due={
        _S.ASKED: "founding.permit_wd",
        _S.APPLIED: "founding.permit_wd",
        _S.PREPARING: "founding.elect_cd",
        _S.RESULT_REPORTED: "founding.approve_cd",
    },
    moves=(
        Move("take_up", {_S.ASKED}, _S.APPLIED, by=RUN, title="受理并上报", button="受理，报上级批复"),
        Move("decline", {_S.ASKED}, _S.REJECTED, by=RUN, needs=("note",), title="没有受理", button="不受理"),
        Move("withdraw", {_S.ASKED}, _S.ABANDONED, by=OWNER, title="您撤回了申请", button="撤回申请"),
        Move("permit", {_S.APPLIED}, _S.PREPARING, by=DECIDE, unit=UPPER, checker=True, title="同意筹建"),
        Move("return", {_S.APPLIED}, _S.RETURNED, by=DECIDE, unit=UPPER, checker=True, needs=("note",),
             title="退回补正"),
        Move("reject", {_S.APPLIED}, _S.REJECTED, by=DECIDE, unit=UPPER, checker=True, needs=("note",),
             title="不同意筹建", button="不同意"),
        Move("apply_again", {_S.RETURNED}, _S.APPLIED, by=RUN, title="补正后再次申请", button="再次申请"),
        Move("elect", {_S.PREPARING, _S.ELECTED}, _S.ELECTED, by=RUN, within="founding.elect_cd", title="登记选举情况",
             button="登记选举情况"),
        Move("report", {_S.ELECTED}, _S.RESULT_REPORTED, by=RUN, title="上报选举结果", button="上报结果"),
        Move("approve", {_S.RESULT_REPORTED}, _S.APPROVED, by=DECIDE, unit=UPPER, checker=True, title="批复选举结果",
             button="批复同意"),
        Move("send_back", {_S.RESULT_REPORTED}, _S.ELECTED, by=DECIDE, unit=UPPER, checker=True, needs=("note",),
             title="退回选举结果", button="退回"),
        Move("file", {_S.APPROVED}, _S.FILED, by=SYSTEM, title="建会备案"),
        Move("abandon", {_S.RETURNED, _S.PREPARING, _S.ELECTED}, _S.ABANDONED, by=RUN, needs=("note",),
             title="终止筹建"),
    ),
)  # fmt: skip

LEAST_GROUP = 3
"""So many persons prepare a union at least."""

METHODS = {
    "KEY": "重点企业建会",
    "TRADE": "行业建会",
    "AREA": "区域建会",
    "CATCH_ALL": "兜底建会",
    "STATIONED": "驻点建会",
    "DOOR": "上门建会",
    "ONLINE": "网上建会",
}
"""How a union came about; it is counted."""

TYPES = {
    "GRASSROOTS": "基层工会（单独建会）",
    "JOINT": "联合基层工会",
    "AREA_FED": "区域工会联合会",
    "IND_FED": "行业工会联合会",
}
