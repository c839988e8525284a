"""The indicators that capabilities declared, read for units at the end of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.ui import formats
from zhijia.kernel.indicators import Indicator
from zhijia.kernel.registry import registry
from zhijia.organization.statistics.rules import (
    FLOWS,
    MEASURES,
    Reading,
    balanced_end,
    last_month_end,
    month_start,
    months_before,
)
from zhijia.organization.unions.selectors import UnionFacts

from .figures import Boundaries, Values, current, current_many, figures_of, months_of

MONTHS: Final = 12
Readings = dict[str, Reading]


@dataclass(frozen=True, slots=True)
class Moment:
    """When figures are told: the end of `day` in one of two boundaries, or this moment where the day is today."""

    day: date
    today: date
    boundaries: Boundaries = "then"

    @property
    def is_now(self) -> bool:
        return self.day >= self.today

    @property
    def month_before(self) -> Moment:
        """The end of the month before."""
        return Moment(last_month_end(self.day), self.today, self.boundaries)


def is_flow(indicator: Indicator) -> bool:
    """Told by the month: joined, left."""
    return bool(indicator.counts) and indicator.counts[0] in FLOWS


def measures_of(indicators: Sequence[Indicator]) -> tuple[str, ...]:
    """The columns that these need, in their order."""
    wanted = {name for indicator in indicators for name in (*indicator.counts, *indicator.of)}
    return tuple(name for name in MEASURES if name in wanted)


def reading(
    indicator: Indicator, end: Values | None, begin: Values | None = None, *, day: date, region: str
) -> Reading:
    """One figure from the counters at the end and, for what is told by the month, at its beginning."""
    if end is None:
        return Reading(None, None, indicator.is_share, indicator.decimals)
    counted = [name for name in indicator.counts if _asked(indicator, name, day=day, region=region)]
    flow = is_flow(indicator)
    count = sum(end[name] - (begin[name] if flow and begin else 0) for name in counted)
    whole = sum(end[name] for name in indicator.of) if indicator.is_share else None
    return Reading(count, whole, indicator.is_share, indicator.decimals)


def _asked(indicator: Indicator, name: str, *, day: date, region: str) -> bool:
    code = indicator.asks.get(name)
    return code is None or bool(parameters.value(code, on=day, region=region))


def read_many(indicators: Sequence[Indicator], unions: Sequence[UnionFacts], moment: Moment) -> dict[int, Readings]:
    """`{union id: {code: Reading}}`; a fixed number of queries however many unions."""
    names = measures_of(indicators)
    places = {union.id: union.path for union in unions}
    begin: dict[int, Values] = {}
    if moment.is_now:
        end = current_many(list(places.items()), names)
    else:
        end = figures_of(list(places), moment.day, moment.boundaries, names)
    if any(is_flow(indicator) for indicator in indicators):
        before = moment.month_before
        begin = figures_of(list(places), before.day, before.boundaries, names)
    result: dict[int, Readings] = {key: {} for key in places}
    for indicator in indicators:
        if indicator.counted is not None:
            own = indicator.counted(places, month_start(moment.day), moment.day)
            for key in places:
                count, whole = own.get(key, (0, 0))
                result[key][indicator.code] = Reading(count, whole, indicator.is_share, indicator.decimals)
            continue
        for union in unions:
            result[union.id][indicator.code] = reading(
                indicator, end[union.id], begin.get(union.id), day=moment.day, region=union.region
            )
    return result


# --- Words
def text(indicator: Indicator, found: Reading) -> str:
    """`1,314,719`, `91.6%`, `—`."""
    number = found.number
    if number is None:
        return formats.DASH
    return percent(number, indicator.decimals) if indicator.is_share else formats.number(number)


def change_text(indicator: Indicator, now: Reading, before: Reading | None) -> str:
    """`+318`, `−0.4 个百分点`; empty where one of the two is not known."""
    if before is None or now.number is None or before.number is None:
        return ""
    change = now.number - before.number
    if not indicator.is_share:
        return formats.signed(change)
    sign = "+" if change > 0 else formats.MINUS if change < 0 else ""
    return f"{sign}{_places(abs(change), indicator.decimals)} 个百分点"


def percent(number: int, decimals: int) -> str:
    return f"{formats.MINUS if number < 0 else ''}{_places(abs(number), decimals)}%"


def _places(number: int, decimals: int) -> str:
    whole, rest = divmod(number, 10**decimals)
    return f"{whole}.{rest:0{decimals}}" if decimals else str(whole)


def plain(indicator: Indicator, found: Reading) -> int | float | None:
    """As a table to save and a line to draw hold it: 91.6 for a share."""
    number = found.number
    return number / 10**indicator.decimals if number is not None and indicator.is_share else number


# --- The few that a cadre sees first
@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of the desk, written out; `change` against the last first-of-month, `series` up to twelve of those."""

    code: str
    label: str
    value: str
    change: str
    definition: str
    series: tuple[float, ...]


