"""Figures as they are now, as they were at the end of any day, and month by month."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final, Literal

from django.db.models import F, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Substr

from zhijia.kernel import db
from zhijia.organization.statistics.models import Figure, FigureDay, FigureDelta, FigureMonth, FigureSnapshot
from zhijia.organization.statistics.rules import MEASURES, next_day
from zhijia.organization.unions import places

Boundaries = Literal["then", "now"]
Values = dict[str, int]
MOST_PENDING: Final = 20_000


def _values(row: Sequence[Any], names: Sequence[str]) -> Values:
    return {name: int(value or 0) for name, value in zip(names, row, strict=True)}


def _sums(names: Sequence[str]) -> dict[str, Sum]:
    return {f"sum_{name}": Sum(name) for name in names}


def current(union_id: int, path: str, names: Sequence[str] = MEASURES) -> Values:
    """The union with its subtree, true at this moment: folded figures plus pending deltas.

    One statement, so that a merge between two reads can neither hide a delta nor show it twice.
    """
    folded = Figure.objects.filter(union_id=union_id).values_list(*names)
    pending = FigureDelta.objects.filter(db.subtree("path", path)).annotate(one=Value(1)).values("one")
    rows: Any = folded.union(pending.annotate(**_sums(names)).values_list(*(f"sum_{n}" for n in names)), all=True)
    return _add_up(rows, names)


def _add_up(rows: Sequence[Sequence[Any]], names: Sequence[str]) -> Values:
    totals = [0] * len(names)
    for row in rows:
        totals = [total + int(value or 0) for total, value in zip(totals, row, strict=True)]
    return dict(zip(names, totals, strict=True))


def current_many(unions: Collection[tuple[int, str]], names: Sequence[str] = MEASURES) -> dict[int, Values]:
    """`current` for several `(union id, path)`, with two queries for all: for tables of children.

    A merge between the two can leave a line a moment out of step; the page's own unit is read by `current`.
    """
    found = Figure.objects.filter(union_id__in=[key for key, _ in unions]).values_list("union_id", *names)
    result = {key: dict.fromkeys(names, 0) for key, _ in unions}
    for key, *row in found:
        result[key] = _values(row, names)
    paths = {path: key for key, path in unions}
    lengths = sorted({len(path) for path in paths})
    for where, *row in FigureDelta.objects.values_list("path", *names)[:MOST_PENDING]:
        for length in lengths:
            key = paths.get(where[:length]) if len(where) >= length else None
            if key is not None:
                result[key] = {name: old + new for (name, old), new in zip(result[key].items(), row, strict=True)}
    return result


def figures_on(union_id: int, day: date, boundaries: Boundaries = "then", names: Sequence[str] = MEASURES) -> Values:
    """The union with its subtree at the end of a day; nothing where it did not stand yet.

    `boundaries` is `then` (the unions that stood under it on that day) or `now` (those that stand there today).
    """
    return figures_of([union_id], day, boundaries, names)[union_id]


def figures_of(
    union_ids: Collection[int], day: date, boundaries: Boundaries = "then", names: Sequence[str] = MEASURES
) -> dict[int, Values]:
    """`figures_on` for several unions: from the stored months where the day ends one, else rolled up, a query for each
    depth at which they stand.
    """
    result = {key: dict.fromkeys(names, 0) for key in union_ids}
    if boundaries == "then":
        stored = list(
            FigureMonth.objects.filter(on=next_day(day), union_id__in=union_ids).values_list("union_id", *names)
        )
        if stored:
            return result | {key: _values(row, names) for key, *row in stored}
    paths = places.paths_of(union_ids) if boundaries == "now" else places.paths_on(day, union_ids)
    ids = {path: key for key, path in paths.items()}
    for length in sorted({len(path) for path in ids}):
        alike = [path for path in ids if len(path) == length]
        for path, values in _rolled_up(alike, day, boundaries, names).items():
            result[ids[path]] = values
    return result


def _rolled_up(paths: Sequence[str], day: date, boundaries: Boundaries, names: Sequence[str]) -> dict[str, Values]:
    """Subtrees of one depth: the snapshot before the day's end, the days since, and what is pending; in one statement,
    so that nothing is missed or counted twice while it is folded.
    """
    on = FigureSnapshot.objects.filter(on__lte=next_day(day)).aggregate(on=Max("on"))["on"]
    within = Q()
    for first, last in _ranges(paths):
        within |= Q(where__gte=first, where__lt=last)
    since = Q(day__gte=on, day__lte=day) if on is not None else Q(day__lte=day)
    parts = [
        _placed(FigureDay.objects.filter(since), day, boundaries),
        _placed(FigureDelta.objects.filter(day__lte=day), day, boundaries),
    ]
    if on is not None:
        parts.append(_placed(FigureSnapshot.objects.filter(on=on), day, boundaries))
    length = len(paths[0])
    counted: list[QuerySet[Any, Any]] = [
        part.filter(within).annotate(place=Substr("where", 1, length)).values("place").annotate(**_sums(names))
        .order_by().values_list("place", *(f"sum_{name}" for name in names))
        for part in parts
    ]  # fmt: skip
    result = {path: dict.fromkeys(names, 0) for path in paths}
    for place, *row in counted[0].union(*counted[1:], all=True):
        if place in result:
            values = _values(row, names)
            result[place] = {name: old + values[name] for name, old in result[place].items()}
    return result


def _ranges(paths: Sequence[str]) -> list[tuple[str, str]]:
    """What bounds the rows to look at: each subtree, or for many the one around them all."""
    if len(paths) <= 3:
        return [db.subtree_bounds(path) for path in paths]
    return [(min(paths), db.subtree_bounds(max(paths))[1])]


def _placed(rows: QuerySet[Any], day: date, boundaries: Boundaries) -> QuerySet[Any]:
    """Rows with `where` their union stood on the day, or stands now."""
    if boundaries == "now":
        return rows.annotate(where=F("union__path"))
    stood = Q(union__paths__since__lte=day) & (Q(union__paths__until__isnull=True) | Q(union__paths__until__gt=day))
    return rows.filter(stood).annotate(where=F("union__paths__path"))


def months_of(
    union_id: int, firsts: Sequence[date], boundaries: Boundaries = "then", names: Sequence[str] = MEASURES
) -> dict[date, Values]:
    """The union with its subtree at 00:00 on each of several firsts of months; those never stored are left out."""
    if boundaries == "then":
        rows: Any = FigureMonth.objects.filter(union_id=union_id, on__in=firsts).values_list("on", *names)
        return {on: _values(row, names) for on, *row in rows}
    path = places.paths_of([union_id])[union_id]
    stored = FigureSnapshot.objects.filter(on__in=firsts, union_id__in=places.ids_below(path)).values("on")
    rows = stored.annotate(**_sums(names)).order_by().values_list("on", *(f"sum_{name}" for name in names))
    return {on: _values(row, names) for on, *row in rows}
