"""People who wait for the real-name source are asked about again; copies are made, and what is over its time goes."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.kernel.clockwork import daily, every

from . import services
from .services import retention, rights


@every(minutes=5)
def recheck_real_names(now: datetime) -> None:
    services.recheck_pending(now=now)


@job(rights.COPY_JOB, label="准备个人信息副本")
def prepare_copy(running: RunningJob, cursor: Json) -> Step:
    """One workbook, in one step."""
    rights.finish_copy(str(running.payload["case"]), now=running.now)
    return Step(cursor=1, done=1, finished=True)


@daily("03:20")
def delete_what_is_over(now: datetime) -> None:
    retention.begin(now=now)


@job(retention.JOB, label="删除到期的个人信息")
def delete_some(running: RunningJob, cursor: Json) -> Step:
    place, so_far = cursor or (0, 0)
    place, so_far, count = retention.sweep_some(place, so_far, now=running.now)
    return Step(cursor=[place, so_far], done=count, finished=retention.finished(place))
