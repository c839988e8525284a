"""The tables of an election at a term's end and of changes between elections. Source: docs/rules/posts.md"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from zhijia.foundation.workflow.rules import MAKER, UPPER, Hue, Move, Workflow, two_persons
from zhijia.kernel.errors import RuleBroken
from zhijia.organization.posts.permissions import Permission

from .posts import PostKind, Source, latest_extension

RUN, DECIDE = Permission.TERM_RUN, Permission.TERM_DECIDE


class TermState(StrEnum):
    PLANNED = "PLANNED"
    REQUESTED = "REQUESTED"
    PERMITTED = "PERMITTED"
    ELECTED = "ELECTED"
    REPORTED = "REPORTED"
    APPROVED = "APPROVED"
    EXTENDED = "EXTENDED"
    WITHDRAWN = "WITHDRAWN"


_S = TermState
TERM = Workflow(
    "posts.term",
    "换届",
    start=_S.PLANNED,
    labels={
        _S.PLANNED: "已列计划",
        _S.REQUESTED: "等待批复换届",
        _S.PERMITTED: "已批复，等待选举",
        _S.ELECTED: "已选举，等待上报",
        _S.REPORTED: "等待批复结果",
        _S.APPROVED: "已换届",
        _S.EXTENDED: "已延期",
        _S.WITHDRAWN: "已撤回",
    },
    hues={
        _S.PLANNED: Hue.STILL,
        _S.REQUESTED: Hue.SOON,
        _S.PERMITTED: Hue.RUN,
        _S.ELECTED: Hue.RUN,
        _S.REPORTED: Hue.SOON,
        _S.APPROVED: Hue.DONE,
        _S.EXTENDED: Hue.DONE,
        _S.WITHDRAWN: Hue.STILL,
    },
    closed=frozenset({_S.APPROVED, _S.EXTENDED, _S.WITHDRAWN}),
    due={_S.REQUESTED: "term.permit_wd", _S.REPORTED: "term.approve_cd", _S.PERMITTED: "term.elect_cd"},
    moves=(
        Move("request", {_S.PLANNED}, _S.REQUESTED, by=RUN, title="请示换届", button="向上级请示"),
        Move("permit", {_S.REQUESTED}, _S.PERMITTED, by=DECIDE, unit=UPPER, checker=True, title="同意换届",
             button="同意换届"),
        Move("extend", {_S.REQUESTED}, _S.EXTENDED, by=DECIDE, unit=UPPER, checker=True, title="同意延期换届",
             button="同意延期"),
        Move("return", {_S.REQUESTED}, _S.PLANNED, by=DECIDE, unit=UPPER, checker=True, needs=("note",),
             title="退回请示", button="退回"),
        Move("elect", {_S.PERMITTED, _S.ELECTED}, _S.ELECTED, by=RUN, title="登记选举情况", button="登记选举情况"),
        Move("report", {_S.ELECTED}, _S.REPORTED, by=RUN, title="上报选举结果", button="上报结果"),
        Move("approve", {_S.REPORTED}, _S.APPROVED, by=DECIDE, unit=UPPER, checker=True, title="批复选举结果",
             button="批复同意"),
        Move("send_back", {_S.REPORTED}, _S.ELECTED, by=DECIDE, unit=UPPER, checker=True, needs=("note",),
             title="退回选举结果", button="退回"),
        Move("withdraw", {_S.PLANNED, _S.REQUESTED, _S.PERMITTED, _S.ELECTED}, _S.WITHDRAWN, by=MAKER,
             title="撤回换届", button="撤回"),
    ),
)  # fmt: skip


class Action(StrEnum):
    ACTING = "ACTING"
    CO_OPT = "CO_OPT"
    HIRE = "HIRE"
    RESIGN = "RESIGN"
    MOVE = "MOVE"
    REMOVE = "REMOVE"


ACTIONS = {
    Action.ACTING: "指定代理",
    Action.CO_OPT: "增补",
    Action.HIRE: "聘用",
    Action.RESIGN: "辞去职务",
    Action.MOVE: "工作调动",
    Action.REMOVE: "罢免",
}
COMES_BY = {Action.ACTING: Source.ACTING, Action.CO_OPT: Source.CO_OPTED, Action.HIRE: Source.HIRED}
ENDS = {
    "ELECTION": "换届",
    Action.RESIGN: "辞去职务",
    Action.MOVE: "工作调动",
    Action.REMOVE: "罢免",
    "CLOSED": "工会终止",
    "LEFT": "会籍终止",
}

POST_CHANGE = two_persons(
    "posts.change",
    "职务变动",
    check=Permission.POST_DECIDE,
    due="posts.change_wd",
    maker="提出职务变动",
    agreed="已变动",
    agree="上级同意职务变动",
)


def check_extension(first_last_day: date, to: date, *, last_day: date) -> None:
    """Raises RuleBroken `term.extension_long`, `term.extension_back`: six months in all, and never shorter."""
    latest = latest_extension(first_last_day)
    if to > latest:
        words = f"延期累计不超过 6 个月，最晚到 {latest.isoformat()}。"
        raise RuleBroken("term.extension_long", words, fields={"extended_to": words})
    if to <= last_day:
        words = f"延期后的届满日应晚于 {last_day.isoformat()}。"
        raise RuleBroken("term.extension_back", words, fields={"extended_to": words})


def check_leaving(action: str, kind: str, *, agreed: bool, entitled: int | None, in_favour: int | None) -> None:
    """A chair or vice chair is moved before the term ends only with the committee's consent; a removal needs more than
    half of all members or representatives.

    Raises RuleBroken `posts.committee`, `posts.removal`. Source: docs/rules/posts.md#leaving
    """
    if action == Action.MOVE and kind in (PostKind.CHAIR, PostKind.VICE_CHAIR) and not agreed:
        words = "任期未满调动主席、副主席，须先征得本级工会委员会同意。"
        raise RuleBroken("posts.committee", words, fields={"committee_agreed": words})
    if action == Action.REMOVE:
        if not entitled or in_favour is None or in_favour * 2 <= entitled:
            words = "罢免须经全体会员或会员代表过半数通过，请填写应到人数和赞成票数。"
            raise RuleBroken("posts.removal", words, fields={"in_favour": words})
        if in_favour > entitled:
            words = "赞成票数不能多于应到人数。"
            raise RuleBroken("posts.removal", words, fields={"in_favour": words})
