"""Figures and snapshots of the invented history, computed from its rows month by month."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction

from zhijia.kernel import db
from zhijia.organization.members.models import Membership
from zhijia.organization.members.rules import counts_of
from zhijia.organization.statistics.models import MEASURES, Figure, FigureDelta, FigureMonth, FigureSnapshot
from zhijia.organization.unions.models import Union
from zhijia.organization.unions.rules import ancestors

from .roster import MONTHS, months_back

CHUNK = 5_000
Values = list[int]


def write_figures(*, now: datetime) -> None:
    """Current figures of every union with its subtree, and 24 first-of-months; pending deltas are swallowed."""
    today = now.date()
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


def _changes(firsts: list[date]) -> list[dict[int, dict[str, int]]]:
    """What changed in each month: slot 0 before the first of `firsts`, the last slot since the newest of them."""
    slots: list[dict[int, dict[str, int]]] = [defaultdict(lambda: defaultdict(int)) for _ in range(len(firsts) + 1)]
    columns = ("union_id", "since", "sex", "is_migrant", "new_form_group", "work_form", "real_name_level", "activated")
    rows = Membership.objects.filter(until__isnull=True).values_list(*columns)
    for union_id, since, sex, migrant, group, form, level, activated in rows.iterator(chunk_size=CHUNK):
        slot = sum(1 for first in firsts if since >= first)
        counts = counts_of(
            sign=1,
            female=sex == "2",
            migrant=migrant,
            new_form=bool(group),
            real_name=level >= 3,
            activated=activated,
            dispatched=form == "dispatched",
        )
        target = slots[slot][union_id]
        for name, value in counts.items():
            target[name] += value
        target["joined"] += 1
    return slots


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
    rows = [
        {"union_id": key, "on": on, **dict(zip(MEASURES, row, strict=True))} for key, row in values.items() if any(row)
    ]
    for start in range(0, len(rows), CHUNK):
        with transaction.atomic():
            db.insert_rows(model, rows[start : start + CHUNK])
