"""What a member's file on the console shows of changes: those that the reader may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from zhijia.kernel.actor import Actor
from zhijia.organization.members import selectors as members
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

from . import rules
from .permissions import Permission


def changes_of_member(actor: Actor, person_id: int) -> Mapping[str, Any] | None:
    stay = members.open_stay(person_id)
    if stay is None or not actor.may(Permission.ASK, unions.get_facts(stay.union_id).path):
        return None
    return {"kinds": kinds_for(stay.state, people.get_facts(person_id).public_id)}


def kinds_for(state: str, person: str, current: str = "") -> list[dict[str, Any]]:
    """Shape of `ui/console/tabs.html`: the changes a cadre may ask for, by the membership's state."""
    hidden = {"retain", "expel"} if state == "RETAINED" else {"restore"}
    return [
        {"label": label, "href": reverse("changes:ask", args=[person, kind]), "current": kind == current}
        for kind, label in rules.KINDS.items()
        if kind in rules.BY_UNION and kind not in hidden
    ]
