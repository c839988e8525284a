"""Counters are thrown away once they count for nothing."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.clockwork import every

from . import services


@every(minutes=30)
def delete_ended_counters(now: datetime) -> None:
    while services.delete_ended(now=now) > 0:
        pass
