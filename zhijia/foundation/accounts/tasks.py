"""Codes and sessions are forgotten when they count for nothing."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.clockwork import daily, every

from .services import codes, devices


@every(minutes=60)
def delete_old_codes(now: datetime) -> None:
    while codes.delete_old(now=now) > 0:
        pass


@daily("03:40")
def delete_old_sessions(now: datetime) -> None:
    while devices.delete_old(now=now) > 0:
        pass
