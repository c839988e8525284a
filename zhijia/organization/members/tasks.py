"""What members do by the clock and in the background: rosters, full exports, moved unions."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.kernel.clockwork import daily

from .services import placing
from .services.rosters import conflicts as rosters_conflicts, exporting, loading


@job(placing.JOB, label="更新会员所属的县和市")
def place_members(running: RunningJob, cursor: Json) -> Step:
    """After a union came into another county or city."""
    return placing.place_some(running, cursor)


@job(loading.CHECK_JOB, label="核对会员名册", result="members:roster_of_job")
def check_roster(running: RunningJob, cursor: Json) -> Step:
    """`cursor` counts chunks; the load knows how far it came."""
    done, through = loading.check_some(int(running.payload["load"]), now=running.now)
    return Step(cursor=int(cursor or 0) + 1, done=done, finished=through)


_WORDS = {"added": "新增", "bound": "登记已有档案", "same": "已是会员", "bad": "有错"}


@job(loading.WRITE_JOB, label="导入会员名册", result="members:roster_of_job")
def write_roster(running: RunningJob, cursor: Json) -> Step:
    """`cursor` is None while rows are written, then `[last refused row looked at, cases opened]`."""
    load = int(running.payload["load"])
    if cursor is None:
        done, outcomes, through = loading.write_some(load, now=running.now)
        report = {_WORDS[name]: count for name, count in outcomes.items()}
        return Step(cursor=[0, 0] if through else None, done=done, report=report)
    after, opened = cursor
    after, made = loading.open_conflicts(load, after, opened, now=running.now)
    if not after:
        loading.finish(load, now=running.now)
    return Step(cursor=[after, opened + made], report={"待处理事项": made}, finished=not after)


@job(exporting.JOB, label="准备完整名册", result="members:export_of_job")
def prepare_export(running: RunningJob, cursor: Json) -> Step:
    """`cursor` is the key behind the last member gathered; the last step puts the parts into one file."""
    done, after, through = exporting.prepare_some(int(running.payload["export"]), str(cursor or ""), now=running.now)
    return Step(cursor=after, done=done, finished=through)


@daily("04:40")
def forget_old_rosters(now: datetime) -> None:
    while loading.forget_old(now=now):
        pass
    while rosters_conflicts.forget_settled(now=now):
        pass
