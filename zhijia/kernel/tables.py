"""Tables of people who send files: CSV and XLSX in, row by row with a reason for every fault, and out again.

    table = open_table(file, [Column("name", ("姓名",), normalize_name, required=True), ...])
    for row in table.rows():
        row.values["name"], row.errors

Typed columns are cleaned and normalized first; only free text is refused for looking like a formula, and everything is
made harmless on the way out.

Source: docs/rules/kernel.md#tables
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, islice
from typing import IO, Any, Final

import xlsxwriter

from zhijia.kernel.errors import Invalid
from zhijia.kernel.typed import cell_text, has_control, says_nothing, typed, without_controls, without_marks
from zhijia.kernel.workdays import SHANGHAI
from zhijia.kernel.xlsx import (
    MAX_COLUMNS,
    LostDigits,
    NumberedRow,
    Workbook,
    Worksheet,
    open_workbook,
    too_many_columns,
)

MAX_ROWS: Final = 1_000_000
MAX_LINE_BYTES: Final = 1024**2
MAX_CSV_BYTES: Final = 500 * 1024**2
HEADER_WITHIN: Final = 10
"""The header may stand below titles and notes, but not deeper."""
SHEET_ROWS: Final = 1_048_576
ROW_HEADER: Final = "原行号"
REASON_HEADER: Final = "错误原因"
MARK_HEADER: Final = "行标识（请保留）"
HANDED_BACK: Final = (ROW_HEADER, REASON_HEADER, MARK_HEADER)
"""Columns that we add to rows handed back; on the way in they are no data."""

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?%?")
_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{1,3}")
_ROUNDED: Final = re.compile(r"[1-9][0-9]{14}0+")
_LONG_NUMBER: Final = re.compile(r"[1-9][0-9]{14,17}[0-9Xx]")
_WEB_PAGE: Final = re.compile(rb"\s*(?:<!doctype\s+html|<html|<head|<meta|<table|<\?xml|MIME-Version:)", re.IGNORECASE)
_DOS_END: Final = "\x1a"


# --- Columns ---------------------------------------------------------------------------------------------------------


def plain_text(text: str) -> str:
    """A cell of free text, cleaned and trimmed. Raises Invalid `cell.control` for characters no keyboard makes,
    `text.override`.
    """
    return cell_text(text)


def text_up_to(length: int) -> Callable[[str], str]:
    """A normalizer of free text of at most `length` characters. Raises Invalid `cell.too_long`, `cell.control`."""

    def normalize(text: str) -> str:
        plain = plain_text(text)
        if len(plain) > length:
            raise Invalid("cell.too_long", f"内容不能超过{length}个字，请缩短后重新填写。")
        return plain

    return normalize


def date_cell(text: str) -> date:
    """`1990-03-07`, `1990/3/7`, `1990.3.7`, `1990年3月7日` or `19900307`. Raises Invalid `cell.date`."""
    plain = typed(text)
    found = re.fullmatch(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))", plain)
    if found:
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            return date(year, month, day)
        except ValueError:
            pass
    raise Invalid("cell.date", "日期应写成2026-01-31这样的形式，请核对后重新填写。")


def one_of(choices: Mapping[str, str]) -> Callable[[str], str]:
    """A normalizer that turns a label or a code into the code: `{"男": "1", "女": "2"}`. Raises Invalid
    `cell.choice`.
    """
    codes = {**{code: code for code in choices.values()}, **choices}

    def normalize(text: str) -> str:
        code = codes.get(typed(text))
        if code is None:
            raise Invalid("cell.choice", f"请填写{'、'.join(choices)}中的一项。")
        return code

    return normalize


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


# --- In --------------------------------------------------------------------------------------------------------------


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
    encoding = _encoding(file)
    delimiter = _delimiter(file, encoding, columns)

    def source() -> Generator[NumberedRow, None, None]:
        return _csv_rows(file, encoding, delimiter)

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


def judged_rows(sheet: Sheet, places: Collection[int]) -> Generator[NumberedRow, None, None]:
    """The rows with numbers that a spreadsheet rounded as LostDigits, in the columns of `places`.

    A workbook says itself which cells are numbers. In CSV the column is judged as a whole: one identity number in 1,100
    ends in 000 by right. Source: docs/rules/kernel.md#lost-digits
    """
    rounded = frozenset() if sheet.is_typed else _rounded_places(sheet, places)
    with closing(sheet.rows()) as numbered:
        if not rounded:
            yield from numbered
            return
        for number, cells in numbered:
            for place in rounded:
                if place < len(cells) and _ROUNDED.fullmatch(text := typed(cells[place])):
                    cells[place] = LostDigits(text)
            yield number, cells


_FEW: Final = 1_000
"""Different numbers of a column that are told apart; beyond, each counts."""


def _rounded_places(sheet: Sheet, places: Collection[int]) -> frozenset[int]:
    """Columns whose long numbers end in zeros behind the fifteenth digit, more of them than chance makes."""
    seen: dict[int, set[str]] = {place: set() for place in places}
    long: Counter[tuple[int, int]] = Counter()
    round_ones: Counter[tuple[int, int]] = Counter()
    with closing(sheet.rows()) as numbered:
        while rows := [cells for _, cells in islice(numbered, _FEW)]:
            for place, known in seen.items():
                for text in [cells[place] for cells in rows if place < len(cells) and len(cells[place]) >= 16]:
                    plain = text if text[0].isdigit() and text.isascii() else typed(text)
                    if plain in known or not _LONG_NUMBER.fullmatch(plain):
                        continue
                    if len(known) < _FEW:
                        known.add(plain)
                    long[place, len(plain)] += 1
                    if plain.endswith("0") and _ROUNDED.fullmatch(plain):
                        round_ones[place, len(plain)] += 1
    return frozenset(
        place for (place, length), count in round_ones.items() if _tells(length, count, long[place, length])
    )


def _tells(length: int, rounded: int, of: int) -> bool:
    """Whether so many numbers of this length can't end in zeros by chance: all of them, or, of identity numbers, one in
    twenty; of shorter numbers at least three.
    """
    if length < 18:
        return rounded == of and rounded >= 3
    return rounded == of or (rounded >= 2 and rounded * 20 >= of)


def rounded_among(numbers: Iterable[str]) -> frozenset[str]:
    """Which numbers of a pasted column a spreadsheet has rounded, judged as in CSV; one alone tells nothing."""
    plain = {typed(number) for number in numbers}
    long = [number for number in plain if len(number) >= 18 and _LONG_NUMBER.fullmatch(number)]
    rounded = [number for number in long if _ROUNDED.fullmatch(number)]
    return frozenset(rounded) if len(rounded) >= 2 and _tells(18, len(rounded), len(long)) else frozenset()


def is_lost(text: str) -> bool:
    """Whether a cell holds a number whose last digits are gone: rounded, or written as `3.70299E+17`."""
    return isinstance(text, LostDigits) or (text[-4:-2].upper() == "E+" and bool(_SCIENTIFIC.fullmatch(typed(text))))


def lost_digits(label: str) -> Invalid:
    """The error for such a cell, and how it is avoided."""
    return Invalid(
        "cell.lost_digits",
        f"“{label}”被表格软件当作数字，末几位已丢失；请先把整列设为文本格式，再重新填写完整的号码。",
    )


def require_rows(sheet: Sheet) -> None:
    """Raises Invalid `table.no_rows` where nothing stands below the header."""
    with closing(sheet.rows()) as data:
        if next(data, None) is None:
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


_EXAMPLE: Final = re.compile(r"[（(【\[]\s*(?:示例|样例|范例|例)\s*[）)】\]]|(?:示例|样例|范例|例)\s*[:：]")
EXAMPLE: Final = "（示例）"
"""How the example row of a template begins, so that it never becomes data."""


def looks_like_example(text: str) -> bool:
    """Whether a name belongs to the row of a template that shows how: `（示例）林晓禾`."""
    return bool(_EXAMPLE.match(text.strip()))


_SUM_WORDS: Final = (
    "合计", "总计", "小计", "共计", "总人数", "人数", "填表人", "填报人", "制表人", "制表", "填表日期", "填报日期",
    "审核人", "负责人", "经办人", "联系人", "备注", "说明", "注", "填表说明", "单位盖章", "盖章",
)  # fmt: skip


def looks_like_sum(cells: Sequence[str]) -> bool:
    """Whether a row without a number is what people write below a list: a sum, who filled it in, a note."""
    words = ["".join(typed(cell).split()) for cell in cells]
    first = next((word for word in words if word), "")
    head = re.split(r"[:：0-9(（]", first, maxsplit=1)[0]
    return head in _SUM_WORDS or (first.startswith("共") and first.rstrip("。").endswith(("人", "名")))


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


def as_written(cell: str) -> str:
    """A cell to be kept or handed back: without NUL, which databases refuse, and with lost digits as question marks."""
    return cell.known if isinstance(cell, LostDigits) else cell.replace("\0", "")


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


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet might run `text`: it begins with = + - @, also full width or behind blanks and marks that
    nobody sees, a tab or a return.
    """
    if text.startswith(_FORMULA_STARTS):
        return True
    return not text[:1].isalnum() and without_marks(text).lstrip().startswith(_FORMULA_STARTS)


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


