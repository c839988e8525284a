"""Reading parameters and the calendar. Values, and what else is `kept` beside them, stay in the process for at most
`FRESH_SECONDS` after a change elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from zhijia.kernel.registry import registry
from zhijia.kernel.workdays import Calendar

from .models import CalendarDay, CalendarYear, Generation, ParameterValue

__all__ = ["ParameterValue"]

FRESH_SECONDS = 5.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter's value with what a case keeps of it: `Value(3, version=2)`."""

    value: Any
    version: int


@dataclass(slots=True)
class _Copy:
    generation: int = -1
    checked_at: float = -1e9
    rows: dict[str, list[tuple[str, date, date | None, Any, int]]] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)


class _Kept:
    """This process's copy; one attribute, so that a change replaces it whole."""

    copy = _Copy()


def forget() -> None:
    """Drop this process's copy; called after a change and between tests."""
    _Kept.copy = _Copy()


def _current() -> _Copy:
    tick = time.monotonic()
    copy = _Kept.copy
    if tick - copy.checked_at < FRESH_SECONDS:
        return copy
    generation = Generation.objects.values_list("number", flat=True).first() or 0
    if generation != copy.generation:
        columns = ("code", "region", "valid_from", "valid_to", "value", "version")
        rows: dict[str, list[tuple[str, date, date | None, Any, int]]] = {}
        for code, *row in ParameterValue.objects.order_by("code", "valid_from").values_list(*columns):
            rows.setdefault(code, []).append((row[0], row[1], row[2], row[3], row[4]))
        copy = _Copy(generation=generation, rows=rows)
        _Kept.copy = copy
    copy.checked_at = tick
    return copy


def _regions_upwards(region: str) -> list[str]:
    """`370682101000` → itself, county 370682000000, city 370600000000, province 370000000000, everywhere."""
    chain = []
    for digits in (12, 9, 6, 4, 2):
        code = region[:digits].ljust(12, "0")
        if region and code not in chain:
            chain.append(code)
    return [*chain, ""]


def versioned(code: str, *, on: date, region: str = "") -> Value:
    """The value in force on a day, of the nearest region that sets one. Raises LookupError for an undeclared code."""
    rows = _current().rows.get(code, [])
    for place in _regions_upwards(region):
        for row_region, start, end, value, version in reversed(rows):
            if row_region == place and start <= on and (end is None or on < end):
                return Value(value, version)
    if code not in registry.parameters:
        raise LookupError(f"parameter {code} is declared by no scenario")
    return Value(registry.parameters[code].default, 0)


def value(code: str, *, on: date, region: str = "") -> Any:
    """`versioned(...)` without the version."""
    return versioned(code, on=on, region=region).value


def kept(name: str, read: Callable[[], T]) -> T:
    """What `read` gives, kept as long as the parameters are; whoever changes it says so (`services.touch`)."""
    beside = _current().beside
    if name not in beside:
        beside[name] = read()
    found: T = beside[name]
    return found


def calendar() -> Calendar:
    """The working-day calendar as loaded; years that were not loaded give provisional dates."""
    return kept("parameters.calendar", _read_calendar)


def _read_calendar() -> Calendar:
    days = list(CalendarDay.objects.values_list("day", "rests"))
    return Calendar(
        holidays=frozenset(day for day, rests in days if rests),
        workdays=frozenset(day for day, rests in days if not rests),
        years=frozenset(CalendarYear.objects.values_list("year", flat=True)),
    )


def list_values(code: str) -> list[ParameterValue]:
    """All values of a parameter, newest first, for its page."""
    return list(ParameterValue.objects.filter(code=code).order_by("region", "-valid_from"))


def list_all_values() -> list[ParameterValue]:
    """Every value of every parameter, by code and day; for the page that lists them. One query."""
    return list(ParameterValue.objects.order_by("code", "region", "valid_from"))


def list_special_days(year: int) -> list[tuple[date, bool, str]]:
    """A year's days that differ from their weekday: `[(day, rests, name), ...]`, in order."""
    return list(CalendarDay.objects.filter(day__year=year).order_by("day").values_list("day", "rests", "name"))


def loaded_years() -> dict[int, str]:
    """`{2026: "国务院办公厅……"}`: the years whose plan is loaded, with its source."""
    return dict(CalendarYear.objects.order_by("year").values_list("year", "source"))


def version_before(code: str, region: str, day: date) -> Value | None:
    """The value that one starting on `day` took over from, in the same region; None where it was the first."""
    row = ParameterValue.objects.filter(code=code, region=region, valid_from__lt=day).order_by("-valid_from").first()
    return Value(row.value, row.version) if row else None
