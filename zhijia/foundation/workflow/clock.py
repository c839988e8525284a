"""What time does to cases: reminders when something is due, and the moves that the clock makes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction

from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import ZhijiaError

from . import services
from .models import Case, Deadline

log = logging.getLogger(__name__)
Effect = Callable[..., object]
_effects: dict[tuple[str, str], Effect] = {}
_usual: list[Effect] = [partial(services.move, actor=SYSTEM)]
_reminders: list[Effect] = []


def on_clock(workflow: str, move: str, effect: Effect) -> None:
    """Let `effect(case, now=...)` make this clock move, for moves that do more than change the state."""
    _effects[workflow, move] = effect


def otherwise(effect: Effect) -> None:
    """Let `effect(case, move, now=...)` make the clock moves that nobody makes by `on_clock`."""
    _usual[:] = [effect]


def on_due(effect: Effect) -> None:
    """Call `effect(case, now=...)` when a case's due date has passed."""
    if effect not in _reminders:
        _reminders.append(effect)


def fire_due(*, now: datetime, limit: int = 500) -> dict[str, int]:
    """Everything whose time has come, each in its own transaction: `{"due": 3, "clock": 1, "failed": 0}`.

    Safe to run in several processes: a deadline is claimed by a conditional update.
    """
    done = {"due": 0, "clock": 0, "failed": 0}
    waiting = Deadline.objects.filter(
        done_at__isnull=True, paused_at__isnull=True, due_at__lte=now, kind__in=("due", "clock")
    )
    for key in waiting.order_by("due_at", "id").values_list("id", flat=True)[:limit]:
        try:
            with transaction.atomic():
                kind = _fire(key, now=now)
        except ZhijiaError as error:
            log.warning("a clock move was refused", extra={"deadline": key, "code": error.code})
            change_rows(Deadline, {"id": key, "done_at": None}, {"done_at": now})
            done["failed"] += 1
            continue
        if kind:
            done[kind] += 1
    return done


def _fire(key: int, *, now: datetime) -> str:
    deadline = Deadline.objects.select_related("case").get(pk=key)
    if not change_rows(Deadline, {"id": key, "done_at": None}, {"done_at": now}):
        return ""
    case: Case = deadline.case
    if case.state != deadline.state:
        return ""
    if deadline.kind == "due":
        for remind in _reminders:
            remind(case, now=now)
        return "due"
    effect = _effects.get((case.workflow, deadline.move))
    if effect is not None:
        effect(case, now=now)
    else:
        _usual[0](case, deadline.move, now=now)
    return "clock"
