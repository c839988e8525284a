"""Changes of unions: their table, their sorts, who decides. Pure. Source: docs/rules/reorganizing.md"""

from __future__ import annotations

from enum import StrEnum

from zhijia.foundation.workflow.rules import OTHER, SYSTEM, Hue, Move, Workflow
from zhijia.kernel.errors import RuleBroken
from zhijia.organization.reorganizing.permissions import Permission
from zhijia.organization.unions.rules import ancestors

RUN, DECIDE = Permission.RUN, Permission.DECIDE


class State(StrEnum):
    DRAFT = "DRAFT"
    CONGRESS_PASSED = "CONGRESS_PASSED"
    UPPER_APPROVED = "UPPER_APPROVED"
    EXECUTED = "EXECUTED"
    RETURNED = "RETURNED"
    WITHDRAWN = "WITHDRAWN"


class Sort(StrEnum):
    RENAME = "RENAME"
    MOVE = "MOVE"
    MERGE = "MERGE"
    SPLIT = "SPLIT"
    DISSOLVE = "DISSOLVE"


SORTS = {
    Sort.RENAME: "更名",
    Sort.MOVE: "改隶",
    Sort.MERGE: "合并",
    Sort.SPLIT: "分立",
    Sort.DISSOLVE: "撤销",
}
CONSEQUENCES = {
    Sort.RENAME: "名称从今天起使用，编码和二维码不变，原名称仍能查到",
    Sort.MOVE: "从今天起由新的上级领导，下级一并移动，编码不变",
    Sort.MERGE: "工会今天终止，班子和岗位结束；会员由系统逐批转入接续工会，原编码和二维码指向接续工会",
    Sort.SPLIT: "新工会今天成立；所选单位的会员由系统逐批转入",
    Sort.DISSOLVE: "工会今天终止，班子和岗位结束；会员转入网上会员之家，没有工作单位的保留会籍",
}
CLOSES = frozenset({Sort.MERGE, Sort.DISSOLVE})
"""After these the union is no more; nothing may be unsettled at it."""
MOVES_MEMBERS = CLOSES | {Sort.SPLIT}
REASON_OF = {Sort.MERGE: "UNION_MERGED", Sort.SPLIT: "UNION_SPLIT", Sort.DISSOLVE: "UNION_DISSOLVED"}
"""What the events of the members that go over name as their reason."""

_S = State
# A case stands at the union it is about; `other` is the union that stands above all that it touches, and decides.
ORG_CHANGE = Workflow(
    "reorganizing.change",
    "组织变更",
    start=_S.DRAFT,
    labels={
        _S.DRAFT: "等待大会表决",
        _S.CONGRESS_PASSED: "等待上级批准",
        _S.UPPER_APPROVED: "已批准，正在转接会员",
        _S.EXECUTED: "已完成",
        _S.RETURNED: "退回补正",
        _S.WITHDRAWN: "已撤回",
    },
    hues={
        _S.DRAFT: Hue.RUN,
        _S.CONGRESS_PASSED: Hue.SOON,
        _S.UPPER_APPROVED: Hue.RUN,
        _S.EXECUTED: Hue.DONE,
        _S.RETURNED: Hue.LATE,
        _S.WITHDRAWN: Hue.STILL,
    },
    closed=frozenset({_S.EXECUTED, _S.WITHDRAWN}),
    due={_S.CONGRESS_PASSED: "reorganizing.approve_wd"},
    moves=(
        Move("pass", {_S.DRAFT, _S.RETURNED}, _S.CONGRESS_PASSED, by=RUN, title="大会表决通过，报上级批准",
             button="登记表决，报上级批准"),
        Move("approve", {_S.CONGRESS_PASSED}, _S.UPPER_APPROVED, by=DECIDE, unit=OTHER, checker=True,
             title="上级工会批准", button="批准"),
        Move("return", {_S.CONGRESS_PASSED}, _S.RETURNED, by=DECIDE, unit=OTHER, checker=True, needs=("note",),
             title="退回补正",
             button="退回补正"),
        Move("execute", {_S.UPPER_APPROVED}, _S.EXECUTED, by=SYSTEM, title="变更完成"),
        Move("withdraw", {_S.DRAFT, _S.RETURNED}, _S.WITHDRAWN, by=RUN, needs=("note",), title="撤回变更",
             button="撤回"),
    ),
)  # fmt: skip


def decider_path(*paths: str) -> str:
    """The lowest place above all of these, empty where there is none: of `00010002000300a1` and `000100020004` it is
    `00010002`.
    """
    above = set.intersection(*(set(ancestors(path)[:-1]) for path in paths))
    return max(above, key=len, default="")


def check_vote(due: int, attended: int, in_favour: int) -> None:
    """More than half of those due must be in favour: of 30 no less than 16.

    Raises RuleBroken `reorganizing.attended`, `.votes`, `.vote`. Source: docs/rules/reorganizing.md#congress
    """
    if attended > due:
        raise _broken("attended", "attended", "实到人数不能多于应到人数。")
    if in_favour > attended:
        raise _broken("votes", "in_favour", "赞成票不能多于实到人数。")
    if in_favour * 2 <= due:
        raise _broken("vote", "in_favour", f"赞成票须超过应到人数的一半，{due} 人应到，至少 {due // 2 + 1} 票。")


def _broken(code: str, field: str, words: str) -> RuleBroken:
    return RuleBroken(f"reorganizing.{code}", words, fields={field: words})


def is_out_of_work(employer_id: int | None, employer_text: str, new_form_group: str) -> bool:
    """Whether a dissolved union's member keeps his membership as a retained one: no employer, no platform."""
    return not (employer_id or employer_text or new_form_group)
