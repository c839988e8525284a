"""Memberships that come from rosters, many at once, as `people.services.rosters` makes their persons."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.utils import timezone

from zhijia.kernel import bulk, db
from zhijia.kernel.actor import Actor
from zhijia.kernel.crypto import keyed_digest
from zhijia.organization.members import events
from zhijia.organization.members.models import EventKind, Membership, MembershipEvent, MembershipState
from zhijia.organization.members.rules import counts_of
from zhijia.organization.unions import serials
from zhijia.organization.unions.selectors import UnionFacts

from . import cards
from .memberships import event_text

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


class Copied(NamedTuple):
    """What a membership copies from its person."""

    person_id: int
    name_key: str
    initials: str
    sex: str
    birth_year: int | None
    real_name_level: int
    account_id: int | None


class Entry(NamedTuple):
    """Who is to be a member from today. `number` is empty for who never was one; `joined_on` None is today."""

    copied: Copied
    union: UnionFacts
    number: str
    joined_on: date | None
    is_migrant: bool
    work_form: str
    new_form_group: str
    occupation: str
    employer_id: int | None
    employer_text: str


@dataclass(slots=True)
class _Written:
    """What follows from the memberships written: `stays` are (person, membership, union, kind of event), `counts` go by
    kind and union.
    """

    stays: list[tuple[int, int, int, str]] = field(default_factory=list)
    with_account: list[int] = field(default_factory=list)
    counts: dict[str, dict[int, dict[str, int]]] = field(default_factory=dict)


def enter(actor: Actor, entries: Sequence[Entry], *, now: datetime) -> None:
    """Memberships with their events, numbers, cards and counts, in the caller's transaction, which records it.

    Raises IntegrityError where one of them became a member meanwhile.
    """
    today = timezone.localdate(now)
    numbers = iter(_member_numbers(sum(not entry.number for entry in entries), today.year))
    event_keys = db.reserve_keys(MembershipEvent, len(entries))
    written = _Written()
    keyed = zip(db.reserve_keys(Membership, len(entries)), entries, strict=True)
    db.copy_rows(Membership, _STAY, _stays(keyed, numbers, today, written))
    db.copy_rows(MembershipEvent, _EVENT, _events(actor, event_keys, written.stays, now=now))
    for person_id in written.with_account:
        cards.issue(person_id, now=now)
    for kind, by_union in written.counts.items():
        counts = tuple((union_id, dict(sums)) for union_id, sums in by_union.items())
        persons = sum(stay[3] == kind for stay in written.stays)
        events.memberships_changed.announce(events.MembershipsChanged(kind, today, now, persons, counts))


def _stays(
    keyed: Iterable[tuple[int, Entry]], numbers: Iterator[str], today: date, written: _Written
) -> Iterator[tuple[Any, ...]]:
    """Memberships in the columns of _STAY, noted in `written` as they are taken."""
    for key, entry in keyed:
        person_id, name_key, initials, sex, year, level, account = entry.copied
        union = entry.union
        yield (
            key, person_id, union.id, union.county_id, union.city_id, name_key, initials, "ACTIVE", today, None, "",
            entry.number or next(numbers), entry.joined_on or today, entry.work_form, entry.new_form_group,
            entry.is_migrant, entry.occupation, entry.employer_id, entry.employer_text, sex, year, level,
            account is not None,
        )  # fmt: skip
        kind = _kind(entry, today)
        written.stays.append((person_id, key, union.id, kind))
        if account is not None:
            written.with_account.append(person_id)
        sums = written.counts.setdefault(kind, {}).setdefault(union.id, defaultdict(int))
        counted = counts_of(
            sign=1, female=sex == "2", migrant=entry.is_migrant, new_form_group=entry.new_form_group,
            real_name=level >= 3, activated=account is not None, dispatched=entry.work_form == "dispatched",
        )  # fmt: skip
        for name, value in counted.items():
            sums[name] += value
        sums[kind] += 1


def _kind(entry: Entry, today: date) -> str:
    """Whoever joins for the first time this month, as the roster says, has joined; everybody else was a member already
    and is only entered. Source: docs/rules/rosters.md#entered
    """
    day = entry.joined_on
    new = not entry.number and day is not None and (day.year, day.month) == (today.year, today.month)
    return EventKind.JOINED.value if new else EventKind.ENTERED.value


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
