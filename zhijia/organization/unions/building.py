"""Many unions at once, with the rows that `services.open_union` would write one by one.

`build_tree` makes the general unions and online homes of a whole province, for a new installation; `open_many` serves
imports. What may be opened where is checked before; here only columns are filled and rows written.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.regions import selectors as regions
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotAllowed, NotFound, WrongState
from zhijia.kernel.ids import Randomness, new_public_id
from zhijia.kernel.names import text_initials, text_key

from . import events, rules, serials
from .models import CoveredUnit, Employer, Union, UnionPath, UnionStatus, UnionType

CHUNK: Final = 1_000


@dataclass(frozen=True, slots=True)
class Upper:
    """What a child copies from its parent."""

    id: int
    path: str
    county_id: int | None
    city_id: int | None

    @classmethod
    def of(cls, union: Union) -> Upper:
        return cls(union.pk, union.path, union.county_id, union.city_id)


@dataclass(frozen=True, slots=True)
class Opening:
    """A union to open; every value is normalized and checked already. `employer`, (row id, public id), is covered from
    the first day, and is a grassroots union's own."""

    name: str
    type: str
    level: int
    region: str
    upper: Upper | None
    founded_on: date | None = None
    employer: tuple[int, str] | None = None
    credit_code: str | None = None
    phone: str = ""
    address: str = ""
    direct: bool = False
    public_id: str = field(default_factory=new_public_id)


def build_tree(
    actor: Actor,
    province_code: str,
    *,
    now: datetime,
    founded_on: date | None,
    randomness: Randomness = secrets.token_bytes,
) -> dict[str, int]:
    """One general union for the province and each city, county and township below it, each township's home too.

    Returns region code → id of its general union. For Shandong 1 + 16 + 136 + 1,826 unions and 1,826 homes. The system
    alone may. Raises NotFound for an unknown province, WrongState `unions.tree_exists` where it has a general union.
    Source: docs/rules/unions.md#building
    """
    if not actor.is_system:
        raise NotAllowed
    province = regions.find(province_code)
    if province is None or province.level != rules.LEVEL_PROVINCE:
        raise NotFound
    if Union.objects.filter(region=province_code, level=rules.LEVEL_PROVINCE).exists():
        raise WrongState("unions.tree_exists", "这个省已经有总工会，不能再整体建立。")
    unions: dict[str, Upper] = {}
    for level in range(rules.LEVEL_PROVINCE, rules.LEVEL_TOWNSHIP + 1):
        places = regions.list_under(province_code[:2], level)
        for start in range(0, len(places), CHUNK):
            part = places[start : start + CHUNK]
            openings = [
                Opening(
                    name=rules.normalize_union_name(f"{place.name}总工会"),
                    type=UnionType.GENERAL,
                    level=level,
                    region=place.code,
                    upper=unions[place.parent_code] if place.parent_code else None,
                    founded_on=founded_on,
                    public_id=new_public_id(randomness),
                )
                for place in part
            ]
            with transaction.atomic():
                opened = open_many(actor, openings, now=now, randomness=randomness)
            unions |= {place.code: upper for place, upper in zip(part, opened, strict=True)}
    return {code: upper.id for code, upper in unions.items()}


def open_many(
    actor: Actor, openings: Sequence[Opening], *, now: datetime, randomness: Randomness = secrets.token_bytes
) -> list[Upper]:
    """Write up to 1,000 unions, and under each township's general union its online home; in a transaction.

    No union of the list may be another's upper. Returns what children copy, in the order given. An IntegrityError
    tells that somebody was quicker with a name, a credit code or an employer.
    """
    if not openings:
        return []
    rows = _rows(openings, now=now)
    keys = db.insert_rows(Union, rows)
    opened = [_settle(key, row) for key, row in zip(keys, rows, strict=True)]
    today = timezone.localdate(now)
    since = [{"union_id": upper.id, "path": upper.path, "since": today} for upper in opened]
    db.insert_rows(UnionPath, since)
    _cover(actor, openings, opened, now=now)
    new = list(zip(keys, rows, strict=True))
    written = [(("union", row["public_id"]), key, rules.content(row)) for key, row in new]
    audit.record_many(actor, "unions.open", written, now=now)
    for key, row in new:
        events.union_opened.announce(events.UnionOpened(key, row["path"], row["type"], today))
    open_many(actor, _homes(openings, opened, randomness), now=now, randomness=randomness)
    return opened


