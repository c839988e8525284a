"""Cells as the text a person saw, and the faults of a file in words."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final

from zhijia.kernel.errors import Invalid

MAX_COLUMNS: Final = 50

NumberedRow = tuple[int, list[str]]
"""Row number as the spreadsheet shows it, from 1, and the texts of its cells from column A."""


class LostDigits(str):
    """A number that the spreadsheet has rounded to 15 digits, as identity numbers not formatted as text are."""

    __slots__ = ()


def damaged() -> Invalid:
    """The error for a file that is no readable workbook."""
    return Invalid("table.damaged", "这个表格文件已损坏或格式不规范，请用表格软件打开后另存为xlsx格式再上传。")


def too_many_columns() -> Invalid:
    """The error for data beyond the fiftieth column."""
    return Invalid("table.too_many_columns", f"表格超过{MAX_COLUMNS}列，请只保留模板中的列后再上传。")


_DATE_FORMATS: Final = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - cells have no time zone


def number_text(value: float) -> str:
    """A number as a spreadsheet shows it with 15 digits: `138001300`, `0.3`, `-12.5`; LostDigits from 16 digits on."""
    text = format(Decimal(f"{value:.15g}"), "f")
    if abs(value) >= 1e15:
        return LostDigits(text)
    return "0" if text == "-0" else text


def is_date_format(format_id: str, code: str | None) -> bool:
    if code is None:
        return format_id.isdigit() and int(format_id) in _DATE_FORMATS
    bare = re.sub(r'"[^"]*"|\\.|\[(?:[^hms\]][^\]]*)\]|_.', "", code.lower())
    return bool(re.search(r"[ydhs]|m", bare)) and not re.search(r"\[[hms]+\]|general", bare)


def serial_text(serial: float) -> str:
    moment = _EPOCH + timedelta(seconds=round(serial * 86400))
    if 0 <= serial < 1:
        return moment.strftime("%H:%M:%S")
    # The 29 February 1900 that spreadsheets keep never was.
    return moment_text(moment + timedelta(days=1) if serial < 60 else moment)


def moment_text(moment: datetime) -> str:
    return moment.date().isoformat() if moment.time() == time() else moment.strftime("%Y-%m-%d %H:%M:%S")
