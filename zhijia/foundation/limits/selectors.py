"""Reading counters."""

from __future__ import annotations

from datetime import datetime

from .models import Counter


def count_hits(name: str, key: str, *, now: datetime) -> int:
    """Hits in the open window; 0 where none is open."""
    return Counter.objects.filter(name=name, key=key, ends_at__gt=now).values_list("hits", flat=True).first() or 0


def find_end(name: str, key: str, *, now: datetime) -> datetime | None:
    """When the open window ends."""
    return Counter.objects.filter(name=name, key=key, ends_at__gt=now).values_list("ends_at", flat=True).first()
