"""Folding deltas, counting again at night, and the monthly snapshot."""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils import timezone

from zhijia.kernel.clockwork import daily, every

from . import cells, services

log = logging.getLogger(__name__)


@every(minutes=1)
def fold_deltas(now: datetime) -> None:
    """At most half a million a minute; what is left waits for the next one."""
    for _ in range(250):
        if services.merge_deltas(now=now) < services.CHUNK:
            return


@daily("00:05")
def take_monthly_snapshot(now: datetime) -> None:
    """On the first of a month, when all that began before midnight has ended; a run that was missed is caught up."""
    services.take_snapshot(timezone.localdate(now).replace(day=1), now=now)


@daily("03:00")
def recount_figures(now: datetime) -> None:
    """Must equal a naive count; a difference is an alarm in the log and a row in `Recount`."""
    result = services.recount(now=now)
    if result.differing:
        log.error("figures differ from a recount", extra={"differing": result.differing, "wrong": result.wrong[:10]})


@daily("03:30")
def count_cells(now: datetime) -> None:
    """What pivots of large unions are read from."""
    cells.rebuild(now=now)
