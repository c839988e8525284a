"""Figures as they are now, and as they were month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum, Value

from zhijia.foundation.ui import formats
from zhijia.kernel import db, money
from zhijia.kernel.registry import registry
from zhijia.organization.unions import places

from .models import MEASURES, Figure, FigureDelta, FigureMonth, FigureSnapshot


def current(union_id: int, path: str) -> dict[str, int]:
    """The union with its subtree, true at this moment: folded figures plus pending deltas.

    One statement, so that a merge between two reads can neither hide a delta nor show it twice.
    """
    folded = Figure.objects.filter(union_id=union_id).values_list(*MEASURES)
    pending = FigureDelta.objects.filter(db.subtree("path", path)).annotate(one=Value(1)).values("one")
    sums = pending.annotate(**{f"sum_{name}": Sum(name) for name in MEASURES})
    rows: Any = folded.union(sums.values_list(*(f"sum_{name}" for name in MEASURES)), all=True)
    totals = [0] * len(MEASURES)
    for row in rows:
        totals = [total + int(value or 0) for total, value in zip(totals, row, strict=True)]
    return dict(zip(MEASURES, totals, strict=True))


def current_many(unions: Sequence[tuple[int, str]]) -> dict[int, dict[str, int]]:
    """`current` for several `(union id, path)`, with two queries for all: for tables of children.

    A merge between the two can leave a line a moment out of step; the page's own unit is read by `current`.
    """
    figures = {
        row["union_id"]: row
        for row in Figure.objects.filter(union_id__in=[key for key, _ in unions]).values("union_id", *MEASURES)
    }
    result = {key: {name: int((figures.get(key) or {}).get(name) or 0) for name in MEASURES} for key, _ in unions}
    paths = {path: key for key, path in unions}
    for where, *values in FigureDelta.objects.values_list("path", *MEASURES)[:20_000]:
        for path, key in paths.items():
            if where.startswith(path):
                for name, value in zip(MEASURES, values, strict=True):
                    result[key][name] += value
    return result


def months(path: str, days: Sequence[date], *, boundaries: str = "then") -> dict[date, dict[str, int]]:
    """The subtree at each of the given first-of-months, rolled up from the snapshots.

    `boundaries` is `then` (unions that stood under `path` on that day) or `now` (unions that stand there today).
    """
    result = {}
    for day in days:
        unions = places.ids_below(path) if boundaries == "now" else places.ids_below_on(path, day)
        sums = FigureSnapshot.objects.filter(on=day, union_id__in=unions).aggregate(
            **{f"sum_{name}": Sum(name) for name in MEASURES}
        )
        result[day] = {name: int(sums[f"sum_{name}"] or 0) for name in MEASURES}
    return result


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of the desk, written out; `change` against the last first-of-month, `series` up to twelve of those."""

    code: str
    label: str
    value: str
    change: str
    definition: str
    series: tuple[float, ...]


def headlines(union_id: int, path: str, *, today: date) -> list[Headline]:
    """The indicators that capabilities declared, for a union with its subtree. Four queries whatever the size."""
    now_values = current(union_id, path)
    months_back = list(
        FigureMonth.objects.filter(union_id=union_id, on__lte=today).order_by("-on").values("on", *MEASURES)[:13]
    )[::-1]
    result = []
    for indicator in registry.indicators():
        read = _READ.get(indicator.code)
        if read is None:
            continue
        base = months_back[-1] if months_back else None
        value, change = read.now(now_values, base)
        series = tuple(
            x
            for x in (read.month(row, before) for before, row in zip([None, *months_back], months_back, strict=False))
            if x is not None
        )
        result.append(Headline(indicator.code, indicator.label, value, change, indicator.definition, series))
    return result


@dataclass(frozen=True, slots=True)
class Month:
    """A union with its subtree at a month's end: members, and who joined and left in that month; None where the month
    before is not known.
    """

    first_day: date
    members: int
    joined: int | None
    left: int | None


def list_months(union_id: int, *, today: date, count: int = 12) -> list[Month]:
    """The last months that have ended, oldest first. One query."""
    rows = list(
        FigureMonth.objects.filter(union_id=union_id, on__lte=today)
        .order_by("-on")
        .values_list("on", "members", "joined", "left")[: count + 1]
    )[::-1]
    months = []
    for before, (on, members, joined, left) in zip([None, *rows], rows, strict=False):
        first_day = (on - timedelta(days=1)).replace(day=1)
        grown = (joined - before[2], left - before[3]) if before is not None else (None, None)
        months.append(Month(first_day, members, *grown))
    return months[-count:]


class _Stock:
    """A number that stands: members, unions."""

    def __init__(self, name: str) -> None:
        self._name = name

    def now(self, values: Mapping[str, int], base: Mapping[str, int] | None) -> tuple[str, str]:
        change = formats.signed(values[self._name] - base[self._name]) if base else ""
        return formats.number(values[self._name]), change

    def month(self, row: Mapping[str, int], _before: Mapping[str, int] | None) -> float | None:
        return float(row[self._name])


class _Flow:
    """A number that only grows, told by the month: joined, left."""

    def __init__(self, name: str) -> None:
        self._name = name

    def now(self, values: Mapping[str, int], base: Mapping[str, int] | None) -> tuple[str, str]:
        return formats.number(values[self._name] - (base[self._name] if base else 0)), ""

    def month(self, row: Mapping[str, int], before: Mapping[str, int] | None) -> float | None:
        return float(row[self._name] - before[self._name]) if before else None


class _Share:
    """A part of the members in per cent; null where there are none."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _share(self, values: Mapping[str, int]) -> int | None:
        return money.ratio_bp(values[self._name], values["members"])

    def now(self, values: Mapping[str, int], base: Mapping[str, int] | None) -> tuple[str, str]:
        share, old = self._share(values), self._share(base) if base else None
        points = "" if share is None or old is None else f"{(share - old) / 100:+.1f}".replace("-", "−")
        return formats.DASH if share is None else formats.share(share), points

    def month(self, row: Mapping[str, int], _before: Mapping[str, int] | None) -> float | None:
        share = self._share(row)
        return None if share is None else share / 100


_READ: dict[str, _Stock | _Flow | _Share] = {
    "members": _Stock("members"),
    "unions": _Stock("unions"),
    "joined": _Flow("joined"),
    "entered": _Flow("entered"),
    "left": _Flow("left"),
    "real_name": _Share("real_name"),
    "activated": _Share("activated"),
}
