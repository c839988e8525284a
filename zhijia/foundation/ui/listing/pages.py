"""A list's page: what the parts of `ui/listing` show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from zhijia.foundation.ui import formats
from zhijia.kernel.errors import Invalid
from zhijia.kernel.http import Request
from zhijia.kernel.paging import WRONG_PLACE, Page

from . import exporting
from .bulk import NOTHING, Bulk, Ticked
from .columns import Cell, Column, Moment, Read, read_of
from .declaring import Button, Empty, Listing, Query, Reads


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: `href` orders by it, `sorted` is ascending, descending or empty."""

    column: Column
    href: str = ""
    sorted: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: `pid` is what a tick sends; `locked` says why it can't be ticked. `group` stands above it."""

    pid: str
    head: Cell
    detail: str
    href: str
    cells: list[tuple[Column, Cell]]
    locked: str
    flagged: str
    group: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of a filter, or a tab with a count."""

    code: str
    label: str
    chosen: bool
    href: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A filter as it stands."""

    name: str
    label: str
    options: list[Choice]


@dataclass(frozen=True, slots=True)
class Table:
    """All that `ui/listing/table.html` needs."""

    label: str
    head: Head
    heads: list[Head]
    lines: list[Line]
    bulk: Bulk | None

    @property
    def width(self) -> int:
        return 1 + len(self.heads) + (self.bulk is not None)


def table(
    listing: Listing, rows: Iterable[Any], at: datetime, *, query: Query | None = None, bulk: Bulk | None = None,
    ticked: Sequence[str] = (),
) -> Table:  # fmt: skip
    """Rows as a part of a page; without a query nothing can be ordered."""
    return Table(
        listing.title,
        _head(listing.head, query),
        [_head(column, query) for column in listing.columns],
        [_line(listing, row, Moment(at), ticked) for row in rows],
        bulk,
    )


def _head(column: Column, query: Query | None) -> Head:
    if query is None or not column.sort:
        return Head(column)
    now = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(query.named, "")
    return Head(column, query.address(order=f"-{column.sort}" if now == "ascending" else column.sort), now)


def _line(listing: Listing, row: Any, at: Moment, ticked: Sequence[str]) -> Line:
    pid = _said(listing.pid, row)
    return Line(
        pid=pid,
        head=listing.head.cell(row, at),
        detail=_said(listing.detail, row),
        href=_said(listing.opens, row),
        cells=[(column, column.cell(row, at)) for column in listing.columns],
        locked=_said(listing.locked, row),
        flagged=_said(listing.flagged, row),
        group=_said(listing.group, row),
        ticked=pid in ticked,
    )


def _said(read: Read | None, row: Any) -> str:
    return read_of(row, read) or "" if read is not None else ""


def shown(listing: Listing, page: Page[Any]) -> str:
    """`本页 50 人，按姓名拼音`"""
    words = f"本页 {formats.number(len(page.rows))} {listing.counted}"
    if page.total is not None:
        words += f"，共 {formats.number(page.total)} {listing.counted}"
    if page.examined:
        return f"{words}；已查看 {formats.number(page.examined)} {listing.counted}，可以继续往下查"
    return f"{words}，{listing.ordered}" if listing.ordered else words


def context(
    listing: Listing, query: Query, page: Page[Any], *, at: datetime, counts: Mapping[str, int] | None = None,
    actions: Sequence[Button] = (), bulk: Bulk | None = None, note: str | None = None, empty: Empty | None = None,
    ticked: Ticked = NOTHING, tabs: Sequence[Choice] = (), exports: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """What `ui/listing/page.html` takes; a page that extends it adds its own. `tabs` lead to other lists beside it;
    `exports`: whether this reader may take it along.
    """
    view = next((one for one in listing.views if one.code == query.view), None)
    return {
        "listing": listing,
        "query": query,
        "title": listing.title,
        "note": listing.note if note is None else note,
        "actions": list(actions),
        "views": tabs
        or [
            Choice(one.code, one.label, one is view, query.address(view=one.code), (counts or {}).get(one.code))
            for one in listing.views
        ],
        "filters": [
            Narrowing(
                one.name,
                one.label,
                [Choice(code, label, query.filters.get(one.name, "") == code) for code, label in one.options.items()],
            )
            for one in listing.filters
        ],
        "hidden": {**query.kept, "view": query.view, "order": query.named},
        "table": table(listing, page.rows, at, query=query, bulk=bulk, ticked=ticked.pids),
        "ticked": ticked,
        "shown": shown(listing, page),
        "previous": query.address() if query.after else "",
        "next": query.address(after=page.next) if page.next else "",
        "exports": [
            Choice(form, form.upper(), False, query.address(form=form))
            for form in exporting.FORMS
            if listing.exports and exports and page.rows
        ],
        "empty": empty or (view.empty if view is not None and view.empty else listing.empty),
    }


def answer(listing: Listing, request: Request, read: Reads, **given: Any) -> HttpResponseBase:
    """The page, or a table to save of everything that is filtered; `given` as `show`.

    A place that no page of this list has leads to the first page.
    """
    query = listing.query(request)
    form = request.GET.get("form", "")
    if listing.exports and given.get("exports", True) and form in exporting.FORMS:
        return exporting.export(listing, request, query, read, form)
    try:
        page = read(query)
    except Invalid as error:
        if error.code != WRONG_PLACE:
            raise
        return HttpResponseRedirect(query.address() or "?")
    return show(listing, request, query, page, **given)


def show(
    listing: Listing, request: Request, query: Query, page: Page[Any], *, template: str = "ui/listing/page.html",
    extra: Mapping[str, Any] | None = None, status: int = 200, **given: Any,
) -> HttpResponse:  # fmt: skip
    """The whole page; `extra` is for a template that extends it and fills a block."""
    return render(
        request, template, {**context(listing, query, page, at=request.now, **given), **(extra or {})}, status=status
    )
