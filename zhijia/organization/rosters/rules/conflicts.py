"""Refused rows of rosters that somebody has to settle, and full exports that somebody else has to allow.

Source: docs/rules/rosters.md#conflicts, docs/rules/rosters.md#export
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from zhijia.foundation.workflow.rules import CLOCK, SYSTEM, Hue, Move, Workflow, two_persons
from zhijia.organization.rosters.permissions import Permission

from .rows import Kind


class Conflict(StrEnum):
    TO_MEND = "TO_MEND"
    NO_EMPLOYER = "NO_EMPLOYER"
    ELSEWHERE = "ELSEWHERE"
    OFFERED = "OFFERED"
    RESOLVED = "RESOLVED"
    DISMISSED = "DISMISSED"


STARTS: Final = {
    Kind.DATA: Conflict.TO_MEND, Kind.EMPLOYER: Conflict.NO_EMPLOYER, Kind.ELSEWHERE: Conflict.ELSEWHERE
}  # fmt: skip
OPEN: Final = frozenset(STARTS.values())
"""A row waits for the union in one of these."""
_LOAD: Final = Permission.LOAD

ROSTER_CONFLICT = Workflow(
    "rosters.conflict",
    "名册待处理",
    start=Conflict.TO_MEND,
    other_starts=OPEN,
    labels={
        Conflict.TO_MEND: "填写有误",
        Conflict.NO_EMPLOYER: "单位未登记",
        Conflict.ELSEWHERE: "是其他工会会员",
        Conflict.OFFERED: "已邀请，等待本人确认",
        Conflict.RESOLVED: "已登记为会员",
        Conflict.DISMISSED: "不再处理",
    },
    hues={
        **dict.fromkeys(OPEN, Hue.SOON),
        Conflict.OFFERED: Hue.RUN,
        Conflict.RESOLVED: Hue.DONE,
        Conflict.DISMISSED: Hue.STILL,
    },
    closed=frozenset({Conflict.RESOLVED, Conflict.DISMISSED}),
    owner_acts=frozenset({Conflict.OFFERED}),
    due=dict.fromkeys(OPEN, "members.roster_conflict_wd"),
    moves=(
        Move("offer", {Conflict.ELSEWHERE}, Conflict.OFFERED, by=_LOAD, title="邀请本人转会", button="邀请本人转会"),
        Move("match", {Conflict.NO_EMPLOYER}, Conflict.RESOLVED, by=_LOAD, title="对应用人单位后登记为会员",
             button="对应单位并登记"),
        Move("mend", OPEN, Conflict.RESOLVED, by=_LOAD, title="更正后登记", button="更正并登记"),
        Move("turn", {Conflict.RESOLVED}, Conflict.ELSEWHERE, by=SYSTEM, title="更正后的号码是其他工会会员"),
        Move("join", {Conflict.OFFERED}, Conflict.RESOLVED, by=SYSTEM, title="本人已经转入"),
        Move("end", {Conflict.OFFERED}, Conflict.DISMISSED, by=SYSTEM, title="转会未办理"),
        Move("lapse", {Conflict.OFFERED}, Conflict.DISMISSED, by=CLOCK, after="members.roster_offer_cd",
             title="本人逾期没有转会"),
        Move("dismiss", OPEN | {Conflict.OFFERED}, Conflict.DISMISSED, by=_LOAD, needs=("note",), title="不再处理",
             button="不再处理"),
    ),
)  # fmt: skip


MEMBER_EXPORT = two_persons(
    "rosters.export",
    "导出完整名册",
    check=Permission.EXPORT_DECIDE,
    due="members.export_wd",
    maker="申请人",
    agreed="已同意",
    agree="复核同意，开始准备文件",
    button="同意导出",
)
