"""The card: one living card a person; void at once when the membership ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_rows
from zhijia.kernel.ids import new_public_id
from zhijia.organization.members.models import MemberCard


def issue(person_id: int, *, now: datetime) -> None:
    """Give the person his card; who has one keeps it."""
    card = {"person_id": person_id, "serial": new_public_id(), "issued_at": now, "voided_at": None}
    insert_rows(MemberCard, [card], ignore_conflicts=True)


def void(person_id: int, *, reason: str, now: datetime) -> bool:
    """The card stops counting from this moment; a check online sees it at once."""
    return bool(
        change_rows(MemberCard, {"person_id": person_id, "voided_at": None}, {"voided_at": now, "void_reason": reason})
    )


@transaction.atomic
def replace(person_id: int, *, actor: Actor, now: datetime) -> None:
    """A new card with a new serial: after a phone was lost."""
    void(person_id, reason="replaced", now=now)
    issue(person_id, now=now)
    audit.record(actor, "members.card_replaced", ("person", person_id), now=now, concerns=person_id)
