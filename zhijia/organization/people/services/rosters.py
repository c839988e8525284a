"""Persons who come from rosters, many at once: real-name level 2, by name and syntax, until they bind an account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from zhijia.kernel import db
from zhijia.organization.people.models import Person

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
