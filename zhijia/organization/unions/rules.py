"""Pure rules of unions: codes, names, levels, places in the tree. Source: docs/rules/unions.md"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.kernel.identifiers import normalize_luhn_number, with_luhn

LEVEL_NATION, LEVEL_PROVINCE, LEVEL_CITY, LEVEL_COUNTY, LEVEL_TOWNSHIP, LEVEL_AREA, LEVEL_GRASSROOTS = range(1, 8)

TYPE_DIGITS = {
    "GENERAL": "01",
    "INDUSTRY": "02",
    "AREA_FED": "31",
    "IND_FED": "32",
    "GRASSROOTS": "04",
    "JOINT": "05",
    "ONLINE_HOME": "09",
}
"""Positions 10 and 11 of a union code."""

LEVELS_OF_TYPE = {
    "GENERAL": frozenset({2, 3, 4, 5}),
    "INDUSTRY": frozenset({2, 3, 4}),
    "AREA_FED": frozenset({6}),
    "IND_FED": frozenset({6}),
    "GRASSROOTS": frozenset({7}),
    "JOINT": frozenset({7}),
    "ONLINE_HOME": frozenset({6}),
}

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_WIDTH = 4


def union_code(region: str, union_type: str, serial: int) -> str:
    """Sixteen digits: township 9, type 2, serial 4, Luhn 1: `union_code("370682101000", "ONLINE_HOME", 1)` is `3706821010900017`.

    Raises RuleBroken `union.codes_used_up` past serial 9999 of one township and type.
    """
    if not 1 <= serial <= 9999:
        raise RuleBroken("union.codes_used_up", "这个乡镇（街道）此类工会的编码已经用完，请联系省级管理员。")
    body = f"{region[:9]}{TYPE_DIGITS[union_type]}{serial:04d}"
    return with_luhn(body)


def normalize_union_code(text: str) -> str:
    """Raises Invalid `union_code.format`, `union_code.check_digit`."""
    return normalize_luhn_number(text, length=16, label="工会编码", code="union_code")


def path_segment(number: int) -> str:
    """The n-th child's part of a path, four base-36 characters: 1 → `0001`, 36 → `0010`."""
    if not 0 < number < 36**_WIDTH:
        raise RuleBroken("union.too_many_children", "同一上级下的工会数量已到上限。")
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text.rjust(_WIDTH, "0")


def ancestors(path: str) -> list[str]:
    """Paths from the top down to `path` itself: `["0001", "00010002", ...]`."""
    return [path[:end] for end in range(_WIDTH, len(path) + 1, _WIDTH)]


def normalize_union_name(text: str) -> str:
    """4-60 characters, single spaces. Raises Invalid `union.name`."""
    name = " ".join(text.split())
    if not 4 <= len(name) <= 60:
        raise Invalid("union.name", "工会名称应为 4 到 60 个字。", fields={"name": "工会名称应为 4 到 60 个字。"})
    return name


def home_name(place: str) -> str:
    """`沐浴店镇` → `沐浴店镇网上会员之家`"""
    return f"{place}网上会员之家"


CONTENT = ("name", "type", "level", "status", "region", "path", "phone", "address", "hours", "notice", "credit_code")
"""What the trail's digests of a union are made of."""


def content(row: Mapping[str, Any]) -> dict[str, Any]:
    """The `CONTENT` of a union given as columns; a column left out has its default."""
    return {key: row.get(key, None if key == "credit_code" else "") for key in CONTENT}


@dataclass(frozen=True, slots=True)
class Place:
    """What the rules of the tree need of a union."""

    type: str
    level: int
    region: str
    status: str = "ACTIVE"


def _within(region: str, upper: str) -> bool:
    return region.startswith(upper.rstrip("0")) if upper.strip("0") else True


def check_place(child: Place, parent: Place, *, direct: bool) -> None:
    """Whether `child` may stand under `parent`.

    The parent's level is smaller, its region is the child's or an ancestor of it (industry and directly managed
    unions excepted), it is open, and it is not itself a grassroots union or an online home.
    Raises RuleBroken `union.parent_level`, `union.parent_region`, `union.parent_type`, `union.parent_closed`,
    Invalid `union.level`. Source: docs/rules/unions.md#tree
    """
    if child.level not in LEVELS_OF_TYPE[child.type]:
        raise Invalid("union.level", "这类工会不能设在这一层级。", fields={"level": "这类工会不能设在这一层级。"})
    if parent.type in ("GRASSROOTS", "JOINT", "ONLINE_HOME"):
        raise RuleBroken("union.parent_type", "基层工会和网上会员之家下面不能再设工会。")
    if parent.status != "ACTIVE":
        raise RuleBroken("union.parent_closed", "上级工会当前不在正常状态，不能在它下面新建工会。")
    if parent.level >= child.level:
        raise RuleBroken("union.parent_level", "上级工会的层级必须高于本工会。")
    if not (direct or child.type == "INDUSTRY" or parent.type == "INDUSTRY" or _within(child.region, region_prefix(parent))):
        raise RuleBroken("union.parent_region", "上级工会所在区划必须与本工会相同，或是它的上级区划。")


def region_prefix(place: Place) -> str:
    """The digits of a region that its descendants share, by the union's level: city 4, county 6, township 9."""
    digits = {2: 2, 3: 4, 4: 6, 5: 9, 6: 9, 7: 9}.get(place.level, 0)
    return place.region[:digits]
