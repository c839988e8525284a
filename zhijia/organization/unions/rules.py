"""Pure rules of unions: codes, names, levels, places in the tree. Source: docs/rules/unions.md"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.kernel.identifiers import normalize_luhn_number, normalize_uscc, with_luhn

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

FIRST_UNION_DAY = date(1921, 1, 1)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_WIDTH = 4


def union_code(region: str, union_type: str, serial: int) -> str:
    """Sixteen digits: township 9, type 2, serial 4, Luhn 1: of 沐浴店镇's home, serial 1, `3706821010900017`.

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


def upper_path(path: str) -> str:
    """The path of the parent; the province's own for itself."""
    return path[:-_WIDTH] or path


def normalize_union_name(text: str) -> str:
    """4-60 characters, single spaces. Raises Invalid `union.name`."""
    name = " ".join(text.split())
    if not 4 <= len(name) <= 60 or not name.isprintable():
        words = "工会名称应为 4 到 60 个字。"
        raise Invalid("union.name", words, fields={"name": words})
    return name


def home_name(place: str) -> str:
    """`沐浴店镇` → `沐浴店镇网上会员之家`"""
    return f"{place}网上会员之家"


CONTENT = ("name", "type", "level", "status", "region", "path", "phone", "address", "hours", "notice", "credit_code")
"""What the trail's digests of a union are made of."""


def content(row: Mapping[str, Any]) -> dict[str, Any]:
    """The `CONTENT` of a union given as columns; a column left out has its default."""
    return {key: row.get(key, None if key == "credit_code" else "") for key in CONTENT}


