"""Finding divisions: by code, by parent, by name; never the whole tree at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import isfinite

from django.db.models import Count, Q, QuerySet

from zhijia.foundation.ui.listing import Query
from zhijia.kernel.errors import Invalid
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.pinyin import pinyin_starts
from zhijia.kernel.typed import sought, typed

from . import naming
from .boundaries import county_at, townships_near
from .models import Level, Region, RegionChange


@dataclass(frozen=True, slots=True)
class Place:
    """A division as others see it."""

    code: str
    parent_code: str
    level: int
    name: str

    @property
    def level_label(self) -> str:
        return Level(self.level).label


CODE_LENGTH = 12
_COLUMNS = ("code", "parent_code", "level", "name")


def _places(regions: QuerySet[Region]) -> list[Place]:
    return [Place(*row) for row in regions.values_list(*_COLUMNS)]


def _current() -> QuerySet[Region]:
    return Region.objects.filter(valid_to__isnull=True)


def is_code(text: str) -> bool:
    """Whether a text has the shape of a division's code; says nothing of existence."""
    return len(text) == CODE_LENGTH and text.isascii() and text.isdigit()


def exists(code: str) -> bool:
    """Whether the code stands for a division today."""
    return is_code(code) and _current().filter(code=code).exists()


def find(code: str) -> Place | None:
    """The division of today; None for abolished and unknown codes."""
    rows = _places(_current().filter(code=code)) if code.isdigit() else []
    return rows[0] if rows else None


def find_on(code: str, day: date) -> Place | None:
    """The division as it stood on a day."""
    period = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    rows = _places(Region.objects.filter(period, code=code)) if is_code(code) else []
    return rows[0] if rows else None


def successor(code: str) -> Place | None:
    """What took over from an abolished code, followed to today; None where nothing did."""
    seen = set()
    while is_code(code) and code not in seen:
        seen.add(code)
        place = find(code)
        if place is not None:
            return place
        row = Region.objects.filter(code=code).order_by("-valid_from").first()
        code = row.replaced_by if row else ""
    return None


def name_of(code: str) -> str:
    """The short name, empty for an unknown code."""
    place = find(code)
    return place.name if place else ""


