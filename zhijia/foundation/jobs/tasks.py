"""What jobs themselves do by the clock."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.clockwork import daily, every

from . import services


@every(minutes=1)
def revive_silent_jobs(now: datetime) -> None:
    services.revive_silent(now=now)


@every(minutes=5)
def feel_the_worker(now: datetime) -> None:
    services.ask_for_pulse()


@every(minutes=5)
def return_lost_tasks(now: datetime) -> None:
    services.return_lost_tasks(now=now)


@daily("04:10")
def forget_old_jobs(now: datetime) -> None:
    while services.delete_old(now=now) > 0:
        pass
