"""Files of the trail, and the check of the sealed log, part by part."""

from __future__ import annotations

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.foundation.ledger import services as ledger

from . import sealed, services
from .cases import EXPORT


@job(EXPORT.use, label="准备审计记录", result="trail:trail-exports_of_job")
def prepare_export(running: RunningJob, cursor: Json) -> Step:
    return EXPORT.step(running, cursor)


@job(services.VERIFY, label="核对存证", result="trail:verified")
def verify_log(running: RunningJob, cursor: Json) -> Step:
    """`cursor` is where to go on, the size at the beginning, and what was found so far."""
    begin, size, wrong = cursor or [0, ledger.newest_size(), []]
    end, found, through = services.verify_some(begin, size, wrong, now=running.now)
    report = {"不一致": [sealed.in_chinese(sentence) for sentence in found]} if through and found else {}
    return Step(cursor=[end, size, found], done=end - begin, total=size, report=report, finished=through)
