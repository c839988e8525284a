"""Reading XLSX files of strangers: every cell as the text a person saw, in bounded memory.

`open_workbook` looks through the whole file once before a row is handed out: it counts the rows, finds merged cells
and lets the zip checksums prove that no part is larger than it says. Up to 50,000 rows python-calamine reads the
sheet at once (1 KB of memory a row); above, a streaming reader takes over (some 20 MB whatever the size; texts shared
between cells lie in a temporary file). Both give the same rows, which a test compares.

Numbers longer than the 15 digits a spreadsheet keeps come as `LostDigits`: what was typed cannot be known any more.

Source: docs/rules/kernel.md#tables
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import IO, Final
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from .cells import MAX_COLUMNS, LostDigits, NumberedRow, damaged, moment_text, number_text, too_many_columns
from .parts import AT_ONCE_ROWS, Sheet, check_part, first_sheet, guard
from .stream import SharedStrings, date_styles, streamed

__all__ = ["AT_ONCE_ROWS", "MAX_COLUMNS", "LostDigits", "NumberedRow", "Workbook", "open_workbook", "too_many_columns"]

_AT_ONCE_BYTES: Final = 256 * 1024**2
_UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, ET.ParseError, KeyError, ValueError, IndexError, OverflowError, NotImplementedError,
    RuntimeError, EOFError, OSError,
)  # fmt: skip
"""What Python's readers raise for files that are not what they should be."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """The first visible sheet of a workbook: `rows` in it, also those only formatted; `merged` ranges as `A1:C1`."""

    rows: int
    merged: tuple[str, ...]
    read: Callable[[], Generator[NumberedRow, None, None]]


def open_workbook(file: IO[bytes], *, at_once_rows: int = AT_ONCE_ROWS) -> Workbook:
    """Look through a seekable file and make it ready for reading.

    Raises Invalid `table.damaged`, `.too_large` (packed, unpacked, or a zip bomb) or `.no_sheet`.
    """
    try:
        packed = zipfile.ZipFile(file)
        unpacked = guard(file, packed)
        name, part = first_sheet(packed)
        sheet = Sheet(packed, part)
        parts = {info.filename for info in packed.infolist()}
        for shared in ("xl/sharedStrings.xml", "xl/styles.xml"):
            if shared in parts:
                check_part(packed, shared)
    except _UNREADABLE as fault:
        raise damaged() from fault

    at_once = sheet.rows <= at_once_rows and not sheet.sparse and unpacked <= _AT_ONCE_BYTES

    # Read once, however often the rows are gone through.
    whole = lru_cache(maxsize=1)(lambda: _load(file, name))
    strings = lru_cache(maxsize=1)(lambda: SharedStrings(packed, parts))

    def read() -> Generator[NumberedRow, None, None]:
        try:
            if at_once:
                yield from _at_once(whole())
            else:
                yield from streamed(packed, sheet, strings(), date_styles(packed, parts))
        except _UNREADABLE as fault:
            raise damaged() from fault

    return Workbook(sheet.rows, tuple(sheet.merged), read)


def _load(file: IO[bytes], name: str) -> CalamineSheet:
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file).get_sheet_by_name(name)
    except CalamineError as fault:
        raise damaged() from fault


def _at_once(sheet: CalamineSheet) -> Iterator[NumberedRow]:
    if sheet.start is None:
        return
    left = [""] * sheet.start[1]
    for number, values in enumerate(sheet.iter_rows(), 1):
        row = left + [_text_of(value) for value in values]
        _check_width(row)
        if any(row):
            yield number, row


def _text_of(value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return number_text(float(value))
        case datetime():
            rounded = value + timedelta(milliseconds=500)
            return moment_text(rounded.replace(microsecond=0))
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M:%S")
        case timedelta():
            return number_text(value / timedelta(days=1))
    return ""


def _check_width(row: list[str]) -> None:
    if len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]):
        raise too_many_columns()
