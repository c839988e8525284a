"""Texts that were left over go out by the clock; old ones are erased."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.clockwork import daily, every

from . import delivery


@every(minutes=1)
def deliver_waiting_texts(now: datetime) -> None:
    delivery.deliver_waiting(now=now)


@daily("02:30")
def erase_old_texts(now: datetime) -> None:
    delivery.erase_old_texts(now=now)
