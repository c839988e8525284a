"""Where unions stand in the tree, as ids and paths, and how many workers they cover: for whoever counts over it. No
scope is asked here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum

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


def headcounts(union_ids: Iterable[int]) -> dict[int, int]:
    """Declared workers of what several unions cover today; unions that cover nobody are left out."""
    rows = CoveredUnit.objects.filter(union_id__in=list(union_ids), until__isnull=True)
    return dict(rows.values_list("union_id").annotate(workers=Sum("employer__headcount")).order_by())
