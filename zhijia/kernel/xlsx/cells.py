"""Cells as the text a person saw, and the faults of a file in words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from zhijia.kernel.errors import Invalid

MAX_COLUMNS: Final = 50
_KEPT_DIGITS: Final = 15

NumberedRow = tuple[int, list[str]]
"""Row number as the spreadsheet shows it, from 1, and the texts of its cells from column A."""


class LostDigits(str):
    """A number that a spreadsheet has rounded to 15 digits, as identity numbers not formatted as text are."""

    __slots__ = ()

    @property
    def known(self) -> str:
        """What is sure of it, the lost digits as question marks: `370299197203011???`. Nothing takes that for a number
        again.
        """
        if not self.isdigit():
            return str(self)
        return self[:_KEPT_DIGITS] + "?" * (len(self) - _KEPT_DIGITS)


def damaged() -> Invalid:
    """The error for a file that is no readable workbook."""
    return Invalid("table.damaged", "这个表格文件已损坏或格式不规范，请用表格软件打开后另存为xlsx格式再上传。")


def too_large() -> Invalid:
    """The error for a workbook that would fill the memory."""
    return Invalid("table.too_large", "这个表格文件过大，请删去多余的工作表和图片，或拆分成几个文件后再上传。")


def too_many_columns() -> Invalid:
    """The error for data beyond the fiftieth column."""
    return Invalid("table.too_many_columns", f"表格超过{MAX_COLUMNS}列，请只保留模板中的列后再上传。")


def cell_words(value: object) -> str:
    """A cell as the spreadsheet shows it; errors such as #N/A are empty: nothing a person can have meant."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return number_text(float(value))
        case datetime():
            return moment_text((value + timedelta(milliseconds=500)).replace(microsecond=0))
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M:%S")
        case timedelta():
            return number_text(value / timedelta(days=1))
    return ""


def number_text(value: float) -> str:
    """A number as a spreadsheet shows it with 15 digits: `138001300`, `0.3`, `-12.5`; LostDigits from 16 digits on."""
    if value.is_integer() and -1e15 < value < 1e15:
        return str(int(value))
    text = format(Decimal(f"{value:.15g}"), "f")
    return LostDigits(text) if abs(value) >= 1e15 else text


def moment_text(moment: datetime) -> str:
    """`2020-05-01`, or with the time of day where it has one."""
    return moment.date().isoformat() if moment.time() == time() else moment.strftime("%Y-%m-%d %H:%M:%S")
