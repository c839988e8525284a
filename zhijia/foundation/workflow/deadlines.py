"""When something is due, how that was computed, and what happens then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.parameters import selectors as parameters
from zhijia.kernel import db, workdays
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import WrongState
from zhijia.kernel.registry import registry

from .models import Case, Deadline, InboxEntry
from .rules import Workflow


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline about to be written: `Clock("clock", "escalate", "PENDING", "join.escalate_wd", 5, ...)`."""

    kind: str
    move: str
    state: str
    parameter: str
    amount: int
    started_at: datetime
    due_at: datetime
    provisional: bool
    explained: str
    version: int


def compute(parameter: str, amount: int, started_at: datetime) -> tuple[datetime, bool, str]:
    """Due instant (exclusive: the midnight after the last day), whether provisional, and the sentence that explains it.

    The parameter's ending names its unit: `_wd` working days, `_cd` calendar days, `_h` hours. Source: Civil Code
    201-203; the starting day does not count and a period of days ends on a working day.
    """
    if parameter.endswith("_h"):
        return started_at + timedelta(hours=amount), False, f"自受理起 {amount} 小时"
    start = timezone.localdate(started_at)
    calendar = parameters.calendar()
    if parameter.endswith("_wd"):
        due = workdays.add_workdays(calendar, start, amount)
    elif parameter.endswith("_cd"):
        due = workdays.add_calendar_days(calendar, start, amount)
    else:
        raise LookupError(f"{parameter} does not end with its unit")
    return end_of(due.day), due.provisional, due.sentence


def end_of(day: date) -> datetime:
    """Midnight after `day` in Shanghai: the first instant that is too late."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def for_state(workflow: Workflow, state: str, unit_id: int, now: datetime) -> list[Clock]:
    """The clocks that start when a case enters `state`: its due date, moves by the clock, closing windows."""
    wanted = [("due", "", workflow.due[state])] if state in workflow.due else []
    wanted += [("clock", move.name, move.after) for move in workflow.moves_from(state) if move.after]
    wanted += [("window", move.name, move.within) for move in workflow.moves_from(state) if move.within]
    if not wanted:
        return []
    region = registry.units.region(unit_id)
    today = timezone.localdate(now)
    clocks = []
    for kind, name, parameter in wanted:
        setting = parameters.versioned(parameter, on=today, region=region)
        if not setting.value:
            continue
        due_at, provisional, explained = compute(parameter, setting.value, now)
        clocks.append(
            Clock(kind, name, state, parameter, setting.value, now, due_at, provisional, explained, setting.version)
        )
    return clocks


def show_on(values: dict[str, Any], clocks: Sequence[Clock]) -> None:
    """Put the date people should see onto the case's columns: the due date, else the nearest other clock."""
    waited_for = [clock for clock in clocks if clock.kind != "window"]
    shown = min(waited_for, key=lambda clock: (clock.kind != "due", clock.due_at), default=None)
    values["due_at"] = shown.due_at if shown else None
    values["due_provisional"] = shown.provisional if shown else False
    values["due_explained"] = shown.explained if shown else ""
    if clocks:
        values["versions"] = {clock.parameter: clock.version for clock in clocks}


def write(case_id: int, clocks: Sequence[Clock]) -> None:
    db.insert_rows(
        Deadline,
        [
            {
                "case_id": case_id,
                "kind": clock.kind,
                "move": clock.move,
                "state": clock.state,
                "parameter": clock.parameter,
                "amount": clock.amount,
                "started_at": clock.started_at,
                "due_at": clock.due_at,
                "provisional": clock.provisional,
                "explained": clock.explained,
            }
            for clock in clocks
        ],
    )


def end(case_id: int, now: datetime) -> None:
    """The state is left: its clocks stop for good."""
    db.change_rows(Deadline, {"case_id": case_id, "done_at": None}, {"done_at": now})


PAUSED = "暂停计时，恢复后顺延"


def _restate(case_id: int) -> None:
    """Carry changed dates to where lists read them: the due date, else the nearest other clock, as `show_on` does.

    Clocks that stand are not due at all.
    """
    open_ones = list(Deadline.objects.filter(case_id=case_id, done_at__isnull=True))
    if not open_ones:
        return
    running = [clock for clock in open_ones if clock.paused_at is None]
    shown = min(running, key=lambda clock: (clock.kind != "due", clock.due_at), default=None)
    values: dict[str, Any] = {"due_at": None, "due_provisional": False, "due_explained": PAUSED}
    if shown is not None:
        values = {"due_at": shown.due_at, "due_provisional": shown.provisional, "due_explained": shown.explained}
    db.change_rows(Case, {"id": case_id}, values)
    db.change_rows(InboxEntry, {"case_id": case_id, "closed_at": None}, {"due_at": values["due_at"]})


