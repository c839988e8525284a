"""Asking for, checking and taking back roles. Two people always; the checker is not the asker."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhijia.foundation.accounts import selectors as accounts
from zhijia.foundation.accounts.services import invite_staff
from zhijia.foundation.audit import services as audit
from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, retrying
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, RuleBroken, TooMany, WrongState
from zhijia.organization.access import events, rules, selectors
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.access.permissions import Permission
from zhijia.organization.access.roles import ROLES
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions


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
) -> str:
    """Ask that a person hold a role on a union and below; a security admin no lower than the asker decides.

    Returns the case's public id.

    Raises NotFound (union out of scope, or no such person), NotAllowed, RuleBroken `grant.above` for a union above the
    asker's, Invalid `grant.role`, `grant.period`, `grant.reason`, `grant.union`, RuleBroken `grant.self`,
    `grant.real_name`, `grant.unbound`, `grant.conflict`, Duplicate `grant.exists`, `access.grant.already_open`.
    Source: docs/rules/access.md#granting
    """
    union = unions.find_by_public_id(union_public_id)
    if union is None:
        raise NotFound
    asking = _asking_grant(actor, union)
    person = people.find_by_public_id(person_public_id)
    if person is None or person.merged_into_id is not None:
        raise NotFound
    today = timezone.localdate(now)
    if union.status in unions.CLOSED:
        text = "这个工会已经并入或撤销，不能再授权，请选择承接它的工会。"
        raise Invalid("grant.union", text, fields={"union": text})
    rules.check_role(role, union.level)
    rules.check_period(since, until, today)
    if len(reason.strip()) < 4:
        text = "请写明授权依据，至少 4 个字。"
        raise Invalid("grant.reason", text, fields={"reason": text})
    _check_person(actor, person, role, union.id, today)
    case = workflow.open_case(
        rules.GRANT,
        actor,
        title=f"{person.masked_name} · {ROLES[role].label}",
        unit_id=asking,
        other_unit_id=union.id,
        owner_person_id=None,
        now=now,
        open_key=f"{person.id}:{role}:{union.id}"[:48],
        note=union.name,
    )
    RoleGrant.objects.create(
        case=case,
        person_id=person.id,
        union_id=union.id,
        role=role,
        since=since,
        until=until,
        reason=reason.strip()[:200],
        asked_by=actor.person_id,
        created_at=now,
    )
    return str(case.public_id)


def _asking_grant(actor: Actor, union: unions.UnionFacts) -> int:
    """The union under which the actor asks. Raises NotFound, NotAllowed, RuleBroken `grant.above`."""
    own = [grant.path for grant in actor.living_grants if Permission.ASK in grant.permissions]
    if any(path != union.path and path.startswith(union.path) for path in own) and not actor.may(
        Permission.ASK, union.path
    ):
        levels = tuple(facts.level for facts in (unions.get_facts_by_path(path) for path in own))
        rules.check_level(granter_levels=levels, union_level=union.level)
    return selectors.acting_grant(actor, Permission.ASK, union.path).unit_id


def _check_person(actor: Actor, person: people.PersonFacts, role: str, union_id: int, today: date) -> None:
    held = selectors.held_roles(person.id, today=today)
    rules.check_person(
        real_name_level=person.real_name_level,
        bound=person.account_id is not None,
        held=tuple(r for r, _ in held),
        asked=role,
        is_self=person.id == actor.person_id,
    )
    if (role, union_id) in held:
        raise Duplicate("grant.exists", "这位同志在这个工会已有同样的角色，无需重复授权。")


def find_people(actor: Actor, text: str, *, now: datetime) -> list[people.PersonFacts]:
    """Persons to give a role to; looking somebody up leaves a row in the trail. Raises NotAllowed."""
    found = selectors.find_people(actor, text)
    for person in found:
        audit.record_read(actor, "access.looked_up", ("person", person.public_id), now=now, concerns=person.id)
    return found


def _find(public_id: str) -> tuple[Case, RoleGrant]:
    grant = RoleGrant.objects.select_related("case").filter(case__public_id=public_id).first()
    if grant is None or grant.case is None:
        raise NotFound
    return grant.case, grant


@retrying()
@transaction.atomic
def approve_grant(actor: Actor, public_id: str, *, now: datetime, note: str = "", version: int | None = None) -> None:
    """The second person agrees: the role counts from its first day; who is new gets the link that opens the console.

    Raises as `ask_grant`, RuleBroken `case.same_person`, Invalid `grant.period` where its last day has passed.
    """
    case, grant = _find(public_id)
    workflow.move(case, "approve", actor=actor, now=now, note=note.strip()[:500], version=version)
    today = timezone.localdate(now)
    if grant.until <= today:
        raise Invalid("grant.period", "申请的授权期限已过，请退回后重新申请。")
    person = people.get_facts(grant.person_id)
    _check_person(actor, person, grant.role, grant.union_id, today)
    _end_if_expired(grant, now=now)
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
        "access.granted_first" if _invite(actor, person, union.id, now=now) else "access.granted",
        person_id=person.id,
        context={"union": union.name, "role": ROLES[grant.role].label},
        now=now,
    )
    events.grants_changed.announce(events.GrantsChanged(grant.union_id, grant.role, now))


def _invite(actor: Actor, person: people.PersonFacts, union_id: int, *, now: datetime) -> bool:
    """Who has no way into the console yet gets the link that opens it by text. Returns whether it was sent.

    Not without a number of his own, nor where the number has had its links of the day: he may ask for one himself.
    """
    number = people.mobile_for_message(person.id)
    if not number or person.account_id is None:
        return False
    account = accounts.get_account(person.account_id)
    if accounts.factors_of(account).any or account.number_digest != accounts.number_digest(number):
        return False
    try:
        invite_staff(actor, number, unit_id=union_id, now=now)
    except (Invalid, RuleBroken, TooMany):
        return False
    return True


def _end_if_expired(new: RoleGrant, *, now: datetime) -> None:
    """An older grant of the same role whose last day has passed makes room, without waiting for the clock."""
    same = RoleGrant.objects.select_related("case").filter(
        person_id=new.person_id, union_id=new.union_id, role=new.role, in_force=True, until__lte=timezone.localdate(now)
    )
    for grant in same:
        _end(grant, reason="到期", now=now)


@retrying()
@transaction.atomic
def refuse_grant(actor: Actor, public_id: str, *, note: str, now: datetime, version: int | None = None) -> None:
    """Sent back with a reason. Raises as `workflow.move`."""
    case, _grant = _find(public_id)
    note = note.strip()[:500]
    workflow.move(case, "refuse", actor=actor, now=now, given={"note": note}, note=note, version=version)


@retrying()
@transaction.atomic
def withdraw_grant(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Who asked takes it back before it is decided. Raises NotFound for anybody else, WrongState."""
    case, _grant = _find(public_id)
    workflow.move(case, "withdraw", actor=actor, now=now)


