"""Terms that end soon."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.foundation.jobs.services import enqueue
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.clockwork import daily

from .services import remind_some


@job("posts.remind", label="提醒换届")
def remind(running: RunningJob, cursor: Json) -> Step:
    """`cursor` is the last term looked at."""
    last, looked, reminded = remind_some(int(cursor or 0), now=running.now)
    return Step(last, done=looked, report={"提醒": reminded}, finished=looked == 0)


@daily("07:10")
def start_reminding(now: datetime) -> None:
    enqueue("posts.remind", actor=SYSTEM, now=now, key="posts.remind")
