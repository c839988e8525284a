"""Telling the people who can act that a case is past its due date: by the clock, or by somebody above."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.notify import services as notify
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import insert_rows, retrying
from zhijia.kernel.errors import RuleBroken, TooMany, WrongState
from zhijia.kernel.registry import registry

from .models import Case, CaseHistory, InboxEntry
from .rules import REMINDED, Workflow
from .services import not_deciding

MOST_PERSONS = 50
"""A message to more people than this would help nobody; the entry stands late in their list anyway."""


@retrying()
@transaction.atomic
def remind(actor: Actor, case: Case, *, now: datetime) -> int:
    """Somebody above reminds who is to act on a late case; returns how many persons were told.

    Whether it lies below him is the caller's to know (`selectors.late_below`). Raises WrongState where it is not late,
    TooMany `case.reminded` the second time on a day, RuleBroken `case.nobody` where nobody can act.
    """
    if case.closed_at is not None or case.due_at is None or case.due_at > now:
        raise WrongState
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now), time()))
    if CaseHistory.objects.filter(case_id=case.pk, move=REMINDED, at__gte=midnight).exists():
        raise TooMany("case.reminded", "今天已经催办过，明天还没有办理时再催。")
    grant = min(actor.living_grants, key=lambda grant: len(grant.path))
    insert_rows(CaseHistory, [{
        "case_id": case.pk, "at": now, "move": REMINDED, "source": case.state, "target": case.state,
        "actor_kind": actor.kind.value, "person_id": actor.person_id, "role": grant.role, "unit_id": grant.unit_id,
        "note": "", "facts": {},
    }])  # fmt: skip
    audit.record(actor, "workflow.remind", (case.workflow, case.public_id), now=now, unit_id=grant.unit_id)
    union = registry.units.names([grant.unit_id]).get(grant.unit_id, "")
    told = _tell_holders(case, "workflow.reminded", {"union": union}, now=now)
    if not told:
        raise RuleBroken("case.nobody", "现在没有人能办理这一件，请先给应办单位的工作人员授权。")
    return told


def remind_holders(case: Case, *, now: datetime) -> None:
    """One message to each person whose grant makes the late entry his."""
    _tell_holders(case, "workflow.due", {}, now=now)


def _tell_holders(case: Case, message: str, said: Mapping[str, str], *, now: datetime) -> int:
    workflow: Workflow = registry.workflow(case.workflow)
    today = timezone.localdate(now)
    persons: set[int] = set()
    for entry in InboxEntry.objects.filter(case_id=case.pk, closed_at__isnull=True).select_related("case"):
        there = dict(registry.units.holders(entry.unit_id, entry.permission, today)).get(entry.unit_id, frozenset())
        persons |= there - not_deciding(entry)
    told = sorted(persons)[:MOST_PERSONS]
    for person_id in told:
        notify.send(
            message,
            person_id=person_id,
            context={"title": case.title, "name": workflow.name, **said},
            now=now,
            link=_page_of(case),
            case_public_id=case.public_id,
        )
    return len(told)


def _page_of(case: Case) -> str:
    name = registry.case_link(case.workflow).console
    try:
        return reverse(name, args=[case.public_id]) if name else ""
    except NoReverseMatch:
        return ""
