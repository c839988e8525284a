"""Secondments that have ended, and employers whose people are many in an online home."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.foundation.jobs.services import enqueue
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.clockwork import daily

from .cases import founding, returns


@daily("06:30")
def propose_returns(now: datetime) -> None:
    """Secondments that have ended."""
    returns.propose_returns(now=now)


@job("transfers.look_for_founding", label="查找应建会的单位")
def look_for_founding(running: RunningJob, cursor: Json) -> Step:
    """`cursor` is the last online home looked at."""
    last, looked, opened = founding.look_through_homes(int(cursor or 0), now=running.now)
    return Step(last, done=looked, report={"建会任务": opened}, finished=looked == 0)


@daily("02:50")
def start_looking_for_founding(now: datetime) -> None:
    enqueue("transfers.look_for_founding", actor=SYSTEM, now=now, key="transfers.look_for_founding")
