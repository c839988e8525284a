"""What is done by the clock: every few minutes, or once a day. Declared in each capability's `tasks.py`.

```python
@every(minutes=5)
def merge_figures(now: datetime) -> None: ...


@daily("03:00")
def recount(now: datetime) -> None: ...
```

`foundation.jobs` runs them, each once however many processes ask. They are short; long work is a job they start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

ClockFunction = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something done by the clock: every `minutes`, or once a day `at` a time in Shanghai."""

    name: str
    run: ClockFunction
    minutes: int | None = None
    at: time | None = None

    def slot(self, now: datetime) -> datetime:
        """The latest moment at or before `now` when it should have run: a missed run is caught up once, not each."""
        if self.at is None:
            width = timedelta(minutes=self.minutes or 1)
            return EPOCH + ((now - EPOCH) // width) * width
        local = now.astimezone(SHANGHAI)
        planned = datetime.combine(local.date(), self.at, SHANGHAI)
        return (planned if planned <= local else planned - timedelta(days=1)).astimezone(UTC)


_periodic: dict[str, Periodic] = {}


def every(*, minutes: int) -> Callable[[ClockFunction], ClockFunction]:
    """Run at each full `minutes` of the clock; late by less than a minute. Long work belongs into a job."""

    def declare(function: ClockFunction) -> ClockFunction:
        _add(Periodic(_name(function), function, minutes=minutes))
        return function

    return declare


def daily(at: str) -> Callable[[ClockFunction], ClockFunction]:
    """Run once a day at `"HH:MM"` in Shanghai, or as soon afterwards as the platform is up."""
    hour, minute = at.split(":")

    def declare(function: ClockFunction) -> ClockFunction:
        _add(Periodic(_name(function), function, at=time(int(hour), int(minute))))
        return function

    return declare


def _name(function: ClockFunction) -> str:
    """`zhijia.organization.statistics.tasks.merge_figures` → `statistics.merge_figures`."""
    parts = function.__module__.split(".")
    place = parts[-2] if parts[-1] == "tasks" and len(parts) > 1 else parts[-1]
    return f"{place}.{function.__name__}"


def _add(periodic: Periodic) -> None:
    known = _periodic.get(periodic.name)
    if known is not None and known.run.__module__ != periodic.run.__module__:
        raise ValueError(f"{periodic.name} is declared twice")
    _periodic[periodic.name] = periodic


def periodic() -> tuple[Periodic, ...]:
    """All that was declared so far."""
    return tuple(_periodic.values())
