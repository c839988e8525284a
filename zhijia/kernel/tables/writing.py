"""Tables out: cells made harmless for whoever opens the file in a spreadsheet."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import IO, Final

import xlsxwriter

from zhijia.kernel.errors import Invalid
from zhijia.kernel.typed import without_controls
from zhijia.kernel.workdays import SHANGHAI

from .cells import as_written, looks_like_formula

SHEET_ROWS: Final = 1_048_576
ROW_HEADER: Final = "原行号"
REASON_HEADER: Final = "错误原因"
MARK_HEADER: Final = "行标识（请保留）"
HANDED_BACK: Final = (ROW_HEADER, REASON_HEADER, MARK_HEADER)
"""Columns that we add to rows handed back; on the way in they are no data."""
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?%?")


def safe_cell(value: object) -> str | int:
    """A value as it may stand in a file that a spreadsheet opens: formula-like text gets an apostrophe in front.

    None is empty, dates are ISO, instants Shanghai time, truth is 是 or 否, numbers beyond 15 digits are text, digits
    that were lost on the way in are question marks.
    """
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case int():
            return value if abs(value) < 10**15 else str(value)
        case datetime():
            local = value.astimezone(SHANGHAI) if value.tzinfo else value
            return local.strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
    text = without_controls(as_written(value) if isinstance(value, str) else str(value))
    return f"'{text}" if looks_like_formula(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def csv_chunks(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A CSV file in pieces for a streaming response: UTF-8 with the mark by which Excel knows it, CRLF."""
    yield codecs.BOM_UTF8
    yield from csv_lines(chain([headers], rows))


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Rows of a CSV file in pieces, to follow others."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for number, row in enumerate(rows, 1):
        writer.writerow([safe_cell(value) for value in row])
        if number % 500 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_csv(out: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """`csv_chunks` into a file."""
    for chunk in csv_chunks(headers, rows):
        out.write(chunk)


def write_xlsx(
    out: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[object]], *, sheet: str = "Sheet1", width: int = 18
) -> int:
    """One sheet with a bold, frozen header; constant memory. Returns the rows of data written.

    `sheet` at most 31 characters, `width` of every column in characters. Raises Invalid `table.too_many_rows` beyond
    a sheet.
    """
    return write_book(out, [(sheet, headers, rows)], width=width)


def write_book(
    out: IO[bytes], sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[object]]]], *, width: int = 18
) -> int:
    """As `write_xlsx`, of several sheets `(name, headers, rows)`, one after the other; no two of the same name."""
    book = xlsxwriter.Workbook(
        out,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    bold = book.add_format({"bold": True})
    total = 0
    for sheet, headers, rows in sheets:
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        page.set_column(0, max(0, len(headers) - 1), width)
        for place, header in enumerate(headers):
            page.write_string(0, place, str(safe_cell(header)), bold)
        for number, row in enumerate(rows, 1):
            if number >= SHEET_ROWS:
                raise Invalid("table.too_many_rows", "数据超过一张工作表的行数，请缩小范围或改用CSV格式导出。")
            for place, value in enumerate(row):
                cell = safe_cell(value)
                if isinstance(cell, int):
                    page.write_number(number, place, cell)
                elif cell:
                    page.write_string(number, place, cell)
            total += 1
    book.close()
    return total
