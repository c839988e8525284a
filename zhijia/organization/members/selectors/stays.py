"""Present stays of many persons at once, for rooms above that compare and look them up."""

from __future__ import annotations

from collections.abc import Iterable

from zhijia.organization.members.models import Membership


def stays_of(person_ids: Iterable[int]) -> dict[int, Membership]:
    """Their present memberships by person; who is no member is left out."""
    rows = Membership.objects.filter(person_id__in=list(person_ids), until__isnull=True)
    return {row.person_id: row for row in rows}


def get_stay(membership_id: int) -> Membership:
    """Also one that has ended."""
    return Membership.objects.get(pk=membership_id)


def namesakes(person_ids: Iterable[int]) -> dict[int, tuple[str, int, int | None]]:
    """`{person: (name key, union, employer)}` of these members, and of everybody of the same name in the union or with
    the employer of one of them.
    """
    columns = ("person_id", "name_key", "union_id", "employer_id")
    stays = list(Membership.objects.filter(person_id__in=list(person_ids), until__isnull=True).values_list(*columns))
    places: dict[tuple[str, int], set[str]] = {}
    for _person, name, union_id, employer_id in stays:
        places.setdefault(("union_id", union_id), set()).add(name)
        if employer_id is not None:
            places.setdefault(("employer_id", employer_id), set()).add(name)
    found = {row[0]: row[1:] for row in stays}
    for (column, place), names in places.items():
        rows = Membership.objects.filter(**{column: place}, name_key__in=names, until__isnull=True)
        found |= {row[0]: row[1:] for row in rows.values_list(*columns)}
    return found


def has_number(number: str, *, besides: Iterable[int]) -> bool:
    """Whether somebody but these persons has, or had, this member number."""
    return Membership.objects.filter(member_number=number).exclude(person_id__in=list(besides)).exists()
