"""Roles that end, and people who may be given one; asking and checking are in `cases`."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows
from zhijia.organization.access import events, rules, selectors
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.access.roles import ROLES
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions


def find_people(actor: Actor, text: str, *, now: datetime) -> list[people.PersonFacts]:
    """Persons to give a role to; looking somebody up leaves a row in the trail. Raises NotAllowed."""
    found = selectors.find_people(actor, text)
    for person in found:
        audit.record_read(actor, "access.looked_up", ("person", person.public_id), now=now, concerns=person.id)
    return found


def end_if_expired(new: RoleGrant, *, now: datetime) -> None:
    """An older grant of the same role whose last day has passed makes room, without waiting for the clock."""
    same = RoleGrant.objects.select_related("case").filter(
        person_id=new.person_id, union_id=new.union_id, role=new.role, in_force=True, until__lte=timezone.localdate(now)
    )
    for grant in same:
        _end(grant, reason="到期", now=now)


def case_of(grant: RoleGrant, *, now: datetime) -> Case:
    """The grant's case; one loaded with the first administrators gets it now, so that its end has a history."""
    if grant.case is not None:
        return grant.case
    person = people.get_facts(grant.person_id)
    case = workflow.open_case(
        rules.GRANT,
        SYSTEM,
        title=f"{person.masked_name} · {ROLES[grant.role].label}",
        unit_id=grant.union_id,
        other_unit_id=grant.union_id,
        owner_person_id=None,
        now=now,
        start=TwoPersons.IN_FORCE,
        note=unions.get_facts(grant.union_id).name,
        history_note="随初始数据载入的授权",
    )
    change_rows(RoleGrant, {"id": grant.pk}, {"case_id": case.pk})
    return case


def stop(grant: RoleGrant, *, now: datetime, reason: str) -> None:
    """From the person's next request on he has it no more."""
    change_rows(RoleGrant, {"id": grant.pk}, {"in_force": False, "revoked_at": now, "revoke_reason": reason[:200]})
    events.grants_changed.announce(events.GrantsChanged(grant.union_id, grant.role, now))


def _end(grant: RoleGrant, *, reason: str, now: datetime) -> None:
    if grant.case is not None and grant.case.state == TwoPersons.IN_FORCE:
        workflow.move(grant.case, "end", actor=SYSTEM, now=now, note=reason)
    stop(grant, now=now, reason=reason)
    audit.record(SYSTEM, "access.ended", ("grant", grant.pk), now=now, unit_id=grant.union_id, concerns=grant.person_id)


@transaction.atomic
def end_person_grants(person_id: int, *, union_id: int | None, reason: str, now: datetime) -> int:
    """A post or membership ended: the person's roles (on one union, or all) end with it, at once. Returns how many."""
    grants = RoleGrant.objects.select_related("case").filter(person_id=person_id, in_force=True)
    if union_id is not None:
        grants = grants.filter(union_id=union_id)
    ended = list(grants)
    for grant in ended:
        _end(grant, reason=reason, now=now)
    return len(ended)


@transaction.atomic
def end_union_grants(union_id: int, *, reason: str, now: datetime) -> int:
    """A union ended: all roles on it end with it, at once. Returns how many."""
    ended = list(RoleGrant.objects.select_related("case").filter(union_id=union_id, in_force=True))
    for grant in ended:
        _end(grant, reason=reason, now=now)
    return len(ended)


def end_expired(*, now: datetime, limit: int = 500) -> int:
    """Close grants whose last day has passed; they stopped counting at midnight already. Returns how many."""
    grants = RoleGrant.objects.select_related("case").filter(in_force=True, until__lte=timezone.localdate(now))
    ended = 0
    for grant in grants.order_by("id")[:limit]:
        with transaction.atomic():
            _end(grant, reason="到期", now=now)
        ended += 1
    return ended
