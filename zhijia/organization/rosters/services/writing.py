"""Writing the good rows of a roster: persons, memberships, events, numbers and counts, all at once in a transaction.

Rows are judged and written at first sight without locks; where a unique index says that somebody was quicker, they are
judged again and what is left is written.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from zhijia.foundation.parameters import selectors as parameters
from zhijia.kernel import bulk, db
from zhijia.kernel.actor import Actor
from zhijia.kernel.crypto import keyed_digest
from zhijia.organization.members import events
from zhijia.organization.members.models import EventKind, Membership, MembershipEvent, MembershipState
from zhijia.organization.members.rules import counts_of
from zhijia.organization.members.services import cards
from zhijia.organization.members.services.memberships import event_text
from zhijia.organization.people.services import rosters as people_rosters
from zhijia.organization.people.services.rosters import ROSTER_LEVEL
from zhijia.organization.rosters.rules.rows import Outcome
from zhijia.organization.unions import serials

from .judging import Desk, Judged, Seen, judge
from .preparing import PERSON, Prepared

TRIES: Final = 4
"""Somebody may be quicker more than once."""
_STAY: Final = (
    "id", "person_id", "union_id", "county_unit", "city_unit", "name_key", "initials", "state", "since", "until",
    "ended_by", "member_number", "joined_on", "work_form", "new_form_group", "is_migrant", "occupation", "employer_id",
    "employer_text", "sex", "birth_year", "real_name_level", "activated",
)  # fmt: skip
_EVENT: Final = (
    "id", "person_id", "membership_id", "union_id", "other_union_id", "kind", "on", "at", "case_id", "person_by",
    "reason", "before", "after", "digest",
)  # fmt: skip
REASON: Final = "roster"
"""What events of rosters name as their reason."""


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
    people = _write_persons([item for item in good if item.outcome is Outcome.NEW], now=now)
    today = timezone.localdate(now)
    numbers = _member_numbers(sum(item.earlier is None for item in good), today.year)
    event_keys = db.reserve_keys(MembershipEvent, len(good))
    written = _Written()
    keyed = list(zip(db.reserve_keys(Membership, len(good)), good, strict=True))
    db.copy_rows(Membership, _STAY, _stays(keyed, people, iter(numbers), today, written))
    db.copy_rows(MembershipEvent, _EVENT, _events(actor, event_keys, written.stays, now=now))
    for person_id in written.with_account:
        cards.issue(person_id, now=now)
    for kind, by_union in written.counts.items():
        counts = tuple((union_id, dict(sums)) for union_id, sums in by_union.items())
        persons = sum(stay[3] == kind for stay in written.stays)
        events.memberships_changed.announce(events.MembershipsChanged(kind, today, now, persons, counts))


@dataclass(slots=True)
class _Written:
    """What follows from the memberships written: `stays` are (person, membership, union, kind of event), `counts` go by
    kind and union.
    """

    stays: list[tuple[int, int, int, str]] = field(default_factory=list)
    with_account: list[int] = field(default_factory=list)
    counts: dict[str, dict[int, dict[str, int]]] = field(default_factory=dict)


def _stays(
    good: Sequence[tuple[int, Judged]], people: Mapping[int, tuple[Any, ...]], numbers: Iterator[str], today: date,
    written: _Written,
) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    """Memberships by key in the columns of _STAY, noted in `written` as they are taken."""
    for key, item in good:
        union = item.union
        if union is None:
            raise ValueError("a good row without a union")
        row = item.row
        person_id, name_key, initials, sex, year, level, account, rural = people.get(row.number) or _facts(item)
        migrant = bool(row.rural if row.rural is not None else rural)
        number, joined_on = item.earlier or (next(numbers), row.joined_on or today)
        yield (
            key, person_id, union.id, union.county_id, union.city_id, name_key, initials, "ACTIVE", today, None, "",
            number, joined_on, row.work_form, row.new_form_group, migrant, row.occupation, *item.employer, sex, year,
            level, account is not None,
        )  # fmt: skip
        kind = _kind(row.joined_on, item.earlier is None, today)
        written.stays.append((person_id, key, union.id, kind))
        if account is not None:
            written.with_account.append(person_id)
        sums = written.counts.setdefault(kind, {}).setdefault(union.id, defaultdict(int))
        counted = counts_of(
            sign=1, female=sex == "2", migrant=migrant, new_form=bool(row.new_form_group), real_name=level >= 3,
            activated=account is not None, dispatched=row.work_form == "dispatched",
        )  # fmt: skip
        for name, value in counted.items():
            sums[name] += value
        sums[kind] += 1


def _kind(joined_on: date | None, first: bool, today: date) -> str:
    """Whoever joins for the first time this month, as the roster says, has joined; everybody else was a member already
    and is only entered. Source: docs/rules/rosters.md#entered
    """
    new = first and joined_on is not None and (joined_on.year, joined_on.month) == (today.year, today.month)
    return EventKind.JOINED.value if new else EventKind.ENTERED.value


def _place(item: Judged) -> tuple[int, str]:
    """Rows of one union together and by name, as the indexes of lists lie."""
    person = item.row.person
    name = item.known.name_key if item.known else str(person[_NAME_KEY]) if person else ""
    return (item.union.id if item.union else 0, name)


def _write_persons(fresh: Sequence[Judged], *, now: datetime) -> dict[int, tuple[Any, ...]]:
    """Row number → what his membership copies from the new person."""
    if not fresh:
        return {}
    rows = [item.row.person for item in fresh]
    if any(row is None for row in rows):
        raise ValueError("rows that are to be written were not sealed")
    keys = people_rosters.reserve_persons(len(fresh))
    asks = bool(parameters.value("members.roster_real_name", on=timezone.localdate(now)))
    sealed = [row for row in rows if row is not None]
    people_rosters.write_persons(PERSON, sealed, keys=keys, verify_pending=asks, now=now)
    return {
        item.row.number: (key, row[_NAME_KEY], row[_INITIALS], row[_SEX], row[_YEAR], ROSTER_LEVEL, None, None)
        for item, key, row in zip(fresh, keys, sealed, strict=True)
    }


_NAME_KEY, _INITIALS, _SEX, _YEAR = (PERSON.index(name) for name in ("name_key", "initials", "sex", "birth_year"))


def _facts(item: Judged) -> tuple[Any, ...]:
    known = item.known
    if known is None:
        raise ValueError("a row to bind without a person")
    return (
        known.id, known.name_key, known.initials, known.sex, known.birth_year, known.real_name_level, known.account_id,
        known.rural_hukou,
    )  # fmt: skip


def _member_numbers(count: int, year: int) -> list[str]:
    if not count:
        return []
    first = serials.take_many(f"member:{year}", count)
    return bulk.with_luhn_of_series(f"{settings.ZHIJIA_PROVINCE}{year}", first, count, width=9)


def _events(
    actor: Actor, keys: Sequence[int], stays: Sequence[tuple[int, int, int, str]], *, now: datetime
) -> Iterator[tuple[Any, ...]]:
    """One event a membership in the columns of _EVENT. The digests are those of `memberships.event_digest`, whose text
    is made once and filled in for each row.
    """
    today = timezone.localdate(now)
    after = {"state": MembershipState.ACTIVE.value}
    same: dict[str, Any] = {
        "other_union_id": None,
        "on": today,
        "at": now,
        "case_id": None,
        "person_by": actor.person_id,
        "reason": REASON,
        "before": {},
        "after": after,
    }
    pieces = {kind: _pieces({**same, "kind": kind}) for kind in {stay[3] for stay in stays}}
    key = settings.ZHIJIA_DIGEST_KEY
    stored = json.dumps(after)
    for event_key, (person_id, stay, union, kind) in zip(keys, stays, strict=True):
        head, middle, tail = pieces[kind]
        text = f"{head}{stay}{middle[0]}{person_id}{middle[1]}{union}{tail}"
        yield (
            event_key, person_id, stay, union, None, kind, today, now, None, actor.person_id, REASON, "{}",
            stored, keyed_digest(key, text),
        )  # fmt: skip


def _pieces(same: dict[str, Any]) -> tuple[str, tuple[str, str], str]:
    """The text of an event around the three numbers in which events of a chunk differ, in the order of their names:
    membership, person, union.
    """
    marks = (-(10**17) - 1, -(10**17) - 2, -(10**17) - 3)
    text = event_text({**same, "membership_id": marks[0], "person_id": marks[1], "union_id": marks[2]})
    head, rest = text.split(str(marks[0]))
    first, rest = rest.split(str(marks[1]))
    second, tail = rest.split(str(marks[2]))
    return head, (first, second), tail
