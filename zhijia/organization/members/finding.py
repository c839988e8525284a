"""The port by which lower rooms find a person in a roster."""

from __future__ import annotations

from zhijia.foundation.ui.listing import Query
from zhijia.kernel.actor import Actor
from zhijia.organization.unions import selectors as unions

from . import selectors
from .permissions import Permission

_ROOTS = 5


def find_people(actor: Actor, text: str, *, limit: int, by: str = "") -> list[int]:
    """By name, initials or member number, in the rosters that the actor may see.

    `by` is a permission under which a whole name finds its bearers too, so that who grants roles and reads no roster
    finds the colleague he was told of, and cannot leaf through the members.
    """
    found: list[int] = []
    for path in actor.scope_for(Permission.VIEW).paths[:_ROOTS]:
        page = selectors.list_members(actor, unions.get_facts_by_path(path), Query(search=text, limit=limit))
        found += [row.person.id for row in page.rows]
    for path in actor.scope_for(by).paths[:_ROOTS] if by else ():
        found += selectors.find_bearers(unions.get_facts_by_path(path), text, limit=limit)
    return list(dict.fromkeys(found))[:limit]
