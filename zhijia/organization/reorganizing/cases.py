"""A change of a union as a kind of case. Source: docs/rules/reorganizing.md"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhijia.foundation.casework.fields import Choice, Count, Day, Money, Words
from zhijia.foundation.casework.kinds import REASON, By, CaseKind, Check, Goes, Step, Tab, Wordings, declare
from zhijia.foundation.casework.lines import Lines
from zhijia.foundation.ui.listing import Empty, Labelled
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import advisory_lock
from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.registry import registry
from zhijia.organization.unions import selectors as unions

from . import judging, presenting, rules, services
from .models import OrgChange
from .permissions import Permission
from .rules import ORG_CHANGE, SORTS, Sort, State

_MOST = 1_000_000
UNION = Words("union", "工会", "要变更的工会，编码或全称", most=60, kept=False, sample="3706821010400017")
SORT = Choice("sort", "变更", choices=dict(SORTS), sample=Sort.RENAME)
NAME = Words("name", "新名称", "更名的新名称；分立的，填新工会的名称", required=False, most=60,
             sample="莱阳市鲁东机械集团有限公司工会委员会")  # fmt: skip
PARENT = Words("parent", "新上级工会", "改隶的填写", required=False, most=60, kept=False, sample="3706821010100018")
SUCCESSOR = Words(
    "successor",
    "接续工会",
    "合并的填写，会员转入这个工会",
    required=False,
    most=60,
    kept=False,
    sample="3706821010100018",
)
EMPLOYERS = Lines(
    "employers",
    "分到新工会的单位",
    "分立的填写，每行一个，单位全称或统一社会信用代码",
    required=False,
    most=200,
    of=(Words("employer", "单位", most=120),),
    sample=[{"employer": "91370200MA3C0A123W"}],
)
WHY = Words(
    "reason",
    "原因和依据",
    "例如单位更名、区划调整的文号",
    least=5,
    most=200,
    rows=3,
    sample="单位更名，营业执照已变更。",
)
OPENS = (UNION, SORT, NAME, PARENT, SUCCESSOR, EMPLOYERS, WHY)
ASKED_OF = {
    Sort.RENAME: (NAME,),
    Sort.MOVE: (PARENT,),
    Sort.MERGE: (SUCCESSOR,),
    Sort.SPLIT: (NAME, EMPLOYERS),
    Sort.DISSOLVE: (),
}
"""What opening asks of a sort besides the union and the reason."""

HELD = Day("held_on", "大会日期", sample=date(2026, 9, 10))
DUE = Count("due", "应到人数", "会员大会为全体会员，代表大会为全体代表", least=1, most=_MOST, unit="人", sample=30)
ATTENDED = Count("attended", "实到人数", most=_MOST, unit="人", sample=28)
FAVOUR = Count("in_favour", "赞成票", "须超过应到人数的一半", most=_MOST, unit="票", sample=27)
ASSETS = Lines(
    "assets",
    "资产清单",
    "每行一项：资产，金额（元），交给谁；没有资产的写“无，0，无”",
    required=False,
    most=200,
    of=(Words("what", "资产", most=60), Money("fen", "金额（元）"), Words("to", "交给谁", most=60)),
    sample=[{"what": "经费结余", "fen": 1_200_000, "to": "接续工会"}],
)
AUDIT = Words(
    "audit",
    "经费审查情况",
    "撤销的填写：审查时间、结论和文号",
    required=False,
    most=500,
    rows=3,
    sample="已审查，账实相符。",
)
LIQUIDATION = Words(
    "liquidation",
    "清算报告",
    "撤销的填写：债权债务、剩余经费上交情况",
    required=False,
    most=500,
    rows=3,
    sample="无债务，剩余经费上交上级工会。",
)
CONGRESS = (HELD, DUE, ATTENDED, FAVOUR, ASSETS, AUDIT, LIQUIDATION)
PASSED_OF = {
    Sort.RENAME: (),
    Sort.MOVE: (),
    Sort.MERGE: (ASSETS,),
    Sort.SPLIT: (ASSETS,),
    Sort.DISSOLVE: (ASSETS, AUDIT, LIQUIDATION),
}
"""What the record of the congress must hold of a sort besides the vote."""
REMARK = Words("note", "意见", required=False, most=500, rows=3, sample="同意。")
WHY_BACK = Words("note", "原因", least=2, most=200, rows=3, sample="情况有变，暂不办理。")


def to_who_stands_above(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The union's, or its upper union's, cadre drafts it; the union above all that it touches decides.

    Raises Invalid `case.union`, `case.…`; NotAllowed; RuleBroken of `judging.judge`; Duplicate
    `reorganizing.change.already_open`.
    """
    union, sort = judging.find_union(given["union"], "union"), Sort(given["sort"])
    if not actor.scope.covers(union.path):
        raise UNION.wrong("您的管理范围内没有这个编码的工会，请核对。")
    actor.require(Permission.RUN, union.path)
    asked = ASKED_OF[sort]
    for each in asked:
        if not given[each.name]:
            raise each.wrong(f"请填写{each.label}。")
    wanted = judging.Wanted(
        union,
        sort,
        given["name"] if NAME in asked else "",
        judging.find_union(given["parent"], "parent") if PARENT in asked else None,
        judging.find_union(given["successor"], "successor") if SUCCESSOR in asked else None,
        judging.find_employers(given["employers"]) if EMPLOYERS in asked else (),
    )
    judging.judge(wanted)
    touched = [union.path]
    if wanted.successor is not None:
        touched.append(wanted.successor.path)
    if wanted.parent is not None:
        touched.append(f"{wanted.parent.path}0000")
    decides = unions.get_facts_by_path(rules.decider_path(*touched))
    fills = {
        "union_id": union.id,
        "name": wanted.name,
        "employers": given["employers"] if EMPLOYERS in asked else [],
        "employer_ids": list(wanted.employer_ids),
        "parent_id": wanted.parent.id if wanted.parent else None,
        "successor_id": wanted.successor.id if wanted.successor else None,
    }
    return Goes(
        union.id,
        other_unit_id=decides.id,
        open_key=f"union:{union.id}",
        title=f"{SORTS[sort]}：{union.name}",
        note=presenting.means(wanted),
        fills=fills,
    )


