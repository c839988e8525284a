"""Finding one's union: by words, by going down the regions, or by a point that is used once and kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import QueryDict

from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.regions.selectors import Place
from zhijia.kernel.errors import Invalid
from zhijia.kernel.typed import sought
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.rules import JOINABLE_TYPES
from zhijia.organization.unions.selectors import UnionFacts, histories

SHOWN = 20
_TOWNSHIP = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """A union found: `place` is 烟台市莱阳市沐浴店镇, `joins` whether workers join there themselves, `before` a name by
    which people may have looked for it.
    """

    union: UnionFacts
    place: str
    joins: bool
    before: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A division to go down to; `km` from the point asked for, where known."""

    code: str
    name: str
    km: float | None = None


@dataclass(slots=True)
class Found:
    """What the pages show. `more`: there are hits beyond those shown; `problem`: why a point led nowhere."""

    q: str = ""
    problem: str = ""
    place: Place | None = None
    chain: list[Place] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    more: bool = False


def look(asked: QueryDict, *, homes_only: bool = False) -> Found:
    """Read `q`, `region` or `lng` and `lat`. `homes_only`: for who knows that his workplace has no union."""
    found = Found(q=sought(asked.get("q", "")[:60])[:40])
    region, near = asked.get("region", "")[:12], None
    point = (asked.get("lng", "")[:20], asked.get("lat", "")[:20])
    if all(point):
        try:
            located = regions.locate(*point)
            region, near = located.place.code, located.near
        except Invalid as error:
            found.problem = error.message
    found.place = regions.find(region) if region else None
    if found.q:
        _by_words(found, homes_only=homes_only)
    else:
        _by_place(found, near or [], homes_only=homes_only)
    return found


def _by_words(found: Found, *, homes_only: bool) -> None:
    places = regions.search(found.q, level=_TOWNSHIP, limit=SHOWN + 1)
    homes = unions.homes_of_regions([place.code for place in places[:SHOWN]])
    named = [] if homes_only else unions.search_public(found.q, limit=SHOWN + 1)
    homes = [home for home in homes if home.id not in {union.id for union in named}]
    found.more = len(named) > SHOWN or len(places) > SHOWN
    found.hits = _hits([*named[:SHOWN], *homes])


def _by_place(found: Found, near: Sequence[tuple[Place, float]], *, homes_only: bool) -> None:
    place = found.place
    found.chain = regions.chain(place.code) if place else []
    if place is not None and place.level == _TOWNSHIP:
        others = [] if homes_only else unions.list_public_in_region(place.code, limit=SHOWN + 1)
        found.more = len(others) > SHOWN
        found.hits = _hits([*unions.homes_of_regions([place.code]), *others[:SHOWN]])
        found.choices = [Choice(town.code, town.name, km) for town, km in near if town.code != place.code][:SHOWN]
    elif near:
        found.choices = [Choice(town.code, town.name, km) for town, km in near]
    else:
        below = regions.children(place.code if place else f"{settings.ZHIJIA_PROVINCE}0000000000")
        found.choices = [Choice(division.code, division.name) for division in below]


def _hits(found: Sequence[UnionFacts]) -> list[Hit]:
    places = regions.places_of(union.region for union in found)
    before = histories.called_before(union.id for union in found)
    return [
        Hit(union, places.get(union.region, ""), union.type in JOINABLE_TYPES, next(iter(before.get(union.id, [])), ""))
        for union in found
    ]


def rows(found: Found) -> list[dict[str, Any]]:
    """Shape of `ui/phone/rows.html`, without addresses: the page knows where a hit leads."""
    return [
        {
            "title": hit.union.name,
            "detail": hit.place,
            "note": (f"原“{hit.before}”" if hit.before else "") if hit.joins else "这一级工会不直接接收会员",
            "icon": "home" if hit.union.is_home else "building",
            "hue": "red" if hit.union.is_home else "blue",
        }
        for hit in found.hits
    ]