def _homes(openings: Sequence[Opening], opened: Sequence[Upper], randomness: Randomness) -> list[Opening]:
    towns = [
        (opening.region, upper)
        for opening, upper in zip(openings, opened, strict=True)
        if opening.type == UnionType.GENERAL and opening.level == rules.LEVEL_TOWNSHIP
    ]
    names = regions.short_names(region for region, _ in towns)
    return [
        Opening(
            name=rules.home_name(names.get(region, "")),
            type=UnionType.ONLINE_HOME,
            level=rules.LEVEL_AREA,
            region=region,
            upper=upper,
            public_id=new_public_id(randomness),
        )
        for region, upper in towns
    ]


def _rows(openings: Sequence[Opening], *, now: datetime) -> list[dict[str, Any]]:
    """The columns of each union, numbered and placed."""
    codes = _take_codes(openings)
    paths = _take_paths([opening.upper for opening in openings])
    return [
        {
            "public_id": opening.public_id,
            "code": code,
            "name": opening.name,
            "name_key": text_key(opening.name),
            "initials": text_initials(opening.name),
            "type": opening.type,
            "level": opening.level,
            "status": UnionStatus.ACTIVE,
            "parent_id": opening.upper.id if opening.upper else None,
            "path": path,
            "county_id": opening.upper.county_id if opening.upper else None,
            "city_id": opening.upper.city_id if opening.upper else None,
            "fund_parent_id": opening.upper.id if opening.upper else None,
            "region": opening.region,
            "direct": opening.direct,
            "employer_id": opening.employer[0] if opening.employer and opening.type == UnionType.GRASSROOTS else None,
            "credit_code": opening.credit_code,
            "founded_on": opening.founded_on,
            "phone": opening.phone,
            "address": opening.address,
            "created_at": now,
        }
        for opening, code, path in zip(openings, codes, paths, strict=True)
    ]


def _take_codes(openings: Sequence[Opening]) -> list[str]:
    series = [serials.code_series(opening.region, opening.type) for opening in openings]
    following = serials.take_counts(series)
    codes = []
    for opening, name in zip(openings, series, strict=True):
        codes.append(rules.union_code(opening.region, opening.type, following[name]))
        following[name] += 1
    return codes


def _take_paths(uppers: Sequence[Upper | None]) -> list[str]:
    """The next path under each upper union, in order."""
    wanted = Counter(upper.id for upper in uppers if upper)
    # The counter is raised before it is read, as in `open_union`: the row is then ours until the transaction ends.
    for count in sorted(set(wanted.values())):
        alike = [key for key, number in wanted.items() if number == count]
        Union.objects.filter(pk__in=alike).update(last_child=F("last_child") + count)
    last = dict(Union.objects.filter(pk__in=list(wanted)).values_list("pk", "last_child"))
    numbers = {key: last[key] - count for key, count in wanted.items()}
    paths = []
    for upper in uppers:
        if upper is None:
            paths.append(rules.path_segment(serials.take("roots")))
            continue
        numbers[upper.id] += 1
        paths.append(upper.path + rules.path_segment(numbers[upper.id]))
    return paths


def _settle(key: int, row: Mapping[str, Any]) -> Upper:
    """A county's and a city's union is its own county and city; that can be written only when its id is known."""
    upper = Upper(key, row["path"], row["county_id"], row["city_id"])
    if row["level"] == rules.LEVEL_COUNTY:
        upper = Upper(key, upper.path, key, upper.city_id)
    elif row["level"] == rules.LEVEL_CITY:
        upper = Upper(key, upper.path, upper.county_id, key)
    else:
        return upper
    db.change_rows(Union, {"id": key}, {"county_id": upper.county_id, "city_id": upper.city_id})
    return upper


def _cover(actor: Actor, openings: Sequence[Opening], opened: Sequence[Upper], *, now: datetime) -> None:
    today = timezone.localdate(now)
    covered = [(o.public_id, upper.id, *o.employer) for o, upper in zip(openings, opened, strict=True) if o.employer]
    db.insert_rows(
        CoveredUnit, [{"union_id": union, "employer_id": key, "since": today} for _, union, key, _ in covered]
    )
    written = [(("union", public_id), union, {"employer": name}) for public_id, union, _, name in covered]
    audit.record_many(actor, "unions.cover", written, now=now)
    workers = dict(db.select_rows(Employer, ["id", "headcount"], {"id": tuple(row[2] for row in covered)}))
    paths = {upper.id: upper.path for upper in opened}
    for _, union, key, _ in covered:
        events.coverage_changed.announce(events.CoverageChanged(union, 1, workers[key], today, paths[union]))
