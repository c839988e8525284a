"""Writing the good rows of a roster: persons and memberships, all at once in a transaction.

Rows are judged and written at first sight without locks; where a unique index says that somebody was quicker, they are
judged again and what is left is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhijia.foundation.parameters import selectors as parameters
from zhijia.kernel.actor import Actor
from zhijia.organization.members.services.rosters import Copied, Entry, enter
from zhijia.organization.people.services import rosters as people_rosters
from zhijia.organization.people.services.rosters import ROSTER_LEVEL
from zhijia.organization.rosters.rules.rows import Outcome

from .judging import Desk, Judged, Seen, judge
from .preparing import PERSON, Prepared

TRIES: Final = 4
"""Somebody may be quicker more than once."""


def write_rows(actor: Actor, desk: Desk, rows: Sequence[Prepared], seen: Seen, *, now: datetime) -> list[Judged]:
    """Write the good ones of `rows` in the caller's transaction and say what became of each.

    ADDED and BOUND rows are members now. Raises IntegrityError only where others kept being quicker.
    """
    judged = judge(desk, rows, seen)
    for _ in range(TRIES - 1):
        try:
            return _write_good(actor, judged, now=now)
        except IntegrityError:
            judged = judge(desk, rows, seen)
    return _write_good(actor, judged, now=now)


def _write_good(actor: Actor, judged: list[Judged], *, now: datetime) -> list[Judged]:
    good = [item for item in judged if item.outcome in (Outcome.NEW, Outcome.KNOWN)]
    with transaction.atomic():
        _write(actor, good, now=now)
    for item in good:
        item.outcome = Outcome.ADDED if item.outcome is Outcome.NEW else Outcome.BOUND
    return judged


def _write(actor: Actor, good: Sequence[Judged], *, now: datetime) -> None:
    if not good:
        return
    good = sorted(good, key=_place)
    persons = _write_persons([item for item in good if item.outcome is Outcome.NEW], now=now)
    enter(actor, [_entry(item, persons) for item in good], now=now)


def _entry(item: Judged, persons: Mapping[int, Copied]) -> Entry:
    row, union, known = item.row, item.union, item.known
    if union is None:
        raise ValueError("a good row without a union")
    copied = persons.get(row.number)
    if copied is None:
        if known is None:
            raise ValueError("a row to bind without a person")
        copied = Copied(known.id, known.name_key, known.initials, known.sex, known.birth_year, known.real_name_level,
                        known.account_id)  # fmt: skip
    rural = row.rural if row.rural is not None or known is None else known.rural_hukou
    number, joined_on = item.earlier or ("", row.joined_on)
    return Entry(
        copied, union, number, joined_on, bool(rural), row.work_form, row.new_form_group, row.occupation, *item.employer
    )


def _place(item: Judged) -> tuple[int, str]:
    """Rows of one union together and by name, as the indexes of lists lie."""
    person = item.row.person
    name = item.known.name_key if item.known else str(person[_NAME_KEY]) if person else ""
    return (item.union.id if item.union else 0, name)


def _write_persons(fresh: Sequence[Judged], *, now: datetime) -> dict[int, Copied]:
    """Row number → what his membership copies from the new person."""
    if not fresh:
        return {}
    sealed = [item.row.person for item in fresh if item.row.person is not None]
    if len(sealed) < len(fresh):
        raise ValueError("rows that are to be written were not sealed")
    keys = people_rosters.reserve_persons(len(fresh))
    asks = bool(parameters.value("members.roster_real_name", on=timezone.localdate(now)))
    people_rosters.write_persons(PERSON, sealed, keys=keys, verify_pending=asks, now=now)
    return {
        item.row.number: Copied(key, row[_NAME_KEY], row[_INITIALS], row[_SEX], row[_YEAR], ROSTER_LEVEL, None)
        for item, key, row in zip(fresh, keys, sealed, strict=True)
    }


_NAME_KEY, _INITIALS, _SEX, _YEAR = (PERSON.index(name) for name in ("name_key", "initials", "sex", "birth_year"))
