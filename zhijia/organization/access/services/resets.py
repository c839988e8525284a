"""Whoever's ways into the console changed hears of it."""

from __future__ import annotations

from zhijia.foundation.accounts.events import FactorsChanged
from zhijia.foundation.notify import services as notify
from zhijia.organization.people import selectors as people


def tell_owner(event: FactorsChanged) -> None:
    """Every change to somebody's ways in reaches him as a message and a text, whoever made it."""
    person_id = people.person_id_of_account(event.account_id)
    if person_id is not None:
        notify.send("access.ways_in_changed", person_id=person_id, context={"what": event.what}, now=event.at)
