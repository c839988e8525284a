"""The members of a union that was merged, split or dissolved go over."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.foundation.jobs.services import enqueue
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.clockwork import daily

from . import services


@job(services.JOB, label="组织变更：转接会员")
def move_members(running: RunningJob, cursor: Json) -> Step:
    """`cursor` counts chunks: who has gone over is not found again."""
    moved, finished = services.move_some(int(running.payload["change"]), now=running.now)
    return Step(int(cursor or 0) + 1, done=moved, report={"转接会员": moved}, finished=finished)


@daily("04:20")
def look_for_left_behind(now: datetime) -> None:
    """Nobody stays in a union that is closed."""
    for key in services.left_behind():
        enqueue(services.JOB, {"change": key}, actor=SYSTEM, now=now, key=f"{services.JOB}:{key}")
