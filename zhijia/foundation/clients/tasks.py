"""Nonces are forgotten, and registrations whose last day has passed are closed."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.clockwork import every

from . import services


@every(minutes=5)
def forget_old_nonces(now: datetime) -> None:
    while services.delete_old_nonces(now=now) > 0:
        pass


@every(minutes=15)
def end_expired_clients(now: datetime) -> None:
    services.end_expired(now=now)
