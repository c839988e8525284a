"""Counting days as the law does, over a calendar passed in: working days, calendar days, months and office hours.

The starting day is not counted; a period ends on a working day (Civil Code 201-203). The calendar is a value: which
days rest is decided by those who keep it, not here. Where it is silent, beyond its last year, weekends and the
holidays of fixed date rest and the answer is marked provisional, to be counted again when the year is published.

Source: docs/rules/kernel.md#working-days
"""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
DAY: Final = timedelta(days=1)
MAX_DAYS: Final = 3660
"""No period here is longer than ten years; a larger number is a mistake."""

FIXED_HOLIDAYS: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""(month, day) of the holidays that need no yearly plan: 全国年节及纪念日放假办法 art. 2, as in force from
2025-01-01.
"""

# New Year's plan comes with the next year's and may reach back: 2018-12-29 worked, 2018-12-30 and 31 rested.
_NEXT_PLAN_FROM: Final = (12, 25)

Fact = tuple[str, int | str]
"""One step of an explanation: `("from", "2026-11-18")`, `("workdays", 3)`, `("weekend", 2)`. Plain values, fit for
JSON.
"""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days rest. `holidays` rest whatever the weekday, `workdays` are weekend days worked in exchange (调休),
    `years` are those whose yearly plan is loaded. A day in both sets rests.
    """

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Whether offices work on `day`, as far as is known."""
        if day in self.holidays:
            return False
        if day in self.workdays:
            return True
        if day.year not in self.years and (day.month, day.day) in FIXED_HOLIDAYS:
            return False
        return day.weekday() < 5

    def is_certain(self, day: date) -> bool:
        """Whether the plan that decides about `day` is loaded; from 25 December that is also the next year's."""
        return day.year in self.years and ((day.month, day.day) < _NEXT_PLAN_FROM or day.year + 1 in self.years)

    def next_workday(self, day: date) -> date:
        """`day` itself where it is a working day, else the first one after it."""
        while not self.is_workday(day):
            day += DAY
        return day


@dataclass(frozen=True, slots=True)
class DueDate:
    """When something is due and how that was counted.

    `at` is the last day that is still in time, or for office hours the last instant, aware. `provisional`: a day that
    was looked at lies beyond the loaded calendar.
    """

    at: date | datetime
    provisional: bool
    explanation: tuple[Fact, ...]

    @property
    def day(self) -> date:
        """The last day in time, in Shanghai."""
        return self.at.astimezone(SHANGHAI).date() if isinstance(self.at, datetime) else self.at

    @property
    def sentence(self) -> str:
        """`自11月18日次日起3个工作日，跳过周末2天`."""
        return sentence_of(self.explanation)


# --- Periods ---------------------------------------------------------------------------------------------------------


def add_workdays(calendar: Calendar, start: date, count: int) -> DueDate:
    """The `count`-th working day after `start`; with 0, `start` or the first working day after it.

    2026-11-18 (Wednesday) + 3 = 2026-11-23 (Monday). Raises ValueError outside 0 to 3660.
    """
    _check_count(count)
    tally = _Tally(calendar)
    day = calendar.next_workday(start) if count == 0 else start
    if count == 0:
        tally.look(_days(start, day))
    left = count
    while left:
        day += DAY
        left -= tally.look((day,))
    return DueDate(day, tally.provisional, (("from", start.isoformat()), ("workdays", count), *tally.facts()))


def add_calendar_days(calendar: Calendar, start: date, count: int) -> DueDate:
    """`count` days after `start`, moved on to a working day (Civil Code 203). Raises ValueError outside 0 to 3660."""
    _check_count(count)
    return _moved_on(calendar, start, start + count * DAY, ("days", count))


def add_months(calendar: Calendar, start: date, count: int) -> DueDate:
    """The same day `count` months later, or the month's last where it has none (Civil Code 202), moved on to a
    working day.

    2026-08-31 + 3 = 2026-11-30. Raises ValueError outside 0 to 120.
    """
    if not 0 <= count <= 120:
        raise ValueError(f"a period of {count} months")
    return _moved_on(calendar, start, months_later(start, count), ("months", count))


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the month's last: 2026-08-31 and 6 → 2027-02-28."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


def _moved_on(calendar: Calendar, start: date, last: date, period: Fact) -> DueDate:
    day = calendar.next_workday(last)
    tally = _Tally(calendar)
    tally.look(_days(last, day))
    moved: tuple[Fact, ...] = (("moved", (day - last).days), ("last", last.isoformat())) if day != last else ()
    facts = (("from", start.isoformat()), period, *moved, *tally.doubts())
    return DueDate(day, tally.provisional, facts)


def workdays_between(calendar: Calendar, start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative where `end` lies before `start`.

    The inverse of `add_workdays`: how many working days something took, or is late.
    """
    if end < start:
        return -workdays_between(calendar, end, start)
    return sum(calendar.is_workday(day) for day in _days(start + DAY, end))


# --- Office hours ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Spans of a working day in Shanghai time, in order and apart."""

    spans: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13, 30), time(17, 30)))

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or edges != sorted(set(edges)):
            raise ValueError("office hours must be spans in order that do not touch")


