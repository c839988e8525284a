"""Carrying out a list of changes, 200 lines at a time."""

from __future__ import annotations

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.kernel.actor import SYSTEM

from . import services

_WORDS = {"done": "已办", "same": "原已如此", "refused": "未办"}


@job(services.JOB, label="区划变更")
def change(running: RunningJob, cursor: Json) -> Step:
    """`cursor` counts chunks; the lines themselves know whether they are done."""
    batch = str(running.payload["batch"])
    counts, refused, finished = services.carry_out(batch, now=running.now)
    if finished:
        services.record_end(SYSTEM, batch, now=running.now)
    report = {_WORDS[outcome]: number for outcome, number in counts.items()}
    return Step(
        cursor=int(cursor or 0) + 1,
        done=sum(counts.values()),
        report=report | ({"未办的行": refused} if refused else {}),
        finished=finished,
    )