def one_after_another(case: Case) -> None:
    """Two changes never look past each other: the second one sees what the first has done."""
    with advisory_lock("reorganizing"):
        pass


def checks(case: Case, row: OrgChange, actor: Actor, now: datetime) -> list[Check]:
    found = []
    if row.due and row.in_favour is not None:
        found.append(Check("大会赞成票超过应到人数的一半", "ok", f"{row.in_favour} / {row.due}", "《工会法》第十三条"))
    if case.closed_at is not None or case.state == State.UPPER_APPROVED:
        return found
    wanted = services.wanted_of(row)
    try:
        judging.judge(wanted)
    except ZhijiaError as error:
        found.append(Check("变更符合规定", "wrong", error.message))
    else:
        found.append(Check("变更符合规定"))
    if wanted.sort in rules.CLOSES:
        open_items = registry.open_items(row.union_id)
        said = "、".join(f"{item.label} {item.count} 件" for item in open_items)
        found.append(Check("没有未办结的事项", "wrong" if open_items else "ok", said))
    return found


def shows_more(case: Case, row: OrgChange, actor: Actor, now: datetime) -> dict[str, Any]:
    return presenting.case_page(case, row, (HELD, DUE, ATTENDED, FAVOUR, AUDIT, LIQUIDATION))


ORG_CHANGES = declare(
    CaseKind(
        "org-changes",
        ORG_CHANGE,
        OrgChange,
        space="reorganizing",
        opener=By.CADRE,
        opened_by=Permission.RUN,
        opened_on="reorganizing:begin",
        opens=OPENS,
        goes=to_who_stands_above,
        title="{union}",
        steps={
            "pass": Step(CONGRESS, means="按会员（代表）大会的记录填写"),
            "approve": Step((REMARK,), means="{row.consequence}"),
            "return": Step((REASON,)),
            "withdraw": Step((WHY_BACK,), means="工会不变"),
        },
        tabs=(
            Tab("open", "办理中", frozenset(ORG_CHANGE.labels) - ORG_CHANGE.closed),
            Tab("done", "已完成", frozenset({State.EXECUTED})),
            Tab("back", "已撤回", frozenset({State.WITHDRAWN})),
        ),
        columns=(Labelled("变更", "row.sort", labels=dict(SORTS)),),
        words=Wordings(
            button="提出组织变更",
            tells_person=False,
            other="批准的工会",
            empty=Empty("没有这样的组织变更", "工会更名、改隶、合并、分立、撤销，经会员（代表）大会通过后报上级批准。"),
        ),
        checks=checks,
        review="reorganizing/case.html",
        shows_more=shows_more,
        before=one_after_another,
        archive=frozenset({State.EXECUTED}),
        keep_days=3 * 365,
        purpose="办理工会的更名、改隶、合并、分立、撤销，保存经过。",
    )
)


@ORG_CHANGES.on("pass")
def passed(case: Case, row: OrgChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises Invalid `case.…`; RuleBroken of `rules.check_vote`."""
    if given["held_on"] > timezone.localdate(now):
        raise HELD.wrong("大会日期不能晚于今天。")
    rules.check_vote(given["due"], given["attended"], given["in_favour"])
    for each in PASSED_OF[Sort(row.sort)]:
        if not given[each.name]:
            raise each.wrong(f"请填写{each.label}。")


@ORG_CHANGES.on("approve")
def approved(case: Case, row: OrgChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises as `services.carry_out`."""
    services.carry_out(actor, case, row, now=now)
