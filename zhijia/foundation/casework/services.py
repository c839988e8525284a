"""Opening and moving a case of any kind: ask, check, move, keep, tell, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import deadlines, selectors as cases, services as workflow
from zhijia.foundation.workflow.rules import MAKER, OWNER, Move
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_row, retrying
from zhijia.kernel.errors import NotFound, ZhijiaError
from zhijia.kernel.personal import DataSubject
from zhijia.kernel.registry import registry

from . import selectors
from .fields import Asked, Words, checked
from .kinds import By, CaseKind, Goes, kinds

MOST_AT_ONCE = 200


@retrying()
@transaction.atomic
def open_case(kind: CaseKind, actor: Actor, given: Mapping[str, Any], *, now: datetime) -> str:
    """Open a case; returns its public id.

    Raises NotSignedIn, NotAllowed, NotFound, Invalid, Duplicate, and what the kind's `goes` refuses with.
    """
    _require_opener(kind, actor)
    kept = checked(kind.opens, given)
    if kind.opener is By.SYSTEM:
        kept = {**given, **kept}
    goes = kind.goes(actor, kept, now)
    if kind.opener is By.CADRE:
        actor.require(kind.opened_by, registry.units.path(goes.from_unit_id or goes.unit_id))
    title = goes.title[:120] or _title(kind, kept)
    case = workflow.open_case(
        kind.workflow,
        actor,
        title=title,
        unit_id=goes.unit_id,
        other_unit_id=goes.other_unit_id,
        owner_person_id=_owner(kind, actor, goes),
        open_key=goes.open_key,
        note=(goes.note or (title if kind.opener is By.MEMBER else ""))[:200],
        start=goes.start,
        history_note=goes.said,
        now=now,
    )
    row = {asked.name: kept[asked.name] for asked in kind.opens if asked.kept}
    insert_row(kind.model, **{"case_id": case.pk, **row, **goes.fills})
    if "open" in kind.effects:
        kind.effects["open"](case, selectors.row_of(kind, case), actor=actor, given=kept, now=now)
    return case.public_id


def _require_opener(kind: CaseKind, actor: Actor) -> None:
    if kind.opener is By.MEMBER:
        actor.require_person()
    elif kind.opener is By.CADRE:
        actor.require_anywhere(kind.opened_by)


def _owner(kind: CaseKind, actor: Actor, goes: Goes) -> int | None:
    return actor.require_person() if kind.opener is By.MEMBER else goes.person_id


def _title(kind: CaseKind, kept: Mapping[str, Any]) -> str:
    return kind.title.format(**{asked.name: asked.show(kept[asked.name]) for asked in kind.opens})[:120]


@retrying()
@transaction.atomic
def act(
    kind: CaseKind, actor: Actor, public_id: str, name: str, given: Mapping[str, Any] | None = None, *, now: datetime,
    version: int | None = None,
) -> Case:  # fmt: skip
    """Make a move of a case: who may is the table's to say. Raises as `workflow.move`, Invalid for a wrong answer."""
    move = kind.workflow.move(name)
    case = _find(kind, actor, move, public_id)
    if kind.before is not None:
        kind.before(case)
    workflow.authorize(case, move, actor)
    step = kind.step(name)
    kept = checked(step.asks, given or {})
    words = _words(step.asks, kept)
    note = _words([each for each in step.asks if each.name not in kind.column_names], kept)
    case = workflow.move(
        case, name, actor=actor, now=now, given=dict.fromkeys(move.needs, words), note=note[:500], version=version
    )
    own = {key: value for key, value in kept.items() if key in kind.column_names}
    if own:
        change_rows(kind.model, {"case_id": case.pk}, own)
    if name in kind.effects:
        kind.effects[name](case, selectors.row_of(kind, case), actor=actor, given=kept, now=now)
    if step.tells and case.owner_person_id is not None:
        _tell(kind, case, case.owner_person_id, step.tells, words, now=now)
    return case


