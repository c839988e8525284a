"""Figures and snapshots of the invented history, computed from its rows month by month."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from datetime import date, datetime
from operator import add
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils import timezone

from zhijia.kernel import db
from zhijia.organization.members.models import Membership
from zhijia.organization.members.rules import GROUP_MEASURES
from zhijia.organization.statistics.models import Figure, FigureDay, FigureDelta, FigureMonth, FigureSnapshot
from zhijia.organization.statistics.rules import MEASURES
from zhijia.organization.unions import places
from zhijia.organization.unions.models import Union
from zhijia.organization.unions.rules import ancestors

from .roster import MONTHS, months_back

CHUNK = 5_000
Values = list[int]


def write_figures(*, now: datetime, every_day: bool) -> None:
    """Current figures of every union with its subtree, and 24 first-of-months; pending deltas are swallowed.

    `every_day` keeps what each day changed since the first of them, not only since the last.
    """
    today = timezone.localdate(now)
    firsts = list(months_back(today, MONTHS))
    changes = _changes(firsts)
    paths = dict(Union.objects.values_list("id", "path"))
    ids = {path: key for key, path in paths.items()}
    uppers = {key: [ids[upper] for upper in ancestors(path)] for key, path in paths.items()}
    own: dict[int, Values] = defaultdict(lambda: [0] * len(MEASURES))
    total: dict[int, Values] = defaultdict(lambda: [0] * len(MEASURES))
    for union_id in Union.objects.filter(type__in=("GRASSROOTS", "JOINT"), status="ACTIVE").values_list(
        "id", flat=True
    ):
        _add(union_id, {"unions": 1}, own, total, uppers)
    for union_id, (employers, workers) in places.coverage().items():
        _add(union_id, {"employers": employers, "workers": workers}, own, total, uppers)
    for index, first in enumerate([*firsts, None]):
        for union_id, counts in changes[index].items():
            _add(union_id, counts, own, total, uppers)
        if first is not None:
            _store(FigureSnapshot, own, first)
            _store(FigureMonth, total, first)
    with transaction.atomic():
        Figure.objects.all().delete()
        rows = [
            {"union_id": key, "merged_at": now, **dict(zip(MEASURES, values, strict=True))}
            for key, values in total.items()
        ]
        for start in range(0, len(rows), CHUNK):
            db.insert_rows(Figure, rows[start : start + CHUNK])
        FigureDelta.objects.all().delete()
    _store_days(firsts[0] if every_day else firsts[-1])


def _store_days(first: date) -> None:
    FigureDay.objects.all().delete()
    counted: Any = (
        Membership.objects.filter(until__isnull=True, since__gte=first)
        .values_list("union_id", "since")
        .annotate(**{name: Count("id", filter=condition) for name, condition in _COUNTED.items()})
        .order_by("since", "union_id")
    )
    with transaction.atomic():
        db.copy_rows(FigureDay, ["union_id", "day", *_COUNTED], list(counted.iterator(chunk_size=CHUNK)))


@transaction.atomic
def date_back(*, now: datetime) -> None:
    """What cases played on past days changed is put into every first-of-month after its day, where life would have put
    it; the deltas must not have been folded yet.
    """
    firsts = list(months_back(timezone.localdate(now), MONTHS))
    paths = dict(Union.objects.values_list("id", "path"))
    ids = {path: key for key, path in paths.items()}
    days = deque(
        FigureDelta.objects.filter(day__lt=firsts[-1]).order_by("day").values_list("day", "union_id", *MEASURES)
    )
    own: dict[int, Values] = defaultdict(lambda: [0] * len(MEASURES))
    total: dict[int, Values] = defaultdict(lambda: [0] * len(MEASURES))
    for first in firsts:
        while days and days[0][0] < first:
            _, key, *values = days.popleft()
            uppers = [ids[upper] for upper in ancestors(paths[key])]
            for sums in (own[key], *(total[upper] for upper in uppers)):
                sums[:] = map(add, sums, values)
        _raise(FigureSnapshot, own, first)
        _raise(FigureMonth, total, first)


def _raise(model: type[FigureSnapshot] | type[FigureMonth], values: dict[int, Values], on: date) -> None:
    nothing = dict.fromkeys(MEASURES, 0)
    db.insert_rows(model, [{"union_id": key, "on": on, **nothing} for key in values], ignore_conflicts=True)
    for key, row in values.items():
        more = {name: F(name) + value for name, value in zip(MEASURES, row, strict=True)}
        model.objects.filter(union_id=key, on=on).update(**more)


def _changes(firsts: list[date]) -> list[dict[int, dict[str, int]]]:
    """What changed in each month: slot 0 before the first of `firsts`, the last slot since the newest of them.

    Counted by the database, a row for each union and month, so that a whole province fits.
    """
    slots: list[dict[int, dict[str, int]]] = [{} for _ in range(len(firsts) + 1)]
    earlier = When(since__lt=firsts[0], then=Value(0))
    month = Case(earlier, default=ExtractYear("since") * 100 + ExtractMonth("since"), output_field=IntegerField())
    grouped: Any = (
        Membership.objects.filter(until__isnull=True)
        .annotate(month=month)
        .values_list("month", "union_id")
        .annotate(**{name: Count("id", filter=condition) for name, condition in _COUNTED.items()})
        .order_by("month", "union_id")
    )
    months = [first.year * 100 + first.month for first in firsts]
    for joined, union_id, *counts in grouped.iterator(chunk_size=CHUNK):
        slots[bisect_right(months, joined)][union_id] = dict(zip(_COUNTED, counts, strict=True))
    return slots


_COUNTED = {
    "members": Q(),
    "joined": Q(),
    "female": Q(sex="2"),
    "migrant": Q(is_migrant=True),
    "new_form": ~Q(new_form_group=""),
    "real_name": Q(real_name_level__gte=3),
    "activated": Q(activated=True),
    "dispatched": Q(work_form="dispatched"),
    **{measure: Q(new_form_group=group) for group, measure in GROUP_MEASURES.items()},
}
"""Measures of a membership as `members.rules.counts_of` counts them, and its joining."""


def _add(
    union_id: int,
    counts: dict[str, int],
    own: dict[int, Values],
    total: dict[int, Values],
    uppers: dict[int, list[int]],
) -> None:
    for name, value in counts.items():
        index = MEASURES.index(name)
        own[union_id][index] += value
        for upper in uppers[union_id]:
            total[upper][index] += value


def _store(model: type[FigureSnapshot] | type[FigureMonth], values: dict[int, Values], on: date) -> None:
    rows = [(key, on, *row) for key, row in values.items() if any(row)]
    for start in range(0, len(rows), CHUNK):
        with transaction.atomic():
            db.copy_rows(model, ["union_id", "on", *MEASURES], rows[start : start + CHUNK])
