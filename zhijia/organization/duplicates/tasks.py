"""The nightly look for doubles."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.foundation.jobs.services import enqueue
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.clockwork import daily

from .services import hints


@job("duplicates.look", label="查找重复档案")
def look_for_duplicates(running: RunningJob, cursor: Json) -> Step:
    """Persons that came since the last look are compared with everybody."""
    looked, found = hints.look_further(now=running.now)
    return Step(cursor, done=looked, report={"found": found}, finished=looked == 0)


@daily("02:40")
def start_looking_for_duplicates(now: datetime) -> None:
    enqueue("duplicates.look", actor=SYSTEM, now=now, key="duplicates.look")
