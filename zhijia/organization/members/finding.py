"""The port by which lower rooms find a person in a roster."""

from __future__ import annotations

from zhijia.kernel.actor import Actor
from zhijia.organization.unions import selectors as unions

from . import selectors
from .permissions import Permission


def find_people(actor: Actor, text: str, *, limit: int) -> list[int]:
    """By name, initials or member number, in the rosters that the actor may see; nobody where he sees none."""
    found: list[int] = []
    for path in actor.scope_for(Permission.VIEW).paths[:5]:
        page = selectors.list_members(actor, unions.get_facts_by_path(path), search=text, limit=limit)
        found += [row.person.id for row in page.rows]
    return list(dict.fromkeys(found))[:limit]