# --- CSV -------------------------------------------------------------------------------------------------------------


def _encoding(file: IO[bytes]) -> str:
    """`utf-8-sig` where the whole file is UTF-8, else `gb18030` where it is that."""
    file.seek(0)
    candidates = [(name, codecs.getincrementaldecoder(name)()) for name in ("utf-8-sig", "gb18030")]
    size = run = 0
    while chunk := file.read(1024**2):
        size += len(chunk)
        if size > MAX_CSV_BYTES:
            raise Invalid("table.too_large", "这个文件过大，请拆分成几个文件后再上传。")
        if b"\0" in chunk:
            raise _wrong_encoding()
        lines = re.split(rb"[\r\n]", chunk)
        run = run + len(chunk) if len(lines) == 1 else len(lines[-1])
        if run > MAX_LINE_BYTES or any(len(line) > MAX_LINE_BYTES for line in lines):
            raise Invalid("table.long_line", "文件中有一行过长，这不像是表格数据，请检查后再上传。")
        candidates = [pair for pair in candidates if _decodes(pair[1], chunk, final=False)]
    candidates = [pair for pair in candidates if _decodes(pair[1], b"", final=True)]
    if not candidates:
        raise _wrong_encoding()
    return candidates[0][0]


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _wrong_encoding() -> Invalid:
    return Invalid("table.encoding", "无法识别这个文件的文字编码，请另存为xlsx格式，或UTF-8编码的CSV格式后再上传。")


