"""What members brought up to date themselves, for their unions to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from zhijia.foundation.ui.listing import Query
from zhijia.kernel.actor import Actor
from zhijia.kernel.paging import Page, page_of
from zhijia.organization.members import rules
from zhijia.organization.members.models import EventKind, MembershipEvent
from zhijia.organization.members.permissions import Permission
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

DAYS = 90
"""So long an update stands in the list."""
LABELS = {
    "work_form": "就业方式",
    "new_form_group": "新就业形态",
    "occupation": "职业",
    "employer_text": "单位",
    "is_migrant": "农民工",
}


@dataclass(frozen=True, slots=True)
class Update:
    """One change by the member himself. `changes` are `("就业方式", "在单位上班", "平台接单")`; what he
    wrote in his own words is told by its label alone.
    """

    at: datetime
    person: people.PersonFacts
    union: str
    changes: tuple[tuple[str, str, str], ...]


def list_updates(actor: Actor, query: Query, *, now: datetime) -> Page[Update]:
    """In the unions where the actor himself sees the list of members, newest first. Raises NotAllowed."""
    actor.require_anywhere(Permission.VIEW)
    units = {grant.unit_id for grant in actor.living_grants if Permission.VIEW in grant.permissions}
    rows = MembershipEvent.objects.filter(
        union_id__in=units,
        on__gte=timezone.localdate(now) - timedelta(days=DAYS),
        kind=EventKind.CORRECTED,
        person_by=F("person_id"),
    )
    page = page_of(rows, ("-at", "-id"), after=query.after, limit=query.limit)
    persons = people.facts_of(row.person_id for row in page.rows)
    names = unions.facts_of(row.union_id for row in page.rows)
    return page.of(
        Update(row.at, persons[row.person_id], names[row.union_id].name, _changes(row.before, row.after))
        for row in page.rows
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (label, _word(name, before.get(name)), _word(name, after[name]))
        for name, label in LABELS.items()
        if name in after
    )


def _word(name: str, value: Any) -> str:
    if name == "is_migrant":
        return "是" if value else "否"
    if name == "work_form":
        return rules.WORK_FORMS.get(value, "")
    return rules.NEW_FORM_GROUPS.get(value, "无") if name == "new_form_group" else ""
