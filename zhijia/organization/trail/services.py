"""What a look at the trail leaves in the trail, and the check of the sealed log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from zhijia.foundation.audit import services as audit
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.ledger import heads, services as ledger
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid
from zhijia.organization.people import selectors as people

from . import selectors
from .permissions import Permission
from .selectors import Question, Told

VERIFY: Final = "trail.verify"


# --- Looks ----------------------------------------------------------------------------------------------------------
def note_reading(
    actor: Actor, event: str, question: Question, permission: str, *, now: datetime, more: bool = False
) -> None:
    """Who looked at the trail, for whom and for what; each page of a list counts as a look."""
    grant = selectors.acting_grant(actor, permission)
    days = " 至 ".join(str(day) if day else "不限" for day in question.days)
    said: dict[str, Any] = {"days": days}
    if question.person is not None:
        said["side"] = question.side
    if question.event:
        said["event"] = question.event
    if question.address:
        said["address"] = question.address
    if question.union is not None:
        said["unit"] = question.union.code
    if more:
        said["more"] = True
    audit.record(
        actor, event, _subject(question), now=now, role=grant.role, unit_id=grant.unit_id,
        concerns=question.person.id if question.person else None, detail=said,
    )  # fmt: skip


def _subject(question: Question) -> tuple[str, str] | None:
    if question.case:
        return "case", question.case
    if question.person is not None:
        return "person", question.person.public_id
    return ("union", question.union.public_id) if question.union is not None else None


def note_opening(actor: Actor, told: Told, permission: str, *, now: datetime) -> None:
    """Who opened an entry, and whom it concerns."""
    grant, entry = selectors.acting_grant(actor, permission), told.entry
    audit.record(
        actor, "trail.opened", ("entry", selectors.entry_key(entry)), now=now, role=grant.role, unit_id=grant.unit_id,
        concerns=entry.person_id or entry.concerns_person_id,
    )  # fmt: skip


def find_people(actor: Actor, text: str, permission: str, *, now: datetime) -> list[people.PersonFacts]:
    """As the selector, with a row for each who was found. Raises NotAllowed."""
    found = selectors.find_people(actor, text, permission)
    grant = selectors.acting_grant(actor, permission)
    for person in found:
        audit.record(
            actor, "trail.found", ("person", person.public_id), now=now, role=grant.role, unit_id=grant.unit_id,
            concerns=person.id,
        )  # fmt: skip
    return found


# --- The sealed log -------------------------------------------------------------------------------------------------
@transaction.atomic
def start_verifying(actor: Actor, *, now: datetime) -> str:
    """Begin to compute the whole log anew, or find the check under way. Returns the job. Raises NotAllowed."""
    grant = selectors.acting_grant(actor, Permission.VERIFY)
    return jobs.enqueue(VERIFY, actor=actor, now=now, unit_id=grant.unit_id, key=VERIFY)


def verify_some(begin: int, size: int, wrong: list[str], *, now: datetime) -> tuple[int, list[str], bool]:
    """Look at the next leaves of `size`; the last look compares the heads kept elsewhere and is remembered.

    Returns where to go on, all that was found so far, and whether it is through.
    """
    end = min(begin + ledger.CHUNK, size)
    found = [*wrong, *ledger.differences_in(begin, end, now=now)][: ledger.MOST_TOLD]
    if end < size:
        return end, found, False
    found = [*found, *ledger.besides()][: ledger.MOST_TOLD]
    ledger.note_check(0, size, size, found, now=now)
    return end, found, True


def compare_head(actor: Actor, text: str, *, now: datetime) -> list[str]:
    """What the log of today contradicts in a head copied from paper, `1024:9f2c…`; empty where it continues it.

    Raises NotAllowed, Invalid `trail.head`.
    """
    grant = selectors.acting_grant(actor, Permission.VERIFY)
    try:
        head = heads.parse("".join(text.split()).replace("：", ":"))
    except ValueError:
        said = "树根要写成“条数:树根”，冒号后是 64 位字母和数字，例如 1024:9f2c…，请对照纸面核对。"
        raise Invalid("trail.head", said, fields={"head": said}) from None
    audit.record(
        actor, "trail.compared", ("head", str(head.size)), now=now, role=grant.role, unit_id=grant.unit_id,
        detail={"count": head.size},
    )  # fmt: skip
    return heads.contradictions([head])
