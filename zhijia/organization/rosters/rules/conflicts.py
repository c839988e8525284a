"""Refused rows of rosters that somebody has to settle, and full exports that somebody else has to allow.

Source: docs/rules/rosters.md#conflicts, docs/rules/rosters.md#export
"""

from __future__ import annotations

from enum import StrEnum

from zhijia.foundation.workflow.rules import CLOCK, SYSTEM, Hue, Move, Workflow, two_persons
from zhijia.organization.rosters.permissions import Permission


class Conflict(StrEnum):
    OPEN = "OPEN"
    OFFERED = "OFFERED"
    RESOLVED = "RESOLVED"
    DISMISSED = "DISMISSED"


ROSTER_CONFLICT = Workflow(
    "rosters.conflict",
    "名册待处理",
    start=Conflict.OPEN,
    labels={
        Conflict.OPEN: "等待工会处理",
        Conflict.OFFERED: "已邀请，等待本人确认",
        Conflict.RESOLVED: "已登记为会员",
        Conflict.DISMISSED: "不再处理",
    },
    hues={
        Conflict.OPEN: Hue.SOON,
        Conflict.OFFERED: Hue.RUN,
        Conflict.RESOLVED: Hue.DONE,
        Conflict.DISMISSED: Hue.STILL,
    },
    closed=frozenset({Conflict.RESOLVED, Conflict.DISMISSED}),
    owner_acts=frozenset({Conflict.OFFERED}),
    due={Conflict.OPEN: "members.roster_conflict_wd"},
    moves=(
        Move(
            "mend",
            {Conflict.OPEN},
            Conflict.RESOLVED,
            by=Permission.LOAD,
            title="更正后登记为会员",
            button="更正并登记",
        ),
        Move(
            "match",
            {Conflict.OPEN},
            Conflict.RESOLVED,
            by=Permission.LOAD,
            needs=("employer",),
            title="对应用人单位后登记为会员",
            button="对应单位并登记",
        ),
        Move(
            "offer",
            {Conflict.OPEN},
            Conflict.OFFERED,
            by=Permission.LOAD,
            title="邀请本人转会",
            button="邀请本人转会",
        ),
        Move("join", {Conflict.OFFERED}, Conflict.RESOLVED, by=SYSTEM, title="本人已经转入"),
        Move("end", {Conflict.OFFERED}, Conflict.DISMISSED, by=SYSTEM, title="转会未办理"),
        Move(
            "lapse",
            {Conflict.OFFERED},
            Conflict.DISMISSED,
            by=CLOCK,
            after="members.roster_offer_cd",
            title="本人逾期没有转会",
        ),
        Move(
            "dismiss",
            {Conflict.OPEN, Conflict.OFFERED},
            Conflict.DISMISSED,
            by=Permission.LOAD,
            needs=("note",),
            title="不再处理",
            button="不再处理",
        ),
    ),
)


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