def short_names(codes: Iterable[str]) -> dict[str, str]:
    """Code → name, of those that stand today; one query."""
    return dict(_current().filter(code__in=set(codes)).values_list("code", "name"))


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Code → name with that of the division above: `莱阳市沐浴店镇`; two queries."""
    rows = {place.code: place for place in _places(_current().filter(code__in=set(codes)))}
    uppers = short_names(row.parent_code for row in rows.values())
    return {code: uppers.get(place.parent_code, "") + place.name for code, place in rows.items()}


def places_of(codes: Iterable[str]) -> dict[str, str]:
    """Code → `烟台市莱阳市沐浴店镇`, from the city down, so that namesakes are told apart; one query.

    A province is called by its own name.
    """
    wanted = set(codes)
    uppers = {code: (code[:4] + "0" * 8, code[:6] + "0" * 6) for code in wanted}
    names = short_names([*wanted, *(upper for pair in uppers.values() for upper in pair)])
    return {code: "".join(names.get(step, "") for step in dict.fromkeys((*uppers[code], code))) for code in wanted}


def children(parent_code: str, *, limit: int = 500) -> list[Place]:
    """Direct children in the order of their codes; the empty code gives the provinces."""
    return _places(_current().filter(parent_code=parent_code).order_by("code")[:limit])


def list_divisions(query: Query) -> Page[Place]:
    """Divisions of today that the words mean, else those below `kept["region"]`; in the order of their codes."""
    rows = _current().filter(_matching(query.search.lower()) if query.search else Q(parent_code=query.kept["region"]))
    page = page_of(rows, ("level", "code"), after=query.after, limit=query.limit)
    return page.of(Place(row.code, row.parent_code, row.level, row.name) for row in page.rows)


def list_level(level: int) -> list[Place]:
    """All divisions of a level of today; townships are tens of thousands, so ask for them by parent instead."""
    return _places(_current().filter(level=level).order_by("code"))


def list_under(prefix: str, level: int) -> list[Place]:
    """All divisions of a level of today whose codes begin with `prefix`, `37` or `3706`: 1,826 townships in
    Shandong.
    """
    return _places(_current().filter(code__gte=prefix, code__lt=prefix + "~", level=level).order_by("code"))


def chain(code: str) -> list[Place]:
    """From the province down to the division itself: four look-ups at most."""
    places: list[Place] = []
    while code:
        place = find(code)
        if place is None:
            break
        places.insert(0, place)
        code = place.parent_code
    return places


def full_name(code: str) -> str:
    """`山东省烟台市莱阳市沐浴店镇`"""
    return "".join(place.name for place in chain(code))


def search(text: str, *, level: int | None = None, under: str = "", limit: int = 20) -> list[Place]:
    """By a part of the name, or the beginning of its pinyin, initials or code; `under` is the prefix of a code."""
    text = sought(text)[:60]
    if not text:
        return []
    regions = _current().filter(_matching(text.lower()))
    if level is not None:
        regions = regions.filter(level=level)
    if under:
        regions = regions.filter(code__gte=under, code__lt=under + "~")
    return _places(regions.order_by("level", "code")[:limit])


def _matching(text: str) -> Q:
    if not text.isascii():
        return naming.names("name", "".join(text.split()))
    if text.isdigit():
        return Q(code__gte=text, code__lt=text + "~")
    low = "".join(text.split())
    found = Q(initials__gte=low, initials__lt=low + "~")
    for start in pinyin_starts(low):
        found |= Q(name_key__gte=start, name_key__lt=start + "~")
    return found


def resolve(text: str, *, under: str = "", level: int | None = None) -> Place:
    """The one division of today that a code, a name or a full name means: `沐浴店镇`, `莱阳市沐浴店镇`, `370682101000`.

    `under` is the prefix of a code. Raises Invalid `region.empty`, `region.unknown`, `region.ambiguous` (which names up
    to three candidates).
    """
    words = "".join(typed(text).replace("\x00", "").split())[:60]
    if not words:
        raise Invalid("region.empty", "请填写区划名称或12位代码。")
    if words.isascii() and words.isdigit():
        found = [place for place in [find(words.ljust(12, "0"))] if place and len(words) in {6, 9, 12}]
    else:
        found = _named(words, under=under)
    found = [place for place in found if place.code.startswith(under) and (level is None or place.level == level)]
    if not found:
        raise Invalid("region.unknown", f"没有找到区划“{words}”，请填写全称或12位代码。")
    if len(found) > 1:
        names = "、".join(full_name(place.code) for place in found[:3])
        raise Invalid("region.ambiguous", f"叫“{words}”的区划不止一个（{names}），请写上所属的市和县。")
    return found[0]


def _named(words: str, *, under: str) -> list[Place]:
    """Divisions whose name ends `words` and whose upper divisions account for the rest, from the last name back."""
    # At most 14 ends of a name are looked up: the index on names answers each, whatever the length of the text.
    ends = [words[-length:] for length in range(2, min(len(words), 15) + 1)]
    candidates = _current().filter(name__in=ends)
    if under:
        candidates = candidates.filter(code__gte=under, code__lt=under + "~")
    rows = _places(candidates.order_by("level", "code")[:2_000])
    exact = [place for place in rows if place.name == words]
    if exact:
        return exact[:4]
    uppers = {place.code: place for place in _places(_current().filter(code__in={row.parent_code for row in rows}))}
    tops = {
        place.code: place for place in _places(_current().filter(code__in={p.parent_code for p in uppers.values()}))
    }
    top_tops = {
        place.code: place for place in _places(_current().filter(code__in={p.parent_code for p in tops.values()}))
    }
    known = uppers | tops | top_tops
    return [place for place in rows if _accounts_for(words.removesuffix(place.name), place, known)][:4]


def _accounts_for(rest: str, place: Place, known: dict[str, Place]) -> bool:
    """Whether what stands before a name is made of the names of its upper divisions, any of them left out."""
    upper = known.get(place.parent_code)
    while rest and upper is not None:
        rest = rest.removesuffix(upper.name)
        upper = known.get(upper.parent_code)
    return not rest


@dataclass(frozen=True, slots=True)
class Located:
    """Where a point lies: the township where the boundary file knows townships, else the county.

    `near` are the county's townships with their distance in kilometres, the nearest first; empty without such data.
    """

    place: Place
    near: list[tuple[Place, float]]


def locate(lng: str | float, lat: str | float) -> Located:
    """The division around a WGS-84 point of this province. Nothing is kept.

    Township centres are in no data that we may ship, so with the default file a point ends at the county. Raises
    Invalid `region.point` for what is no point, `region.point_outside` for one beyond the province.
    Source: docs/rules/regions.md#points
    """
    east, north = _degrees(lng), _degrees(lat)
    if not (-180 <= east <= 180 and -90 <= north <= 90):
        swapped = -90 <= east <= 90 and -180 <= north <= 180
        hint = "经度和纬度可能写反了，请核对。" if swapped else "经度应在-180到180之间，纬度应在-90到90之间，请核对。"
        raise Invalid("region.point", hint)
    if east == 0 and north == 0:
        raise Invalid("region.point", "没有取得您的位置（得到的是0,0），请打开定位后重试，或按地区查找。")
    code = county_at(east, north)
    county = (find(code) or successor(code)) if code else None
    if county is None:
        raise Invalid("region.point_outside", "您的位置不在本省范围内，请按地区查找工作地或居住地的工会。")
    distances = townships_near(east, north, county.code)
    towns = {place.code: place for place in children(county.code)} if distances else {}
    near = [(towns[code], km) for code, km in distances if code in towns]
    return Located(near[0][0] if near and near[0][1] == 0 else county, near)


def _degrees(value: str | float) -> float:
    try:
        degrees = float(str(value)[:40])
    except ValueError:
        degrees = float("nan")
    if not isfinite(degrees):
        raise Invalid("region.point", "位置应是经度和纬度两个数字，例如120.7113和36.9758，请重新定位或按地区查找。")
    return degrees


def list_changes(batch: str, *, outcome: str = "", limit: int = 1_000) -> list[RegionChange]:
    """Lines of a list of changes in the file's order."""
    rows = RegionChange.objects.filter(batch=batch)
    return list((rows.filter(outcome=outcome) if outcome else rows).order_by("number")[:limit])


def count_levels() -> dict[int, int]:
    """How many divisions of each level there are today; 42,000 rows of an index, for the operator's page alone."""
    return dict(_current().values_list("level").annotate(count=Count("id")).order_by("level"))
