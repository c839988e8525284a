"""Asking for, checking and taking back roles. Two people always; the checker is not the asker."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, retrying
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, WrongState
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

from . import events, rules
from .models import RoleGrant
from .permissions import Permission
from .roles import ROLES


@retrying()
@transaction.atomic
def ask_grant(
    actor: Actor,
    *,
    person_public_id: str,
    role: str,
    union_public_id: str,
    since: date,
    until: date,
    reason: str,
    now: datetime,
) -> RoleGrant:
    """Ask that a person hold a role on a union and below; a second security admin decides.

    Raises NotFound (union out of scope, or no such person), NotAllowed, Invalid `grant.role`, `grant.period`,
    `grant.reason`, RuleBroken `grant.self`, `grant.real_name`, `grant.conflict`, Duplicate `grant.exists`.
    Source: docs/rules/access.md#granting
    """
    union = unions.get_union(actor, union_public_id)
    actor.require(Permission.ASK, union.path)
    person = people.find_by_public_id(person_public_id)
    if person is None or person.merged_into_id is not None:
        raise NotFound
    rules.check_role(role, union.level)
    rules.check_period(since, until, timezone.localdate(now))
    if len(reason.strip()) < 4:
        raise Invalid(
            "grant.reason", "请写明授权依据，至少 4 个字。", fields={"reason": "请写明授权依据，至少 4 个字。"}
        )
    held = _held(person.id)
    rules.check_person(
        real_name_level=person.real_name_level,
        held=tuple(r for r, _ in held),
        asked=role,
        is_self=person.id == actor.person_id,
    )
    if (role, union.pk) in held:
        raise Duplicate("grant.exists", "这位同志在这个工会已有同样的角色，无需重复授权。")
    case = workflow.open_case(
        rules.GRANT,
        actor,
        title=f"{person.masked_name} · {ROLES[role].label}",
        unit_id=union.pk,
        owner_person_id=None,
        now=now,
        open_key=f"{person.id}:{role}:{union.pk}"[:48],
        note=union.name,
    )
    return RoleGrant.objects.create(
        case=case,
        person_id=person.id,
        union_id=union.pk,
        role=role,
        since=since,
        until=until,
        reason=reason.strip(),
        asked_by=actor.person_id,
        created_at=now,
    )


def _held(person_id: int) -> list[tuple[str, int]]:
    return list(RoleGrant.objects.filter(person_id=person_id, in_force=True).values_list("role", "union_id"))


def _find(public_id: str) -> tuple[Case, RoleGrant]:
    grant = RoleGrant.objects.select_related("case").filter(case__public_id=public_id).first()
    if grant is None or grant.case is None:
        raise NotFound
    return grant.case, grant


@retrying()
@transaction.atomic
def approve_grant(actor: Actor, public_id: str, *, now: datetime) -> None:
    """The second person agrees: the role counts from its first day. Raises as `ask_grant`, RuleBroken `case.same_person`."""
    case, grant = _find(public_id)
    workflow.move(case, "approve", actor=actor, now=now)
    person = people.get_facts(grant.person_id)
    rules.check_person(
        real_name_level=person.real_name_level,
        held=tuple(r for r, _ in _held(person.id)),
        asked=grant.role,
        is_self=person.id == actor.person_id,
    )
    try:
        with transaction.atomic():
            changed = change_rows(
                RoleGrant, {"id": grant.pk, "in_force": False}, {"in_force": True, "checked_by": actor.person_id}
            )
    except IntegrityError as error:
        raise Duplicate("grant.exists", "这位同志在这个工会已有同样的角色，无需重复授权。") from error
    if not changed:
        raise WrongState
    union = unions.get_facts(grant.union_id)
    notify.send(
        "access.granted", person_id=person.id, context={"union": union.name, "role": ROLES[grant.role].label}, now=now
    )
    events.grants_changed.announce(events.GrantsChanged(grant.union_id, grant.role, now))


@retrying()
@transaction.atomic
def refuse_grant(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    case, _grant = _find(public_id)
    workflow.move(case, "refuse", actor=actor, now=now, given={"note": note.strip()}, note=note.strip())


@retrying()
@transaction.atomic
def revoke_grant(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """Take a role back at once; sessions of that person lose it with their next request."""
    case, grant = _find(public_id)
    workflow.move(case, "revoke", actor=actor, now=now, given={"note": note.strip()}, note=note.strip())
    _stop(grant, now=now, reason=note.strip())


def _stop(grant: RoleGrant, *, now: datetime, reason: str) -> None:
    change_rows(RoleGrant, {"id": grant.pk}, {"in_force": False, "revoked_at": now, "revoke_reason": reason[:200]})
    events.grants_changed.announce(events.GrantsChanged(grant.union_id, grant.role, now))


@transaction.atomic
def end_person_grants(person_id: int, *, union_id: int | None, reason: str, now: datetime) -> int:
    """A post or membership ended: the person's roles (on one union, or all) end with it, at once. Returns how many."""
    grants = RoleGrant.objects.select_related("case").filter(person_id=person_id, in_force=True)
    if union_id is not None:
        grants = grants.filter(union_id=union_id)
    ended = 0
    for grant in list(grants):
        if grant.case is not None and grant.case.state == rules.State.IN_FORCE:
            workflow.move(grant.case, "end", actor=SYSTEM, now=now, note=reason)
        _stop(grant, now=now, reason=reason)
        audit.record(SYSTEM, "access.ended", ("grant", grant.pk), now=now, unit_id=grant.union_id, concerns=person_id)
        ended += 1
    return ended


def end_expired(*, now: datetime, limit: int = 500) -> int:
    """Close grants whose last day has passed; they stopped counting at midnight already. Returns how many."""
    today = timezone.localdate(now)
    ended = 0
    for grant in (
        RoleGrant.objects.select_related("case").filter(in_force=True, until__lte=today).order_by("id")[:limit]
    ):
        with transaction.atomic():
            if grant.case is not None and grant.case.state == rules.State.IN_FORCE:
                workflow.move(grant.case, "end", actor=SYSTEM, now=now)
            _stop(grant, now=now, reason="到期")
        ended += 1
    return ended
