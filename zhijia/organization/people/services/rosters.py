"""Persons who come from rosters, many at once: real-name level 2, by name and syntax, until they bind an account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from zhijia.foundation.audit import services as audit
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import insert_row
from zhijia.kernel.errors import Invalid
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.names import initials, name_key
from zhijia.organization.people import selectors
from zhijia.organization.people.models import Person
from zhijia.organization.people.sealing import Identity, sealed_columns

ROSTER_LEVEL: Final = 2


def reserve_persons(count: int) -> list[int]:
    """Row ids for `write_persons`, in the caller's transaction."""
    return db.reserve_keys(Person, count)


def write_persons(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], *, keys: Sequence[int], verify_pending: bool, now: datetime
) -> None:
    """New persons from the columns that `sealing.sealed_columns` and the roster give, in the caller's transaction.

    With `verify_pending` the real-name source is asked for each of them later. Raises IntegrityError where a person
    with one of the numbers was made meanwhile. What was written is recorded by who loads.
    """
    names = ("id", *columns, "real_name_level", "verify_pending", "verified_at", "account_id", "created_at")
    tail = (ROSTER_LEVEL, verify_pending, None, None, now)
    db.copy_rows(Person, names, ((key, *row, *tail) for key, row in zip(keys, rows, strict=True)))


def enter_person(actor: Actor, identity: Identity, *, now: datetime) -> int:
    """The person with this document, written at real-name level 2 where nobody knows him yet; his row's id.

    In the caller's transaction. Raises Invalid `person.other_name` where the document is somebody else's by name.
    """
    known = selectors.find_by_id_number(identity.id_type, identity.number)
    if known is not None:
        if known.name != identity.name:
            words = f"“{identity.name}”的姓名与这个证件号码登记的姓名不一致，请核对。"
            raise Invalid("person.other_name", words, fields={"name": words})
        return known.merged_into_id or known.id
    public_id = new_public_id()
    person = insert_row(
        Person,
        public_id=public_id,
        name=identity.name,
        name_key=name_key(identity.name),
        initials=initials(identity.name),
        real_name_level=ROSTER_LEVEL,
        created_at=now,
        **sealed_columns(public_id, identity, ""),
    )
    audit.record(actor, "people.entered", ("person", public_id), now=now, concerns=person)
    return person
