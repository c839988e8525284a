"""The only way a case changes its state.

`open_case`, `move` and `move_many` run inside the caller's transaction and write everything that belongs to the step:
state, history, audit, inbox entries closed and opened, deadlines. The lean write path of `kernel.db` keeps them cheap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Duplicate, Expired, Invalid, NotFound, RuleBroken, WrongState
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.registry import registry

from . import deadlines
from .models import Case, CaseHistory, Deadline, InboxEntry
from .rules import CLOCK, MAKER, OWNER, SYSTEM, UNIT, Move, Workflow
from .selectors import unit_of

FORGOTTEN = "已到期删除"
"""What a case is called whose personal part has gone."""


def open_case(
    workflow: Workflow,
    actor: Actor,
    *,
    title: str,
    unit_id: int,
    owner_person_id: int | None,
    now: datetime,
    other_unit_id: int | None = None,
    open_key: str | None = None,
    note: str = "",
    start: str | None = None,
    history_note: str = "",
) -> Case:
    """Put a new case into its first state, or into `start` where the checks are already passed.

    Raises Duplicate `<workflow>.already_open` where another open case has the same `open_key`. The transaction is then
    broken and must be left.
    """
    state = start or workflow.start
    values: dict[str, Any] = {
        "public_id": new_public_id(),
        "workflow": workflow.code,
        "state": state,
        "version": 1,
        "title": title,
        "note": note,
        "owner_person_id": owner_person_id,
        "maker_person_id": actor.person_id,
        "last_person_id": actor.person_id,
        "unit_id": unit_id,
        "other_unit_id": other_unit_id,
        "open_key": open_key,
        "opened_at": now,
        "entered_at": now,
        "closed_at": now if state in workflow.closed else None,
        "due_at": None,
        "due_provisional": False,
        "due_explained": "",
        "versions": {},
    }
    clocks = [] if state in workflow.closed else deadlines.for_state(workflow, state, unit_id, now)
    deadlines.show_on(values, clocks)
    try:
        key = db.insert_row(Case, **values)
    except IntegrityError as error:
        if open_key is None:
            raise
        raise _already_open(workflow) from error
    case = Case(id=key, **values)
    _write_step(
        workflow, case, actor, "open", "", now=now, note=history_note, facts={}, acting_unit=None, clocks=clocks
    )
    return case


def _already_open(workflow: Workflow) -> Duplicate:
    return Duplicate(
        f"{workflow.code}.already_open", f"您有一件{workflow.name}正在办理，请先查看进度，或撤回后再提交。"
    )


def _acting_grant(actor: Actor, permission: str, path: str) -> tuple[str, int | None]:
    """Role and unit under which the actor acts: his nearest grant that carries the permission there."""
    best = max(
        (g for g in actor.living_grants if permission in g.permissions and g.covers(path)),
        key=lambda g: len(g.path),
        default=None,
    )
    return (best.role, best.unit_id) if best else ("", None)


def acting_under(actor: Actor, permission: str, unit_id: int) -> tuple[str, int | None]:
    """Role and unit under which the actor acts on a unit; empty and None where he does not."""
    return _acting_grant(actor, permission, registry.units.path(unit_id))


def authorize(case: Case, step: Move, actor: Actor) -> tuple[str, int | None]:
    """Whether the actor may make this move; returns the role and unit he acts under.

    Raises NotFound out of scope, NotAllowed without the right, RuleBroken `case.own` and `case.same_person`.
    """
    if step.by in (CLOCK, SYSTEM):
        if not actor.is_system:
            raise WrongState
        return "", None
    if step.by == OWNER:
        if case.owner_person_id is None or actor.person_id != case.owner_person_id:
            raise NotFound
        return "", None
    if step.by == MAKER:
        if case.maker_person_id is None or actor.person_id != case.maker_person_id:
            raise NotFound
        return "", None
    unit_id = unit_of(case, step.unit_in(case.state))
    if unit_id is None:
        raise WrongState
    if actor.is_system:
        return "", None
    path = registry.units.path(unit_id)
    actor.require(step.by, path)
    if actor.person_id is not None and case.owner_person_id == actor.person_id:
        raise RuleBroken("case.own", "这是您本人的事项，需由其他人办理。")
    if step.checker and case.state in step.sources and actor.person_id in kept_out(case, step):
        raise RuleBroken("case.same_person", "经办和复核须由两个人分别办理，请交由另一位同事复核。")
    return _acting_grant(actor, step.by, path)


def kept_out(case: Case, step: Move) -> frozenset[int | None]:
    """Who may not make a checked move: who made the last one and, unless it is checked afresh, the case."""
    return frozenset({case.last_person_id} if step.afresh else {case.maker_person_id, case.last_person_id})


def allowed_moves(case: Case, actor: Actor) -> list[Move]:
    """The moves this actor may make on the case as it stands, in the order of the table."""
    workflow: Workflow = registry.workflow(case.workflow)
    allowed = []
    for step in workflow.moves_from(case.state):
        if step.by in (CLOCK, SYSTEM):
            continue
        try:
            authorize(case, step, actor)
        except (NotFound, RuleBroken):
            continue
        except Exception as error:
            if getattr(error, "status", 500) in (401, 403):
                continue
            raise
        allowed.append(step)
    return allowed


def move(
    case: Case,
    name: str,
    *,
    actor: Actor,
    now: datetime,
    given: Mapping[str, Any] | None = None,
    note: str = "",
    facts: Mapping[str, Any] | None = None,
    unit_id: int | None = None,
    version: int | None = None,
) -> Case:
    """Make one move. `given` holds what the move `needs`; `unit_id` hands the case to another unit in the same step.

    Raises NotFound, NotAllowed, RuleBroken (see `authorize`), Invalid `case.missing` naming every missing value,
    Expired `case.too_late` after the window, WrongState where the state has no such move or somebody was quicker.
    """
    workflow: Workflow = registry.workflow(case.workflow)
    step = workflow.move(name)
    role, acting_unit = authorize(case, step, actor)
    _refuse_impossible(case, step, given or {}, now=now, version=version)
    source = case.state
    stays = source == step.target and unit_id in (None, case.unit_id)
    closes = step.target in workflow.closed
    values: dict[str, Any] = {
        "state": step.target,
        "version": case.version + 1,
        "last_person_id": actor.person_id,
        "closed_at": now if closes else None,
    }
    if unit_id is not None:
        values["unit_id"] = unit_id
    clocks: list[deadlines.Clock] = []
    if not stays:
        values["entered_at"] = now
        clocks = deadlines.for_state(workflow, step.target, unit_id or case.unit_id, now)
        deadlines.show_on(values, clocks)
    try:
        changed = db.change_rows(Case, {"id": case.pk, "state": source, "version": case.version}, values)
    except IntegrityError as error:
        raise Duplicate(
            f"{workflow.code}.already_open", f"您另有一件{workflow.name}正在办理，请先等待答复或撤回。"
        ) from error
    if not changed:
        raise WrongState
    for key, value in values.items():
        setattr(case, key, value)
    if not stays:
        deadlines.end(case.pk, now)
    _write_step(
        workflow,
        case,
        actor,
        name,
        source,
        now=now,
        note=note,
        facts=facts or {},
        acting_unit=acting_unit,
        role=role,
        clocks=clocks,
        inbox=not stays,
    )
    if stays and step.once and all(each.by != step.by or each is step for each in workflow.moves_from(source)):
        done = {"case_id": case.pk, "permission": step.by, "closed_at": None}
        db.change_rows(InboxEntry, done, {"closed_at": now})  # nothing is left to do for who holds it
    return case


def _refuse_impossible(case: Case, step: Move, given: Mapping[str, Any], *, now: datetime, version: int | None) -> None:
    """State, version, missing values, a move that was made already, a window that has closed."""
    if case.state not in step.sources or (version is not None and version != case.version):
        raise WrongState
    missing = [key for key in step.needs if given.get(key) in (None, "", [], ())]
    if missing:
        raise Invalid(
            "case.missing", "还有必填的内容没有填写，请补充后再提交。", fields=dict.fromkeys(missing, "请填写这一项。")
        )
    if step.once and CaseHistory.objects.filter(case_id=case.pk, move=step.name).exists():
        raise WrongState("case.only_once", "这一步只能办理一次，已经办理过了。")
    if (
        step.within
        and Deadline.objects.filter(
            case_id=case.pk, kind="window", move=step.name, state=case.state, due_at__lte=now
        ).exists()
    ):
        raise Expired("case.too_late", "已经超过办理期限，不能再办理这一步。")


def _write_step(
    workflow: Workflow,
    case: Case,
    actor: Actor,
    name: str,
    source: str,
    *,
    now: datetime,
    note: str,
    facts: Mapping[str, Any],
    acting_unit: int | None,
    clocks: Sequence[deadlines.Clock],
    role: str = "",
    inbox: bool = True,
) -> None:
    step = {
        "case_id": case.pk,
        "at": now,
        "move": name,
        "source": source,
        "target": case.state,
        "actor_kind": actor.kind.value,
        "person_id": actor.person_id,
        "role": role,
        "unit_id": acting_unit,
        "note": note,
        "facts": dict(facts),
    }
    db.insert_rows(CaseHistory, [step])
    audit.record(
        actor,
        "workflow.move",
        (workflow.code, case.public_id),
        now=now,
        role=role,
        unit_id=acting_unit or case.unit_id,
        concerns=case.owner_person_id,
        before={"state": source},
        after={"state": case.state, "version": case.version},
        detail={"move": name, "from": source, "to": case.state},
    )
    if not inbox:
        return
    if source:
        db.change_rows(InboxEntry, {"case_id": case.pk, "closed_at": None}, {"closed_at": now})
    entries = [] if case.state in workflow.closed else _entries(workflow, case, now)
    db.insert_rows(InboxEntry, entries)
    deadlines.write(case.pk, clocks)


def _entries(workflow: Workflow, case: Case, now: datetime) -> list[dict[str, Any]]:
    today = timezone.localdate(now)
    rows = []
    for unit_role, permission in workflow.addressees(case.state):
        home = unit_of(case, unit_role)
        if home is None:
            continue
        besides = _not_deciding(workflow, case, unit_role, permission)
        rows.append(
            {
                "case_id": case.pk,
                "unit_id": registry.units.nearest_holder(home, permission, today, besides=besides),
                "home_unit_id": home,
                "permission": permission,
                "opened_at": now,
                "due_at": case.due_at,
            }
        )
    return rows


def _not_deciding(workflow: Workflow, case: Case, unit_role: str, permission: str) -> frozenset[int]:
    """Persons whose grant does not make an entry actionable: whose matter it is, and of a checked move who made it."""
    persons = {case.owner_person_id}
    for step in workflow.checks_of(case.state, unit_role, permission):
        persons |= kept_out(case, step)
    return frozenset(person for person in persons if person is not None)


def retitle(case: Case, *, title: str, note: str, open_key: str) -> None:
    """What a case is about, put right. Raises Duplicate `<workflow>.already_open` where another is about that."""
    try:
        with transaction.atomic():
            db.change_rows(Case, {"id": case.pk}, {"title": title[:120], "note": note[:200], "open_key": open_key})
    except IntegrityError as error:
        raise _already_open(registry.workflow(case.workflow)) from error


def move_many(
    workflow: Workflow, name: str, case_ids: Sequence[int], *, actor: Actor, now: datetime, note: str = ""
) -> list[int]:
    """Make the same CLOCK or SYSTEM move on many cases; returns the ids that moved.

    A case that is not in a source state any more is left alone. Runs in chunks of the caller's choosing, each its own
    transaction; what belongs to each step is written as in `move`.
    """
    step = workflow.move(name)
    if step.by not in (CLOCK, SYSTEM) or not actor.is_system:
        raise WrongState
    moved = []
    for case in Case.objects.filter(id__in=case_ids, workflow=workflow.code, state__in=step.sources).order_by("id"):
        try:
            with transaction.atomic():
                move(case, name, actor=actor, now=now, note=note)
        except WrongState:
            continue
        moved.append(case.pk)
    return moved


def reroute_inbox(*, unit_ids: Sequence[int] | None, now: datetime) -> int:
    """Send open entries to where somebody can act now; called when grants begin or end. Returns how many moved.

    `unit_ids` limits it to entries that wait at, or belong to, these units.
    """
    day = timezone.localdate(now)
    entries = InboxEntry.objects.filter(closed_at__isnull=True).select_related("case")
    if unit_ids is not None:
        entries = entries.filter(Q(unit_id__in=unit_ids) | Q(home_unit_id__in=unit_ids))
    holders: dict[tuple[int, str], Sequence[tuple[int, frozenset[int]]]] = {}
    changed = 0
    for entry in entries.iterator(chunk_size=2000):
        key = (entry.home_unit_id, entry.permission)
        if key not in holders:
            holders[key] = registry.units.holders(*key, day)
        besides = not_deciding(entry)
        wanted = next((unit for unit, persons in holders[key] if persons - besides), entry.home_unit_id)
        if wanted != entry.unit_id:
            changed += db.change_rows(InboxEntry, {"id": entry.pk, "closed_at": None}, {"unit_id": wanted})
    return changed


def not_deciding(entry: InboxEntry) -> frozenset[int]:
    """Persons for whom this open entry is no work, whatever they hold: whose matter it is, or who made it."""
    case = entry.case
    workflow: Workflow = registry.workflow(case.workflow)
    role = next(
        (
            unit_role
            for unit_role, permission in workflow.addressees(case.state)
            if permission == entry.permission and unit_of(case, unit_role) == entry.home_unit_id
        ),
        UNIT,
    )
    return _not_deciding(workflow, case, role, entry.permission)


def forget_cases(case_ids: Sequence[int]) -> int:
    """Closed cases no longer name anybody; state, days and sealed history stay. Returns how many were changed."""
    closed = Case.objects.filter(id__in=list(case_ids), closed_at__isnull=False)
    return closed.update(title=FORGOTTEN, note="", owner_person_id=None, open_key=None)
