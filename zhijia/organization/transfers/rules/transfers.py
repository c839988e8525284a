"""Moving a membership: one action of the member, many by a cadre, a secondment and the way back.

Source: docs/rules/transfers.md
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from zhijia.foundation.workflow.rules import CLOCK, OTHER, OWNER, SYSTEM, UNIT, UPPER, Hue, Move, Workflow
from zhijia.kernel.errors import Invalid
from zhijia.kernel.workdays import months_later
from zhijia.organization.transfers.permissions import Permission


class Transfer(StrEnum):
    INVITED = "INVITED"
    TARGET_PENDING = "TARGET_PENDING"
    ESCALATED = "ESCALATED"
    NOTICED = "NOTICED"
    COMPLETED = "COMPLETED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    OBJECTED = "OBJECTED"
    DECLINED = "DECLINED"
    VOID = "VOID"


class Kind(StrEnum):
    """Why a membership moves."""

    OWN = "own"
    BATCH = "batch"
    SECONDMENT = "secondment"
    RETURN = "return"
    INVITED = "invited"


KINDS = {
    Kind.OWN.value: "本人转会",
    Kind.BATCH.value: "工会批量转接",
    Kind.SECONDMENT.value: "借调转会",
    Kind.RETURN.value: "借调期满返回",
    Kind.INVITED.value: "工会邀请转会",
}

_DECIDED = {Transfer.TARGET_PENDING: UNIT, Transfer.ESCALATED: UPPER}

# A case stands at the union that takes the member over; `other` is the union he leaves, which is told and has no veto.
TRANSFER = Workflow(
    "transfers.transfer",
    "转会",
    start=Transfer.TARGET_PENDING,
    labels={
        Transfer.INVITED: "等待本人确认",
        Transfer.TARGET_PENDING: "等待转入工会审核",
        Transfer.ESCALATED: "上级工会办理中",
        Transfer.NOTICED: "已告知，异议期内",
        Transfer.COMPLETED: "已转入",
        Transfer.REJECTED: "未通过",
        Transfer.CANCELLED: "已取消",
        Transfer.OBJECTED: "本人有异议，不再转接",
        Transfer.DECLINED: "本人没有接受邀请",
        Transfer.VOID: "邀请已失效",
    },
    hues={
        Transfer.INVITED: Hue.SOON,
        Transfer.TARGET_PENDING: Hue.RUN,
        Transfer.ESCALATED: Hue.RUN,
        Transfer.NOTICED: Hue.SOON,
        Transfer.COMPLETED: Hue.DONE,
        Transfer.REJECTED: Hue.LATE,
        Transfer.CANCELLED: Hue.STILL,
        Transfer.OBJECTED: Hue.STILL,
        Transfer.DECLINED: Hue.STILL,
        Transfer.VOID: Hue.STILL,
    },
    other_starts=frozenset({Transfer.INVITED, Transfer.NOTICED}),
    owner_acts=frozenset({Transfer.INVITED}),
    closed=frozenset(
        {
            Transfer.COMPLETED,
            Transfer.REJECTED,
            Transfer.CANCELLED,
            Transfer.OBJECTED,
            Transfer.DECLINED,
            Transfer.VOID,
        }
    ),
    due={Transfer.TARGET_PENDING: "transfer.review_wd", Transfer.ESCALATED: "transfer.escalated_wd"},
    moves=(
        Move(
            "confirm",
            {Transfer.INVITED},
            Transfer.TARGET_PENDING,
            by=OWNER,
            title="您确认了转会",
            button="确认转会",
        ),
        Move(
            "decline",
            {Transfer.INVITED},
            Transfer.DECLINED,
            by=OWNER,
            title="您没有接受邀请",
            button="暂不转会",
        ),
        Move(
            "expire",
            {Transfer.INVITED},
            Transfer.VOID,
            by=CLOCK,
            after="members.roster_offer_cd",
            title="逾期没有确认，邀请失效",
        ),
        Move(
            "accept",
            _DECIDED,
            Transfer.COMPLETED,
            by=Permission.DECIDE,
            title="同意转入",
            button="同意接收",
        ),
        Move(
            "refuse",
            _DECIDED,
            Transfer.REJECTED,
            by=Permission.DECIDE,
            needs=("reason",),
            title="没有同意转入",
            button="不同意",
        ),
        Move(
            "escalate",
            {Transfer.TARGET_PENDING},
            Transfer.ESCALATED,
            by=CLOCK,
            after="transfer.review_wd",
            title="转入工会逾期未审，转上级工会办理",
        ),
        Move(
            "cancel",
            {Transfer.TARGET_PENDING, Transfer.ESCALATED},
            Transfer.CANCELLED,
            by=OWNER,
            title="您取消了转会",
            button="取消转会",
        ),
        Move("object", {Transfer.NOTICED}, Transfer.OBJECTED, by=OWNER, title="您提出了异议", button="我有异议"),
        Move(
            "call_off",
            {Transfer.NOTICED},
            Transfer.CANCELLED,
            by=Permission.BATCH,
            unit=OTHER,
            needs=("note",),
            title="工会取消了这次转接",
            button="取消转接",
        ),
        Move(
            "complete",
            {Transfer.NOTICED},
            Transfer.COMPLETED,
            by=CLOCK,
            after="transfer.objection_cd",
            title="异议期满，转接完成",
        ),
        Move(
            "lapse",
            {*_DECIDED, Transfer.NOTICED},
            Transfer.CANCELLED,
            by=SYSTEM,
            title="情况有变，转会终止",
        ),
        Move("void", {Transfer.INVITED}, Transfer.VOID, by=SYSTEM, title="情况有变，邀请失效"),
    ),
)

REFUSALS = {
    "NOT_EMPLOYEE": "不是本工会涵盖单位的职工",
    "FALSE_INFO": "填写的信息不属实",
    "WRONG_UNION": "应转入其他工会",
    "OTHER": "其他原因",
}
LEAST_SECONDMENT_MONTHS = 6
MOST_IN_BATCH = 500


def dues_from(done_on: date) -> date:
    """Dues go to the new union from the first of the next month on: 2026-11-20 → 2026-12-01."""
    return date(done_on.year + done_on.month // 12, done_on.month % 12 + 1, 1)


def check_refusal(reason: str, note: str) -> None:
    """Raises Invalid `transfer.reason` where OTHER is not told in at least five characters."""
    if reason == "OTHER" and len(note.strip()) < 5:
        text = "请写明原因，至少 5 个字，会员会看到这段话。"
        raise Invalid("transfer.reason", text, fields={"note": text})


def check_secondment(until: date | None, today: date) -> None:
    """A secondment that moves the membership lasts more than six months, at most five years.

    Raises Invalid `transfer.secondment`. Source: 会籍管理办法 2016
    """
    least = months_later(today, LEAST_SECONDMENT_MONTHS)
    if until is None or until <= least:
        text = f"借调超过 6 个月的才转接会籍，期满日期应晚于 {least.isoformat()}；更短的借调会籍不变。"
        raise Invalid("transfer.secondment", text, fields={"until": text})
    if until > months_later(today, 60):
        text = "借调期最长填 5 年，更长的请办理转会。"
        raise Invalid("transfer.secondment", text, fields={"until": text})
