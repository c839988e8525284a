"""The cells of large unions, counted anew every night, one union a transaction."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from itertools import combinations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from zhijia.kernel import db
from zhijia.organization.members.selectors.pivots import DIMENSIONS, count_by
from zhijia.organization.unions import places

from .models import Figure, FigureCell
from .selectors.pivots import MOST_COUNTED

Cells = Counter[tuple[str, str, str, str]]
_NAMES = tuple(DIMENSIONS)
_PAIRS = tuple(combinations(range(len(_NAMES)), 2))


def rebuild(*, now: datetime) -> int:
    """Count every union of more than 10,000 members by each pair of dimensions; returns how many unions.

    Everybody is counted once, at the lowest large union above him; those above add up. Killed half-way it leaves every
    union with the cells of one night, and another run counts all again. Source: docs/rules/statistics.md#pivots
    """
    today = timezone.localdate(now)
    large = set(Figure.objects.filter(members__gt=MOST_COUNTED).values_list("union_id", flat=True))
    paths = {path: key for key, path in places.paths_of(large).items()}
    below: dict[str, list[str]] = {path: [] for path in paths}
    for path in paths:
        upper = max((other for other in paths if other != path and path.startswith(other)), key=len, default=None)
        if upper is not None:
            below[upper].append(path)
    counted: dict[str, Cells] = {}
    for path in sorted(paths, key=len, reverse=True):
        cells = _count(path, below[path], today)
        for lower in below[path]:
            cells.update(counted.pop(lower))
        counted[path] = cells
        _store(paths[path], cells, today)
    FigureCell.objects.exclude(union_id__in=large).delete()
    return len(large)


def _count(path: str, besides: list[str], today: date) -> Cells:
    others = Q()
    for lower in besides:
        others |= db.subtree("path", lower)
    unions = places.ids_below(path).exclude(others) if besides else places.ids_below(path)
    cells: Cells = Counter()
    for *codes, number in count_by(unions, _NAMES, today=today):
        for one, other in _PAIRS:
            cells[_NAMES[one], _NAMES[other], codes[one], codes[other]] += number
    return cells


@transaction.atomic
def _store(union_id: int, cells: Cells, today: date) -> None:
    FigureCell.objects.filter(union_id=union_id).delete()
    columns = ["union_id", "day", "first", "second", "a", "b", "number"]
    db.copy_rows(FigureCell, columns, [(union_id, today, *key, number) for key, number in sorted(cells.items())])