def add_office_hours(calendar: Calendar, start: datetime, hours: int, office: OfficeHours | None = None) -> DueDate:
    """The instant when `hours` of office time have passed since `start` (aware); nothing passes on rest days.

    Friday 16:30 + 4 hours at the default times = Monday 12:00. Raises ValueError outside 1 to 2000 hours.
    """
    if not 1 <= hours <= 2000:
        raise ValueError(f"a period of {hours} office hours")
    spans = (office or OfficeHours()).spans
    tally = _Tally(calendar)
    left = timedelta(hours=hours)
    begin = start.astimezone(SHANGHAI)
    day = begin.date()
    while True:
        if tally.look((day,)):
            for opens, closes in spans:
                since = max(begin, datetime.combine(day, opens, SHANGHAI))
                until = datetime.combine(day, closes, SHANGHAI)
                if since < until and left <= until - since:
                    facts: tuple[Fact, ...] = (
                        ("since", begin.isoformat(timespec="minutes")),
                        ("hours", hours),
                        *tally.facts(),
                    )
                    return DueDate(since + left, tally.provisional, facts)
                left -= max(until - since, timedelta())
        day += DAY


# --- How it was counted ----------------------------------------------------------------------------------------------


class _Tally:
    """Counts what kinds of days a period passed over."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.weekend = self.holiday = self.swapped = 0
        self.unknown: set[int] = set()

    def look(self, days: Iterable[date]) -> int:
        """Note every day; returns how many of them are working days."""
        working = 0
        for day in days:
            if not self.calendar.is_certain(day):
                known = day.year in self.calendar.years
                self.unknown.add(day.year + 1 if known else day.year)
            if self.calendar.is_workday(day):
                working += 1
                self.swapped += day.weekday() >= 5
            elif day.weekday() >= 5:
                self.weekend += 1
            else:
                self.holiday += 1
        return working

    @property
    def provisional(self) -> bool:
        return bool(self.unknown)

    def doubts(self) -> Iterator[Fact]:
        yield from (("unknown", year) for year in sorted(self.unknown))

    def facts(self) -> Iterator[Fact]:
        counted: tuple[Fact, ...] = (("weekend", self.weekend), ("holiday", self.holiday), ("swapped", self.swapped))
        yield from (fact for fact in counted if fact[1])
        yield from self.doubts()


def sentence_of(explanation: Iterable[Fact]) -> str:
    """An explanation, as stored or just counted, in Chinese: `自11月18日次日起3个工作日，跳过周末2天`."""
    facts: dict[str, int | str] = {}
    unknown: list[str] = []
    for name, value in explanation:
        if name == "unknown":
            unknown.append(f"{value}年")
        else:
            facts[name] = value
    parts = [_beginning(facts)]
    skipped = [
        f"{label}{facts[name]}天" for name, label in (("weekend", "周末"), ("holiday", "节假日")) if name in facts
    ]
    if skipped:
        parts.append(f"跳过{'和'.join(skipped)}")
    if "swapped" in facts:
        parts.append(f"含调休上班{facts['swapped']}天")
    if "moved" in facts:
        parts.append(f"最后一日{_short(str(facts['last']))}是休息日，顺延{facts['moved']}天")
    if unknown:
        parts.append(f"{'、'.join(unknown)}放假安排尚未公布，日期暂定")
    return "，".join(parts)


def _beginning(facts: dict[str, int | str]) -> str:
    if "since" in facts:
        since = datetime.fromisoformat(str(facts["since"]))
        return f"自{since.month}月{since.day}日{since:%H:%M}起{facts['hours']}个工作小时"
    start = f"自{_short(str(facts['from']))}次日起"
    for name, unit in (("workdays", "个工作日"), ("days", "日"), ("months", "个月")):
        if name in facts:
            return f"{start}{facts[name]}{unit}"
    raise LookupError("an explanation names its period")


def _short(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.month}月{day.day}日"


def _days(first: date, last: date) -> Iterator[date]:
    """Both included; nothing where `last` lies before `first`."""
    return (first + n * DAY for n in range((last - first).days + 1))


def _check_count(count: int) -> None:
    if not 0 <= count <= MAX_DAYS:
        raise ValueError(f"a period of {count} days")


# --- The published plans ---------------------------------------------------------------------------------------------


def chinesecalendar_days(years: Iterable[int]) -> Iterator[tuple[date, bool, str]]:
    """The State Council's yearly plans as packaged in `chinesecalendar`: `(day, rests, name)`, in order of days.

    `(2026-02-15, True, "春节")`, `(2026-02-14, False, "春节")`: a weekend day worked in exchange. Ordinary days are
    left out. Raises LookupError for a year the package does not hold; it ends with the last published plan.
    """
    import chinese_calendar  # noqa: PLC0415 - thousands of dates that only seeding needs

    wanted = sorted(set(years))
    published = {day.year for day in chinese_calendar.holidays}
    if missing := [year for year in wanted if year not in published]:
        raise LookupError(f"chinesecalendar holds no plan for {missing}")
    days = [(day, True, name) for day, name in chinese_calendar.holidays.items()]
    days += [(day, False, name) for day, name in chinese_calendar.workdays.items()]
    for day, rests, name in sorted(days):
        if day.year in wanted:
            yield day, rests, chinese_calendar.Holiday(name).chinese


def chinesecalendar(years: Iterable[int]) -> Calendar:
    """A Calendar of published plans; for tests, tools and pages that have no database."""
    known = frozenset(years)
    days = list(chinesecalendar_days(known))
    return Calendar(
        holidays=frozenset(day for day, rests, _ in days if rests),
        workdays=frozenset(day for day, rests, _ in days if not rests),
        years=known,
    )
