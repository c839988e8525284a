"""Pure rules of joining. Source: docs/rules/joining.md"""

from __future__ import annotations

from enum import StrEnum

from zhijia.foundation.workflow.rules import CLOCK, OWNER, SYSTEM, UPPER, Hue, Move, Workflow
from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.organization.joining.permissions import Permission


class Join(StrEnum):
    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    NEED_INFO = "NEED_INFO"
    ESCALATED = "ESCALATED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


JOIN = Workflow(
    "joining.application",
    "入会申请",
    start=Join.SUBMITTED,
    labels={
        Join.SUBMITTED: "等待实名核验",
        Join.PENDING: "等待工会审核",
        Join.NEED_INFO: "待您补充",
        Join.ESCALATED: "上级工会办理中",
        Join.APPROVED: "已通过",
        Join.REJECTED: "未通过",
        Join.WITHDRAWN: "已撤回",
    },
    hues={
        Join.SUBMITTED: Hue.RUN,
        Join.PENDING: Hue.RUN,
        Join.NEED_INFO: Hue.SOON,
        Join.ESCALATED: Hue.RUN,
        Join.APPROVED: Hue.DONE,
        Join.REJECTED: Hue.LATE,
        Join.WITHDRAWN: Hue.STILL,
    },
    other_starts=frozenset({Join.PENDING}),
    closed=frozenset({Join.APPROVED, Join.REJECTED, Join.WITHDRAWN}),
    owner_acts=frozenset({Join.NEED_INFO}),
    due={Join.PENDING: "join.review_wd", Join.ESCALATED: "join.escalated_wd", Join.NEED_INFO: "join.need_info_wd"},
    moves=(
        Move("verify", {Join.SUBMITTED}, Join.PENDING, by=SYSTEM, title="实名核验通过"),
        Move("fail", {Join.SUBMITTED}, Join.REJECTED, by=SYSTEM, title="实名核验未通过"),
        Move("approve", {Join.PENDING}, Join.APPROVED, by=Permission.DECIDE, title="审核通过", button="通过"),
        Move(
            "reject",
            {Join.PENDING},
            Join.REJECTED,
            by=Permission.DECIDE,
            needs=("reason",),
            title="审核未通过",
            button="不通过",
        ),
        Move(
            "ask",
            {Join.PENDING},
            Join.NEED_INFO,
            by=Permission.DECIDE,
            needs=("note",),
            title="请您补充信息",
            button="要求补充",
        ),
        Move("answer", {Join.NEED_INFO}, Join.PENDING, by=OWNER, title="您补充了信息", button="补充信息"),
        Move(
            "withdraw",
            {Join.SUBMITTED, Join.PENDING, Join.NEED_INFO, Join.ESCALATED},
            Join.WITHDRAWN,
            by=OWNER,
            title="您撤回了申请",
            button="撤回申请",
        ),
        Move(
            "lapse",
            {Join.NEED_INFO},
            Join.WITHDRAWN,
            by=CLOCK,
            after="join.need_info_wd",
            title="逾期未补充，申请自动撤回",
        ),
        Move(
            "escalate",
            {Join.PENDING},
            Join.ESCALATED,
            by=CLOCK,
            after="join.escalate_wd",
            title="工会逾期未审，转上级工会办理",
        ),
        Move(
            "appeal",
            {Join.REJECTED},
            Join.ESCALATED,
            by=OWNER,
            within="join.appeal_wd",
            once=True,
            needs=("note",),
            title="您提出了申诉",
            button="申诉",
        ),
        Move(
            "approve_above",
            {Join.ESCALATED},
            Join.APPROVED,
            by=Permission.DECIDE,
            unit=UPPER,
            title="上级工会审核通过",
            button="通过",
        ),
        Move(
            "reject_above",
            {Join.ESCALATED},
            Join.REJECTED,
            by=Permission.DECIDE,
            unit=UPPER,
            needs=("reason",),
            title="上级工会审核未通过",
            button="不通过",
        ),
        Move(
            "approve_by_rule",
            {Join.PENDING},
            Join.APPROVED,
            by=CLOCK,
            after="join.auto_approve_cd",
            title="按规定自动通过",
        ),
    ),
)


class Dispute(StrEnum):
    OPEN = "OPEN"
    UPHELD = "UPHELD"
    DISMISSED = "DISMISSED"


DISPUTE = Workflow(
    "joining.dispute",
    "账号绑定核实",
    start=Dispute.OPEN,
    labels={
        Dispute.OPEN: "等待县级工会核实",
        Dispute.UPHELD: "已改绑到您的账号",
        Dispute.DISMISSED: "维持原绑定",
    },
    hues={Dispute.OPEN: Hue.RUN, Dispute.UPHELD: Hue.DONE, Dispute.DISMISSED: Hue.LATE},
    closed=frozenset({Dispute.UPHELD, Dispute.DISMISSED}),
    due={Dispute.OPEN: "members.dispute_wd"},
    moves=(
        Move(
            "uphold",
            {Dispute.OPEN},
            Dispute.UPHELD,
            by=Permission.DISPUTE_DECIDE,
            needs=("note",),
            title="核实属实，改绑账号",
            button="属实，改绑",
        ),
        Move(
            "dismiss",
            {Dispute.OPEN},
            Dispute.DISMISSED,
            by=Permission.DISPUTE_DECIDE,
            needs=("note",),
            title="核实不属实，维持原绑定",
            button="不属实，维持",
        ),
    ),
)

REJECT_REASONS = {
    "NOT_EMPLOYEE": "不是本单位职工",
    "NOT_ELIGIBLE": "不符合入会条件",
    "WRONG_UNION": "应加入其他工会",
    "FALSE_INFO": "填写的信息不属实",
    "DUPLICATE": "重复申请",
    "OTHER": "其他原因",
}
MOST_LETTERS_OF_NOTE = 200


def check_reject(code: str, note: str) -> None:
    """A refusal names a reason from the list; OTHER says it in at least five characters.

    Raises Invalid `join.reason`.
    """
    if code not in REJECT_REASONS:
        raise Invalid("join.reason", "请选择不通过的原因。", fields={"reason": "请选择不通过的原因。"})
    if code == "OTHER" and len(note.strip()) < 5:
        text = "请写明原因，至少 5 个字，申请人会看到这段话。"
        raise Invalid("join.reason", text, fields={"note": text})


def check_asked(note: str) -> str:
    """What an applicant is asked to complete, as he reads it. Raises Invalid `join.note`."""
    words = note.strip()
    if not 5 <= len(words) <= MOST_LETTERS_OF_NOTE:
        text = "请写明需要补充什么，5 到 200 个字，申请人会看到这段话。"
        raise Invalid("join.note", text, fields={"note": text})
    return words


def check_owner(is_owner: bool) -> None:
    """Owners and main investors can't be members. Source: docs/rules/joining.md#who-may-join"""
    if is_owner:
        raise RuleBroken("join.owner", "企业的投资人、主要经营者不能加入本企业工会，如有疑问请咨询县级总工会。")
