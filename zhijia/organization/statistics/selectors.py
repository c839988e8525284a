"""Figures as they are now, and as they were month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from zhijia.kernel.db import subtree
from zhijia.organization.unions.models import Union, UnionPath

from .models import MEASURES, Figure, FigureDelta, FigureSnapshot


def current(union_id: int, path: str) -> dict[str, int]:
    """The union with its subtree, true at this moment: folded figures plus pending deltas. Two queries."""
    row = Figure.objects.filter(union_id=union_id).values(*MEASURES).first()
    values = {name: int((row or {}).get(name) or 0) for name in MEASURES}
    below = Union.objects.filter(subtree("path", path)).values("id")
    pending = FigureDelta.objects.filter(union_id__in=below).aggregate(**{f"sum_{name}": Sum(name) for name in MEASURES})
    return {name: value + int(pending[f"sum_{name}"] or 0) for name, value in values.items()}


def current_many(unions: Sequence[tuple[int, str]]) -> dict[int, dict[str, int]]:
    """`current` for several `(union id, path)`, with two queries for all: for tables of children."""
    figures = {row["union_id"]: row for row in Figure.objects.filter(union_id__in=[key for key, _ in unions]).values("union_id", *MEASURES)}
    result = {key: {name: int((figures.get(key) or {}).get(name) or 0) for name in MEASURES} for key, _ in unions}
    paths = {path: key for key, path in unions}
    pending = list(FigureDelta.objects.values_list("union_id", *MEASURES)[:20_000])
    if pending:
        where = dict(Union.objects.filter(id__in={row[0] for row in pending}).values_list("id", "path"))
        for union_id, *values in pending:
            for path, key in paths.items():
                if where.get(union_id, "").startswith(path):
                    for name, value in zip(MEASURES, values, strict=True):
                        result[key][name] += value
    return result


def months(path: str, days: Sequence[date], *, boundaries: str = "then") -> dict[date, dict[str, int]]:
    """The subtree at each of the given first-of-months, rolled up from the snapshots.

    `boundaries` is `then` (unions that stood under `path` on that day) or `now` (unions that stand there today).
    """
    result = {}
    for day in days:
        if boundaries == "now":
            unions = Union.objects.filter(subtree("path", path)).values("id")
        else:
            placed = UnionPath.objects.filter(subtree("path", path), since__lte=day)
            unions = (placed.filter(until__isnull=True) | placed.filter(until__gt=day)).values("union_id")
        sums = FigureSnapshot.objects.filter(on=day, union_id__in=unions).aggregate(**{f"sum_{name}": Sum(name) for name in MEASURES})
        result[day] = {name: int(sums[f"sum_{name}"] or 0) for name in MEASURES}
    return result


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of the desk: `value` now, `change` since the last snapshot (None without one), `series` of months."""

    code: str
    label: str
    value: int | None
    text: str
    change: str
    definition: str
    series: tuple[int, ...]
