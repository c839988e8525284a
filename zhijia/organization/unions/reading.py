"""What a file of unions may hold, and how its cells are understood; no rows are written here.

A cell is kept as it was written, so that a wrong one can be shown and handed back, and understood beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from zhijia.foundation.regions import selectors as regions
from zhijia.kernel.errors import Invalid
from zhijia.kernel.identifiers import normalize_phone, normalize_uscc
from zhijia.kernel.tables import Column, Row, date_cell, looks_like_example, looks_like_sum, one_of, text_up_to
from zhijia.kernel.typed import typed

from . import rules

_CELL: Final = text_up_to(200)
TYPE_WORDS: Final = {
    "基层工会": "GRASSROOTS",
    "联合基层工会": "JOINT",
    "区域工会联合会": "AREA_FED",
    "行业工会联合会": "IND_FED",
    "总工会": "GENERAL",
    "产业工会": "INDUSTRY",
}
LEVEL_WORDS: Final = {"省": 2, "市": 3, "县": 4, "区县": 4, "乡镇": 5, "街道": 5, "村社区": 6, "区域行业": 6, "基层": 7}
COLUMNS: Final = (
    Column("name", ("工会名称", "名称"), _CELL, required=True, free_text=True),
    Column("type", ("工会类型", "类型"), _CELL, required=True),
    Column("level", ("层级", "级别"), _CELL),
    Column("parent_code", ("上级工会编码", "上级编码"), _CELL),
    Column("parent_name", ("上级工会名称", "上级工会"), _CELL, free_text=True),
    Column("region", ("所在区划", "区划", "区划代码"), _CELL, free_text=True),
    Column("credit_code", ("工会统一社会信用代码", "工会信用代码"), _CELL),
    Column("employer_name", ("单位名称", "用人单位"), _CELL, free_text=True),
    Column("employer_code", ("单位统一社会信用代码", "单位信用代码"), _CELL),
    Column("headcount", ("职工人数", "职工数"), _CELL),
    Column("industry", ("行业", "所属行业"), _CELL),
    Column("ownership", ("经济类型", "单位类型"), _CELL),
    Column("founded_on", ("建会日期", "成立日期"), _CELL),
    Column("phone", ("联系电话", "电话"), _CELL),
    Column("address", ("地址", "通讯地址"), _CELL, free_text=True),
)
LABELS: Final = {column.name: column.label for column in COLUMNS}


def _level(text: str) -> int:
    plain = typed(text)
    level = LEVEL_WORDS.get(plain.removesuffix("级"), int(plain) if plain in {"2", "3", "4", "5", "6", "7"} else 0)
    if not level:
        raise Invalid("union.level", "层级应填省、市、县、乡镇、村社区、基层中的一项，或2到7的数字。")
    return level


def _headcount(text: str) -> int:
    plain = typed(text).replace(",", "").replace("人", "").strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 7):
        raise Invalid("employer.headcount", "职工人数应是整数，例如120。")
    return int(plain)


def _industry(text: str) -> str:
    plain = typed(text).upper()
    names = {label: letter for letter, label in rules.INDUSTRIES.items()}
    code = names.get(plain.removesuffix("业"), names.get(plain, plain[:3] if plain[1:3].isdigit() else plain[:1]))
    rules.check_employer(code, "99", 0)
    return code


_OWNERSHIP: Final = one_of({label: code for code, label in rules.OWNERSHIPS.items()})
_UNDERSTAND: Final[dict[str, Callable[[str], Any]]] = {
    "name": rules.normalize_union_name,
    "type": one_of(TYPE_WORDS),
    "level": _level,
    "parent_code": rules.normalize_union_code,
    "parent_name": lambda text: " ".join(text.split()),
    "credit_code": rules.normalize_own_credit_code,
    "employer_name": rules.normalize_employer_name,
    "employer_code": normalize_uscc,
    "headcount": _headcount,
    "industry": _industry,
    "ownership": lambda text: _OWNERSHIP(text.strip()),
    "founded_on": lambda text: date_cell(typed(text).split(" ", 1)[0]).isoformat(),
    "phone": normalize_phone,
    "address": lambda text: text,
}


class RegionWords:
    """Divisions by what people write for them; each wording is looked up once a file."""

    def __init__(self, under: str) -> None:
        self._under = under
        self._known: dict[str, str | Invalid] = {}

    def code(self, text: str) -> str:
        """Raises Invalid `region.…`."""
        words = "".join(text.split())
        if words not in self._known:
            try:
                self._known[words] = regions.resolve(words, under=self._under).code
            except Invalid as error:
                self._known[words] = error
        known = self._known[words]
        if isinstance(known, Invalid):
            raise known
        return known


@dataclass(slots=True)
class Understood:
    """A row: `cells` as written, `values` as understood (dates as ISO text), `errors` {column, label, cell, reason}."""

    number: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)

    def fault(self, column: str, reason: str, code: str = "") -> None:
        """Note what is wrong with a cell."""
        self.errors.append(fault_of(self.cells, column, reason, code))


def fault_of(cells: Mapping[str, str], column: str, reason: str, code: str = "") -> dict[str, str]:
    """A fault as it is kept and shown; the cell shortened to 60 characters. `code` where the cell alone is wrong."""
    label, cell = LABELS.get(column, ""), cells.get(column, "")[:60]
    return {"column": column, "label": label, "cell": cell, "reason": reason, "code": code}


_NOT_A_UNION: Final = "unions.row_of_nobody"


def understand(row: Row, words: RegionWords) -> Understood:
    """One row of the table, normalized cell by cell; every fault is noted, none stops the others."""
    result = Understood(row.number, row.texts)
    if looks_like_example(typed(row.texts.get("name", ""))):
        result.fault("name", "这是模板里的示例行，不会写入，不用处理。", _NOT_A_UNION)
        return result
    if "type" not in row.texts and looks_like_sum(list(row.texts.values())):
        result.fault("name", "这一行像是合计或填表说明，不是工会，不会写入，不用处理。", _NOT_A_UNION)
        return result
    result.errors = [fault_of(row.texts, error.column, error.reason, error.code) for error in row.errors]
    for name, text in row.values.items():
        if text is None:
            continue
        try:
            result.values[name] = words.code(text) if name == "region" else _UNDERSTAND[name](text)
        except Invalid as error:
            result.fault(name, error.message, error.code)
    _settle_level(result)
    return result


def _settle_level(row: Understood) -> None:
    """A type with one level has it; a general union stands at its division's; an industry union must say."""
    union_type = row.values.get("type")
    if union_type is None or any(error["column"] == "level" for error in row.errors):
        return
    only = rules.level_of_type(union_type)
    if only is None and union_type == "GENERAL" and row.values.get("region"):
        only = _level_of_code(row.values["region"])
    level = row.values.setdefault("level", only)
    if level is None:
        row.fault("level", "请填写层级：省、市、县或乡镇。")
    elif level not in rules.LEVELS_OF_TYPE[union_type]:
        row.fault("level", "这类工会不能设在这一层级，请核对类型和层级。")


def _level_of_code(code: str) -> int:
    return next((level for level, digits in ((2, 2), (3, 4), (4, 6)) if not code[digits:].strip("0")), 5)
