"""Reading cases of any kind: one's own, what waits for a cadre, and those of his scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhijia.foundation.files import selectors as files
from zhijia.foundation.files.selectors import FileFacts
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.columns import numbered
from zhijia.foundation.workflow.rules import OTHER, UNIT, Move
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotAllowed, NotFound, NotSignedIn
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.personal import DataSubject, Kept, first_day_to_go
from zhijia.kernel.registry import registry

from .kinds import CaseKind

OWN = 20
MINE = "mine"
"""The tab of what waits for the reader himself; every kind has it first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A case with its row and the names that a page tells: of its units, and masked of the person."""

    case: Case
    row: Any
    unit: str
    other: str
    person: str


def _all(kind: CaseKind) -> QuerySet[Any]:
    rows: QuerySet[Any] = kind.model.objects.select_related("case")  # type: ignore[attr-defined]
    return rows


def told(rows: Sequence[Any]) -> list[Standing]:
    """Rows with their units' and persons' names: two queries, however many rows."""
    units = registry.units.names({key for row in rows for key in (row.case.unit_id, row.case.other_unit_id) if key})
    persons = registry.persons.names({row.case.owner_person_id for row in rows} - {None})
    return [
        Standing(
            row.case,
            row,
            units.get(row.case.unit_id, ""),
            units.get(row.case.other_unit_id, ""),
            persons.get(row.case.owner_person_id, ""),
        )
        for row in rows
    ]


# --- One's own
def list_own(kind: CaseKind, actor: Actor, *, after: str = "", limit: int = OWN) -> Page[Standing]:
    """Newest first."""
    own = _all(kind).filter(case__owner_person_id=actor.require_person())
    page = page_of(own, ("-case__opened_at", "-id"), after=after, limit=limit)
    return page.of(told(page.rows))


def get_own(kind: CaseKind, actor: Actor, public_id: str) -> Standing:
    """Raises NotFound for everybody else's."""
    return told([row_of(kind, cases.get_my_case(actor, public_id))])[0]


def row_of(kind: CaseKind, case: Case) -> Any:
    """The row beside a case, for effects and services. Raises NotFound."""
    row = _all(kind).filter(case_id=case.pk).first()
    if row is None:
        raise NotFound
    return row


def moves_of(one: Standing, kind: CaseKind, among: Sequence[Move], actor: Actor, *, now: datetime) -> list[Move]:
    """What the actor may make `among` these moves of the case as it and its row stand."""
    allowed = [move for move in workflow.allowed_moves(one.case, actor) if move in among]
    fitting = [move for move in allowed if (when := kind.step(move.name).when) is None or when(one.row)]
    return cases.still_possible(one.case, fitting, now=now)


def papers_of(kind: CaseKind, case: Case) -> list[FileFacts]:
    return files.list_about("case", [case.public_id]).get(case.public_id, []) if kind.asks_papers else []


def may_read_paper(kind: CaseKind, actor: Actor, file: FileFacts) -> bool:
    """Whose matter it is, and who holds one of the kind's rights there now."""
    case = cases.find_case(kind.workflow.code, file.about_id)
    if case is None:
        return False
    return (actor.person_id is not None and actor.person_id == case.owner_person_id) or _reaches(kind, actor, case)


# --- The desk
def require_desk(kind: CaseKind, actor: Actor) -> None:
    """For the list: one of the kind's rights anywhere. Raises NotSignedIn, NotAllowed."""
    if any(actor.holds(right) for right in (*kind.rights, *kind.other_readers)):
        return
    raise NotAllowed if actor.is_signed_in else NotSignedIn


def _within(kind: CaseKind, actor: Actor, side: str = "") -> Q:
    """Cases decided, or asked for, at a unit where the actor holds one of the kind's rights; and those he made. Of one
    side where it is named.
    """
    here = other = Q(pk__in=[])
    for right in (*kind.rights, *kind.other_readers):
        units = registry.units.within(actor.scope_for(right))
        other |= Q(case__other_unit_id__in=units)
        if right in kind.rights:
            here |= Q(case__unit_id__in=units)
    other &= ~Q(case__state__in=kind.unspoken)
    own = Q(case__maker_person_id=actor.person_id) if actor.person_id is not None else Q(pk__in=[])
    return {UNIT: here, OTHER: other}.get(side, here | other | own)


def list_cases(kind: CaseKind, actor: Actor, query: Query) -> Page[Standing]:
    """A tab of the actor's scope, oldest first, of closed ones the newest; `mine` by due date, what waits for him."""
    require_desk(kind, actor)
    if query.view == MINE:
        return _list_waiting(kind, actor, query)
    chosen = next((tab for tab in kind.tabs if tab.code == query.view), kind.tabs[0])
    rows = _all(kind).filter(_within(kind, actor, chosen.side), case__state__in=chosen.states)
    if query.search:
        rows = rows.filter(_matches(query.search))
    closed = chosen.states <= kind.workflow.closed
    order = ("-case__opened_at", "-id") if closed else ("case__opened_at", "id")
    page = page_of(rows, order, after=query.after, limit=query.limit)
    return page.of(told(page.rows))


