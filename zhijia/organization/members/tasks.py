"""What memberships do by the clock, and after unions moved."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.kernel.clockwork import daily

from .services import placing, transfers


@daily("06:30")
def propose_returns(now: datetime) -> None:
    """Secondments that have ended."""
    transfers.propose_returns(now=now)


@job(placing.JOB, label="更新会员所属的县和市")
def place_members(running: RunningJob, cursor: Json) -> Step:
    """After a union came into another county or city."""
    return placing.place_some(running, cursor)
