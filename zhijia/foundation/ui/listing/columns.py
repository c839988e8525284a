"""Columns: how one value of a row stands on a page and in an exported table.

`read` is a path of attributes, `"client.name"`, or a function of the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from zhijia.foundation.ui import formats

Read = str | Callable[[Any], Any]


def read_of(row: Any, read: Read) -> Any:
    """What stands there; None where a step of the path is None."""
    if callable(read):
        return read(row)
    for part in read.split("."):
        row = getattr(row, part)
        if row is None:
            return None
    return row


@dataclass(frozen=True, slots=True)
class To:
    """The address of the page about a row: `To("clients:case", "client.case.public_id")`; none where that is empty."""

    page: str
    read: Read

    def __call__(self, row: Any) -> str:
        found = read_of(row, self.read)
        return reverse(self.page, args=[found]) if found else ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of a table. `hue` is late, soon, done or run: of the words, or of the tag where it is one."""

    text: str
    hue: str = ""
    href: str = ""
    tag: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When the page is made: what words of days are told against."""

    now: datetime

    @property
    def today(self) -> date:
        return formats.local_day(self.now)


@dataclass(frozen=True, slots=True)
class Column:
    """Words. `sort` names the order of the list that goes by it; `narrow` leaves it out below a width: `mid`, `1024`.

    `wraps` long words onto lines of their own; `faint` says that it is read last.
    """

    label: str
    read: Read
    sort: str = ""
    narrow: str = ""
    wraps: bool = False
    faint: bool = False
    is_number = False

    def value(self, row: Any) -> Any:
        """As it is exported."""
        return read_of(row, self.read)

    def cell(self, row: Any, at: Moment) -> Cell:
        value = self.value(row)
        return Cell(formats.DASH if value in (None, "") else self.words(value, at))

    def words(self, value: Any, at: Moment) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class Number(Column):
    is_number = True

    def words(self, value: Any, at: Moment) -> str:
        return formats.number(value)


@dataclass(frozen=True, slots=True)
class Money(Column):
    """Whole fen, told and exported in yuan."""

    is_number = True

    def cell(self, row: Any, at: Moment) -> Cell:
        fen = Column.value(self, row)
        return Cell(formats.DASH if fen is None else formats.yuan(fen))

    def value(self, row: Any) -> Any:
        fen = Column.value(self, row)
        return fen if fen is None else fen // 100 if fen % 100 == 0 else fen / 100


@dataclass(frozen=True, slots=True)
class Day(Column):
    """A day or moment as a short day: `11-24`, `2025-05-10`."""

    def words(self, value: Any, at: Moment) -> str:
        return formats.short_day(value, at.today)


@dataclass(frozen=True, slots=True)
class When(Column):
    """A moment: `今日 09:12`."""

    def words(self, value: Any, at: Moment) -> str:
        return formats.short_moment(value, at.today)


@dataclass(frozen=True, slots=True)
class Labelled(Column):
    """A code shown and exported as its label."""

    labels: Mapping[Any, str] | None = None

    def value(self, row: Any) -> Any:
        code = Column.value(self, row)
        return (self.labels or {}).get(code, "") if code is not None else ""


@dataclass(frozen=True, slots=True)
class Tag(Column):
    """A state in a word: `read` gives `("已生效", "done")`."""

    def cell(self, row: Any, at: Moment) -> Cell:
        text, hue = Column.value(self, row)
        return Cell(text, hue, tag=True)

    def value(self, row: Any) -> Any:
        return Column.value(self, row)[0]


@dataclass(frozen=True, slots=True)
class Link(Column):
    """Words that lead elsewhere than the row does: `read` gives `("查看核对", "/console/…")`."""

    def cell(self, row: Any, at: Moment) -> Cell:
        text, href = Column.value(self, row)
        return Cell(text or formats.DASH, href=href)

    def value(self, row: Any) -> Any:
        return Column.value(self, row)[0]
