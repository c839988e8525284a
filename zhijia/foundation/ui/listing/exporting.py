"""A list as a table to save: what is filtered, in its order, with the columns that the page shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.http import HttpResponseBase

from zhijia.foundation.ui.formats import local
from zhijia.foundation.ui.rosters import table_answer
from zhijia.kernel.errors import RuleBroken
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry

from .declaring import Listing, Query, Reads

FORMS = ("xlsx", "csv")
MOST_ROWS = 50_000
MOST_EXAMINED = 200_000
"""So many rows are looked through for the few that pass the filters."""
_AT_ONCE = 500


def export(listing: Listing, request: Request, query: Query, read: Reads, form: str) -> HttpResponseBase:
    """Recorded before the first row is read. Raises RuleBroken `export.too_many`."""
    rows = _everything(read, query)
    asked = {**query.filters, "view": query.view, "search": "yes" if query.search else ""}
    registry.note_export(
        request.actor, listing.code, {"form": form, "rows": len(rows), **{k: v for k, v in asked.items() if v}},
        now=request.now,
    )  # fmt: skip
    return table_answer(form, [column.label for column in listing.exported], _lines(listing, rows), listing.title)


def _everything(read: Reads, query: Query) -> list[Any]:
    """All rows that a query finds, page by page. Raises RuleBroken `export.too_many`."""
    query, rows, examined = replace(query, after="", limit=_AT_ONCE), [], 0
    while True:
        page = read(query)
        rows += page.rows
        examined += page.examined
        if len(rows) > MOST_ROWS or examined > MOST_EXAMINED:
            raise RuleBroken("export.too_many", f"一次最多导出 {MOST_ROWS:,} 行，请先缩小筛选范围。")
        if not page.next:
            return rows
        query = replace(query, after=page.next)


def _lines(listing: Listing, rows: list[Any]) -> Iterator[list[object]]:
    for row in rows:
        yield [_plain(column.value(row)) for column in listing.exported]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value if value is not None else ""
