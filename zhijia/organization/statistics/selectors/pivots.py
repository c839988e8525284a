"""Any subtree by two dimensions: counted from the members of a small one, from the cells of last night for a large."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Sum

from zhijia.kernel.errors import NotFound
from zhijia.organization.members.selectors.pivots import DIMENSIONS, count_by
from zhijia.organization.statistics.models import FigureCell
from zhijia.organization.statistics.rules import disclosed
from zhijia.organization.unions import places

from .figures import current

MOST_COUNTED: Final = 10_000
"""A union with more active members is counted at night, so that no page takes longer than a third of a second."""


@dataclass(frozen=True, slots=True)
class PivotLine:
    """A row: its cells in the order of the columns, and their sum. ＜5 where a small number is not told."""

    code: str
    label: str
    cells: tuple[int | str, ...]
    total: int | str


@dataclass(frozen=True, slots=True)
class Pivot:
    """`columns` are `(code, label)`; rows and columns of nobody are left out. `day` is the night it was counted, None
    for this moment. `exact` is false where every cell and total is rounded by itself.
    """

    columns: tuple[tuple[str, str], ...]
    lines: tuple[PivotLine, ...]
    totals: tuple[int | str, ...]
    total: int | str
    day: date | None
    exact: bool


def is_large(union_id: int, path: str) -> bool:
    return current(union_id, path, ("members",))["members"] > MOST_COUNTED


def pivot(union_id: int, path: str, rows: str, columns: str, *, today: date, exact: bool) -> Pivot | None:
    """Active members by two dimensions; the same one twice counts by it alone. None where a large union waits for its
    first night. Raises NotFound for an unknown dimension.
    """
    if rows not in DIMENSIONS or columns not in DIMENSIONS:
        raise NotFound
    counts: dict[tuple[str, str], int] = {}
    day = None
    if is_large(union_id, path):
        day, counts = _of_cells(union_id, rows, columns)
        if day is None:
            return None
    else:
        asked = list(dict.fromkeys((rows, columns)))
        unions = list(places.ids_below(path).values_list("id", flat=True))  # few: a sub-query reads all memberships
        for *codes, number in count_by(unions, asked, today=today):
            key = (codes[0], codes[-1])
            counts[key] = counts.get(key, 0) + number
    return _table(counts, rows, columns, day=day, exact=exact)


def _of_cells(union_id: int, rows: str, columns: str) -> tuple[date | None, dict[tuple[str, str], int]]:
    names = list(DIMENSIONS)
    other = columns if columns != rows else next(name for name in names if name != rows)
    first, second = sorted((rows, other), key=names.index)
    key = ("a", "b") if first == rows else ("b", "a")
    found = FigureCell.objects.filter(union_id=union_id, first=first, second=second)
    cells = list(found.values_list("day", *key).annotate(sum=Sum("number")).order_by())
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for _, a, b, number in cells:
        counts[a, b if columns != rows else a] += number
    return (cells[0][0] if cells else None), counts


def _table(counts: dict[tuple[str, str], int], rows: str, columns: str, *, day: date | None, exact: bool) -> Pivot:
    known = (DIMENSIONS[rows].labels, DIMENSIONS[columns].labels)
    counts = {(a, b): number for (a, b), number in counts.items() if a in known[0] and b in known[1]}
    told = (lambda number: number) if exact else disclosed
    by_row, by_column = _sums(counts, 0), _sums(counts, 1)
    across = [(code, label) for code, label in DIMENSIONS[columns].labels.items() if by_column.get(code)]
    alone = rows == columns
    lines = tuple(
        PivotLine(
            code,
            label,
            () if alone else tuple(told(counts.get((code, other), 0)) for other, _ in across),
            told(by_row[code]),
        )
        for code, label in DIMENSIONS[rows].labels.items()
        if by_row.get(code)
    )
    return Pivot(
        () if alone else tuple(across),
        lines,
        () if alone else tuple(told(by_column[code]) for code, _ in across),
        told(sum(counts.values())),
        day,
        exact,
    )


def _sums(counts: dict[tuple[str, str], int], place: int) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for key, number in counts.items():
        sums[key[place]] += number
    return sums


def choices() -> Sequence[tuple[str, str]]:
    return [(code, dimension.label) for code, dimension in DIMENSIONS.items()]
