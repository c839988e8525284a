"""Unions by level and type, for whoever compares like with like. No scope is asked here."""

from __future__ import annotations

from zhijia.kernel.db import subtree
from zhijia.organization.unions.models import Union, UnionType

from . import CLOSED, UnionFacts, facts_of


def below(path: str) -> list[tuple[int, str, str]]:
    """`(level, type, what it is called)` of all unions below a place that are not closed, the highest first."""
    rows = Union.objects.filter(subtree("path", path)).exclude(status__in=CLOSED).exclude(path=path)
    kinds = sorted(rows.values_list("level", "type").distinct().order_by())
    return [(level, kind, UnionType(kind).label) for level, kind in kinds]


def list_alike(path: str, level: int, union_type: str, *, limit: int) -> list[UnionFacts]:
    """Unions of one level and type at and below a place that are not closed, in tree order."""
    unions = Union.objects.filter(subtree("path", path), level=level, type=union_type).exclude(status__in=CLOSED)
    keys = list(unions.order_by("path").values_list("id", flat=True)[:limit])
    facts = facts_of(keys)
    return [facts[key] for key in keys]
