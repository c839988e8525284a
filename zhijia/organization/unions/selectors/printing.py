"""What is printed: the codes of all open unions of a part of the tree."""

from __future__ import annotations

from collections.abc import Iterable

from zhijia.kernel import db
from zhijia.organization.unions.models import Union, UnionStatus
from zhijia.organization.unions.rules import JOINABLE_TYPES

from . import UnionFacts


def list_printable(path: str, *, after: str = "", limit: int = 50) -> list[UnionFacts]:
    """Open unions below `path` that people join by a printed code, in tree order."""
    unions = Union.objects.filter(db.subtree("path", path), type__in=JOINABLE_TYPES, status=UnionStatus.ACTIVE)
    return [
        UnionFacts(*row)
        for row in unions.filter(path__gt=after).order_by("path").values_list(*UnionFacts.__dataclass_fields__)[:limit]
    ]


def names_of_codes(codes: Iterable[str]) -> dict[str, str]:
    """Union code → name."""
    return dict(Union.objects.filter(code__in=list(codes)).values_list("code", "name"))


def count_printable(path: str) -> int:
    """How many unions `list_printable` goes through."""
    printable = db.subtree("path", path)
    return Union.objects.filter(printable, type__in=JOINABLE_TYPES, status=UnionStatus.ACTIVE).count()