def extend(case: Case, *, actor: Actor, add: int, now: datetime) -> None:
    """Lengthen the state's open clocks once by `add` of their own unit. Raises WrongState `case.extended_already`.

    Who may is the capability's move to decide; this only counts.
    """
    clocks = list(Deadline.objects.filter(case_id=case.pk, done_at__isnull=True).exclude(kind="window"))
    if any(clock.extended_by is not None for clock in clocks):
        raise WrongState("case.extended_already", "期限只能延长一次，已经延长过了。")
    for clock in clocks:
        if clock.parameter.endswith("_h"):
            clock.due_at += timedelta(hours=add)
            clock.explained = f"{clock.explained}，延长 {add} 小时"
            clock.amount += add
        else:
            clock.amount += add
            clock.due_at, clock.provisional, clock.explained = _computed(clock)
        clock.extended_by = actor.person_id or 0
        clock.save(update_fields=["amount", "due_at", "provisional", "explained", "extended_by"])
    _restate(case.pk)
    audit.record(actor, "workflow.extend", ("case", case.public_id), now=now, detail={"add": add})


def pause(case: Case, *, actor: Actor, now: datetime) -> int:
    """Stop the state's clocks, as while waiting for a court or the worker; returns how many."""
    stopped = Deadline.objects.filter(case_id=case.pk, done_at__isnull=True, paused_at__isnull=True).update(
        paused_at=now
    )
    if stopped:
        _restate(case.pk)
    audit.record(actor, "workflow.pause", ("case", case.public_id), now=now, detail={"clocks": stopped})
    return stopped


def resume(case: Case, *, actor: Actor, now: datetime) -> int:
    """Let paused clocks run on; each gets the whole days that it stood, hours to the minute. Returns how many."""
    resumed = 0
    for clock in Deadline.objects.filter(case_id=case.pk, done_at__isnull=True, paused_at__isnull=False):
        paused_at = clock.paused_at or now
        if clock.parameter.endswith("_h"):
            clock.due_at += now - paused_at
        else:
            clock.stood_days += (timezone.localdate(now) - timezone.localdate(paused_at)).days
            clock.due_at, clock.provisional, clock.explained = _computed(clock)
        clock.paused_at = None
        clock.save(update_fields=["due_at", "provisional", "explained", "paused_at", "stood_days"])
        resumed += 1
    if resumed:
        _restate(case.pk)
    audit.record(actor, "workflow.resume", ("case", case.public_id), now=now, detail={"clocks": resumed})
    return resumed


def _computed(clock: Deadline) -> tuple[datetime, bool, str]:
    """As `compute`, moved on by the days that the clock stood."""
    due_at, provisional, explained = compute(clock.parameter, clock.amount, clock.started_at)
    if clock.stood_days:
        due_at = _moved(due_at, clock.stood_days)
        explained = f"{explained}，暂停 {clock.stood_days} 天后顺延"
    return due_at, provisional, explained


def _moved(due_at: datetime, days: int) -> datetime:
    """The same deadline `days` later, moved on to a working day."""
    last_day = timezone.localdate(due_at) - timedelta(days=1) + timedelta(days=days)
    calendar = parameters.calendar()
    while not calendar.is_workday(last_day):
        last_day += timedelta(days=1)
    return end_of(last_day)


def recompute_some(*, after: int = 0, year: int | None = None, limit: int = 500) -> tuple[int, int]:
    """One chunk of `recompute_provisional`, by id: the last id looked at, 0 when there is none left, and how many
    changed their day.
    """
    wanted = Q(provisional=True)
    if year is not None:
        wanted |= Q(due_at__gt=end_of(date(year - 1, 12, 31)), due_at__lte=end_of(date(year, 12, 31)))
    open_ones = Deadline.objects.filter(wanted, id__gt=after, done_at__isnull=True, paused_at__isnull=True)
    chunk = list(open_ones.exclude(parameter__endswith="_h").order_by("id")[:limit])
    changed = 0
    for clock in chunk:
        due_at, provisional, explained = _computed(clock)
        if (due_at, provisional) == (clock.due_at, clock.provisional):
            continue
        values = {"due_at": due_at, "provisional": provisional, "explained": explained}
        if db.change_rows(Deadline, {"id": clock.pk, "done_at": None}, values):
            changed += due_at != clock.due_at
            _restate(clock.case_id)
    return (chunk[-1].pk if len(chunk) == limit else 0), changed


def recompute_provisional(*, year: int | None = None) -> int:
    """After a calendar year was loaded: compute open provisional deadlines again, and those that end in `year`.

    Runs in chunks, each its own transaction. Returns how many changed their day; one that only became certain does not
    count.
    """
    changed, after = 0, 0
    while True:
        with transaction.atomic():
            after, some = recompute_some(after=after, year=year)
        changed += some
        if not after:
            return changed
