"""Open deadlines follow a newly loaded year."""

from __future__ import annotations

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job

from . import services


@job(services.RECOMPUTE, label="重算办理期限")
def recompute_deadlines(job: RunningJob, cursor: Json) -> Step:
    so_far = int(job.report.get("期限有变化", 0))
    after, changed = services.recompute(
        int(job.payload["change"]), int(job.payload["year"]), after=int(cursor or 0), so_far=so_far, now=job.now
    )
    return Step(cursor=after, done=changed, report={"期限有变化": changed}, finished=not after)
