"""Files of members for tests and benchmarks: valid numbers of the unassigned region, and every fault on purpose."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter
from stdnum.cn import ric

HEADER = ("姓名", "证件号码", "手机号码", "工会编码")


def id_number(serial: int, *, born: date = date(1985, 4, 2)) -> str:
    """The `serial`-th number of a birthday, at most 999."""
    body = f"370299{born:%Y%m%d}{serial:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def person_row(serial: int, union: str = "", *, name: str = "林晓禾", born: date = date(1985, 4, 2)) -> list[str]:
    return [name, id_number(serial, born=born), f"138{serial:08d}", union]


def csv_file(rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER, encoding: str = "utf-8-sig") -> io.BytesIO:
    """As a spreadsheet saves it, formulas and all."""
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return io.BytesIO(out.getvalue().encode(encoding))


def xlsx_file(rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER) -> io.BytesIO:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate([header, *rows]):
        for place, text in enumerate(row):
            sheet.write_string(number, place, text)
    book.close()
    out.seek(0)
    return out
