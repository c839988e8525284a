"""Roles whose last day has passed are closed."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.clockwork import every

from . import services


@every(minutes=15)
def end_expired_roles(now: datetime) -> None:
    services.end_expired(now=now)
