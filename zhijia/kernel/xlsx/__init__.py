"""Reading XLSX files of strangers: every cell as the text a person saw.

`open_workbook` looks through the whole file before anything is laid out (`parts`), then python-calamine reads one sheet
at once, whatever its size: 1,000,000 rows of 12 columns take 1.2 GB. Numbers longer than the 15 digits a spreadsheet
keeps come as `LostDigits`: what was typed cannot be known any more.

Source: docs/rules/kernel.md#tables
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Generator
from typing import IO, Final
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from zhijia.kernel.errors import Invalid

from .cells import MAX_COLUMNS, LostDigits, NumberedRow, cell_words, damaged, too_many_columns
from .parts import MOST_CELLS, look_through, sheet_parts

__all__ = ["MAX_COLUMNS", "LostDigits", "NumberedRow", "Workbook", "Worksheet", "open_workbook", "too_many_columns"]

_UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, ET.ParseError, KeyError, ValueError, IndexError, OverflowError, NotImplementedError,
    RuntimeError, EOFError, OSError, CalamineError,
)  # fmt: skip
"""What readers raise for files that are not what they should be."""


class Worksheet:
    """One sheet, read. `height` rows down to the last with something in it; `merged` ranges as first and last row and
    column from 0; `hidden_rows` by a filter or by hand, which are read like the others.
    """

    def __init__(self, name: str, sheet: CalamineSheet, hidden_rows: int) -> None:
        self.name = name
        self.height = sheet.end[0] + 1 if sheet.end is not None else 0
        self.merged = list(sheet.merged_cell_ranges or [])
        self.hidden_rows = hidden_rows
        self._sheet = sheet

    def rows(self) -> Generator[NumberedRow, None, None]:
        """Rows with something in them. Raises Invalid `table.too_many_columns`."""
        if self._sheet.start is None:
            return
        left = [""] * self._sheet.start[1]
        for number, values in enumerate(self._sheet.iter_rows(), 1):
            row = left + [value if type(value) is str else cell_words(value) for value in values]
            if len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]):
                raise too_many_columns()
            if any(row):
                yield number, row


class Workbook:
    """A workbook that was looked through; `names` of its visible sheets."""

    def __init__(self, file: IO[bytes], hidden_rows: dict[str, int]) -> None:
        file.seek(0)
        self._book = CalamineWorkbook.from_filelike(file)
        self._hidden_rows = hidden_rows
        self.names = tuple(
            about.name
            for about in self._book.sheets_metadata
            if about.visible == SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet
        )

    def read(self, name: str) -> Worksheet:
        """One of `names`. Raises Invalid `table.damaged`."""
        try:
            return Worksheet(name, self._book.get_sheet_by_name(name), self._hidden_rows.get(name, 0))
        except _UNREADABLE as fault:
            raise damaged() from fault


def open_workbook(file: IO[bytes], *, most_cells: int = MOST_CELLS) -> Workbook:
    """Look through a seekable file and make it ready for reading.

    Raises Invalid `table.damaged`, `.too_large` (packed, unpacked, laid out, or a zip bomb), `.too_many_columns`,
    `.other_kind` or `.no_sheet`.
    """
    try:
        size = file.seek(0, 2)
        with zipfile.ZipFile(file) as packed:
            parts = look_through(packed, size, most_cells=most_cells)
            hidden = {name: parts[part].hidden_rows for name, part in sheet_parts(packed).items() if part in parts}
        book = Workbook(file, hidden)
    except _UNREADABLE as fault:
        raise damaged() from fault
    if not book.names:
        raise Invalid("table.no_sheet", "这个表格文件中没有可见的工作表，请取消隐藏或另存后再上传。")
    return book
