"""What unions do in the background: checking and writing files, drawing codes, forgetting both."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.kernel.clockwork import daily

from .services import loading, printing


@job(loading.CHECK_JOB, label="核对工会名册", result="unions:load_of_job")
def check_load(running: RunningJob, cursor: Json) -> Step:
    """`cursor` counts chunks; the rows know whether they are checked."""
    done, finished = loading.check_some(int(running.payload["load"]), now=running.now)
    return Step(cursor=int(cursor or 0) + 1, done=done, finished=finished)


@job(loading.WRITE_JOB, label="导入工会名册", result="unions:load_of_job")
def write_load(running: RunningJob, cursor: Json) -> Step:
    """`cursor` counts chunks; a row that is written is no longer asked for."""
    done, outcomes, finished = loading.write_some(int(running.payload["load"]), now=running.now)
    report = {"新建": outcomes["opened"], "未写入": outcomes["bad"]} if outcomes else {}
    return Step(cursor=int(cursor or 0) + 1, done=done, report=report, finished=finished)


@job(printing.JOB, label="打印入会二维码", result="unions:print")
def draw_codes(running: RunningJob, cursor: Json) -> Step:
    """`cursor` is the path of the union drawn last."""
    payload = running.payload
    after = str(cursor or "")
    done, last = printing.draw_some(running.public_id, int(payload["unit"]), str(payload["form"]), after)
    return Step(cursor=last, done=done, report={"画好": done}, finished=not done)


@daily("04:30")
def forget_old_files(now: datetime) -> None:
    printing.forget_old_prints(now=now)
    while loading.forget_old_rows(now=now):
        pass
