"""The general unions and online homes of a whole province at once, as `services.open_union` would write them one by one.

For a new installation, which has its divisions and no unions yet; a later union is opened by the service.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.regions import selectors as regions
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotAllowed, NotFound, WrongState
from zhijia.kernel.ids import Randomness, new_public_id
from zhijia.kernel.names import text_initials, text_key

from . import events, rules, serials
from .models import Union, UnionPath, UnionStatus, UnionType

CHUNK: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Upper:
    """What a child copies from its parent."""

    id: int
    path: str
    county_id: int | None
    city_id: int | None


def build_tree(
    actor: Actor,
    province_code: str,
    *,
    now: datetime,
    founded_on: date | None,
    randomness: Randomness = secrets.token_bytes,
) -> dict[str, int]:
    """One general union for the province and each city, county and township below it, each township's online home too.

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
    unions: dict[str, _Upper] = {}
    for level in range(rules.LEVEL_PROVINCE, rules.LEVEL_TOWNSHIP + 1):
        places = regions.list_under(province_code[:2], level)
        for start in range(0, len(places), CHUNK):
            part = places[start : start + CHUNK]
            with transaction.atomic():
                unions |= _open_general(actor, part, unions, now=now, founded_on=founded_on, randomness=randomness)
    return {code: upper.id for code, upper in unions.items()}


def _open_general(
    actor: Actor,
    places: Sequence[regions.Place],
    above: Mapping[str, _Upper],
    *,
    now: datetime,
    founded_on: date | None,
    randomness: Randomness,
) -> dict[str, _Upper]:
    """General unions of one level, and under townships their homes; one transaction of at most 2,000 unions."""  # fmt: skip
    uppers = [above[place.parent_code] if place.parent_code else None for place in places]
    paths = _take_paths(uppers)
    rows = [
        _row(
            place, f"{place.name}总工会", UnionType.GENERAL, place.level, upper, path, now=now, founded_on=founded_on,
            public_id=new_public_id(randomness),
        )
        for place, upper, path in zip(places, uppers, paths, strict=True)
    ]  # fmt: skip
    keys = _insert(actor, rows, now=now)
    opened = {
        place.code: _Upper(key, row["path"], row["county_id"], row["city_id"])
        for place, key, row in zip(places, keys, rows, strict=True)
    }
    own = {rules.LEVEL_COUNTY: "county_id", rules.LEVEL_CITY: "city_id"}
    for place, key in zip(places, keys, strict=True):
        if column := own.get(place.level):
            db.change_rows(Union, {"id": key}, {column: key})
            upper = opened[place.code]
            opened[place.code] = _Upper(
                key, upper.path, key if column == "county_id" else upper.county_id,
                key if column == "city_id" else upper.city_id,
            )  # fmt: skip
    towns = [place for place in places if place.level == rules.LEVEL_TOWNSHIP]
    _open_homes(actor, towns, opened, now=now, randomness=randomness)
    return opened


def _open_homes(
    actor: Actor, towns: Sequence[regions.Place], opened: Mapping[str, _Upper], *, now: datetime, randomness: Randomness
) -> None:
    paths = _take_paths([opened[town.code] for town in towns])
    rows = [
        _row(
            town, rules.home_name(town.name), UnionType.ONLINE_HOME, rules.LEVEL_AREA, opened[town.code], path, now=now,
            founded_on=None, public_id=new_public_id(randomness),
        )
        for town, path in zip(towns, paths, strict=True)
    ]  # fmt: skip
    _insert(actor, rows, now=now)


def _row(
    place: regions.Place,
    name: str,
    type: str,
    level: int,
    upper: _Upper | None,
    path: str,
    *,
    now: datetime,
    founded_on: date | None,
    public_id: str,
) -> dict[str, Any]:
    """The columns of one union; its code is filled in by `_insert`."""  # fmt: skip
    name = rules.normalize_union_name(name)
    return {
        "public_id": public_id,
        "code": "",
        "name": name,
        "name_key": text_key(name),
        "initials": text_initials(name),
        "type": type,
        "level": level,
        "status": UnionStatus.ACTIVE,
        "parent_id": upper.id if upper else None,
        "path": path,
        "county_id": upper.county_id if upper else None,
        "city_id": upper.city_id if upper else None,
        "fund_parent_id": upper.id if upper else None,
        "region": place.code,
        "founded_on": founded_on,
        "created_at": now,
    }


def _take_paths(uppers: Sequence[_Upper | None]) -> list[str]:
    """The next path under each upper union, in order; writes how many children each has numbered."""
    numbers: dict[int, int] = defaultdict(int)
    numbers |= dict(
        Union.objects.filter(pk__in={upper.id for upper in uppers if upper}).values_list("pk", "last_child")
    )
    paths = []
    for upper in uppers:
        if upper is None:
            paths.append(rules.path_segment(serials.take("roots")))
            continue
        numbers[upper.id] += 1
        paths.append(upper.path + rules.path_segment(numbers[upper.id]))
    for key, last in numbers.items():
        db.change_rows(Union, {"id": key}, {"last_child": last})
    return paths


def _insert(actor: Actor, rows: Sequence[dict[str, Any]], *, now: datetime) -> list[int]:
    """Number and write the unions, their paths and trail, and announce them."""
    if not rows:
        return []
    series = [serials.code_series(row["region"], row["type"]) for row in rows]
    first = serials.take_one_of_each(series)
    for row, name in zip(rows, series, strict=True):
        row["code"] = rules.union_code(row["region"], row["type"], first[name])
    keys = db.insert_rows(Union, rows)
    today = timezone.localdate(now)
    db.insert_rows(
        UnionPath, [{"union_id": key, "path": row["path"], "since": today} for key, row in zip(keys, rows, strict=True)]
    )
    for key, row in zip(keys, rows, strict=True):
        audit.record(actor, "unions.open", ("union", row["public_id"]), now=now, unit_id=key, after=rules.content(row))
        events.union_opened.announce(events.UnionOpened(key, row["type"], today))
    return keys
