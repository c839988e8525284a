"""Finding divisions: by code, by parent, by name; never the whole tree at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from .models import Level, Region


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


_COLUMNS = ("code", "parent_code", "level", "name")


def _places(regions: QuerySet[Region]) -> list[Place]:
    return [Place(*row) for row in regions.values_list(*_COLUMNS)]


def _current() -> QuerySet[Region]:
    return Region.objects.filter(valid_to__isnull=True)


def exists(code: str) -> bool:
    """Whether the code stands for a division today."""
    return _current().filter(code=code).exists()


def find(code: str) -> Place | None:
    """The division of today; None for abolished and unknown codes."""
    rows = _places(_current().filter(code=code))
    return rows[0] if rows else None


def find_on(code: str, day: date) -> Place | None:
    """The division as it stood on a day."""
    period = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    rows = _places(Region.objects.filter(period, code=code))
    return rows[0] if rows else None


def successor(code: str) -> Place | None:
    """What took over from an abolished code, followed to today; None where nothing did."""
    seen = set()
    while code and code not in seen:
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


def children(parent_code: str, *, limit: int = 500) -> list[Place]:
    """Direct children in the order of their codes; the empty code gives the provinces."""
    return _places(_current().filter(parent_code=parent_code).order_by("code")[:limit])


def list_level(level: int) -> list[Place]:
    """All divisions of a level of today; townships are tens of thousands, so ask for them by parent instead."""
    return _places(_current().filter(level=level).order_by("code"))


def list_under(prefix: str, level: int) -> list[Place]:
    """All divisions of a level of today whose codes begin with `prefix`, `37` or `3706`; Shandong has 1,826 townships."""
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
    """By the beginning of the name, its pinyin initials, or a code; `under` is the prefix of a code."""
    text = text.strip()
    if not text:
        return []
    if text.isascii():
        low = text.lower()
        condition = (
            Q(code__gte=low, code__lt=low + "~") if low.isdigit() else Q(initials__gte=low, initials__lt=low + "~")
        )
    else:
        condition = Q(name__contains=text)
    regions = _current().filter(condition)
    if level is not None:
        regions = regions.filter(level=level)
    if under:
        regions = regions.filter(code__gte=under, code__lt=under + "~")
    return _places(regions.order_by("code")[:limit])
