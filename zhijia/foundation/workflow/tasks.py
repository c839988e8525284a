"""What time does to cases, each minute."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.clockwork import daily, every

from . import clock, deadlines


@every(minutes=1)
def fire_due_deadlines(now: datetime) -> None:
    clock.fire_due(now=now)


@daily("01:30")
def recompute_provisional_deadlines(now: datetime) -> None:
    deadlines.recompute_provisional()
