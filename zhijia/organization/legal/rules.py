"""Legal persons and the six haves. Pure. Source: docs/rules/legal.md"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from zhijia.foundation.workflow.rules import MAKER, Hue, Move, Workflow
from zhijia.organization.legal.permissions import Permission
from zhijia.organization.posts.rules.posts import Board, is_overdue

RENEW_DAYS = 30
"""A certificate is renewed in so many days before it runs out; a change is registered within as many."""
APPLY_DAYS = 60
"""A new union applies within so many days."""
LEAST_YEARS, MOST_YEARS = 3, 5


class State(StrEnum):
    APPLIED = "APPLIED"
    RETURNED = "RETURNED"
    REGISTERED = "REGISTERED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


_S = State
REGISTRATION = Workflow(
    "legal.registration",
    "法人登记",
    start=_S.APPLIED,
    labels={
        _S.APPLIED: "等待登记",
        _S.RETURNED: "退回补正",
        _S.REGISTERED: "已登记",
        _S.REFUSED: "不予登记",
        _S.WITHDRAWN: "已撤回",
    },
    hues={
        _S.APPLIED: Hue.SOON,
        _S.RETURNED: Hue.RUN,
        _S.REGISTERED: Hue.DONE,
        _S.REFUSED: Hue.LATE,
        _S.WITHDRAWN: Hue.STILL,
    },
    closed=frozenset({_S.REGISTERED, _S.REFUSED, _S.WITHDRAWN}),
    due={_S.APPLIED: "legal.decide_wd"},
    moves=(
        Move("register", {_S.APPLIED}, _S.REGISTERED, by=Permission.DECIDE, checker=True, title="准予登记",
             button="准予登记"),
        Move("return", {_S.APPLIED}, _S.RETURNED, by=Permission.DECIDE, checker=True, needs=("note",),
             title="退回补正"),
        Move("refuse", {_S.APPLIED}, _S.REFUSED, by=Permission.DECIDE, checker=True, needs=("note",), title="不予登记"),
        Move("again", {_S.RETURNED}, _S.APPLIED, by=MAKER, title="补正后再次提交", button="再次提交"),
        Move("withdraw", {_S.APPLIED, _S.RETURNED}, _S.WITHDRAWN, by=MAKER, title="撤回登记申请", button="撤回"),
    ),
)  # fmt: skip


class What(StrEnum):
    FIRST = "FIRST"
    CHANGE = "CHANGE"
    RENEW = "RENEW"
    CANCEL = "CANCEL"


WHATS = {What.FIRST: "设立登记", What.CHANGE: "变更登记", What.RENEW: "换领证书", What.CANCEL: "注销登记"}


class Standing(StrEnum):
    NONE = "NONE"
    ISSUED = "ISSUED"
    EXPIRING = "EXPIRING"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


STANDINGS = {
    Standing.NONE: "没有登记",
    Standing.ISSUED: "有效",
    Standing.EXPIRING: "即将到期",
    Standing.EXPIRED: "已到期",
    Standing.CANCELLED: "已注销",
}
STANDING_HUES = {
    Standing.NONE: "still",
    Standing.ISSUED: "done",
    Standing.EXPIRING: "soon",
    Standing.EXPIRED: "late",
    Standing.CANCELLED: "still",
}


def standing(last_day: date | None, cancelled_on: date | None, today: date) -> Standing:
    """How a certificate stands: of one good until 2029-11-19, expiring from 2029-10-20 on, expired on 2029-11-20."""
    if last_day is None:
        return Standing.NONE
    if cancelled_on is not None:
        return Standing.CANCELLED
    if today > last_day:
        return Standing.EXPIRED
    return Standing.EXPIRING if today >= last_day - timedelta(days=RENEW_DAYS) else Standing.ISSUED


def offered(now: Standing) -> frozenset[What]:
    """What may be asked for: a first registration only without one, the rest only with one."""
    if now in (Standing.NONE, Standing.CANCELLED):
        return frozenset({What.FIRST})
    renews = {What.RENEW} if now in (Standing.EXPIRING, Standing.EXPIRED) else set()
    return frozenset({What.CHANGE, What.CANCEL, *renews})


def apply_by(founded_on: date) -> date:
    return founded_on + timedelta(days=APPLY_DAYS)


# --- Six haves
@dataclass(frozen=True, slots=True)
class Have:
    """One of six: `yes` None where nothing of the kind is recorded on the platform yet."""

    label: str
    yes: bool | None
    evidence: str
    missing: str = ""


COMMITTEE_AT_LEAST = 3


def elected_chair(board: Board, today: date) -> Have:
    has = bool({"CHAIR", "ORGANIZER"} & set(board.posts))
    in_term = board.term_last_day is not None and not is_overdue(board, today)
    until = f"任期到 {board.term_last_day.isoformat()}" if board.term_last_day else "没有登记任期"
    missing = (
        ""
        if has and in_term
        else "、".join(word for word, lacks in (("选出主席", not has), ("按期换届", not in_term)) if lacks)
    )
    return Have("有依法选举、在任期内的工会主席", has and in_term, until if has else f"没有主席，{until}", missing)


def complete_committees(posts: Sequence[str]) -> Have:
    """`posts` one entry a seat."""
    committee, audit, women = (posts.count(kind) for kind in ("COMMITTEE", "AUDIT", "WOMEN_CHAIR"))
    lacks = [
        word
        for word, short in (
            (f"委员不足 {COMMITTEE_AT_LEAST} 名", committee < COMMITTEE_AT_LEAST),
            ("没有经审委员", audit < 1),
            ("没有女职工委员", women < 1),
        )
        if short
    ]
    return Have(
        "有健全的委员会、经审和女职工组织",
        not lacks,
        f"委员 {committee}，经审 {audit}，女职工 {women}",
        "、".join(lacks),
    )


UNRECORDED: dict[str, str] = {
    "places": "有服务职工的阵地和活动",
    "rules": "有健全的制度",
    "money": "有独立的账户、预算和审查",
    "satisfaction": "会员满意率达到 80 %",
}
"""The four that further capabilities answer, each by its code; what nobody answers is said to be unrecorded."""


def counted(haves: Collection[Have]) -> tuple[int, int]:
    """How many there are, and how many are known at all."""
    return sum(have.yes is True for have in haves), sum(have.yes is not None for have in haves)
