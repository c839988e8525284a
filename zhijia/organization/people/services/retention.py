"""What the clock deletes when its time is over, and the record that it did. Source: docs/rules/rights.md#retention"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.jobs import services as jobs
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.db import insert_row
from zhijia.kernel.personal import cut_off
from zhijia.kernel.registry import registry
from zhijia.organization.people.models import DeletionRecord
from zhijia.organization.people.selectors import rights as selectors

JOB: Final = "people.retention"
CHUNK = 1_000


def begin(*, now: datetime) -> str:
    """Start the day's deletion, once however often it is asked for while it runs. Returns the job's public id."""
    return jobs.enqueue(JOB, actor=SYSTEM, now=now, key=JOB, total=None)


def sweep_some(place: int, so_far: int, *, now: datetime) -> tuple[int, int, int]:
    """One chunk of the sweep at `place`; persons under a hold are left alone.

    Returns where to go on, what its sweep has deleted so far, and how many this chunk was. A sweep that deleted
    anything leaves one record when it is through. `place` beyond the last means that all is done.
    """
    sweeps = registry.sweeps()
    if place >= len(sweeps):
        return place, 0, 0
    sweep = sweeps[place]
    count = sweep.run(now, CHUNK, selectors.held_persons())
    so_far += count
    if count >= CHUNK:
        return place, so_far, count
    if so_far:
        today = timezone.localdate(now)
        insert_row(
            DeletionRecord,
            code=sweep.code,
            label=sweep.label,
            count=so_far,
            cut_off=sweep.last_day(today) if sweep.last_day else cut_off(today, sweep.days),
            case="",
            unit_id=None,
            at=now,
        )
        audit.record(SYSTEM, "people.swept", ("sweep", sweep.code), now=now, detail={"count": so_far})
    return place + 1, 0, count


def finished(place: int) -> bool:
    return place >= len(registry.sweeps())
