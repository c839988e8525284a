"""What a list is: its columns, how it is searched, narrowed, ordered and exported, what may be done to several rows.

A selector takes the `Query` and gives a `Page`; it alone decides who sees which rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from zhijia.kernel.http import Request
from zhijia.kernel.paging import LONGEST, Page
from zhijia.kernel.typed import sought

from .columns import Column, Read

PAGE = 50
_MOST_SEARCHED = 60


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice that narrows a list: its name in the address, what it is called, `{code: label}`."""

    name: str
    label: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """A tab of the list. The first one is what is seen without asking; `empty` where it says something of its own."""

    code: str
    label: str
    empty: Empty | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """Shape of `ui/console/button.html`."""

    label: str
    href: str = ""
    name: str = ""
    value: str = ""
    primary: bool = False
    danger: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    """What a list says that has nothing to show, and what comes first."""

    title: str
    text: str = ""
    actions: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked of a list. `order` holds columns for `page_of`; `kept` stays in every address, such as the unit.

    `named` is the code of the order, as in the address: `-name`.
    """

    search: str = ""
    view: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    named: str = ""
    after: str = ""
    limit: int = PAGE
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or any(self.filters.values()))

    def address(self, **changed: str) -> str:
        """The same list with something else asked; without `after` its first page."""
        said = {**self.kept, "view": self.view, "q": self.search, **self.filters, "order": self.named, **changed}
        return f"?{urlencode({key: value for key, value in said.items() if value})}"


Reads = Callable[[Query], Page[Any]]


@dataclass(frozen=True)
class Listing:
    """`code` is what the trail calls an export of it. `head` names the row and leads to `opens(row)`; `detail(row)` is
    a second line there. `locked(row)` says why a row can't be ticked, `flagged(row)` why it wants to be looked at by
    itself: "select all" leaves it out. Rows that follow each other with the same `group(row)` stand under one line.

    `orders` are columns for `page_of` by code, the first one as long as nothing else is asked; a column with `sort`
    names one of them. `counted` is the classifier of its rows: 人, 个, 件. `exports`: who sees it may take it along.
    """

    code: str
    title: str
    head: Column
    columns: tuple[Column, ...]
    opens: Callable[[Any], str] | None = None
    detail: Read | None = None
    pid: Read | None = None
    locked: Callable[[Any], str] | None = None
    flagged: Callable[[Any], str] | None = None
    group: Read | None = None
    note: str = ""
    counted: str = "条"
    ordered: str = ""
    search: str = ""
    filters: tuple[Filter, ...] = ()
    views: tuple[View, ...] = ()
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    empty: Empty = Empty("没有这样的记录")
    exports: bool = True

    def query(self, request: Request) -> Query:
        """What the address asks, bounded and cleaned; what it does not know it leaves out."""
        said = request.GET
        views = [view.code for view in self.views]
        view = said.get("view", "")
        named = said.get("order", "")[:40]
        order = self.orders.get(named.lstrip("-"))
        if order is not None and named.startswith("-"):
            order = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)
        if order is None:
            named, order = "", next(iter(self.orders.values()), ())
        return Query(
            search=sought(said.get("q", "")[:_MOST_SEARCHED]) if self.search else "",
            view=view if view in views else views[0] if views else "",
            filters={one.name: _one_of(one.options, said.get(one.name, "")) for one in self.filters},
            order=order,
            named=named,
            after=said.get("after", "")[:LONGEST],
            kept={name: said.get(name, "")[:40] for name in self.kept},
        )

    @property
    def exported(self) -> Sequence[Column]:
        return (self.head, *self.columns)


def _one_of(options: Mapping[str, str], text: str) -> str:
    return text if text in options else ""