def _delimiter(file: IO[bytes], encoding: str, columns: Sequence[Column]) -> str:
    """What separates the names of our columns, among the first ten lines; where there are none, what stands most."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        lines = list(islice((line[:20_000] for line in text if line.strip()), HEADER_WITHIN))
    finally:
        text.detach()

    def named(delimiter: str) -> tuple[int, int]:
        cells = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
        return max((len(_places(row, columns)) for row in cells), default=0), sum(len(row) for row in cells)

    return max(",\t;", key=named)


def _csv_rows(file: IO[bytes], encoding: str, delimiter: str) -> Generator[NumberedRow, None, None]:
    """Rows from 1; a row whose quoted cells hold line breaks is one row, as in a spreadsheet."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 1))
    ends_as_dos_does = file.read(1) == _DOS_END.encode()
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        lines = _without_dos_end(text) if ends_as_dos_does else text
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        for number, cells in enumerate(_checked(reader), 1):
            if any(cells[MAX_COLUMNS:]):
                raise too_many_columns()
            yield number, cells
    finally:
        text.detach()


def _without_dos_end(lines: Iterable[str]) -> Iterator[str]:
    """Old programs end a text with 0x1A; no text of a cell."""
    for line in lines:
        if kept := line.rstrip(_DOS_END) if line.endswith(_DOS_END) else line:
            yield kept


def _checked(reader: Any) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as fault:
        raise Invalid(
            "table.quotes", f"文件第{reader.line_num}行附近的引号不成对，无法分列，请改用xlsx格式或检查该行后再上传。"
        ) from fault


# --- Out -------------------------------------------------------------------------------------------------------------


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