def headlines(union: UnionFacts, *, today: date) -> list[Headline]:
    """The indicators of the desk for a union with its subtree, at this moment. Four queries whatever the size."""
    chosen = [indicator for indicator in registry.indicators() if indicator.on_desk and indicator.counted is None]
    names = measures_of(chosen)
    now = current(union.id, union.path, names)
    stored = months_of(union.id, months_before(month_start(today), MONTHS + 1), names=names)
    firsts = sorted(stored)
    base = stored[firsts[-1]] if firsts else None
    result = []
    for indicator in chosen:
        found = reading(indicator, now, base, day=today, region=union.region)
        change = ""
        if base is not None and not is_flow(indicator):
            change = change_text(indicator, found, reading(indicator, base, day=today, region=union.region))
        series = _series(indicator, [(first, stored[first]) for first in firsts], union.region)
        drawn = tuple(float(value) for _, value in series if value is not None)
        value = text(indicator, found)
        result.append(Headline(indicator.code, indicator.label, value, change, indicator.definition, drawn))
    return result


def _series(
    indicator: Indicator, firsts: Sequence[tuple[date, Values]], region: str
) -> list[tuple[date, int | float | None]]:
    """`(first of a month, the figure at the end of the day before)`; of a flow, that of the month that ended."""
    result: list[tuple[date, int | float | None]] = []
    for (first, values), before in zip(firsts, [None, *(values for _, values in firsts)], strict=False):
        if is_flow(indicator) and before is None:
            continue
        found = reading(indicator, values, before, day=first - timedelta(days=1), region=region)
        result.append((first, plain(indicator, found)))
    return result


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month that has ended: its first day, and what its end told of each indicator asked for."""

    first_day: date
    readings: Mapping[str, Reading]


def list_months(
    union: UnionFacts, indicators: Sequence[Indicator], *, until: date, boundaries: Boundaries = "then",
    count: int = MONTHS,
) -> list[MonthLine]:  # fmt: skip
    """The last months that ended by `until`, oldest first; months that were never stored are left out.

    What is told by the month is not known of the oldest one kept.
    """
    last = month_start(until + timedelta(days=1))
    names = measures_of(indicators)
    stored = months_of(union.id, months_before(last, count + 1), boundaries, names)
    firsts = sorted(stored)
    lines = []
    for before, first in zip([None, *firsts], firsts, strict=False):
        end = first - timedelta(days=1)
        known = before is not None and before == month_start(end)
        begin = stored[before] if before is not None and known else None
        lines.append(
            MonthLine(
                month_start(end),
                {
                    one.code: reading(
                        one, None if is_flow(one) and begin is None else stored[first], begin, day=end,
                        region=union.region,
                    )
                    for one in indicators
                },
            )
        )  # fmt: skip
    return lines[-count:]


@dataclass(frozen=True, slots=True)
class MonthBalance:
    """How the members of a month's beginning became those of its end. `moved` is what the terms do not explain: units
    that came under this one or went from it, in the boundaries of the time.
    """

    first_day: date
    begin: int
    flows: Mapping[str, int]
    end: int
    moved: int


def list_balances(
    union: UnionFacts, *, until: date, boundaries: Boundaries = "then", count: int = MONTHS
) -> list[MonthBalance]:
    """The last months that ended by `until`, oldest first. Source: docs/rules/statistics.md#balance"""
    names = ("members", *FLOWS)
    stored = months_of(union.id, months_before(month_start(until + timedelta(days=1)), count + 1), boundaries, names)
    balances = []
    for first, values in sorted(stored.items()):
        month = month_start(first - timedelta(days=1))
        before = stored.get(month)
        if before is None:
            continue
        flows = {name: values[name] - before[name] for name in FLOWS}
        end = values["members"]
        balances.append(
            MonthBalance(month, before["members"], flows, end, end - balanced_end(before["members"], flows))
        )
    return balances
