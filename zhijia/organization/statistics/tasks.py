"""Folding deltas, counting again at night, and the monthly snapshot."""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils import timezone

from zhijia.kernel.clockwork import daily, every

from . import services

log = logging.getLogger(__name__)


@every(minutes=1)
def fold_deltas(now: datetime) -> None:
    """At most half a million a minute; what is left waits for the next one."""
    for _ in range(250):
        if services.merge_deltas(now=now) < services.CHUNK:
            return


@daily("00:00")
def take_monthly_snapshot(now: datetime) -> None:
    """On the first of a month; a run that was missed is caught up the same month."""
    services.take_snapshot(timezone.localdate(now).replace(day=1), now=now)


@daily("03:00")
def recount_figures(now: datetime) -> None:
    """Must equal a naive count; a difference is an alarm in the log and a row in `Recount`."""
    result = services.recount(now=now)
    if result.differing:
        log.error("figures differ from a recount", extra={"differing": result.differing, "wrong": result.wrong[:10]})
