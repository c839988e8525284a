"""Building the Actor of a request, a job or a test."""

from __future__ import annotations

from collections.abc import Iterable
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
    columns = ("union_id", "role", "since", "until")
    rows = db.select_rows(RoleGrant, columns, {"person_id": person_id, "in_force": True})
    held = [(union_id, role) for union_id, role, since, until in rows if since <= today < until]
    places = unions.facts_of(union_id for union_id, _ in held)
    ordered = sorted((places[union_id].level, places[union_id].path, role, union_id) for union_id, role in held)
    return tuple(Grant(unit, path, role, registry.permissions_of(role)) for _, path, role, unit in ordered)


def actor_of(account_id: int, *, today: date, staff: bool, address: str = "") -> Actor:
    """The person behind an account; `staff` says that he has stepped up to the console where he is signed in, and only
    then are his grants read.
    """
    person_id = people.person_id_of_account(account_id)
    grants = grants_of(person_id, today) if staff and person_id is not None else ()
    return Actor(
        Kind.PERSON,
        account_id=account_id,
        person_id=person_id,
        grants=grants,
        staff=bool(grants),
        address=address,
    )


def roles_held(actor: Actor, today: date) -> list[str]:
    """The person's roles, highest union first, whether or not he has stepped up: for what he is shown, never for a
    decision.
    """
    if actor.person_id is None:
        return []
    return [grant.role for grant in actor.grants or grants_of(actor.person_id, today)]


def client_actor(client_id: str, scopes: Iterable[tuple[int, str]], *, address: str) -> Actor:
    """Another system with its rights, `(unit id, permission)`; a unit that is gone gives none."""
    held: dict[int, set[str]] = {}
    for unit_id, code in scopes:
        held.setdefault(unit_id, set()).add(code)
    places = unions.facts_of(held)
    grants = tuple(
        Grant(unit_id, facts.path, "CLIENT", frozenset(held[unit_id])) for unit_id, facts in sorted(places.items())
    )
    return Actor(Kind.CLIENT, grants=grants, address=address, client_id=client_id)


def needs_strong_factor(grants: Iterable[Grant]) -> bool:
    """Whether one of these roles asks for more than password and text message."""
    return any(ROLES[grant.role].strong for grant in grants)


def standing(account_id: int, today: date) -> StaffStanding:
    """What the sign-in to the console asks of an account."""
    person_id = people.person_id_of_account(account_id)
    if person_id is None:
        return StaffStanding(False, False, "")
    grants = grants_of(person_id, today)
    return StaffStanding(bool(grants), needs_strong_factor(grants), people.get_facts(person_id).masked_name)
