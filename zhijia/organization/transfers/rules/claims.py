"""Members of an online home whose employer has a union of its own, or should have one. Source: docs/rules/claims.md"""

from __future__ import annotations

from enum import StrEnum

from zhijia.foundation.workflow.rules import CLOCK, MAKER, OWNER, SYSTEM, Hue, Move, Workflow
from zhijia.organization.transfers.permissions import Permission


class Claim(StrEnum):
    CLAIM_OFFERED = "CLAIM_OFFERED"
    CONFIRMED = "CONFIRMED"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"
    TAKEN_BACK = "TAKEN_BACK"
    CANCELLED = "CANCELLED"


CLAIM = Workflow(
    "transfers.claim",
    "认领邀请",
    start=Claim.CLAIM_OFFERED,
    labels={
        Claim.CLAIM_OFFERED: "等待您确认",
        Claim.CONFIRMED: "已确认转入",
        Claim.DECLINED: "您选择不转",
        Claim.LAPSED: "逾期未确认，已失效",
        Claim.TAKEN_BACK: "工会撤回了邀请",
        Claim.CANCELLED: "情况有变，已终止",
    },
    hues={
        Claim.CLAIM_OFFERED: Hue.SOON,
        Claim.CONFIRMED: Hue.DONE,
        Claim.DECLINED: Hue.STILL,
        Claim.LAPSED: Hue.STILL,
        Claim.TAKEN_BACK: Hue.STILL,
        Claim.CANCELLED: Hue.STILL,
    },
    closed=frozenset({Claim.CONFIRMED, Claim.DECLINED, Claim.LAPSED, Claim.TAKEN_BACK, Claim.CANCELLED}),
    owner_acts=frozenset({Claim.CLAIM_OFFERED}),
    moves=(
        Move(
            "confirm",
            {Claim.CLAIM_OFFERED},
            Claim.CONFIRMED,
            by=OWNER,
            title="您确认转入单位工会",
            button="确认转入",
        ),
        Move("decline", {Claim.CLAIM_OFFERED}, Claim.DECLINED, by=OWNER, title="您选择留在原工会", button="暂不转入"),
        Move("take_back", {Claim.CLAIM_OFFERED}, Claim.TAKEN_BACK, by=MAKER, title="工会撤回邀请", button="撤回邀请"),
        Move(
            "lapse",
            {Claim.CLAIM_OFFERED},
            Claim.LAPSED,
            by=CLOCK,
            after="claim.answer_cd",
            title="逾期未确认，邀请失效",
        ),
        Move("end", {Claim.CLAIM_OFFERED}, Claim.CANCELLED, by=SYSTEM, title="会籍有变动，邀请终止"),
    ),
)


class Founding(StrEnum):
    OPEN = "OPEN"
    DONE = "DONE"
    DROPPED = "DROPPED"


FOUNDING_TASK = Workflow(
    "transfers.founding_task",
    "建会任务",
    start=Founding.OPEN,
    labels={Founding.OPEN: "等待建会", Founding.DONE: "已建会", Founding.DROPPED: "不具备条件"},
    hues={Founding.OPEN: Hue.RUN, Founding.DONE: Hue.DONE, Founding.DROPPED: Hue.STILL},
    closed=frozenset({Founding.DONE, Founding.DROPPED}),
    due={Founding.OPEN: "claim.founding_cd"},
    moves=(
        Move(
            "found",
            {Founding.OPEN},
            Founding.DONE,
            by=Permission.FOUND,
            title="单位已建立工会",
            button="已建会",
        ),
        Move(
            "drop",
            {Founding.OPEN},
            Founding.DROPPED,
            by=Permission.FOUND,
            needs=("note",),
            title="暂不具备建会条件",
            button="暂不具备条件",
        ),
    ),
)


def founding_step(members: int, *, hint: int, task: int) -> str:
    """What so many members of one employer in one online home mean: nothing, `hint` from 5, `task` from 25."""
    if members >= task:
        return "task"
    return "hint" if members >= hint else ""
