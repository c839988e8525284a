"""What tables are made of: columns to look for, rows with their faults, sheets and tables."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zhijia.kernel.xlsx import NumberedRow

from .cells import plain_text


@dataclass(frozen=True, slots=True)
class Column:
    """A column to look for: any of `headers` names it; the first is shown in messages.

    `normalize` turns the cell's text into a value or raises Invalid. `free_text` refuses cells that begin like a
    formula. An empty cell is None, or an error where `required`, which also demands the column itself; where it is not
    required, a word for nothing such as `无` or `-` is empty too.
    """

    name: str
    headers: tuple[str, ...]
    normalize: Callable[[str], Any] = plain_text
    required: bool = False
    free_text: bool = False

    @property
    def label(self) -> str:
        """The header as messages show it."""
        return self.headers[0]


@dataclass(frozen=True, slots=True)
class RowError:
    """A fault in one cell: `row` as the spreadsheet numbers it, `column` the Column's name, `label` its header.

    `code` and `reason` are those of the Invalid raised, or `cell.required`, `cell.formula`, `cell.lost_digits`. The
    cell's content is not repeated.
    """

    row: int
    column: str
    label: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of data. `values` holds every column of the table by name, None where empty, absent or faulty; `texts`
    the cells that are not empty as they were written, to be handed back.
    """

    number: int
    values: dict[str, Any] = field(repr=False)
    errors: tuple[RowError, ...] = ()
    texts: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A readable file with a header and data, not yet understood.

    `header_row` as the spreadsheet numbers it, `header` its trimmed texts. `places` says where columns were found by
    their headers (none or several places are possible); `total` as in Table. `rows()` gives the rows of data with
    something in them, as texts.

    Of a workbook: `name` of this sheet, `names` of all its visible ones, `hidden_rows` how many rows a filter hides.
    `is_typed` says that cells tell numbers from texts, as those of CSV do not.
    """

    header_row: int
    header: tuple[str, ...]
    places: Mapping[str, Sequence[int]]
    total: int | None
    rows: Callable[[], Generator[NumberedRow, None, None]]
    name: str = ""
    names: tuple[str, ...] = ()
    hidden_rows: int = 0
    is_typed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A readable file whose header is understood.

    `ignored` headers that no column claims; `total` rows of data at most (empty ones counted), None for CSV, which is
    not counted beforehand. `sheet` is what it was read from.
    """

    sheet: Sheet
    ignored: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]

    @property
    def header_row(self) -> int:
        """As the spreadsheet numbers it."""
        return self.sheet.header_row

    @property
    def total(self) -> int | None:
        return self.sheet.total
