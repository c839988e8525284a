"""Members by two dimensions, and the list behind a past day."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.http import HttpResponseBase
from django.shortcuts import render

from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Column, Empty, Listing, Tag, To, answer
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.organization.members import selectors as members
from zhijia.organization.members.permissions import Permission as MemberPermission
from zhijia.organization.members.presenting import NAME
from zhijia.organization.statistics.selectors import pivots

from .asking import head, read, size_of, table_to_save


def pivot(request: Request) -> HttpResponseBase:
    """Active members of a unit and below by two dimensions, as of now or of last night."""
    asked = read(request, "pivot", keeps=("rows", "columns"))
    said = dict(asked.kept)
    known = dict(pivots.choices())
    rows = said["rows"] if said["rows"] in known else "group"
    columns = said["columns"] if said["columns"] in known else "age"
    found = pivots.pivot(asked.unit.id, asked.unit.path, rows, columns, today=asked.today, exact=asked.may_list)
    choices = [
        {"name": name, "label": label, "options": [(code, text, code == chosen) for code, text in known.items()]}
        for name, label, chosen in (("rows", "行", rows), ("columns", "列", columns))
    ]
    if found is None:
        shown = {**head(asked, "统计 · 透视", is_dated=False), "choices": choices, "waits": True, "exports": []}
        return render(request, "statistics/pivot.html", shown)
    heads = [label for _, label in found.columns]
    if asked.form:
        return table_to_save(
            asked,
            "pivot",
            f"{asked.unit.name}透视",
            [known[rows], *heads, "合计"],
            [*((line.label, *line.cells, line.total) for line in found.lines), ("合计", *found.totals, found.total)],
        )
    title = known[rows] if rows == columns else f"{known[rows]}，按{known[columns]}"
    context = {
        **head(asked, "统计 · 透视", is_dated=False),
        "counted": "此刻" if found.day is None else f"{found.day:%Y-%m-%d} 夜里统计",
        "exact": found.exact,
        "choices": choices,
        "chart": {
            "kind": "stack" if found.columns else "hbar",
            "table": "pivot",
            "title": f"会员：{title}",
            "note": "人 · 不显示的格不入图",
            "alt": f"会员{title}的条形图，数值见下表",
            "size": size_of(len(found.lines)),
        },
        "table": {
            "id": "pivot",
            "label": "透视表",
            "columns": [
                {"label": known[rows]},
                *({"label": label, "num": True} for label in heads),
                {"label": "合计", "num": True, "total": bool(heads)},
            ],
            "rows": [
                {"label": line.label, "cells": [_disclosed(cell) for cell in (*line.cells, line.total)]}
                for line in found.lines
            ],
            "total": {"label": "合计", "cells": [_disclosed(cell) for cell in (*found.totals, found.total)]},
        },
    }
    return render(request, "statistics/pivot.html", context)


def _disclosed(cell: int | str) -> dict[str, str]:
    return {"suppressed": cell, "text": cell} if isinstance(cell, str) else {"text": formats.number(cell)}


STAYS: Final = Listing(
    "statistics.members",
    "当日会员",
    head=Column("姓名", NAME),
    opens=To("members:file", "file_pid"),
    kept=("unit", "day", "boundaries"),
    counted="人",
    ordered="按姓名拼音",
    columns=(
        Column("会员卡号", "number"),
        Column("当日所在工会", "union_name", wraps=True),
        Column("从", "since", faint=True),
        Column("到", "until", faint=True),
        Tag("现在", "standing"),
    ),
    empty=Empty("这一天没有会员", "请换一个日期，或换一个单位。"),
)


def past_members(request: Request) -> HttpResponseBase:
    """Who was a member of a unit at the end of a past day, by the stays; always within today's grants."""
    asked = read(request, "members")
    request.actor.require(MemberPermission.VIEW, asked.unit.path)
    note = f"{asked.unit.name}，{asked.moment.day:%Y-%m-%d} 当日在会籍的人，含保留会籍；资料为现在的"
    if members.is_past_list_too_long(asked.unit):
        empty = Empty("单位太大，请往下选", "会员超过 2 万人的单位，请先在统计里选到下级再看当日名单。")
        return answer(STAYS, request, lambda _: Page([]), note=note, empty=empty, exports=False)
    rows = partial(members.list_past, request.actor, asked.unit, asked.moment.day, asked.moment.boundaries)
    return answer(STAYS, request, rows, note=note)
