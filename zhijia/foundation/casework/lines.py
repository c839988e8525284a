"""A question answered by several lines of the same columns: candidates with their votes, members of a family, amounts.

A page shows a table to fill in, into which a part of a spreadsheet can be pasted; without scripts it is a box with one
line each, its columns parted by tabs or commas. Another system sends a list of objects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from pydantic import create_model

from zhijia.kernel.api import In
from zhijia.kernel.errors import Invalid
from zhijia.kernel.money import parse_yuan
from zhijia.kernel.typed import written

from .fields import Asked, Choice, Count, Money, Schema

_PARTS = re.compile(r"[\t,，;；]")
_create: Any = create_model


@dataclass(frozen=True, slots=True)
class Lines(Asked):
    """`least` to `most` lines, each answering `of`; kept as a list of dictionaries."""

    of: tuple[Asked, ...] = ()
    least: int = 1
    most: int = 200

    def form_field(self) -> forms.Field:
        columns = [
            {"label": each.label, "choices": list(each.choices.values()) if isinstance(each, Choice) else []}
            for each in self.of
        ]
        attrs = {"rows": 6, "data-lines": json.dumps(columns, ensure_ascii=False)}
        heads = "，".join(each.label for each in self.of)
        return forms.CharField(
            label=self.label,
            help_text=self.help or f"每行一项：{heads}",
            required=self.required,
            max_length=self.most * 200,
            widget=forms.Textarea(attrs=attrs),
        )

    def schema(self) -> Schema:
        name = "".join(part.title() for part in self.name.split("_")) + "LineIn"
        line = _create(name, __base__=In, __module__=__name__, **{one.name: one.schema() for one in self.of})
        return list[line], self._default([], max_length=self.most)  # type: ignore[valid-type]  # made at run time

    def check(self, value: Any) -> list[dict[str, Any]]:
        rows = self._read(value) if isinstance(value, str) else list(value or ())
        if not rows and not self.required:
            return []
        if not max(self.least, 1) <= len(rows) <= self.most:
            raise self.wrong(f"请填写{self.label}，{max(self.least, 1)} 到 {self.most} 行。")
        checked, wrong = [], []
        for number, row in enumerate(rows, start=1):
            kept = {}
            for each in self.of:
                try:
                    kept[each.name] = each.check(row.get(each.name))
                except Invalid as error:
                    wrong.append(f"第 {number} 行：{error.message}")
            checked.append(kept)
        if wrong:
            raise self.wrong("".join(wrong[:5]))
        return checked

    def _read(self, text: str) -> list[dict[str, Any]]:
        """Lines as typed or pasted; what is empty at a line's end may be left off."""
        rows = []
        for line in written(text).splitlines():
            parts = line.split("\t") if "\t" in line else _PARTS.split(line)
            cells = [cell.strip() for cell in parts]
            if any(cells):
                cells += [""] * (len(self.of) - len(cells))
                rows.append({each.name: _of_cell(each, cell) for each, cell in zip(self.of, cells, strict=False)})
        return rows

    def show(self, value: Any) -> str:
        return "；".join("，".join(filter(None, self._cells(row))) for row in value or ())

    def _cells(self, row: Mapping[str, Any]) -> Iterable[str]:
        return (each.show(row.get(each.name)) for each in self.of)

    def typed(self, value: Any) -> Any:
        return "\n".join("\t".join(self._cells(row)) for row in value or ())

    def sent(self, value: Any) -> Any:
        return [{each.name: each.sent(row.get(each.name)) for each in self.of} for row in value or ()]


def _of_cell(asked: Asked, cell: str) -> Any:
    """What stands in a cell as the column's own question takes it; a choice by its label."""
    if isinstance(asked, Choice):
        codes = {label: code for code, label in asked.choices.items()}
        return codes.get(cell, cell)
    if isinstance(asked, Count):
        number = cell.split(" ", maxsplit=1)[0].replace(",", "")
        return int(number) if number.isascii() and number.isdigit() else (cell or None)
    if isinstance(asked, Money):
        try:
            return parse_yuan(cell)
        except Invalid:
            return cell or None
    return cell
