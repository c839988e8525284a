"""Files in: a sheet with its header found, a table with its columns understood."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import IO, Any, Final

from zhijia.kernel.errors import Invalid
from zhijia.kernel.typed import has_control, says_nothing, typed, without_controls, without_marks
from zhijia.kernel.xlsx import MAX_COLUMNS, NumberedRow, Workbook, Worksheet, open_workbook

from .cells import as_written, looks_like_formula
from .csv_files import HEADER_WITHIN, csv_rows, delimiter_of, encoding_of
from .lost import is_lost, judged_rows, lost_digits
from .shapes import Column, Row, RowError, Sheet, Table
from .writing import HANDED_BACK

MAX_ROWS: Final = 1_000_000
_WEB_PAGE: Final = re.compile(rb"\s*(?:<!doctype\s+html|<html|<head|<meta|<table|<\?xml|MIME-Version:)", re.IGNORECASE)


def open_sheet(file: IO[bytes], columns: Sequence[Column], *, max_rows: int = MAX_ROWS, sheet: str = "") -> Sheet:
    """Make a file readable by its content, not its name; `file` must be seekable and stay open while rows are read.

    `columns` tell which row is the header and, where `sheet` names none, which sheet of a workbook is meant: the first
    with all required columns, else that with most. Raises Invalid with a code `table.…`: `empty`, `old_or_locked`,
    `web_page`, `other_kind`, `damaged`, `encoding`, `too_large`, `long_line`, `no_sheet`, `merged_cells`,
    `too_many_columns`; while reading also `too_many_rows` and `quotes`.
    """
    file.seek(0)
    head = file.read(512)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid("table.old_or_locked", "这是旧版xls文件或加了密码的文件，请另存为不加密的xlsx格式后再上传。")
    if _WEB_PAGE.match(head.removeprefix(codecs.BOM_UTF8)):
        raise Invalid(
            "table.web_page", "这是保存成表格样子的网页，不是真正的表格，请用表格软件打开后另存为xlsx格式再上传。"
        )
    if not head:
        raise Invalid("table.empty", "这个文件是空的，请填写数据后再上传。")
    if head.startswith(b"PK"):
        workbook = open_workbook(file, most_cells=(max_rows + HEADER_WITHIN) * MAX_COLUMNS)
        return _workbook_sheet(workbook, columns, max_rows=max_rows, sheet=sheet)
    if sheet:
        raise _no_such_sheet()
    encoding = encoding_of(file)
    delimiter = delimiter_of(file, encoding, lambda cells: len(_places(cells, columns)))

    def source() -> Generator[NumberedRow, None, None]:
        return csv_rows(file, encoding, delimiter)

    header_row, header = _header(source(), columns)
    return Sheet(header_row, header, _places(header, columns), None, _data(source, header_row, max_rows))


def _workbook_sheet(workbook: Workbook, columns: Sequence[Column], *, max_rows: int, sheet: str) -> Sheet:
    if sheet and sheet not in workbook.names:
        raise _no_such_sheet()
    best: tuple[int, Worksheet, int, tuple[str, ...]] | None = None
    for name in [sheet] if sheet else workbook.names:
        page = workbook.read(name)
        try:
            header_row, header = _header(page.rows(), columns)
        except Invalid as fault:
            if fault.code != "table.empty":
                raise
            continue
        places = _places(header, columns)
        if best is None or len(places) > best[0]:
            best = (len(places), page, header_row, header)
        if all(column.name in places for column in columns if column.required):
            break
    if best is None:
        raise _nothing_in_it()
    _, page, header_row, header = best
    _refuse_merged(page.merged, header_row)
    return Sheet(
        header_row, header, _places(header, columns), max(0, page.height - header_row),
        _data(page.rows, header_row, max_rows), page.name, workbook.names, page.hidden_rows, is_typed=True,
    )  # fmt: skip


def _data(
    source: Callable[[], Generator[NumberedRow, None, None]], header_row: int, max_rows: int
) -> Callable[[], Generator[NumberedRow, None, None]]:
    def rows() -> Generator[NumberedRow, None, None]:
        seen = 0
        with closing(source()) as numbered:
            for number, cells in numbered:
                if number <= header_row or not (any(cells) and "".join(cells).strip()):
                    continue
                seen += 1
                if seen > max_rows:
                    raise Invalid("table.too_many_rows", f"一次最多导入{max_rows}行，请拆分成几个文件后再上传。")
                yield number, cells

    return rows


def require_rows(sheet: Sheet) -> None:
    """Raises Invalid `table.no_rows` where nothing stands below the header, `table.header_missing` without any."""
    with closing(sheet.rows()) as data:
        if next(data, None) is None:
            if not sheet.places:
                raise Invalid(
                    "table.header_missing", "这个文件里没有找到表头，不是可以导入的表格，请按模板填写后再上传。"
                )
            raise Invalid("table.no_rows", "表头下面没有数据，请填写数据后再上传。")


def open_table(file: IO[bytes], columns: Sequence[Column], *, max_rows: int = MAX_ROWS) -> Table:
    """Understand a file. Raises as `open_sheet`, and Invalid `table.header_missing`, `table.header_twice`,
    `table.no_rows`.
    """
    sheet = open_sheet(file, columns, max_rows=max_rows)
    mapping = _mapping(sheet.places, columns)
    require_rows(sheet)
    typed_places = [mapping[column.name] for column in columns if column.name in mapping and not column.free_text]

    def rows() -> Iterator[Row]:
        with closing(judged_rows(sheet, typed_places)) as numbered:
            for number, cells in numbered:
                yield _read_row(number, cells, mapping, columns)

    return Table(sheet, unknown_headers(sheet.header, mapping.values()), rows)


def unknown_headers(header: Sequence[str], claimed: Collection[int]) -> tuple[str, ...]:
    """Headers that no column claims, but for those of the files that we hand back."""
    return tuple(text for place, text in enumerate(header) if text and place not in claimed and text not in HANDED_BACK)


def _read_row(number: int, cells: list[str], mapping: Mapping[str, int], columns: Sequence[Column]) -> Row:
    values: dict[str, Any] = {}
    errors: list[RowError] = []
    texts: dict[str, str] = {}
    for column in columns:
        place = mapping.get(column.name, -1)
        cell = cells[place] if 0 <= place < len(cells) else ""
        values[column.name] = None
        if cell.strip():
            texts[column.name] = as_written(cell)
        try:
            values[column.name] = _value(cell, column)
        except Invalid as fault:
            errors.append(RowError(number, column.name, column.label, fault.code, fault.message))
    return Row(number, values, tuple(errors), texts)


def _value(cell: str, column: Column) -> Any:
    if column.free_text and not column.required and says_nothing(cell):
        return None
    if column.free_text and looks_like_formula(_shown(cell)):
        raise Invalid("cell.formula", f"“{column.label}”不能以=、+、-、@或制表符开头，请修改后重新填写。")
    if not typed(cell) if column.required else says_nothing(cell):
        if column.required:
            raise Invalid("cell.required", f"“{column.label}”没有填写，请补充后重新导入。")
        return None
    if has_control(cell):
        raise Invalid("cell.control", "单元格中有无法显示的控制字符，请删除后重新填写。")
    if not column.free_text and is_lost(cell):
        raise lost_digits(column.label)
    return column.normalize(cell)


def _shown(cell: str) -> str:
    """Free text as it will be kept, to be looked at for a formula; a tab in front counts."""
    return cell if cell.startswith(("\t", "\r")) else typed(cell)


def _header(rows: Generator[NumberedRow, None, None], columns: Sequence[Column]) -> tuple[int, tuple[str, ...]]:
    """The row, among the first ten, that names most columns; its number and its cells."""
    best: tuple[int, int, list[str]] | None = None
    with closing(rows):
        for number, cells in rows:
            if number > HEADER_WITHIN:
                break
            found = len(_places(cells, columns))
            if best is None or found > best[0]:
                best = (found, number, cells)
    if best is None:
        raise _nothing_in_it()
    return best[1], tuple(without_controls(without_marks(cell)).strip() for cell in best[2])


def _no_such_sheet() -> Invalid:
    return Invalid("table.no_such_sheet", "文件里没有这个名称的工作表，请重新选择。")


def _nothing_in_it() -> Invalid:
    return Invalid("table.empty", "这个文件里没有内容，请按模板填写后再上传。")


def _mapping(places: Mapping[str, Sequence[int]], columns: Sequence[Column]) -> dict[str, int]:
    if twice := [column.label for column in columns if len(places.get(column.name, ())) > 1]:
        raise Invalid("table.header_twice", f"表头中“{'”“'.join(twice)}”出现了不止一次，请只保留一列。")
    missing = [column.label for column in columns if column.required and column.name not in places]
    if missing or not places:
        wanted = "”“".join(missing or [column.label for column in columns])
        raise Invalid(
            "table.header_missing",
            f"没有找到“{wanted}”列，请对照模板核对表头；若表头显示为乱码，请另存为UTF-8格式后再上传。",
        )
    return {name: found[0] for name, found in places.items()}


def _places(cells: Sequence[str], columns: Sequence[Column]) -> dict[str, list[int]]:
    wanted = {_plain_header(header): column.name for column in columns for header in column.headers}
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        if name := wanted.get(_plain_header(cell)):
            places.setdefault(name, []).append(place)
    return places


def _plain_header(text: str) -> str:
    """`＊ 身份证号 (必填)` → `身份证号`."""
    return re.sub(r"\((?:必填|选填|可选)\)|[\s*:]", "", typed(text)).upper()


def _refuse_merged(ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]], header_row: int) -> None:
    """A merged title above the header does no harm; below, cells would be missing."""
    for (top, left), (bottom, right) in ranges:
        if bottom + 1 >= header_row:
            cells = f"{_letters(left)}{top + 1}:{_letters(right)}{bottom + 1}"
            raise Invalid("table.merged_cells", f"表格中有合并单元格（{cells}），请取消合并并补齐内容后再上传。")


def _letters(column: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        letters, column = chr(65 + rest) + letters, column - 1
    return letters