def _list_waiting(kind: CaseKind, actor: Actor, query: Query) -> Page[Standing]:
    ids = cases.waiting_ids(actor, kind.workflow.code)
    mine = _all(kind).filter(case_id__in=ids)
    found = {row.case_id: row for row in (mine.filter(_matches(query.search)) if query.search else mine)}
    rows = told([found[key] for key in ids if key in found])
    return Page(rows, total=len(rows))


def _matches(words: str) -> Q:
    """By what its line shows, by the beginning of the person's whole name, by its number."""
    named = Q(case__owner_person_id__in=registry.persons.named(words))
    return Q(case__title__icontains=words) | Q(case__note__icontains=words) | named | numbered(words)


def open_made(kind: CaseKind, actor: Actor, *, unit_id: int | None = None) -> str:
    """The one that he made himself and that is not settled yet, at this unit where given; empty where there is none."""
    made = Case.objects.filter(workflow=kind.workflow.code, maker_person_id=actor.person_id or 0, closed_at=None)
    if unit_id is not None:
        made = made.filter(unit_id=unit_id)
    return made.order_by("-id").values_list("public_id", flat=True).first() or ""


def waiting(kind: CaseKind, actor: Actor, *, now: datetime) -> cases.Waiting:
    return cases.waiting(actor, kind.workflow.code, now=now)


def get_case(kind: CaseKind, actor: Actor, public_id: str) -> Standing:
    """For who holds one of the kind's rights at one of its units, or made it. Raises NotFound, NotAllowed."""
    row = _all(kind).filter(case__public_id=public_id).first()
    if row is None:
        raise NotFound
    if not may_read(kind, actor, row.case):
        actor.require(kind.rights[0], registry.units.path(row.case.unit_id))
    return told([row])[0]


def count_doubtful(kind: CaseKind, actor: Actor, public_ids: Sequence[str], *, now: datetime) -> int:
    """How many of these, as far as he reads them, have a check that is not right."""
    if kind.checks is None:
        return 0
    rows = _all(kind).filter(_within(kind, actor), case__public_id__in=list(public_ids))
    return sum(any(line.state != "ok" for line in kind.checks(row.case, row, actor, now)) for row in rows)


def may_read(kind: CaseKind, actor: Actor, case: Case) -> bool:
    """Whether he holds one of the kind's rights at one of the case's units, or made it."""
    if actor.staff and actor.person_id is not None and case.maker_person_id == actor.person_id:
        return True
    return _reaches(kind, actor, case)


def _reaches(kind: CaseKind, actor: Actor, case: Case) -> bool:
    here = registry.units.path(case.unit_id)
    if any(actor.may(right, here) for right in kind.rights):
        return True
    if case.other_unit_id is None or case.state in kind.unspoken:
        return False
    other = registry.units.path(case.other_unit_id)
    return any(actor.may(right, other) for right in (*kind.rights, *kind.other_readers))


# --- A person's own data
def rows_of(kind: CaseKind, subject: DataSubject) -> list[Any]:
    return list(_all(kind).filter(case__owner_person_id__in=subject.persons).order_by("case__opened_at", "id"))


def may_go(kind: CaseKind, case: Case, now: datetime) -> bool:
    if case.closed_at is None or case.state in kind.archive:
        return False
    return first_day_to_go(timezone.localdate(case.closed_at), kind.keep_days) <= timezone.localdate(now)


def facts(kind: CaseKind, standing: Standing, *, own: bool) -> list[tuple[str, str]]:
    """`[("类别", "节能降耗"), ...]`; what is not shown to him in this state is left out of his own page."""
    hidden = kind.hidden(standing.case.state) if own else frozenset()
    shown = [(asked.label, asked.show(getattr(standing.row, asked.name)))
             for asked in kind.shows if asked.name not in hidden]  # fmt: skip
    return [(label, value) for label, value in shown if value]


def export(kind: CaseKind, subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "编号": one.case.public_id,
            "提交时间": one.case.opened_at,
            "工会": one.unit,
            **dict(facts(kind, one, own=True)),
            "结果": kind.workflow.labels[one.case.state],
        }
        for one in told(rows_of(kind, subject))
    ]


def kept(kind: CaseKind, subject: DataSubject, now: datetime) -> list[Kept]:
    rows = [row.case for row in rows_of(kind, subject)]
    waits = [case for case in rows if case.closed_at is None]
    archive = [case for case in rows if case.closed_at and case.state in kind.archive]
    lately = [case for case in rows if case not in waits and case not in archive and not may_go(kind, case, now)]
    found = [Kept(len(waits), f"{kind.name}正在办理，办结之后才能删除。")] if waits else []
    if archive:
        found.append(Kept(len(archive), "办理结果是工会工作的记录，按档案规定保存。"))
    if lately:
        last = max(timezone.localdate(case.closed_at) for case in lately if case.closed_at)
        until = first_day_to_go(last, kind.keep_days)
        found.append(Kept(len(lately), "办结后保存一段时间，便于您核对答复。", until, needs_him=False))
    return found
