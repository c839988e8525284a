"""Unions as those who govern them need them: which have a board, whose employer is a company."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from zhijia.kernel.actor import Scope
from zhijia.organization.unions.models import Union, UnionType

from . import CLOSED


def is_enterprise(union_id: int) -> bool:
    """Whether the union is one of a company: its employer is no public institution, organ or organization."""
    ownership = Union.objects.filter(pk=union_id).values_list("employer__ownership", flat=True).first()
    return ownership is not None and ownership not in ("60", "70", "80")


def governed(scope: Scope) -> QuerySet[Union]:
    """The unions of a scope that have terms and posts: those that stand, but for online homes."""
    return Union.objects.within(scope).exclude(type=UnionType.ONLINE_HOME).exclude(status__in=CLOSED)


def founded_on(union_id: int) -> date | None:
    return Union.objects.filter(pk=union_id).values_list("founded_on", flat=True).first()
