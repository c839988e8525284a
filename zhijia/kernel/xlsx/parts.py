"""Looking through the zip of a workbook before anything in it is believed: a reader that lays out what a file only
claims to hold ends the process.

Every part is looked through to its end, whatever its name, since a file may point to any of them. Sheets as spreadsheet
programs write them are counted by the bytes; any other shape is measured cell by cell.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

from zhijia.kernel.errors import Invalid

from .cells import MAX_COLUMNS, damaged, too_large, too_many_columns

MAX_PACKED: Final = 200 * 1024**2
MAX_UNPACKED: Final = 2 * 1024**3
"""A million rows of eleven columns unpack to 0.7 GB."""
MAX_RATIO: Final = 200
"""Unpacked to packed, for parts above 10 MB: rows that repeat reach 60, zip bombs 1,000."""
MOST_CELLS: Final = 20_000_000
"""With something in them, of one sheet; 70 bytes of memory each."""
MOST_STRINGS: Final = 15_000_000
MOST_PARTS: Final = 2_000
SHEET_ROWS: Final = 1_048_576
_EMPTY_CELLS: Final = 5_000_000
"""What may be laid out besides four times the cells with something in them: 160 MB."""
_CHUNK: Final = 1024**2
_RATIO_FROM: Final = 10 * 1024**2
_SMALL_PART: Final = 8 * 1024**2
_LONGEST_TAG: Final = 1024**2
_MANY_CELLS: Final = 50_000

_OTHER_KINDS: Final = frozenset({"content.xml", "meta-inf/manifest.xml", "xl/workbook.bin"})
"""What tells OpenDocument and binary workbooks, which would be read unmeasured."""
# A cell in any other shape than `<c r="A1"…`.
_ODD_CELL: Final = re.compile(rb'<(?:[^\s<>/:]+:)?c(?! r="[A-Z]{1,3}[0-9])[\s/>]')
# Beyond column AX, or row 1,099,999, or beyond column Z in row 100,000 and below; or not written in capitals.
_FAR_CELL: Final = re.compile(
    rb'c r="(?:[^A-Z]|[A-Z]+[^A-Z0-9]|A[Y-Z]|[B-Z][A-Z]|[A-Z]{3}|[A-Z]{2}[0-9]{6}'
    rb"|[A-Z](?:[0-9]{8}|[2-9][0-9]{6}|1[1-9][0-9]{5}))"
)
# Far down: only where many cells stood before it.
_DEEP_CELL: Final = re.compile(rb'c r="[A-Z][0-9]{6}')
_HIDDEN_ROW: Final = re.compile(rb"""<(?:[^\s<>/:]+:)?row\b(?=[^>]*\shidden\s*=\s*["'](?:1|true)["'])[^>]*[^/]>""")
_REFERENCE: Final = re.compile(r"([A-Za-z]{1,7})([0-9]{1,12})")


@dataclass(slots=True)
class Part:
    """What a part holds: whether it is a sheet, its cells with something in them, rows that a filter hides."""

    is_sheet: bool = False
    is_plain: bool = True
    cells: int = 0
    hidden_rows: int = 0


def look_through(packed: zipfile.ZipFile, size: int, *, most_cells: int = MOST_CELLS) -> dict[str, Part]:
    """Every part by its name; `size` is the file's in bytes.

    Raises Invalid `table.too_large`, `.too_many_columns`, `.damaged`, `.other_kind`, and what `zipfile` raises.
    """
    infos = packed.infolist()
    unpacked = sum(info.file_size for info in infos)
    bombs = [i for i in infos if i.file_size > _RATIO_FROM and i.file_size > MAX_RATIO * max(1, i.compress_size)]
    if size > MAX_PACKED or unpacked > MAX_UNPACKED or len(infos) > MOST_PARTS or bombs:
        raise too_large()
    if _OTHER_KINDS & {info.filename.lower() for info in infos}:
        raise Invalid("table.other_kind", "只能读取xlsx格式的表格，请用表格软件打开这个文件，另存为xlsx格式再上传。")
    parts = {}
    for info in infos:
        part = parts[info.filename] = _look(packed, info)
        if part.is_sheet and not part.is_plain:
            part.cells = _measure(packed, info)
        if part.cells > most_cells:
            raise too_large()
    return parts


def _look(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> Part:
    part = Part()
    strings = 0
    holds_strings = info.filename.lower().endswith("sharedstrings.xml")
    for number, piece in enumerate(_pieces(packed, info)):
        if number == 0 and not piece.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            _refuse_disguised(packed, info, holds_strings=holds_strings)
            return part
        if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece or b"\0" in piece:
            raise damaged()
        part.is_sheet = part.is_sheet or b"sheetData" in piece
        if part.is_plain:
            odd = piece.count(b"<c") != piece.count(b'<c r="') or b":c" in piece
            far = _FAR_CELL.search(piece) or (part.cells < _MANY_CELLS and _DEEP_CELL.search(piece))
            part.is_plain = not far and not (odd and _ODD_CELL.search(piece))
        part.cells += piece.count(b"<v>") + piece.count(b":v>") + piece.count(b"<is") + piece.count(b":is")
        if b"hidden" in piece:
            part.hidden_rows += len(_HIDDEN_ROW.findall(piece))
        if holds_strings:
            strings += piece.count(b"<si") + piece.count(b":si")
    if strings > MOST_STRINGS:
        raise too_large()
    return part


def _pieces(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content with every tag whole in one piece; read to the end, where size and checksum must be right."""
    rest = b""
    with packed.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            piece = rest + chunk
            end = piece.rfind(b">") + 1
            rest = piece[end:]
            if len(rest) > _LONGEST_TAG:
                rest = rest[max(0, rest.find(b"<")) :] if b"<" in rest else b""
                if len(rest) > _LONGEST_TAG:
                    raise damaged()
            yield piece[:end] or piece
    if rest:
        yield rest


def _refuse_disguised(packed: zipfile.ZipFile, info: zipfile.ZipInfo, *, holds_strings: bool) -> None:
    """A part that is no XML, such as a picture, must hold nothing that a reader would take for a sheet."""
    before = b""
    with packed.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            if holds_strings or b"sheetData" in before + chunk:
                raise damaged()
            before = chunk[-16:]


class _Extent:
    """The cells of a sheet with something in them, in whatever shape they are written."""

    def __init__(self) -> None:
        self.cells = self.right = self.bottom = 0
        self._row = self._column = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                said = attributes.get("r", "")
                self._row = max(self._row + 1, int(said) if said.isascii() and said.isdigit() else 0)
                self._column = 0
            case "c":
                self._column += 1
                if found := _REFERENCE.fullmatch(attributes.get("r", "")):
                    self._column = _column(found[1])
                    self._row = max(self._row, int(found[2]))
            case "v" | "is":
                self.cells += 1
                self.right, self.bottom = max(self.right, self._column), max(self.bottom, self._row)


def _measure(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """The cells with something in them. Raises Invalid where they lie too far apart to be laid out."""
    extent = _Extent()
    parser = expat.ParserCreate()
    parser.StartElementHandler = extent.start
    try:
        with packed.open(info) as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as fault:
        raise damaged() from fault
    if extent.bottom > SHEET_ROWS:
        raise damaged()
    if extent.right > MAX_COLUMNS:
        raise too_many_columns()
    if extent.bottom * extent.right > 4 * extent.cells + _EMPTY_CELLS:
        raise Invalid(
            "table.too_large",
            f"表格第{extent.bottom}行附近还有离数据很远的单元格，请删除多余的行后再上传。",
        )
    return extent.cells


def _column(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def sheet_parts(packed: zipfile.ZipFile) -> dict[str, str]:
    """Name of each worksheet → its part, as far as the file says so where most programs do; only to tell about rows."""
    try:
        targets = {
            _attribute(link, "Id"): _attribute(link, "Target") for link in _root(packed, "xl/_rels/workbook.xml.rels")
        }
        found = {}
        for element in _root(packed, "xl/workbook.xml").iter():
            target = targets.get(_attribute(element, "id"))
            if element.tag.rpartition("}")[2] == "sheet" and target:
                found[_attribute(element, "name")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    except (KeyError, ET.ParseError):
        return {}
    return found


def _root(packed: zipfile.ZipFile, part: str) -> ET.Element:
    if packed.getinfo(part).file_size > _SMALL_PART:
        raise damaged()
    return ET.fromstring(packed.read(part))  # noqa: S314 - looked through: no document type, hence no entities


def _attribute(element: Any, name: str) -> str:
    """An attribute whatever its namespace prefix: `r:id` and `id`."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
