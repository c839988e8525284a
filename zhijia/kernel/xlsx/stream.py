"""The streaming reader: rows of any number in some 20 MB, texts shared between cells in a temporary file."""

from __future__ import annotations

import mmap
import re
import tempfile
import zipfile
from array import array
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final
from xml.etree import ElementTree as ET

from .cells import (
    MAX_COLUMNS,
    NumberedRow,
    damaged,
    is_date_format,
    moment_text,
    number_text,
    serial_text,
    too_many_columns,
)
from .parts import CHUNK, Sheet, attribute, local, part_root

MAX_ROW_BYTES: Final = 1024**2

# A cell with a value as spreadsheet programs write it; a row in which another shape stands is parsed as XML instead.
_CELL: Final = re.compile(r'<c r="([A-Z]{1,3})[0-9]+"([^>]*)>(?:<v>|<is><t[^>]*>)([^<]*)<')
_MAX_SHAPES: Final = 32
Cell = tuple[int, str, str]
"""Column from 0, type, style; its raw value, with XML's entities, goes beside it."""
_ROW_NUMBER: Final = re.compile(r'<[^>]*?\sr="([0-9]+)"')
_ENTITY: Final = re.compile(r"&(?:#([0-9]+)|#x([0-9a-fA-F]+)|(amp|lt|gt|quot|apos));")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def streamed(
    packed: zipfile.ZipFile, sheet: Sheet, strings: SharedStrings, styles: frozenset[str]
) -> Iterator[NumberedRow]:
    reader = _RowReader(sheet, strings, styles)
    opening = (b"<" + sheet.prefix + b"row").decode()
    number = 0
    for piece in _pieces(packed, sheet.part, opening.encode(), b"</" + sheet.prefix + b"row>"):
        text = piece.decode()
        # Empty rows close themselves and stand glued to the front of the next: only the last opening tag is this row's.
        begin = text.rfind(opening)
        if begin < 0 or "<!" in text:
            raise damaged()
        row_text = text[begin:] if begin else text
        found = _ROW_NUMBER.match(row_text)
        number = int(found.group(1)) if found else number + 1 + text.count(opening, 0, begin)
        row = reader.read(row_text)
        if any(row):
            yield number, row


class _RowReader:
    """Rows of one sheet. Nearly all have the shape of the row before, and one expression then reads a row at once."""

    def __init__(self, sheet: Sheet, strings: SharedStrings, styles: frozenset[str]) -> None:
        self.strings, self.styles = strings, styles
        self.before = sheet.root.decode()
        prefix = sheet.prefix.decode()
        self.after = f"</{prefix}row></{prefix}worksheet>"
        self.shapes: dict[tuple[tuple[str, str], ...], _Shape] = {}
        self.shape: _Shape | None = None

    def read(self, text: str) -> list[str]:
        """The cells of a row, given from its opening tag on without its closing one."""
        if self.shape and (found := self.shape.pattern.fullmatch(text)):
            return self._texts(zip(self.shape.cells, found.groups(), strict=True))
        matches = _CELL.findall(text)
        # Every cell was seen, or closes itself and is empty. A formula closes itself too and has a value: not this way.
        if "<f" in text or not matches or len(matches) + text.count("/>") != text.count("<c "):
            whole = ET.fromstring(self.before + text + self.after)  # noqa: S314 - no document type, hence no entities
            return self._texts(_parsed_cells(whole[0]))
        signature = tuple((letters, rest) for letters, rest, _ in matches)
        self.shape = self.shapes.get(signature)
        if self.shape is None and len(self.shapes) < _MAX_SHAPES:
            self.shape = self.shapes[signature] = _Shape(signature)
        cells = [(_column(letters), *_kind(rest)) for letters, rest in signature]
        return self._texts(zip(cells, (raw for _, _, raw in matches), strict=True))

    def _texts(self, cells: Iterable[tuple[Cell, str]]) -> list[str]:
        row: list[str] = []
        for (column, kind, style), raw in cells:
            if not raw:
                continue
            if kind == "s":
                text = self.strings[int(raw)]
            elif kind in {"inlineStr", "str"}:
                text = raw if "&" not in raw else _unescape(raw)
            elif kind in {"", "n"}:
                text = serial_text(float(raw)) if style in self.styles else _digits(raw)
            elif kind == "b":
                text = "FALSE" if raw == "0" else "TRUE"
            elif kind == "d":
                text = moment_text(datetime.fromisoformat(raw))
            else:
                continue  # an error such as #N/A: nothing a person can have meant
            if column == len(row):
                row.append(text)
                continue
            if column >= MAX_COLUMNS:
                raise too_many_columns()
            row += [""] * (column + 1 - len(row))
            row[column] = text
        if len(row) > MAX_COLUMNS:
            raise too_many_columns()
        return row


class _Shape:
    """The columns, types and styles of a row's cells, and the expression that matches such rows."""

    __slots__ = ("cells", "pattern")

    def __init__(self, signature: tuple[tuple[str, str], ...]) -> None:
        self.cells = [(_column(letters), *_kind(rest)) for letters, rest in signature]
        empty = r"(?:<c [^>]*/>)*"
        cells = (f'<c r="{letters}[0-9]+"{re.escape(rest)}{_value_of(rest)}{empty}' for letters, rest in signature)
        self.pattern = re.compile(rf"<row\b[^>]*>{empty}{''.join(cells)}")


def _value_of(rest: str) -> str:
    if _kind(rest)[0] == "inlineStr":
        return r"><is><t[^>]*>([^<]*)</t></is></c>"
    return r"><v>([^<]*)</v></c>"


