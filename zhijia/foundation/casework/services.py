"""Opening and moving a case of any kind: ask, check, move, keep, tell, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.files import services as files
from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import deadlines, selectors as cases, services as workflow
from zhijia.foundation.workflow.rules import MAKER, OWNER, Move
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_row, retrying
from zhijia.kernel.errors import NotAllowed, NotFound, WrongState, ZhijiaError
from zhijia.kernel.personal import DataSubject
from zhijia.kernel.registry import registry

from . import selectors
from .fields import Asked, Choice, Papers, Words, checked
from .kinds import By, CaseKind, Goes, Opening, kinds

MOST_AT_ONCE = 200


@retrying()
@transaction.atomic
def open_case(kind: CaseKind, actor: Actor, given: Mapping[str, Any], *, now: datetime, by: By | None = None) -> str:
    """Open a case, `by` whom where there are several ways in; returns its public id.

    Raises NotSignedIn, NotAllowed, NotFound, Invalid, Duplicate, and what the kind's `goes` refuses with.
    """
    opening = kind.opening(by or kind.opener)
    if opening is None:
        raise LookupError(f"{kind.slug} is opened otherwise")
    _require_opener(opening, actor)
    kept = checked(opening.asks, given)
    if opening.by is By.SYSTEM:
        kept = {**given, **kept}
    if opening.already is not None and (there := opening.already(actor, kept, now)):
        return there
    goes = opening.goes(actor, kept, now)
    if opening.by is By.CADRE:
        actor.require(opening.right, registry.units.path(goes.from_unit_id or goes.unit_id))
    title = goes.title[:120] or _title(kind, opening, kept)
    case = workflow.open_case(
        kind.workflow,
        actor,
        title=title,
        unit_id=goes.unit_id,
        other_unit_id=goes.other_unit_id,
        owner_person_id=_owner(opening, actor, goes),
        open_key=goes.open_key,
        note=(goes.note or (title if opening.by is By.MEMBER else ""))[:200],
        start=goes.start,
        history_note=goes.said,
        now=now,
    )
    row = {asked.name: kept[asked.name] for asked in opening.asks if asked.kept}
    insert_row(kind.model, **{"case_id": case.pk, **row, **goes.fills})
    _keep_papers(case, actor, opening.asks, kept, now=now)
    if "open" in kind.effects:
        kind.effects["open"](case, selectors.row_of(kind, case), actor=actor, given=kept, now=now)
    return case.public_id


def _require_opener(opening: Opening, actor: Actor) -> None:
    if opening.by is By.MEMBER:
        actor.require_person()
    elif opening.by is By.CADRE:
        actor.require_anywhere(opening.right)


def _owner(opening: Opening, actor: Actor, goes: Goes) -> int | None:
    return actor.require_person() if opening.by is By.MEMBER else goes.person_id


def _title(kind: CaseKind, opening: Opening, kept: Mapping[str, Any]) -> str:
    return kind.title.format(**{asked.name: asked.show(kept[asked.name]) for asked in opening.asks})[:120]


def _keep_papers(case: Case, actor: Actor, asks: Sequence[Asked], kept: Mapping[str, Any], *, now: datetime) -> None:
    for asked in asks:
        if not isinstance(asked, Papers):
            continue
        for paper in kept[asked.name]:
            files.keep(
                actor, paper.content, use=asked.use, name=paper.name, about=("case", case.public_id),
                unit_id=case.unit_id, now=now,
            )  # fmt: skip


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
    _authorize(kind, case, move, actor)
    step, row = kind.step(name), selectors.row_of(kind, case)
    if step.when is not None and not step.when(row):
        raise WrongState
    kept = checked(step.asks, given or {})
    columns = {each.name for each in step.asks if each.kept} & kind.column_names
    note = _words([each for each in step.asks if each.name not in columns], kept)
    words = note or _words(step.asks, kept)
    case = workflow.move(
        case, name, actor=actor, now=now, given=dict.fromkeys(move.needs, words), note=note[:500], version=version,
        unit_id=step.hands(case, row) if step.hands is not None else None,
    )  # fmt: skip
    if columns:
        change_rows(kind.model, {"case_id": case.pk}, {name: kept[name] for name in columns})
    _keep_papers(case, actor, step.asks, kept, now=now)
    if name in kind.effects:
        kind.effects[name](case, selectors.row_of(kind, case), actor=actor, given=kept, now=now)
    if step.tells and case.owner_person_id is not None:
        tell(kind, case, step.tells, words, now=now)
    return case


def _authorize(kind: CaseKind, case: Case, move: Move, actor: Actor) -> None:
    """As the table has it; who reads the case and does not decide it is told so (403)."""
    try:
        workflow.authorize(case, move, actor)
    except NotFound:
        if move.is_permission and selectors.may_read(kind, actor, case):
            unit_id = cases.unit_of(case, move.unit_in(case.state)) or case.unit_id
            unit = registry.units.names([unit_id])[unit_id]
            raise NotAllowed("case.others_decide", f"这件由“{unit}”办理，您可以查看，不能办理。") from None
        raise


def _find(kind: CaseKind, actor: Actor, move: Move, public_id: str) -> Case:
    if move.by == OWNER:
        return cases.get_my_case(actor, public_id)
    case = cases.find_case(kind.workflow.code, public_id)
    if case is None or (move.by == MAKER and not actor.staff and case.owner_person_id != actor.person_id):
        raise NotFound
    return case


def _words(asks: Sequence[Asked], kept: Mapping[str, Any]) -> str:
    """The choice and the first words that are for keeping: what the message says."""
    chosen = [each.show(kept[each.name]) for each in asks if type(each) is Choice and each.kept]
    said = [kept[each.name] for each in asks if isinstance(each, Words) and each.kept and kept[each.name]]
    return "：".join(filter(None, [*chosen, *said[:1]]))


def move_by_clock(case: Case, name: str, *, now: datetime) -> None:
    """A move that time makes, with the effect and message of its kind where it has one."""
    kind = next((each for each in kinds() if each.workflow.code == case.workflow), None)
    if kind is not None and kind.before is not None:
        kind.before(case)
    case = workflow.move(case, name, actor=SYSTEM, now=now)
    if kind is None:
        return
    if name in kind.effects:
        kind.effects[name](case, selectors.row_of(kind, case), actor=SYSTEM, given={}, now=now)
    tells = kind.step(name).tells
    if tells and case.owner_person_id is not None:
        tell(kind, case, tells, "", now=now)


def tell(kind: CaseKind, case: Case, message: str, words: str = "", *, now: datetime, **more: str) -> None:
    """The message to whose matter it is; `more` is what it says besides what every step gives."""
    assert case.owner_person_id is not None  # noqa: S101  the callers look
    said = {
        "union": registry.units.names([case.unit_id]).get(case.unit_id, ""),
        "title": case.title,
        "result": kind.workflow.labels[case.state],
        "answer": words,
        **more,
    }
    notify.send(message, person_id=case.owner_person_id, context=said, now=now, case_public_id=case.public_id)


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
