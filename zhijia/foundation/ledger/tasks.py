"""Sealing each minute, checking each night, a head kept elsewhere each hour."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.clockwork import daily, every

from . import heads, selectors, services

A_NIGHT = 500_000
"""Entries looked at in a night; a larger log is gone through in several, over and over."""


@every(minutes=1)
def seal_rows(now: datetime) -> None:
    """At most a hundred thousand a minute; what is left waits for the next one."""
    for _ in range(50):
        if services.seal(now=now) < services.CHUNK:
            return


@every(minutes=60)
def keep_head_elsewhere(now: datetime) -> None:
    """In a file beside the database: a log that was emptied or shortened contradicts it."""
    heads.note(now=now)


@daily("03:30")
def check_ledger(now: datetime) -> None:
    """Goes on where the last night stopped. A difference is an alarm in the log and a row in `LogCheck`."""
    last = selectors.newest_check()
    begin = last.end if last is not None and last.end < last.size else 0
    services.check(now=now, begin=begin, limit=A_NIGHT)
