"""What is forgotten by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from zhijia.kernel.clockwork import daily

from . import services


@daily("03:40")
def delete_dropped_files_again(now: datetime) -> None:
    """Dropping itself belongs to the daily deletion, which records how many."""
    services.delete_again(now=now)


@daily("03:50")
def sweep_files(now: datetime) -> None:
    """Of the day before yesterday: no command is open that long."""
    services.sweep(timezone.localdate(now) - timedelta(days=2))
