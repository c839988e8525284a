"""A whole province of members, written by COPY: millions of people as rows, with 24 months of joining behind them.

The same invention and the same rules as the small province; unions are filled one after the other, so that rows lie as
lists read them. Every number opens, every digest is that of the services.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from itertools import islice
from random import Random
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhijia.foundation.accounts.models import Account
from zhijia.kernel import bulk, db
from zhijia.kernel.crypto import keyed_digest
from zhijia.kernel.ids import new_public_id
from zhijia.organization.members.models import MemberCard, Membership, MembershipEvent
from zhijia.organization.members.rules import NEW_FORM_GROUPS
from zhijia.organization.members.services.memberships import event_text
from zhijia.organization.people.models import Person
from zhijia.organization.rosters.services.preparing import PERSON, Prepared, prepare
from zhijia.organization.unions.models import Serial

from .invention import Inventor
from .roster import Place, joining_day, places, weights

UNIONS: Final = 53_000
MEMBERS: Final = 11_280_000
CHUNK: Final = 20_000
_COLUMNS: Final = ("name", "id_number", "mobile")
_MAPPING: Final = {name: place for place, name in enumerate(_COLUMNS)}
_STAY: Final = (
    "id", "person_id", "union_id", "county_unit", "city_unit", "name_key", "initials", "state", "since", "until",
    "ended_by", "member_number", "joined_on", "work_form", "new_form_group", "is_migrant", "employer_id",
    "employer_text", "sex", "birth_year", "real_name_level", "activated",
)  # fmt: skip
_EVENT: Final = (
    "person_id", "membership_id", "union_id", "other_union_id", "kind", "on", "at", "case_id", "person_by", "reason",
    "before", "after", "digest",
)  # fmt: skip


def add_members(inventor: Inventor, count: int, *, now: datetime, say: Callable[[str], None]) -> None:
    """`count` members over all unions that take some, as uneven as employers are."""
    spots = places()
    shares = np.array(weights(spots))
    counts = np.random.default_rng(inventor.random.randrange(2**32)).multinomial(count, shares / shares.sum())
    people = _people(inventor, spots, counts.tolist())
    serials: Counter[int] = Counter()
    written = 0
    for part in iter(lambda: list(islice(people, CHUNK)), []):
        rows = [(number, cells) for number, (_, cells) in enumerate(part, 1)]
        prepared = prepare(rows, _MAPPING, inventor.today, seal=True)
        written += _write(inventor, [place for place, _ in part], prepared, serials, now=now)
        if written % 1_000_000 < CHUNK:
            say(f"  已写入 {written:,} 名会员")
    with transaction.atomic():
        db.insert_rows(Serial, [{"name": f"member:{year}", "next": used + 1} for year, used in serials.items()])


def _people(inventor: Inventor, spots: list[Place], counts: list[int]) -> Iterator[tuple[Place, list[str]]]:
    """Name, number and mobile of each member, union by union."""
    serial = 0
    for spot, count in zip(spots, counts, strict=True):
        for _ in range(count):
            female = inventor.random.random() < 0.42
            number = inventor.id_number(inventor.birthday(), female)
            serial += 1
            yield spot, [inventor.name(female), number, f"19{serial:09d}"]


def _write(
    inventor: Inventor, spots: list[Place], people: list[Prepared], serials: Counter[int], *, now: datetime
) -> int:
    """One chunk: accounts of the bound, persons, memberships, cards, events. Returns how many members."""
    draw = inventor.random
    today = timezone.localdate(now)
    drawn = [_drawn(draw, place, row, today) for place, row in zip(spots, people, strict=True)]
    numbers = _numbers(Counter(day.year for day, *_ in drawn), serials)
    persons, stays, cards, accounts, pairs = [], [], [], [], []
    with transaction.atomic():
        keys, stay_keys = db.reserve_keys(Person, len(people)), db.reserve_keys(Membership, len(people))
        account_keys = iter(db.reserve_keys(Account, sum(bound for _, _, bound, _, _, _ in drawn)))
        for place, row, (day, level, bound, rural, group, form), key, stay in zip(
            spots, people, drawn, keys, stay_keys, strict=True
        ):
            person = dict(zip(PERSON, row.person or (), strict=True))
            at = _moment(day)
            account = next(account_keys) if bound else None
            if account is not None:
                accounts.append((account, new_public_id(inventor.bytes), person["mobile_digest"], at, "!", None))
            persons.append(
                (key, *(row.person or ())[:-1], rural, level, False, at if level == 3 else None, account, at)
            )
            stays.append(
                (stay, key, place.id, place.county_id, place.city_id, person["name_key"], person["initials"], "ACTIVE",
                 day, None, "", next(numbers[day.year]), day, form, group, rural, place.employer_id,
                 place.employer_name, person["sex"], person["birth_year"], level, bound)
            )  # fmt: skip
            cards.append((key, new_public_id(inventor.bytes), at, None))
            pairs.append((key, stay, place.id, day))
        db.copy_rows(Account, ("id", "public_id", "number_digest", "created_at", "password", "last_login"), accounts)
        columns = (*PERSON, "real_name_level", "verify_pending", "verified_at", "account_id", "created_at")
        db.copy_rows(Person, ("id", *columns), persons)
        db.copy_rows(Membership, _STAY, stays)
        db.copy_rows(MemberCard, ("person_id", "serial", "issued_at", "voided_at"), cards)
        db.copy_rows(MembershipEvent, _EVENT, [_event(*pair) for pair in pairs])
    return len(people)


def _drawn(draw: Random, place: Place, row: Prepared, today: date) -> tuple[date, int, bool, bool, str, str]:
    """Joining day, real-name level, bound or not, rural or not, group, work form; shares as in the small province."""
    year = int((row.person or ())[PERSON.index("birth_year")])
    level = 3 if draw.random() < 0.94 else 2
    group = draw.choice(_GROUPS) if place.is_home and draw.random() < 0.6 else ""
    forms = ("none",) if place.is_home else _FORMS
    form = "platform" if group else draw.choice(forms)
    bound = level == 3 and draw.random() < 0.46
    return joining_day(draw, date(year, 12, 31), today), level, bound, draw.random() < 0.35, group, form


_GROUPS: Final = tuple(NEW_FORM_GROUPS)
_FORMS: Final = ("employed",) * 90 + ("dispatched",) * 7 + ("part_time",) * 3


def _numbers(years: Counter[int], serials: Counter[int]) -> dict[int, Iterator[str]]:
    made = {}
    for year, count in years.items():
        made[year] = iter(
            bulk.with_luhn_of_series(f"{settings.ZHIJIA_PROVINCE}{year}", serials[year] + 1, count, width=9)
        )
        serials[year] += count
    return made


def _moment(day: date) -> datetime:
    known = _moments.get(day)
    if known is None:
        known = _moments[day] = timezone.make_aware(datetime.combine(day, time(9)))
    return known


_moments: dict[date, datetime] = {}
_texts: dict[date, str] = {}
_MARKS: Final = ("-100000000000000001", "-100000000000000002", "-100000000000000003")


def _event(person_id: int, stay: int, union_id: int, day: date) -> tuple[Any, ...]:
    """A joining with the digest that the service gives it; its text is made once a day of history."""
    at = _moment(day)
    text = _texts.get(day)
    if text is None:
        marks = {name: int(mark) for name, mark in zip(("person_id", "membership_id", "union_id"), _MARKS, strict=True)}
        fixed = {
            "other_union_id": None, "kind": "joined", "on": day, "at": at, "case_id": None, "person_by": None,
            "reason": "", "before": {}, "after": {"state": "ACTIVE"},
        }  # fmt: skip
        text = _texts[day] = event_text({**marks, **fixed})
    whole = text.replace(_MARKS[0], str(person_id)).replace(_MARKS[1], str(stay)).replace(_MARKS[2], str(union_id))
    digest = keyed_digest(settings.ZHIJIA_DIGEST_KEY, whole)
    return (
        person_id, stay, union_id, None, "joined", day, at, None, None, "", "{}", '{"state": "ACTIVE"}', digest,
    )  # fmt: skip
