"""What becomes of the rows of a file of unions against the tree as it stands; the same queries for 1 row and 500."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from zhijia.kernel import db
from zhijia.kernel.errors import ZhijiaError
from zhijia.organization.unions import reading, rules
from zhijia.organization.unions.building import Upper
from zhijia.organization.unions.models import (
    CoveredUnit,
    Employer,
    RowOutcome,
    Union,
    UnionLoad,
    UnionLoadRow,
    UnionStatus,
)

_CLOSED = (UnionStatus.MERGED, UnionStatus.DISSOLVED)


@dataclass(slots=True)
class Checked:
    """A row with what it would come to. `upper` is None while its parent is a row of the same file, not yet written."""

    row: UnionLoadRow
    values: dict[str, Any]
    errors: list[dict[str, str]]
    region: str = ""
    upper: Upper | None = None
    employer: tuple[int, str] | None = None
    union_id: int | None = None
    same: bool = False

    def fault(self, column: str, reason: str) -> None:
        """Note what is wrong with a cell."""
        self.errors.append(reading.fault_of(self.row.cells, column, reason))

    @property
    def outcome(self) -> str:
        """Errors come first: a union that is there already may still be told that its row is wrong."""
        if self.errors:
            return RowOutcome.BAD
        return RowOutcome.SAME if self.same else RowOutcome.NEW


@dataclass(frozen=True, slots=True)
class _Parent:
    """Who a row wants above it: a union, or a row of the file."""

    place: rules.Place
    key: tuple[str, int]
    upper: Upper | None


def check_rows(load: UnionLoad, rows: Sequence[UnionLoadRow], *, now: datetime) -> list[Checked]:
    """Judge up to 500 rows of one load. Source: docs/rules/unions.md#loading"""
    checked = [Checked(row, dict(row.values), list(row.errors)) for row in rows]
    surroundings = _Surroundings(load, rows)
    today = timezone.localdate(now)
    for item in checked:
        if not {"name", "type", "level"} <= item.values.keys() or item.errors:
            continue
        _check_row(item, surroundings, today=today)
    return checked


def _check_row(item: Checked, around: _Surroundings, *, today: date) -> None:
    founded = item.values.get("founded_on")
    if founded and not rules.FIRST_UNION_DAY <= date.fromisoformat(founded) <= today:
        item.fault("founded_on", "建会日期应在1921年以后、今天以前。")
    parent = around.parent_of(item)
    if parent is None:
        return
    item.upper = parent.upper
    item.region = item.values.get("region") or parent.place.region
    place = rules.Place(item.values["type"], item.values["level"], item.region)
    try:
        rules.check_place(place, parent.place, direct=False)
    except ZhijiaError as error:
        item.fault("parent_code" if item.values.get("parent_code") else "parent_name", error.message)
        return
    present = around.present.get((parent.upper.id, item.values["name"])) if parent.upper else None
    if present is not None:
        item.same, item.union_id = True, present
        return
    earlier = around.first_of.get((item.values["name"], parent.key), item.row.number)
    if earlier < item.row.number:
        item.fault("name", f"与第{earlier}行是同一个工会，请删除其中一行。")
    _check_codes(item, around)
    _check_employer(item, around)


def _check_codes(item: Checked, around: _Surroundings) -> None:
    code = item.values.get("credit_code")
    if not code:
        return
    if code in around.credit_codes:
        item.fault("credit_code", f"这个代码已登记在“{around.credit_codes[code]}”名下。")
    first = around.first_credit_code.get(code, item.row.number)
    if first < item.row.number:
        item.fault("credit_code", f"与第{first}行的代码相同。")


def _check_employer(item: Checked, around: _Surroundings) -> None:
    values = item.values
    named = values.get("employer_name") or values.get("employer_code")
    if not named:
        return
    try:
        rules.check_coverage(values["type"], 0)
    except ZhijiaError as error:
        item.fault("employer_name", error.message)
        return
    code = values.get("employer_code")
    employer = around.employer(code, values.get("employer_name"))
    if employer is None:
        if not values.get("employer_name"):
            item.fault("employer_name", "这个单位还没有登记，请填写单位名称。")
    else:
        item.employer = employer
        covering = around.covering.get(employer[0])
        if covering:
            item.fault("employer_code" if code else "employer_name", f"该单位已由“{covering}”涵盖。")
    first = around.first_employer_code.get(code, item.row.number) if code else item.row.number
    if first < item.row.number:
        item.fault("employer_code", f"与第{first}行是同一个单位，一个单位只能由一个工会涵盖。")