def _find(kind: CaseKind, actor: Actor, move: Move, public_id: str) -> Case:
    if move.by == OWNER:
        return cases.get_my_case(actor, public_id)
    case = cases.find_case(kind.workflow.code, public_id)
    if case is None or (move.by == MAKER and not actor.staff):
        raise NotFound
    return case


def _words(asks: Sequence[Asked], kept: Mapping[str, Any]) -> str:
    """The first answer in words that is for keeping: what the message says."""
    return next((kept[each.name] for each in asks if isinstance(each, Words) and each.kept and kept[each.name]), "")


def move_by_clock(case: Case, name: str, *, now: datetime) -> None:
    """A move that time makes, with the effect and message of its kind where it has one."""
    case = workflow.move(case, name, actor=SYSTEM, now=now)
    kind = next((each for each in kinds() if each.workflow.code == case.workflow), None)
    if kind is None:
        return
    if name in kind.effects:
        kind.effects[name](case, selectors.row_of(kind, case), actor=SYSTEM, given={}, now=now)
    tells = kind.step(name).tells
    if tells and case.owner_person_id is not None:
        _tell(kind, case, case.owner_person_id, tells, "", now=now)


def _tell(kind: CaseKind, case: Case, person_id: int, message: str, words: str, *, now: datetime) -> None:
    said = {
        "union": registry.units.names([case.unit_id]).get(case.unit_id, ""),
        "title": case.title,
        "result": kind.workflow.labels[case.state],
        "answer": words,
    }
    notify.send(message, person_id=person_id, context=said, now=now, case_public_id=case.public_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one row of several: its state, or the code and sentence of what was refused. `back` are the
    buttons of what he may still do about it, checked there as ever.
    """

    public_id: str
    title: str
    state: str = ""
    code: str = ""
    message: str = ""
    back: tuple[str, ...] = ()


def act_on_many(
    kind: CaseKind, actor: Actor, public_ids: Sequence[str], name: str, given: Mapping[str, Any], *, now: datetime
) -> list[Answer]:
    """The same move on several cases, each its own transaction. Raises Invalid before any is made."""
    selectors.require_desk(kind, actor)
    checked(kind.step(name).asks, given)
    answers = []
    for public_id in list(dict.fromkeys(public_ids))[:MOST_AT_ONCE]:
        found = cases.find_case(kind.workflow.code, public_id)
        try:
            case = act(kind, actor, public_id, name, given, now=now)
        except ZhijiaError as error:
            title = found.title if found is not None and selectors.may_read(kind, actor, found) else ""
            answers.append(Answer(public_id, title, code=error.code, message=error.message))
        else:
            back = [each.button for each in workflow.allowed_moves(case, actor) if each in kind.desk_moves]
            answers.append(Answer(public_id, case.title, kind.workflow.labels[case.state], back=tuple(back)))
    return answers


# --- Forgetting
def _drop(kind: CaseKind, rows: list[Any]) -> int:
    kind.model.objects.filter(pk__in=[row.pk for row in rows]).delete()  # type: ignore[attr-defined]
    workflow.forget_cases([row.case_id for row in rows])
    return len(rows)


def erase(kind: CaseKind, subject: DataSubject, now: datetime) -> int:
    return _drop(kind, [row for row in selectors.rows_of(kind, subject) if selectors.may_go(kind, row.case, now)])


def forget(kind: CaseKind, now: datetime, limit: int, held: frozenset[int]) -> int:
    """What is over its time, but for persons in `held` and what belongs to the archive; at most `limit`."""
    last_day = timezone.localdate(now) - timedelta(days=kind.keep_days)
    due = kind.model.objects.filter(case__closed_at__lt=deadlines.end_of(last_day))  # type: ignore[attr-defined]
    due = due.exclude(case__state__in=kind.archive).exclude(case__owner_person_id__in=held)
    return _drop(kind, list(due.order_by("case__closed_at", "id")[:limit]))
