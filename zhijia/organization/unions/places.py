"""Where unions stand in the tree, as ids and paths, and how many workers they cover: for whoever counts over it. No
scope is asked here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Length

from zhijia.kernel.actor import Scope
from zhijia.kernel.db import in_scope, select_rows, subtree

from .models import CoveredUnit, Union, UnionPath, UnionStatus, UnionType
from .rules import ancestors


def ids_below(path: str) -> QuerySet[Any]:
    """The ids of the union at `path` and everything under it today, as a sub-query."""
    return Union.objects.filter(subtree("path", path)).values("id")


def ids_within(scope: Scope) -> QuerySet[Any]:
    """The ids of the unions in a scope, to stand inside another question."""
    return Union.objects.filter(in_scope("path", scope)).values("id")


def ids_below_on(path: str, day: date) -> QuerySet[Any]:
    """The ids of the unions that stood at or under `path` on a day, as a sub-query."""
    return UnionPath.objects.filter(_period(day), subtree("path", path)).values("union_id")


def _period(day: date) -> Q:
    return Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))


def paths_of(union_ids: Iterable[int]) -> dict[int, str]:
    """Union id to today's path."""
    return dict(select_rows(Union, ["id", "path"], {"id": tuple(sorted(set(union_ids)))}))


def all_paths() -> dict[int, str]:
    """Every union's path: 6,805 rows in the demonstration, 55,000 in a province."""
    return dict(Union.objects.values_list("id", "path"))


def paths_on(day: date, union_ids: Collection[int] | None = None) -> dict[int, str]:
    """Where unions stood at the end of a day; who was not there yet is left out."""
    rows = UnionPath.objects.filter(_period(day))
    if union_ids is not None:
        rows = rows.filter(union_id__in=union_ids)
    return dict(rows.values_list("union_id", "path"))


def count_moved_since(path: str, day: date) -> int:
    """How many unions that stand, or stood, under `path` have gone to another place since a day."""
    gone = UnionPath.objects.filter(until__gt=day)
    here = Q(subtree("path", path)) | Q(union__in=ids_below(path))
    return gone.filter(here).values("union_id").distinct().count()


def ids_directly_below_on(path: str, day: date) -> list[int]:
    """The ids of the unions that stood directly below `path` on a day, in tree order."""
    rows = UnionPath.objects.filter(_period(day), subtree("path", path))
    rows = rows.annotate(length=Length("path")).filter(length=len(ancestors(path)[0]) + len(path))
    return list(rows.order_by("path").values_list("union_id", flat=True))


def ids_of_paths(paths: Iterable[str]) -> dict[str, int]:
    """Path to union id."""
    return dict(select_rows(Union, ["path", "id"], {"path": tuple(sorted(set(paths)))}))


def upper_ids(path: str) -> list[int]:
    """Ids of the unions above `path`, in ascending order."""
    return list(Union.objects.filter(path__in=ancestors(path)[:-1]).order_by("id").values_list("id", flat=True))


def parents() -> list[tuple[int, int]]:
    """`(union id, parent id)` of every union that has one."""
    rows = Union.objects.filter(parent__isnull=False).values_list("id", "parent_id")
    return [(key, parent) for key, parent in rows if parent is not None]


def active_of_types(types: Collection[str], union_ids: Collection[int] | None = None) -> list[int]:
    """Ids of the active unions of some types, among `union_ids` where given."""
    unions = Union.objects.filter(type__in=types, status=UnionStatus.ACTIVE)
    if union_ids is not None:
        unions = unions.filter(id__in=union_ids)
    return list(unions.values_list("id", flat=True))


def home_ids_after(union_id: int, *, limit: int) -> list[int]:
    """The next open online homes by id: for jobs that walk through all of them."""
    rows = Union.objects.filter(type=UnionType.ONLINE_HOME, status=UnionStatus.ACTIVE, id__gt=union_id)
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def coverage(union_ids: Collection[int] | None = None) -> dict[int, tuple[int, int]]:
    """How many employers each union covers today, and their declared workers; among `union_ids` where given."""
    rows = CoveredUnit.objects.filter(until__isnull=True)
    if union_ids is not None:
        rows = rows.filter(union_id__in=union_ids)
    counted = rows.values_list("union_id").annotate(employers=Count("id"), workers=Sum("employer__headcount"))
    return {key: (employers, workers) for key, employers, workers in counted.order_by()}


def headcounts(union_ids: Iterable[int]) -> dict[int, int]:
    """Declared workers of what several unions cover today; unions that cover nobody are left out."""
    rows = CoveredUnit.objects.filter(union_id__in=list(union_ids), until__isnull=True)
    return dict(rows.values_list("union_id").annotate(workers=Sum("employer__headcount")).order_by())
