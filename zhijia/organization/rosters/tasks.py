"""Files of members checked and written, full lists prepared, and what is over its time forgotten."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.kernel.clockwork import daily

from .cases.conflicts import open_conflicts
from .cases.exports import EXPORT
from .services import conflicts, loading


@job(loading.CHECK_JOB, label="核对会员名册", result="rosters:of_job")
def check_roster(running: RunningJob, cursor: Json) -> Step:
    """`cursor` counts chunks; the load knows how far it came."""
    done, through = loading.check_some(int(running.payload["load"]), now=running.now)
    return Step(cursor=int(cursor or 0) + 1, done=done, finished=through)


_WORDS = {"added": "新增", "bound": "登记已有档案", "same": "已是会员", "bad": "有错"}


@job(loading.WRITE_JOB, label="导入会员名册", result="rosters:of_job")
def write_roster(running: RunningJob, cursor: Json) -> Step:
    """`cursor` is None while rows are written, then `[last refused row looked at, cases opened]`."""
    load = int(running.payload["load"])
    if cursor is None:
        done, outcomes, through = loading.write_some(load, now=running.now)
        report = {_WORDS[name]: count for name, count in outcomes.items()}
        return Step(cursor=[0, 0] if through else None, done=done, report=report)
    after, opened = cursor
    after, made = open_conflicts(load, after, opened, now=running.now)
    if not after:
        loading.finish(load, now=running.now)
    return Step(cursor=[after, opened + made], report={"待处理事项": made}, finished=not after)


@job(EXPORT.use, label="准备完整名册", result="rosters:member-exports_of_job")
def prepare_export(running: RunningJob, cursor: Json) -> Step:
    return EXPORT.step(running, cursor)


@daily("04:40")
def forget_old_rosters(now: datetime) -> None:
    while loading.forget_old(now=now):
        pass
    while conflicts.forget_settled(now=now):
        pass
