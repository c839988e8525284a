"""The nightly look for doubles, and telling two persons apart. Source: docs/rules/duplicates.md"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_rows, retrying
from zhijia.kernel.errors import WrongState
from zhijia.organization.duplicates import selectors as reads
from zhijia.organization.duplicates.models import DuplicateHint, DuplicateScan
from zhijia.organization.members.selectors.stays import stays_of
from zhijia.organization.people import selectors as people

CHUNK = 1_000


@retrying()
@transaction.atomic
def dismiss_hint(actor: Actor, hint_id: int, *, now: datetime) -> None:
    """They are two different people; the hint does not come back. Raises NotFound, NotAllowed, WrongState."""
    hint = reads.get_hint(actor, hint_id)
    open_hint = {"id": hint.pk, "dismissed_at": None, "merged_at": None}
    if not change_rows(DuplicateHint, open_hint, {"dismissed_at": now, "dismissed_by": actor.person_id}):
        raise WrongState
    audit.record(
        actor, "duplicates.dismissed", ("hint", hint.pk), now=now, unit_id=hint.union_id, concerns=hint.second_id
    )


def look_further(*, now: datetime, size: int = CHUNK) -> tuple[int, int]:
    """Compare the next persons with everybody; returns `(persons looked at, hints found)`. For the nightly job."""
    scan, _ = DuplicateScan.objects.get_or_create(pk=1, defaults={"at": now})
    ids = people.ids_after(scan.last_id, limit=size)
    if not ids:
        return 0, 0
    pairs = reads.alike(ids)
    union_of = {key: stay.union_id for key, stay in stays_of({key for pair in pairs for key in pair[:2]}).items()}
    rows = [
        {
            "first_id": first,
            "second_id": second,
            "kind": kind,
            "union_id": union_of.get(second) or union_of[first],
            "found_at": now,
            "dismissed_at": None,
            "dismissed_by": None,
            "merged_at": None,
        }
        for first, second, kind in pairs
        if first in union_of or second in union_of
    ]
    found = insert_rows(DuplicateHint, rows, ignore_conflicts=True)
    DuplicateScan.objects.filter(pk=scan.pk).update(last_id=ids[-1], at=now)
    return len(ids), len(found)
