"""The members of online homes who work for a new union's employer are invited, each by himself."""

from __future__ import annotations

from zhijia.foundation.jobs.registry import Json, RunningJob, Step, job
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.transfers.cases.claims import offer_claims
from zhijia.organization.unions import selectors as unions

from . import selectors
from .cases import OFFER_JOB

SOME = 20


@job(OFFER_JOB, label="邀请网上会员之家的会员")
def offer(running: RunningJob, cursor: Json) -> Step:
    """`cursor` is the last membership looked at."""
    union = unions.get_facts(int(running.payload["union"]))
    employers = unions.employer_ids_of(union.id)
    rows = list(selectors.waiting_after(employers, int(cursor or 0), limit=SOME))
    if not rows:
        return Step(cursor, done=0, finished=True)
    told = offer_claims(SYSTEM, union, [public_id for _, public_id in rows], now=running.now)
    invited = sum(not one.code for one in told)
    return Step(rows[-1][0], done=len(rows), report={"邀请": invited, "未邀请": len(rows) - invited}, finished=False)
