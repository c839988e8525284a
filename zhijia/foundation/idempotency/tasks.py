"""Answers are forgotten after two days."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.clockwork import every

from . import services


@every(minutes=30)
def forget_old_answers(now: datetime) -> None:
    while services.delete_old(now=now) > 0:
        pass
