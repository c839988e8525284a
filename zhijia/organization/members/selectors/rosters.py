"""Memberships many at once, as files of members ask for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Count, QuerySet

from zhijia.kernel import db
from zhijia.kernel.paging import Page, page_of
from zhijia.organization.members.models import Membership as Membership  # noqa: PLC0414  the type others name
from zhijia.organization.unions.selectors import UnionFacts

from .lists import below


class Stay(NamedTuple):
    """What a roster must know of a membership; `ended_by` is empty where he only moved on."""

    person_id: int
    union_id: int
    until: date | None
    ended_by: str
    member_number: str
    joined_on: date


def stays_of(person_ids: Collection[int]) -> dict[int, list[Stay]]:
    """Everybody's memberships, oldest first; one query."""
    stays: dict[int, list[Stay]] = {}
    if person_ids:
        for row in db.select_rows(Membership, Stay._fields, {"person_id": tuple(person_ids)}, order=["since", "id"]):
            stays.setdefault(row[0], []).append(Stay(*row))
    return stays


def count_of(union_ids: Iterable[int]) -> dict[int, int]:
    """Members of each of these unions that has any."""
    stays = Membership.objects.filter(union_id__in=list(union_ids), until__isnull=True)
    return dict(stays.values_list("union_id").annotate(number=Count("id")).order_by())


def _members(unit: UnionFacts) -> QuerySet[Membership]:
    return Membership.objects.filter(below(unit), until__isnull=True)


def more_members_than(unit: UnionFacts, most: int) -> bool:
    """Whether a unit and what is below it have more members than that; never counts further."""
    return bool(_members(unit).order_by("name_key", "id")[most : most + 1].exists())


def page_of_members(unit: UnionFacts, after: str, size: int) -> Page[Membership]:
    """The next members of a unit and below by name; some may stand elsewhere since their union moved."""
    return page_of(_members(unit), ("name_key", "id"), after=after, limit=size)
