"""Telling the people who can act that a case is past its due date."""

from __future__ import annotations

from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from zhijia.foundation.notify import services as notify
from zhijia.kernel.registry import registry

from .models import Case, InboxEntry
from .rules import Workflow
from .services import not_deciding

MOST_PERSONS = 50
"""A message to more people than this would help nobody; the entry stands late in their list anyway."""


def remind_holders(case: Case, *, now: datetime) -> None:
    """One message to each person whose grant makes the late entry his."""
    workflow: Workflow = registry.workflow(case.workflow)
    today = timezone.localdate(now)
    persons: set[int] = set()
    for entry in InboxEntry.objects.filter(case_id=case.pk, closed_at__isnull=True).select_related("case"):
        there = dict(registry.units.holders(entry.unit_id, entry.permission, today)).get(entry.unit_id, frozenset())
        persons |= there - not_deciding(entry)
    for person_id in sorted(persons)[:MOST_PERSONS]:
        notify.send(
            "workflow.due",
            person_id=person_id,
            context={"title": case.title, "name": workflow.name},
            now=now,
            link=_page_of(case),
            case_public_id=case.public_id,
        )


def _page_of(case: Case) -> str:
    name = registry.case_link(case.workflow).console
    try:
        return reverse(name, args=[case.public_id]) if name else ""
    except NoReverseMatch:
        return ""
