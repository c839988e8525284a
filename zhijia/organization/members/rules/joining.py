"""Pure rules of joining, the card and the member number. Source: docs/rules/members.md"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from zhijia.foundation.workflow.rules import CLOCK, OWNER, SYSTEM, UPPER, Hue, Move, Workflow
from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.kernel.identifiers import age_on, normalize_luhn_number, with_luhn
from zhijia.organization.members.permissions import Permission


class Join(StrEnum):
    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    NEED_INFO = "NEED_INFO"
    ESCALATED = "ESCALATED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


JOIN = Workflow(
    "members.join",
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
        Move("approve", {Join.PENDING}, Join.APPROVED, by=Permission.JOIN_DECIDE, title="审核通过", button="通过"),
        Move(
            "reject",
            {Join.PENDING},
            Join.REJECTED,
            by=Permission.JOIN_DECIDE,
            needs=("reason",),
            title="审核未通过",
            button="不通过",
        ),
        Move(
            "ask",
            {Join.PENDING},
            Join.NEED_INFO,
            by=Permission.JOIN_DECIDE,
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
            by=Permission.JOIN_DECIDE,
            unit=UPPER,
            title="上级工会审核通过",
            button="通过",
        ),
        Move(
            "reject_above",
            {Join.ESCALATED},
            Join.REJECTED,
            by=Permission.JOIN_DECIDE,
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
    "members.dispute",
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

WORK_FORMS = {
    "platform": "平台接单",
    "employed": "在单位上班",
    "dispatched": "劳务派遣",
    "part_time": "非全日制",
    "none": "暂时没有工作",
}
"""How people work, in the order in which they are asked."""

NEW_FORM_GROUPS = {
    "FOOD_RIDER": "网约送餐员",
    "COURIER": "快递员",
    "RIDE_HAIL": "网约车司机",
    "TRUCK": "货车司机",
    "DOMESTIC": "家政服务员",
    "CARE": "护工护理员",
    "GUARD": "保安员",
    "MALL": "商场信息员",
    "ESTATE": "房产中介员",
    "VALET": "代驾",
    "STREAMER": "网络主播",
    "RENOVATION": "装修工",
    "OTHER": "其他新就业形态",
}
"""Groups of workers in new forms of employment. Source: docs/glossary.md#new-form-groups"""

REJECT_REASONS = {
    "NOT_EMPLOYEE": "不是本单位职工",
    "NOT_ELIGIBLE": "不符合入会条件",
    "WRONG_UNION": "应加入其他工会",
    "FALSE_INFO": "填写的信息不属实",
    "DUPLICATE": "重复申请",
    "OTHER": "其他原因",
}
LEAST_AGE = 16
MOST_LETTERS_OF_NOTE = 200


def check_age(born_on: date | None, today: date) -> None:
    """Raises Invalid `join.too_young` under sixteen. A document without a birthday passes: the reviewer looks."""
    if born_on is not None and age_on(born_on, today) < LEAST_AGE:
        text = "年满 16 周岁才能入会。如号码有误，请核对后重填。"
        raise Invalid("join.too_young", text, fields={"id_number": text})


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


def check_group(work_form: str, new_form_group: str) -> None:
    """A platform worker says which of the new-form groups is his. Raises Invalid `join.group`."""
    if work_form == "platform" and not new_form_group:
        text = "平台就业的请选择您从事的职业。"
        raise Invalid("join.group", text, fields={"new_form_group": text})


def check_owner(is_owner: bool) -> None:
    """Owners and main investors can't be members. Source: docs/rules/members.md#who-may-join"""
    if is_owner:
        raise RuleBroken("join.owner", "企业的投资人、主要经营者不能加入本企业工会，如有疑问请咨询县级总工会。")


def member_number(province: str, year: int, serial: int) -> str:
    """Sixteen digits: province 2, year 4, serial 9, Luhn 1: `member_number("37", 2026, 123)` is `3720260000001233`.

    One number a person for life; gaps are allowed.
    """
    return with_luhn(f"{province}{year}{serial:09d}")


def normalize_member_number(text: str) -> str:
    """Raises Invalid `member_number.format`, `member_number.check_digit`."""
    return normalize_luhn_number(text, length=16, label="会员卡号", code="member_number")


AGE_BANDS = ((16, 25), (26, 35), (36, 45), (46, 55), (56, 200))


def counts_of(
    *, sign: int, female: bool, migrant: bool, new_form: bool, real_name: bool, activated: bool, dispatched: bool
) -> dict[str, int]:
    """The stock measures that one ACTIVE membership adds (`sign` 1) to its union or takes from it (-1)."""
    flags = {
        "members": True,
        "female": female,
        "migrant": migrant,
        "new_form": new_form,
        "real_name": real_name,
        "activated": activated,
        "dispatched": dispatched,
    }
    return {key: sign for key, on in flags.items() if on}