@retrying()
@transaction.atomic
def revoke_grant(actor: Actor, grant_id: int, *, note: str, now: datetime) -> None:
    """Take a role back at once; the person's very next request has it no more.

    Raises NotFound, NotAllowed, RuleBroken `grant.self`, Invalid `case.missing` without a reason, WrongState.
    """
    grant = RoleGrant.objects.select_related("case", "union").filter(pk=grant_id).first()
    if grant is None:
        raise NotFound
    actor.require(Permission.REVOKE, grant.union.path)
    if not grant.in_force:
        raise WrongState
    if grant.person_id == actor.person_id:
        raise RuleBroken("grant.self", "不能收回自己的授权，请由其他管理员办理。")
    note = note.strip()[:200]
    workflow.move(_case_of(grant, now=now), "revoke", actor=actor, now=now, given={"note": note}, note=note)
    _stop(grant, now=now, reason=note)
    notify.send(
        "access.revoked",
        person_id=grant.person_id,
        context={"union": grant.union.name, "role": ROLES[grant.role].label, "note": note},
        now=now,
    )


def _case_of(grant: RoleGrant, *, now: datetime) -> Case:
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
        start=rules.State.IN_FORCE,
        note=unions.get_facts(grant.union_id).name,
        history_note="随初始数据载入的授权",
    )
    change_rows(RoleGrant, {"id": grant.pk}, {"case_id": case.pk})
    return case


def _stop(grant: RoleGrant, *, now: datetime, reason: str) -> None:
    change_rows(RoleGrant, {"id": grant.pk}, {"in_force": False, "revoked_at": now, "revoke_reason": reason[:200]})
    events.grants_changed.announce(events.GrantsChanged(grant.union_id, grant.role, now))


def _end(grant: RoleGrant, *, reason: str, now: datetime) -> None:
    if grant.case is not None and grant.case.state == rules.State.IN_FORCE:
        workflow.move(grant.case, "end", actor=SYSTEM, now=now, note=reason)
    _stop(grant, now=now, reason=reason)
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


def end_expired(*, now: datetime, limit: int = 500) -> int:
    """Close grants whose last day has passed; they stopped counting at midnight already. Returns how many."""
    grants = RoleGrant.objects.select_related("case").filter(in_force=True, until__lte=timezone.localdate(now))
    ended = 0
    for grant in grants.order_by("id")[:limit]:
        with transaction.atomic():
            _end(grant, reason="到期", now=now)
        ended += 1
    return ended
