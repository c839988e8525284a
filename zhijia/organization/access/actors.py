"""Building the Actor of a request, a job or a test."""

from __future__ import annotations

from datetime import date

from zhijia.kernel import db
from zhijia.kernel.actor import Actor, Grant, Kind
from zhijia.kernel.registry import StaffStanding, registry
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

from .models import RoleGrant
from .roles import ROLES


def grants_of(person_id: int, today: date) -> tuple[Grant, ...]:
    """The grants in force today, highest union first."""
    rows = db.select_rows(RoleGrant, ["union_id", "role", "since", "until"], {"person_id": person_id, "in_force": True})
    held = [(union_id, role) for union_id, role, since, until in rows if since <= today < until]
    if not held:
        return ()
    places = unions.facts_of(union_id for union_id, _ in held)
    held.sort(key=lambda one: (places[one[0]].level, places[one[0]].path, one[1]))
    return tuple(Grant(unit, places[unit].path, role, registry.permissions_of(role)) for unit, role in held)


def actor_of(account_id: int, *, today: date, staff: bool, address: str = "") -> Actor:
    """The person behind an account; `staff` says that he has stepped up to the console in this session."""
    person_id = people.person_id_of_account(account_id)
    grants = grants_of(person_id, today) if person_id is not None else ()
    return Actor(
        Kind.PERSON,
        account_id=account_id,
        person_id=person_id,
        grants=grants,
        staff=staff and bool(grants),
        address=address,
    )


def needs_strong_factor(actor: Actor) -> bool:
    """Whether one of his roles asks for more than password and text message."""
    return any(ROLES[grant.role].strong for grant in actor.grants)


def standing(account_id: int, today: date) -> StaffStanding:
    """What the sign-in to the console asks of an account."""
    actor = actor_of(account_id, today=today, staff=False)
    name = people.get_facts(actor.person_id).masked_name if actor.person_id is not None else ""
    return StaffStanding(bool(actor.grants), needs_strong_factor(actor), name)
