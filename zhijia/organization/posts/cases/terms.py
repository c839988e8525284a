"""A union's next election: planned, permitted, held, reported, approved; or its term made longer.

Source: docs/rules/posts.md#terms
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhijia.foundation.casework.fields import Day, Words
from zhijia.foundation.casework.kinds import REASON, By, CaseKind, Check, Goes, Step, Tab, Wordings, declare
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken
from zhijia.organization.posts import selectors, services
from zhijia.organization.posts.models import Term, TermChange
from zhijia.organization.posts.permissions import Permission
from zhijia.organization.posts.rules.terms import TERM, TermState, check_extension
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import governing

from .election import CANDIDATES, ELECTION, candidate_rows, election_checks

UNION = Words("union", "工会编码", "16 位", most=24, kept=False, sample="3706821010900017")
PLANNED = Day("planned_on", "计划选举日期", sample=date(2026, 12, 20))
WHY = Words(
    "reason", "说明", "不能按期换届的，写明原因和拟延长到何时", required=False, most=200, rows=3, sample="按期换届。"
)
UNTIL = Day("extended_to", "延长到", "累计不超过六个月", sample=date(2027, 3, 1))
REMARK = Words("note", "意见", required=False, most=500, rows=3, sample="同意。")


def own_union(actor: Actor, text: str, permission: str) -> unions.UnionFacts:
    """A union of his that stands, by its code. Raises Invalid `case.union`, NotAllowed, RuleBroken `posts.no_board`."""
    try:
        union = unions.get_by_code(text)
    except NotFound as error:
        raise Invalid("case.union", error.message, fields={"union": error.message}) from error
    if not actor.scope.covers(union.path):
        words = "您的管理范围内没有这个编码的工会，请核对。"
        raise Invalid("case.union", words, fields={"union": words})
    actor.require(permission, union.path)
    if union.is_home:
        raise RuleBroken("posts.no_board", "网上会员之家由乡镇（街道）工会管理，不设委员会。")
    unions.require_open(union)
    return union


def of_own_union(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The union runs it, who stands above it decides."""
    union = own_union(actor, given["union"], Permission.TERM_RUN)
    if given["planned_on"] < timezone.localdate(now):
        raise PLANNED.wrong("计划选举日期不能早于今天。")
    return Goes(union.id, open_key=f"union:{union.id}", title=union.name, note=given["reason"],
                fills={"union_id": union.id})  # fmt: skip


def _election(case: Case, row: TermChange) -> Any:
    union = unions.get_facts(row.union_id)
    return selectors.election_of(row, case.pk, union_type=union.type, is_enterprise=governing.is_enterprise(union.id))


def checks(case: Case, row: TermChange, actor: Actor, now: datetime) -> list[Check]:
    term = selectors.find_term(row.union_id)
    found = []
    if term is not None and case.state in (TermState.PLANNED, TermState.REQUESTED, TermState.PERMITTED):
        late = row.planned_on > term.last_day
        found.append(Check("计划选举日期在任期之内", "warn" if late else "ok", f"届满 {term.last_day.isoformat()}",
                           "《工会法》第十六条"))  # fmt: skip
    return [*found, *election_checks(_election(case, row))]


def shows_more(case: Case, row: TermChange, actor: Actor, now: datetime) -> dict[str, Any]:
    term = selectors.find_term(row.union_id)
    facts = [
        {"label": "工会", "value": unions.get_facts(row.union_id).name},
        {"label": "计划选举日期", "value": row.planned_on.isoformat()},
        {"label": "说明", "value": row.reason},
        {"label": "本届届满", "value": term.last_day.isoformat() if term and case.closed_at is None else ""},
        {"label": "延长到", "value": row.extended_to.isoformat() if row.extended_to else ""},
    ]
    if row.held_on is not None:
        facts += [
            {"label": each.label, "value": each.show(getattr(row, each.name))}
            for each in ELECTION
            if each is not CANDIDATES
        ]
    full = actor.scope.covers(unions.get_facts(row.union_id).path)
    return {"facts": facts, "candidates": candidate_rows(case.pk, full=full)}


TERMS = declare(
    CaseKind(
        "terms",
        TERM,
        TermChange,
        space="posts:terms",
        opener=By.CADRE,
        opened_by=Permission.TERM_RUN,
        opens=(UNION, PLANNED, WHY),
        goes=of_own_union,
        title="{union}",
        steps={
            "permit": Step((REMARK,), means="工会按选举规定选举，三个月内上报结果"),
            "extend": Step((UNTIL, REMARK), means="本届任期延长，换届另行请示"),
            "return": Step((REASON,)),
            "elect": Step(ELECTION, means="按大会实际情况登记，上报前可以改"),
            "report": Step((REMARK,), means="核对全部通过的，报上级批复"),
            "approve": Step((REMARK,), means="当选人员从大会之日起任职，新一届任期开始"),
            "send_back": Step((REASON,)),
        },
        tabs=(
            Tab("open", "办理中", frozenset(TERM.labels) - TERM.closed),
            Tab("done", "已换届", frozenset({TermState.APPROVED})),
            Tab("longer", "已延期", frozenset({TermState.EXTENDED})),
            Tab("back", "已撤回", frozenset({TermState.WITHDRAWN})),
        ),
        columns=(Column("计划选举", "row.planned_on"),),
        words=Wordings(
            button="列入换届计划",
            tells_person=False,
            empty=Empty("没有这样的换届", "任期届满前 180、90、30 天，系统提醒工会列入计划。"),
        ),
        checks=checks,
        review="posts/election.html",
        shows_more=shows_more,
        archive=TERM.closed,
        keep_days=365 * 30,
    )
)


@TERMS.on("elect")
def elect(case: Case, row: TermChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises Invalid `case.held_on`, `case.candidates`."""
    if row.held_on is not None and row.held_on > timezone.localdate(now):
        raise ELECTION[0].wrong("大会日期不能晚于今天。")
    services.record_election(actor, case.pk, given["candidates"], now=now)


@TERMS.on("report")
def report(case: Case, row: TermChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises RuleBroken `election.rules`: an election that broke a rule is held again, not reported."""
    services.require_right(_election(case, row))


@TERMS.on("approve")
def approve(case: Case, row: TermChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The elected take office. Raises RuleBroken `election.rules`."""
    services.require_right(_election(case, row))
    assert row.held_on is not None  # noqa: S101  a right election was held
    services.take_office(actor, row.union_id, case.pk, held_on=row.held_on, years=int(row.term_years), now=now)


@TERMS.on("extend")
def extend(case: Case, row: TermChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises RuleBroken `term.none`, `term.extension_long`, `term.extension_back`."""
    term = selectors.find_term(row.union_id)
    if term is None:
        raise RuleBroken("term.none", "没有登记本届任期，不能延期，请直接换届。")
    check_extension(term.first_last_day, given["extended_to"], last_day=term.last_day)
    change_rows(Term, {"id": term.pk}, {"last_day": given["extended_to"], "reminded": None})
