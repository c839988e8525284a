"""Who was a member on a past day, by the stays `[since, until)`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from zhijia.foundation.ui.listing import Query
from zhijia.kernel.actor import Actor
from zhijia.kernel.paging import Page, page_of
from zhijia.organization.members.models import Membership
from zhijia.organization.members.permissions import Permission
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import places, selectors as unions

from .lists import MOST_EXAMINED
from .rosters import more_members_than


@dataclass(frozen=True, slots=True)
class PastRow:
    """A stay of that day, masked as in the list of today. `until` is the first day after it; `file_pid` is empty for
    who is no member now.
    """

    person: people.PersonFacts
    number: str
    union_name: str
    since: date
    until: date | None
    standing: tuple[str, str]
    file_pid: str


def is_past_list_too_long(unit: unions.UnionFacts) -> bool:
    """More members than a page may look through: such a unit's list is read further down."""
    return more_members_than(unit, MOST_EXAMINED)


def list_past(actor: Actor, unit: unions.UnionFacts, day: date, boundaries: str, query: Query) -> Page[PastRow]:
    """Stays at the end of a day in the unions that stood under a unit then, or stand there now, by name; only in unions
    of today's scope. Raises NotFound, NotAllowed.
    """
    actor.require(Permission.VIEW, unit.path)
    stood = places.paths_on(day, [unit.id]).get(unit.id, unit.path)
    rows_below = places.ids_below_on(stood, day) if boundaries == "then" else places.ids_below(unit.path)
    below = [key for row in rows_below for key in row.values()]  # few: a sub-query would read all memberships
    rows = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gt=day), since__lte=day, union_id__in=below
    ).within(actor.scope_for(Permission.VIEW))
    page = page_of(rows, ("name_key", "id"), after=query.after, limit=query.limit)
    persons = people.facts_of(row.person_id for row in page.rows)
    names = {key: union.name for key, union in unions.facts_of(row.union_id for row in page.rows).items()}
    return page.of(
        PastRow(
            persons[row.person_id],
            row.member_number,
            names[row.union_id],
            row.since,
            row.until,
            ("会籍已转出或结束", "") if row.until else ("仍在本会", "done"),
            persons[row.person_id].public_id if row.until is None else "",
        )
        for row in page.rows
    )