def _pieces(packed: zipfile.ZipFile, part: str, opening: bytes, closing: bytes) -> Iterator[bytes]:
    """The content of a part up to each closing tag, without it; what follows the last one is left out."""
    with packed.open(part) as stream:
        rest = b""
        while chunk := stream.read(CHUNK):
            *whole, rest = (rest + chunk).split(closing)
            yield from whole
            if len(rest) > MAX_ROW_BYTES + CHUNK:
                if b"sheetData>" in rest:
                    return  # formats and links, which follow the rows
                rest = rest[max(0, rest.rfind(opening)) :]  # thousands of empty rows that close themselves
                if len(rest) > MAX_ROW_BYTES:
                    raise damaged()


def _digits(raw: str) -> str:
    """`number_text`, with a short cut for the whole numbers most cells hold."""
    plain = len(raw) <= 15 and raw[0] != "0" and raw.isascii() and raw.isdigit()
    return raw if plain else number_text(float(raw))


_KINDS: Final[dict[str, tuple[str, str]]] = {}


def _kind(rest: str) -> tuple[str, str]:
    """Type and style from a cell's other attributes, of which a workbook has a few dozen combinations."""
    known = _KINDS.get(rest)
    if known is None:
        found = dict(re.findall(r'\b(t|s)="([^"]*)"', rest))
        known = (found.get("t", ""), found.get("s", ""))
        if len(_KINDS) < 10_000:
            _KINDS[rest] = known
    return known


def _parsed_cells(row: ET.Element) -> list[tuple[Cell, str]]:
    cells: list[tuple[Cell, str]] = []
    column = -1
    for cell in row:
        if local(cell) != "c":
            continue
        letters = re.match(r"[A-Z]{1,3}", cell.get("r", ""))
        column = _column(letters.group()) if letters else column + 1
        raw = "".join(_own_text(child) for child in cell if local(child) in {"v", "is"}).replace("&", "&amp;")
        cells.append(((column, cell.get("t", ""), cell.get("s", "")), raw))
    return cells


def _own_text(element: ET.Element) -> str:
    """Text of a value or string with all its runs, without the reading aids (rPh) some programs add."""
    own = element.text or "" if local(element) in {"v", "t"} else ""
    return own + "".join(_own_text(child) for child in element if local(child) != "rPh")


_COLUMNS: Final[dict[str, int]] = {}


def _column(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    known = _COLUMNS.get(letters)
    if known is None:
        known = -1
        for letter in letters:
            known = (known + 1) * 26 + ord(letter) - 65
        _COLUMNS[letters] = known
    return known


def _unescape(text: str) -> str:
    return _ENTITY.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    return _NAMED[name] if name else chr(int(decimal) if decimal else int(hexadecimal, 16))


def _string(item: bytes) -> bytes:
    """UTF-8 text of a shared string with all its runs, without reading aids."""
    if item.startswith(b"<t>") and item.count(b"<") == 2:
        content = item[3:-4]
    else:
        runs = re.sub(rb"<rPh\b.*?</rPh>", b"", item, flags=re.DOTALL)
        content = b"".join(re.findall(rb"<t(?: [^>]*)?>([^<]*)</t>", runs))
    return _unescape(content.decode()).encode() if b"&" in content else content


class SharedStrings:
    """The workbook's table of texts, kept in a temporary file: a million names need no memory."""

    def __init__(self, packed: zipfile.ZipFile, parts: set[str]) -> None:
        self._ends = array("Q", [0])
        self._reads = 0
        self._memory: mmap.mmap | bytes = b""
        if "xl/sharedStrings.xml" not in parts:
            return
        with tempfile.TemporaryFile() as spool:
            for piece in _pieces(packed, "xl/sharedStrings.xml", b"<si>", b"</si>"):
                begin = piece.rfind(b"<si>")
                if begin < 0 or b"<!" in piece:
                    raise damaged()  # or a namespace prefix, which no spreadsheet program writes here
                if begin:
                    self._ends.extend([self._ends[-1]] * piece.count(b"<si/>", 0, begin))
                content = _string(piece[begin + 4 :])
                spool.write(content)
                self._ends.append(self._ends[-1] + len(content))
            spool.flush()
            if self._ends[-1]:
                self._memory = mmap.mmap(spool.fileno(), 0, access=mmap.ACCESS_READ)

    def __getitem__(self, index: int) -> str:
        self._reads += 1
        if self._reads % 200_000 == 0 and isinstance(self._memory, mmap.mmap) and hasattr(self._memory, "madvise"):
            self._memory.madvise(mmap.MADV_DONTNEED)  # the pages can be read again; resident memory stays small
        if index < 0:
            raise IndexError(index)
        return self._memory[self._ends[index] : self._ends[index + 1]].decode()


def date_styles(packed: zipfile.ZipFile, parts: set[str]) -> frozenset[str]:
    """Numbers of the cell styles that show a date or a time of day."""
    if "xl/styles.xml" not in parts:
        return frozenset()
    root = part_root(packed, "xl/styles.xml")
    own = {
        attribute(element, "numFmtId"): attribute(element, "formatCode")
        for element in root.iter()
        if local(element) == "numFmt"
    }
    formats: Iterable[ET.Element] = next((element for element in root if local(element) == "cellXfs"), [])
    numbers = [attribute(style, "numFmtId") for style in formats]
    return frozenset(str(n) for n, format_id in enumerate(numbers) if is_date_format(format_id, own.get(format_id)))