class _Surroundings:
    """All that a batch of rows must know of the database, fetched at once."""

    def __init__(self, load: UnionLoad, rows: Sequence[UnionLoadRow]) -> None:
        self.load = load
        self._within = db.subtree("path", load.unit.path)
        values = [row.values for row in rows]
        codes = {item["parent_code"] for item in values if item.get("parent_code")}
        names = {item["parent_name"] for item in values if item.get("parent_name")}
        regions = {
            item["region"]
            for item in values
            if item.get("region") and not item.get("parent_code") and not item.get("parent_name")
        }
        wanted = Q(code__in=codes) | Q(name__in=names) | Q(region__in=regions, type="GENERAL")
        living = Union.objects.filter(self._within, wanted).exclude(status__in=_CLOSED)
        self._by_code: dict[str, Union] = {}
        self._by_name: dict[str, list[Union]] = defaultdict(list)
        self._by_region: dict[tuple[str, int], Union] = {}
        for union in living:
            self._by_code[union.code] = union
            self._by_name[union.name].append(union)
            if union.type == "GENERAL":
                self._by_region[union.region, union.level] = union
        self._rows_by_name = self._rows_named(names)
        self._find_present(rows)
        self._find_first(rows)
        self._find_codes(values)
        self._find_employers(values)

    def _rows_named(self, names: Iterable[str]) -> dict[str, list[UnionLoadRow]]:
        found: dict[str, list[UnionLoadRow]] = defaultdict(list)
        rows = self.load.lines.filter(name__in=set(names)).exclude(outcome=RowOutcome.BAD).select_related("union")
        for row in rows.order_by("number"):
            found[row.name].append(row)
        return found

    def _find_present(self, rows: Sequence[UnionLoadRow]) -> None:
        names = {row.name for row in rows}
        found = Union.objects.filter(self._within, name__in=names).values_list("parent_id", "name", "id")
        self.present = {(parent, name): key for parent, name, key in found}

    def _find_first(self, rows: Sequence[UnionLoadRow]) -> None:
        """The first row of the file that names a union under the same parent, rows with faults apart."""
        self.first_of: dict[tuple[str, tuple[str, int]], int] = {}
        names = {row.name for row in rows if row.name}
        alike = self.load.lines.filter(name__in=names, errors=[]).order_by("number")
        again = [row for row in alike if row.outcome != RowOutcome.BAD]
        for row in again:
            parent = self._parent(row.values, row.number)
            if isinstance(parent, _Parent):
                self.first_of.setdefault((row.name, parent.key), row.number)

    def _find_codes(self, values: Sequence[dict[str, Any]]) -> None:
        codes = {item["credit_code"] for item in values if item.get("credit_code")}
        self.credit_codes = dict(Union.objects.filter(credit_code__in=codes).values_list("credit_code", "name"))
        self.first_credit_code = self._first("credit_code", codes)
        employers = {item["employer_code"] for item in values if item.get("employer_code")}
        self.first_employer_code = self._first("employer_code", employers)

    def _first(self, column: str, codes: Iterable[str]) -> dict[str, int]:
        rows = self.load.lines.filter(**{f"{column}__in": set(codes)}).exclude(outcome=RowOutcome.BAD)
        first: dict[str, int] = {}
        for code, number in rows.order_by("number").values_list(column, "number"):
            first.setdefault(code, number)
        return first

    def _find_employers(self, values: Sequence[dict[str, Any]]) -> None:
        codes = {item["employer_code"] for item in values if item.get("employer_code")}
        names = {item["employer_name"] for item in values if item.get("employer_name")}
        found = Employer.objects.filter(Q(credit_code__in=codes) | Q(name__in=names))
        self._employers_by_code: dict[str, tuple[int, str]] = {}
        self._employers_by_name: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for key, public_id, code, name in found.values_list("id", "public_id", "credit_code", "name"):
            if code:
                self._employers_by_code[code] = (key, public_id)
            self._employers_by_name[name].append((key, public_id))
        keys = [key for key, _ in self._employers_by_code.values()]
        keys += [key for alike in self._employers_by_name.values() for key, _ in alike]
        open_rows = CoveredUnit.objects.filter(employer_id__in=set(keys), until__isnull=True)
        self.covering = dict(open_rows.values_list("employer_id", "union__name"))

    def employer(self, code: str | None, name: str | None) -> tuple[int, str] | None:
        """The recorded employer; by its name alone only where one is called so."""
        if code:
            return self._employers_by_code.get(code)
        alike = self._employers_by_name.get(name or "", [])
        return alike[0] if len(alike) == 1 else None

    def parent_of(self, item: Checked) -> _Parent | None:
        """The row's parent, or None with the fault noted."""
        parent = self._parent(item.values, item.row.number)
        if isinstance(parent, _Parent):
            return parent
        item.fault(*parent)
        return None

    def _parent(self, values: dict[str, Any], number: int) -> _Parent | tuple[str, str]:
        if code := values.get("parent_code"):
            union = self._by_code.get(code)
            return _of_union(union) if union else ("parent_code", "您的管理范围内没有这个编码的工会。")
        if name := values.get("parent_name"):
            return self._named_parent(name, values, number)
        if not values.get("region"):
            return "parent_code", "请填写上级工会编码或名称，或填写所在区划。"
        wanted = values["level"]
        level = 5 if wanted > rules.LEVEL_TOWNSHIP else wanted - 1
        union = self._by_region.get((values["region"], level))
        return _of_union(union) if union else ("parent_code", "没有填写上级工会，所在区划也没有可作上级的总工会。")

    def _named_parent(self, name: str, values: dict[str, Any], number: int) -> _Parent | tuple[str, str]:
        unions = self._by_name.get(name, [])
        if len(unions) == 1:
            return _of_union(unions[0])
        if len(unions) > 1:
            return "parent_name", f"管理范围内有{len(unions)}个工会叫这个名称，请改填上级工会编码。"
        rows = [row for row in self._rows_by_name.get(name, []) if row.level < values["level"] and row.number != number]
        if len(rows) > 1:
            return "parent_name", "文件中有不止一行叫这个名称，请改填上级工会编码。"
        if not rows:
            return "parent_name", "您的管理范围内和这个文件里都没有叫这个名称的上级工会。"
        row = rows[0]
        if row.union is not None:
            return _of_union(row.union)
        place = rules.Place(row.values["type"], row.level, row.values.get("region", ""))
        return _Parent(place, ("row", row.number), None)


def _of_union(union: Union) -> _Parent:
    return _Parent(rules.Place.of(union), ("union", union.pk), Upper.of(union))
