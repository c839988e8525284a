"""Unions of employers and their members, written set-based from the same rules as the services."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.accounts.models import Account
from zhijia.foundation.regions import selectors as regions
from zhijia.kernel import db
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.names import initials, name_key, text_initials, text_key
from zhijia.organization.members.models import EventKind, MemberCard, Membership, MembershipEvent
from zhijia.organization.members.rules import NEW_FORM_GROUPS, member_number
from zhijia.organization.members.services.memberships import event_digest
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.models import Person
from zhijia.organization.unions.models import CoveredUnit, Employer, Serial, Union, UnionPath
from zhijia.organization.unions.rules import TYPE_DIGITS, path_segment, union_code

from .invention import Inventor

CHUNK = 2_000
MONTHS = 24
HOMES_SHARE = 20
GUIDED_TOWN = "370682101000"
"""The township that the printed guide walks through; it always has some unions of employers."""


@dataclass(frozen=True, slots=True)
class Place:
    """A union that takes members, with what a membership row copies from it."""

    id: int
    region: str
    path: str
    county_id: int | None
    city_id: int | None
    employer_id: int | None
    employer_name: str
    is_home: bool
    size: int


def add_unions(inventor: Inventor, count: int, *, now: datetime) -> None:
    """Grassroots unions under the townships, more where a county is listed first: sizes of places are uneven."""
    towns = list(Union.objects.filter(type="GENERAL", level=5).order_by("path"))
    weights = [math.exp(inventor.random.gauss(0, 0.9)) for _ in towns]
    guided = [index for index, town in enumerate(towns) if town.region == GUIDED_TOWN] * 4
    chosen = sorted(guided + inventor.random.choices(range(len(towns)), weights=weights, k=count - len(guided)))
    counties = {place.code: place.name for place in regions.list_level(4)}
    founded = timezone.localdate(now) - timedelta(days=365 * 6)
    employers: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    used_children: dict[int, int] = {town.pk: town.last_child for town in towns}
    used_serials: dict[str, int] = defaultdict(int)
    taken: set[tuple[int, str]] = set()
    for index in chosen:
        town = towns[index]
        county = counties.get(town.region[:6] + "000000", "")
        name, industry = inventor.employer(county)
        while (town.pk, name) in taken or any(row["name"] == name for row in employers[-50:]):
            name, industry = inventor.employer(county)
        taken.add((town.pk, name))
        code = inventor.credit_code(town.region)
        size = max(6, int(math.exp(inventor.random.gauss(3.6, 1.1))))
        employers.append(
            {
                "public_id": new_public_id(inventor.bytes),
                "credit_code": code,
                "name": name,
                "name_key": text_key(name),
                "region": town.region,
                "industry": industry,
                "ownership": "30",
                "headcount": size,
                "female_headcount": size * 2 // 5,
                "migrant_headcount": size // 3,
                "created_at": now,
            }
        )
        used_children[town.pk] += 1
        serial_name = f"union:{town.region[:9]}:{TYPE_DIGITS['GRASSROOTS']}"
        used_serials[serial_name] += 1
        union_name = f"{name}工会委员会"[:60]
        rows.append(
            {
                "public_id": new_public_id(inventor.bytes),
                "code": union_code(town.region, "GRASSROOTS", used_serials[serial_name]),
                "name": union_name,
                "name_key": text_key(union_name),
                "initials": text_initials(union_name),
                "type": "GRASSROOTS",
                "level": 7,
                "status": "ACTIVE",
                "parent_id": town.pk,
                "path": town.path + path_segment(used_children[town.pk]),
                "county_id": town.county_id,
                "city_id": town.city_id,
                "industry_parent_id": None,
                "fund_parent_id": town.pk,
                "region": town.region,
                "direct": False,
                "credit_code": None,
                "founded_on": founded,
                "created_at": now,
            }
        )
    with transaction.atomic():
        employer_ids = db.insert_rows(Employer, employers)
        for row, employer_id in zip(rows, employer_ids, strict=True):
            row["employer_id"] = employer_id
        union_ids = db.insert_rows(Union, rows)
        db.insert_rows(
            UnionPath,
            [
                {"union_id": key, "path": row["path"], "since": founded, "until": None}
                for key, row in zip(union_ids, rows, strict=True)
            ],
        )
        db.insert_rows(
            CoveredUnit,
            [
                {"union_id": u, "employer_id": e, "since": founded, "until": None}
                for u, e in zip(union_ids, employer_ids, strict=True)
            ],
        )
        db.insert_rows(Serial, [{"name": name, "next": used + 1} for name, used in used_serials.items()])
        for town in towns:
            if used_children[town.pk] != town.last_child:
                db.change_rows(Union, {"id": town.pk}, {"last_child": used_children[town.pk]})


def places() -> list[Place]:
    """Every union that takes members, homes included, in the order of the tree; `size` is the employer's headcount."""
    rows = Union.objects.filter(type__in=("GRASSROOTS", "ONLINE_HOME")).order_by("path")
    return [
        Place(*row[:6], row[6] or "", row[7] == "ONLINE_HOME", row[8] or 6)
        for row in rows.values_list(
            "id",
            "region",
            "path",
            "county_id",
            "city_id",
            "employer_id",
            "employer__name",
            "type",
            "employer__headcount",
        )
    ]


