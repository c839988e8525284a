"""Counting: a delta in the transaction of what it counts, and the job that folds deltas into the ancestors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone

from zhijia.kernel import db
from zhijia.organization.members import selectors as members
from zhijia.organization.members.events import MembershipChanged, MembershipsChanged
from zhijia.organization.unions import places, selectors as unions
from zhijia.organization.unions.events import CoverageChanged, UnionChanged, UnionMoved, UnionOpened
from zhijia.organization.unions.rules import FEDERATIONS, ancestors

from . import rules
from .models import Figure, FigureDay, FigureDelta, FigureMonth, FigureSnapshot, Recount
from .rules import MEASURES, STOCKS

CHUNK = 2_000
LOCK = "statistics.figures"
COUNTED_TYPES = frozenset({"GRASSROOTS", "JOINT"})
"""U1: active grassroots and joint unions."""


def add(union_id: int, counts: Mapping[str, int], *, day: date, path: str = "") -> None:
    """Write one delta; a change of nothing writes no row. `path` is asked for where the caller does not know it."""
    changed = {key: value for key, value in counts.items() if key and value}
    if changed:
        path = path or unions.get_facts(union_id).path
        values = {name: changed.get(name, 0) for name in MEASURES}
        db.insert_rows(FigureDelta, [{"union_id": union_id, "path": path, "day": day, **values}])


def count_change(event: MembershipChanged) -> None:
    counts = {**event.counts, **rules.flow_of(event.kind, event.counts)}
    add(event.union_id, counts, day=timezone.localdate(event.at), path=event.union_path)


def count_changes(event: MembershipsChanged) -> None:
    """One delta a union, however many members a roster brought it."""
    changes = [
        (key, {**counts, **rules.flow_of(event.kind, counts)}) for key, counts in event.changes if any(counts.values())
    ]
    paths = places.paths_of(key for key, _ in changes)
    day = timezone.localdate(event.at)
    rows = [(key, paths[key], day, *(counts.get(name, 0) for name in MEASURES)) for key, counts in changes]
    db.copy_rows(FigureDelta, ["union_id", "path", "day", *MEASURES], rows)


def _as_union(union_type: str, status: str) -> str:
    """The measure that a union itself is counted in, empty where in none."""
    if status != "ACTIVE":
        return ""
    return "unions" if union_type in COUNTED_TYPES else "federations" if union_type in FEDERATIONS else ""


def count_opened(event: UnionOpened) -> None:
    add(event.union_id, {_as_union(event.union_type, event.status): 1}, day=event.on, path=event.path)


def count_status(event: UnionChanged) -> None:
    counts: dict[str, int] = defaultdict(int)
    counts[_as_union(*event.before)] -= 1
    counts[_as_union(*event.after)] += 1
    add(event.union_id, counts, day=event.on)


def count_coverage(event: CoverageChanged) -> None:
    counts = {"employers": event.employers, "workers": event.workers}
    add(event.union_id, counts, day=event.on, path=event.path)


def merge_deltas(*, now: datetime, limit: int = CHUNK, dated_back: bool = False) -> int:
    """Fold up to `limit` deltas into the figures of their unions and all ancestors; returns how many.

    One transaction takes the deltas away and adds them up, so a reader sees each delta exactly once. Mergers wait for
    one another; writers of deltas wait for nobody. `dated_back`: what is older than the last snapshot keeps its day,
    for who puts the snapshots right himself.
    """
    with transaction.atomic(), db.advisory_lock(LOCK):
        taken = db.take_rows(FigureDelta, ["union_id", "day", *MEASURES], limit=limit)
        if not taken:
            return 0
        days: dict[tuple[date, int], list[int]] = defaultdict(lambda: [0] * len(MEASURES))
        for union_id, day, *values in taken:
            _sum_into(days[date.fromisoformat(str(day)), union_id], values)  # SQLite answers text
        own: dict[int, list[int]] = defaultdict(lambda: [0] * len(MEASURES))
        for (_, union_id), values in days.items():
            _sum_into(own[union_id], values)
        _add_up(_with_ancestors(own), now=now)
        _keep_days(days if dated_back else _not_before_snapshot(days))
    return len(taken)


def _sum_into(sums: list[int], values: Sequence[int]) -> None:
    for index, value in enumerate(values):
        sums[index] += value


def _not_before_snapshot(folded: Mapping[tuple[date, int], Sequence[int]]) -> dict[tuple[date, int], list[int]]:
    """What is folded after the snapshot that should have held it counts on that first of a month: a snapshot never
    changes, and with the days after it gives what is true now.
    """
    latest = FigureSnapshot.objects.order_by("-on").values_list("on", flat=True).first()
    days: dict[tuple[date, int], list[int]] = defaultdict(lambda: [0] * len(MEASURES))
    for (day, key), values in folded.items():
        _sum_into(days[max(day, latest or day), key], values)
    return days


def _keep_days(days: Mapping[tuple[date, int], Sequence[int]]) -> None:
    """What was folded of each day at a union alone."""
    rows = [{"day": day, "union_id": key, **dict.fromkeys(MEASURES, 0)} for day, key in sorted(days)]
    db.insert_rows(FigureDay, rows, ignore_conflicts=True)
    for day, key in sorted(days):
        changes = {name: F(name) + value for name, value in zip(MEASURES, days[day, key], strict=True) if value}
        if changes:
            FigureDay.objects.filter(day=day, union_id=key).update(**changes)


def _with_ancestors(own: Mapping[int, list[int]]) -> dict[int, list[int]]:
    paths = places.paths_of(own)
    upper_paths = {upper for path in paths.values() for upper in ancestors(path)}
    ids = places.ids_of_paths(upper_paths)
    totals: dict[int, list[int]] = defaultdict(lambda: [0] * len(MEASURES))
    for union_id, values in own.items():
        for upper in ancestors(paths[union_id]):
            sums = totals[ids[upper]]
            _sum_into(sums, values)
    return totals


def _add_up(totals: Mapping[int, list[int]], *, now: datetime) -> None:
    rows = [{"union_id": key, "merged_at": now, **dict.fromkeys(MEASURES, 0)} for key in sorted(totals)]
    db.insert_rows(Figure, rows, ignore_conflicts=True)
    for key in sorted(totals):
        changes = {name: F(name) + value for name, value in zip(MEASURES, totals[key], strict=True) if value}
        Figure.objects.filter(union_id=key).update(merged_at=now, **changes)


@transaction.atomic
def move_subtree(event: UnionMoved) -> None:
    """A subtree went elsewhere: what was folded leaves the old ancestors and joins the new ones.

    Pending deltas stay pending and stand at the new place; they are folded along the path of their union then. The lock
    keeps a merge that read the old path from adding to it afterwards. A delta written by somebody who does not see the
    move yet shows at the old place until it is folded, a minute later.
    """
    with db.advisory_lock(LOCK):
        rest = Substr("path", len(event.old_path) + 1)
        FigureDelta.objects.filter(db.subtree("path", event.old_path)).update(path=Concat(Value(event.new_path), rest))
        figure = Figure.objects.filter(union_id=event.union_id).first()
        if figure is None:
            return
        values = [getattr(figure, name) for name in MEASURES]
        at = timezone.make_aware(datetime.combine(event.on, datetime.min.time()))
        _add_up({key: [-value for value in values] for key in places.upper_ids(event.old_path)}, now=at)
        _add_up(dict.fromkeys(places.upper_ids(event.new_path), values), now=at)


def naive_counts(union_ids: Collection[int] | None = None) -> dict[int, dict[str, int]]:
    """Stock measures of each union alone, counted from the memberships: the truth that figures must equal."""
    counts = members.stock_counts(union_ids)
    for name, types in (("unions", COUNTED_TYPES), ("federations", FEDERATIONS)):
        for key in places.active_of_types(types, union_ids):
            counts.setdefault(key, {})[name] = 1
    for key, (employers, workers) in places.coverage(union_ids).items():
        counts.setdefault(key, {}).update(employers=employers, workers=workers)
    return counts


def recount(*, now: datetime) -> Recount:
    """Compare every figure with a naive count over the subtree; what differs is reported, not silently mended.

    Takes one consistent look (a transaction that folds all pending deltas first) on both databases.
    """
    with db.consistent_look():
        pending: dict[int, list[int]] = defaultdict(lambda: [0] * len(MEASURES))
        for union_id, *values in FigureDelta.objects.values_list("union_id", *MEASURES).iterator(chunk_size=CHUNK):
            for index, value in enumerate(values):
                pending[union_id][index] += value
        waiting = _with_ancestors(pending) if pending else {}
        truth: dict[int, dict[str, int]] = defaultdict(dict)
        own = naive_counts()
        paths = places.all_paths()
        ids = {path: key for key, path in paths.items()}
        for union_id, counts in own.items():
            for upper in ancestors(paths[union_id]):
                sums = truth[ids[upper]]
                for name, value in counts.items():
                    sums[name] = sums.get(name, 0) + value
        wrong = []
        figures = {row["union_id"]: row for row in Figure.objects.values("union_id", *STOCKS)}
        for key in paths:
            for name in STOCKS:
                said = figures.get(key, {}).get(name, 0) + (waiting[key][MEASURES.index(name)] if key in waiting else 0)
                is_so = truth[key].get(name, 0) if key in truth else 0
                if said != is_so:
                    wrong.append([key, name, said, is_so])
    return Recount.objects.create(
        at=now, unions=len(paths), differing=len(wrong), wrong=wrong[:200], state="wrong" if wrong else "ok"
    )


def take_snapshot(on: date, *, now: datetime) -> int:
    """Store every union's own figures as of 00:00 on the first of a month; a second call changes nothing, and one that
    was killed leaves nothing behind.

    However late it comes: what has happened since midnight is taken off, and subtrees are those of midnight.
    Source: docs/rules/statistics.md#snapshots
    """
    while merge_deltas(now=now):
        pass
    with transaction.atomic(), db.advisory_lock(LOCK):
        if FigureMonth.objects.filter(on=on).exists():  # of every union, while a snapshot leaves out who has nothing
            return 0
        own = _own_before(on)
        today = places.all_paths()
        stood = today | places.paths_on(on - timedelta(days=1))
        ids = {path: key for paths in (today, stood) for key, path in paths.items()}
        totals: dict[int, list[int]] = {key: [0] * len(MEASURES) for key in stood}
        for key, values in own.items():
            for upper in ancestors(stood[key]):
                _sum_into(totals[ids[upper]], values)
        columns = ["union_id", "on", *MEASURES]
        kept = [(key, on, *values) for key, values in own.items() if any(values)]
        db.copy_rows(FigureSnapshot, columns, kept)
        db.copy_rows(FigureMonth, columns, [(key, on, *values) for key, values in totals.items()])
    return len(kept)


def _own_before(on: date) -> dict[int, list[int]]:
    """What each union alone counts without its subtree, and without what came since 00:00 of `on`."""
    own = {key: list(values) for key, *values in Figure.objects.values_list("union_id", *MEASURES)}
    folded = {key: list(values) for key, values in own.items()}
    for key, parent in places.parents():
        if key in folded:
            _sum_into(own[parent], [-value for value in folded[key]])
    for key, *values in FigureDay.objects.filter(day__gte=on).values_list("union_id", *MEASURES):
        _sum_into(own[key], [-value for value in values])
    return own