class _PlacedUnion(Protocol):
    """A row or a set of facts that stands somewhere in the tree."""

    @property
    def type(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def region(self) -> str: ...
    @property
    def status(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Place:
    """What the rules of the tree need of a union."""

    type: str
    level: int
    region: str
    status: str = "ACTIVE"

    @classmethod
    def of(cls, union: _PlacedUnion) -> Place:
        return cls(union.type, union.level, union.region, union.status)


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
    free = direct or "INDUSTRY" in {child.type, parent.type}
    if not free and not child.region.startswith(region_prefix(parent)):
        raise RuleBroken("union.parent_region", "上级工会所在区划必须与本工会相同，或是它的上级区划。")


def region_prefix(place: Place) -> str:
    """The digits of a region that its descendants share, by the union's level: city 4, county 6, township 9."""
    digits = {2: 2, 3: 4, 4: 6, 5: 9, 6: 9, 7: 9}.get(place.level, 0)
    return place.region[:digits]


JOINABLE_TYPES = frozenset({"GRASSROOTS", "JOINT", "AREA_FED", "IND_FED", "ONLINE_HOME"})
"""Unions that people join by a printed code."""

FEDERATIONS = frozenset({"AREA_FED", "IND_FED"})
"""Unions that list member unions."""

MANY_EMPLOYERS = frozenset({"JOINT", "AREA_FED", "IND_FED"})
"""Unions that cover several employers; a grassroots union covers its one, the others cover none."""

TYPES_TO_OPEN = ("GRASSROOTS", "JOINT", "AREA_FED", "IND_FED", "GENERAL", "INDUSTRY")
"""What people may open; an online home comes with its township's general union."""


def level_of_type(union_type: str) -> int | None:
    """The only level a type can have; None where it has several."""
    levels = LEVELS_OF_TYPE[union_type]
    return next(iter(levels)) if len(levels) == 1 else None


def check_coverage(union_type: str, covered: int) -> None:
    """Whether a union that covers `covered` employers may cover one more. Raises RuleBroken `union.covers_none`,
    `.covers_one`.
    """
    if union_type in MANY_EMPLOYERS:
        return
    if union_type != "GRASSROOTS":
        raise RuleBroken("union.covers_none", "只有基层工会、联合基层工会和工会联合会可以涵盖用人单位。")
    if covered:
        raise RuleBroken("union.covers_one", "基层工会只涵盖一个单位；要涵盖多个单位，请建立联合基层工会。")


RELATIONS = {"industry_parent": "产业工会（指导）", "fund_parent": "经费上缴"}
"""Beside leadership (`parent`): who guides the trade, and where money goes up."""


def check_relation(relation: str, union: Place, other: Place) -> None:
    """Whether `other` may be a union's `industry_parent` or `fund_parent`.

    It is open and of a higher level, so no chain of relations can come back to its start; a guiding union is an
    industry
    union. Raises RuleBroken `union.relation_closed`, `.relation_level`, `.relation_type`. Source:
    docs/rules/unions.md#relations
    """
    label = RELATIONS[relation]
    if other.status != "ACTIVE":
        text = f"“{label}”的工会当前不在正常状态，请另选。"
        raise RuleBroken("union.relation_closed", text, fields={relation: text})
    if other.level >= union.level:
        text = f"“{label}”的工会层级必须高于本工会。"
        raise RuleBroken("union.relation_level", text, fields={relation: text})
    if relation == "industry_parent" and other.type != "INDUSTRY":
        text = "指导本工会的必须是产业工会，请核对编码。"
        raise RuleBroken("union.relation_type", text, fields={relation: text})


def check_no_cycle(path: str, new_parent_path: str) -> None:
    """Raises RuleBroken `union.cycle` where the new parent is the union itself or stands below it."""
    if new_parent_path.startswith(path):
        text = "不能把工会移到它自己或它的下级之下。"
        raise RuleBroken("union.cycle", text, fields={"parent": text})


def normalize_own_credit_code(text: str) -> str:
    """A union's own credit code: 18 characters that begin with 81 or 89. Raises Invalid `uscc.…`,
    `union.credit_code`.
    """
    code = normalize_uscc(text)
    if code[:2] not in {"81", "89"}:
        words = "工会的统一社会信用代码以81或89开头，请核对；单位的代码请填在用人单位处。"
        raise Invalid("union.credit_code", words, fields={"credit_code": words})
    return code


INDUSTRIES = {
    "A": "农林牧渔", "B": "采矿", "C": "制造", "D": "电力热力燃气水", "E": "建筑", "F": "批发零售",
    "G": "交通运输仓储邮政", "H": "住宿餐饮", "I": "信息传输软件信息技术", "J": "金融", "K": "房地产",
    "L": "租赁商务服务", "M": "科研技术服务",
    "N": "水利环境公共设施", "O": "居民服务修理其他", "P": "教育", "Q": "卫生社会工作",
    "R": "文化体育娱乐", "S": "公共管理社会保障社会组织", "T": "国际组织",
}  # fmt: skip
"""Sections of GB/T 4754-2017; an employer holds the section, with or without two digits of the division: `C`, `C36`."""

OWNERSHIPS = {
    "10": "国有", "20": "集体", "30": "私营", "40": "港澳台", "50": "外资", "60": "事业单位", "70": "机关",
    "80": "社会组织", "90": "个体", "99": "其他",
}  # fmt: skip
MOST_HEADCOUNT = 1_000_000


def normalize_employer_name(text: str) -> str:
    """2-120 characters, single spaces. Raises Invalid `employer.name`."""
    name = " ".join(text.split())
    if not 2 <= len(name) <= 120 or not name.isprintable():
        words = "单位名称应为 2 到 120 个字。"
        raise Invalid("employer.name", words, fields={"name": words})
    return name


def check_employer(industry: str, ownership: str, headcount: int) -> None:
    """Raises Invalid `employer.industry`, `.ownership`, `.headcount`."""
    if industry and not (industry[0] in INDUSTRIES and len(industry) in {1, 3} and (industry[1:] or "0").isdigit()):
        words = "行业应为国民经济行业分类的门类字母，或门类字母加两位数字，例如C或C36。"
        raise Invalid("employer.industry", words, fields={"industry": words})
    if ownership not in OWNERSHIPS:
        raise Invalid("employer.ownership", "没有这种经济类型，请重新选择。", fields={"ownership": "请重新选择。"})
    if not 0 <= headcount <= MOST_HEADCOUNT:
        words = "职工人数应在 0 到 1,000,000 之间，请核对。"
        raise Invalid("employer.headcount", words, fields={"headcount": words})
