"""What members do in the background: unions that moved."""

from __future__ import annotations

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job

from .services import placing


@job(placing.JOB, label="更新会员所属的县和市")
def place_members(running: RunningJob, cursor: Json) -> Step:
    """After a union came into another county or city."""
    return placing.place_some(running, cursor)