def add_members(inventor: Inventor, count: int, *, now: datetime) -> None:
    """Members with persons, accounts, cards and events; two thirds stood in rosters before the window of 24 months."""
    spots = places()
    chosen = sorted(inventor.random.choices(range(len(spots)), weights=weights(spots), k=count))
    serials: dict[int, int] = defaultdict(int)
    for start in range(0, count, CHUNK):
        people_ = [_Member(inventor, spots[index], serials, now) for index in chosen[start : start + CHUNK]]
        with transaction.atomic():
            _write(people_)
    with transaction.atomic():
        for year, used in serials.items():
            db.insert_rows(Serial, [{"name": f"member:{year}", "next": used + 1}], ignore_conflicts=True)


def weights(spots: Sequence[Place]) -> list[float]:
    """How many members a union draws: as many as its employer is large; the homes share one in twenty alike."""
    homes = sum(spot.is_home for spot in spots)
    home = sum(spot.size for spot in spots if not spot.is_home) / HOMES_SHARE / homes
    return [home if spot.is_home else float(spot.size) for spot in spots]


class _Member:
    """One invented member as the rows he becomes."""

    def __init__(self, inventor: Inventor, spot: Place, serials: dict[int, int], now: datetime) -> None:
        draw = inventor.random
        female = draw.random() < 0.42
        name, born = inventor.name(female), inventor.birthday()
        number = inventor.id_number(born, female)
        public_id = new_public_id(inventor.bytes)
        level = 3 if draw.random() < 0.94 else 2
        self.bound = level == 3 and draw.random() < 0.46
        mobile = inventor.mobile()
        self.joined_on = joining_day(draw, born, timezone.localdate(now))
        at = timezone.make_aware(datetime.combine(self.joined_on, time(9, draw.randrange(60))))
        year = self.joined_on.year
        serials[year] += 1
        group = draw.choice(list(NEW_FORM_GROUPS)) if spot.is_home and draw.random() < 0.6 else ""
        work_form = (
            "platform"
            if group
            else "none"
            if spot.is_home
            else draw.choices(("employed", "dispatched", "part_time"), (90, 7, 3))[0]
        )
        identity = (
            people_services.read_identity(name, "RESIDENT_ID", number, today=timezone.localdate(now))
            if name.isascii() is False
            else None
        )
        if identity is None:
            identity = people_services.Identity(name, "RESIDENT_ID", number, born, "2" if female else "1")
        self.account = {
            "public_id": new_public_id(inventor.bytes),
            "number_digest": people.mobile_digest(mobile),
            "created_at": at,
            "password": "!",
            "last_login": None,
        }
        self.person: dict[str, Any] = {
            "public_id": public_id,
            "name": identity.name,
            "name_key": name_key(identity.name),
            "initials": initials(identity.name),
            "real_name_level": level,
            "verified_at": at if level == 3 else None,
            "verify_pending": False,
            "created_at": at,
            "rural_hukou": draw.random() < 0.35,
            "merged_into_id": None,
            **people_services.sealed_columns(public_id, identity, mobile, randomness=inventor.bytes),
        }
        self.membership: dict[str, Any] = {
            "union_id": spot.id,
            "county_unit": spot.county_id,
            "city_unit": spot.city_id,
            "name_key": self.person["name_key"],
            "initials": self.person["initials"],
            "state": "ACTIVE",
            "since": self.joined_on,
            "until": None,
            "member_number": member_number("37", year, serials[year]),
            "joined_on": self.joined_on,
            "work_form": work_form,
            "new_form_group": group,
            "is_migrant": self.person["rural_hukou"],
            "occupation": "",
            "employer_id": spot.employer_id,
            "employer_text": spot.employer_name,
            "sex": identity.sex,
            "birth_year": born.year,
            "real_name_level": level,
            "activated": self.bound,
        }
        self.card = {"serial": new_public_id(inventor.bytes), "issued_at": at, "voided_at": None}
        self.event: dict[str, Any] = {
            "union_id": spot.id,
            "other_union_id": None,
            "kind": EventKind.JOINED.value,
            "on": self.joined_on,
            "at": at,
            "case_id": None,
            "person_by": None,
            "reason": "",
            "before": {},
            "after": {"state": "ACTIVE"},
        }


def joining_day(draw: Any, born: date, today: date) -> date:
    """A day of the last twelve years, at sixteen or older; a third of them within the window of 24 months."""
    earliest = max(born + timedelta(days=16 * 366), today - timedelta(days=365 * 12))
    window = today - timedelta(days=30 * MONTHS)
    if earliest >= window or draw.random() < 0.33:
        first = max(earliest, window)
        return first + timedelta(days=draw.randrange(max(1, (today - first).days)))
    return earliest + timedelta(days=draw.randrange(max(1, (window - earliest).days)))


def _write(members: Sequence[_Member]) -> None:
    bound = [member for member in members if member.bound]
    accounts = dict(
        zip(
            (id(member) for member in bound), db.insert_rows(Account, [member.account for member in bound]), strict=True
        )
    )
    person_ids = db.insert_rows(
        Person, [{**member.person, "account_id": accounts.get(id(member))} for member in members]
    )
    stays = [{**member.membership, "person_id": key} for member, key in zip(members, person_ids, strict=True)]
    stay_ids = db.insert_rows(Membership, stays)
    db.insert_rows(
        MemberCard, [{**member.card, "person_id": key} for member, key in zip(members, person_ids, strict=True)]
    )
    events = []
    for member, person_id, stay_id in zip(members, person_ids, stay_ids, strict=True):
        row = {**member.event, "person_id": person_id, "membership_id": stay_id}
        events.append({**row, "digest": event_digest(row)})
    db.insert_rows(MembershipEvent, events)


def months_back(today: date, count: int) -> Iterator[date]:
    """First days of the last `count` months, oldest first, this month's last."""
    year, month = today.year, today.month
    firsts = []
    for _ in range(count):
        firsts.append(date(year, month, 1))
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    yield from reversed(firsts)
