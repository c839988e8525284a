"""Looking through the zip of a workbook before anything in it is believed."""

from __future__ import annotations

import re
import zipfile
from typing import IO, Final
from xml.etree import ElementTree as ET

from zhijia.kernel.errors import Invalid

from .cells import damaged

MAX_PACKED: Final = 200 * 1024**2
MAX_UNPACKED: Final = 2 * 1024**3
"""A million rows of eleven columns unpack to 0.7 GB."""
MAX_RATIO: Final = 200
"""Unpacked to packed, for parts above 10 MB: rows that repeat reach 60, zip bombs 1,000."""
CHUNK: Final = 1024**2
AT_ONCE_ROWS: Final = 50_000

_RATIO_FROM: Final = 10 * 1024**2
_SMALL_PART: Final = 8 * 1024**2
# A cell beyond column AX or row 99,999: calamine would lay out every cell up to it.
_FAR_CELL: Final = re.compile(rb"""\sr\s*=\s*["'](?:A[Y-Z][0-9]|[B-Z][A-Z][0-9]|[A-Z]{3}|[A-Z]{0,2}[0-9]{6})""")


def guard(file: IO[bytes], packed: zipfile.ZipFile) -> int:
    """Refuse by what the directory says; that it tells the truth is proved by the checksums while reading.

    Returns the bytes of all parts unpacked.
    """
    file.seek(0, 2)
    size = file.tell()
    infos = packed.infolist()
    unpacked = sum(info.file_size for info in infos)
    bombs = [i for i in infos if i.file_size > _RATIO_FROM and i.file_size > MAX_RATIO * max(1, i.compress_size)]
    if size > MAX_PACKED or unpacked > MAX_UNPACKED or len(infos) > 2000 or bombs:
        raise Invalid("table.too_large", "这个表格文件过大，请删去多余的工作表和图片，或拆分成几个文件后再上传。")
    return unpacked


def part_root(packed: zipfile.ZipFile, part: str) -> ET.Element:
    if packed.getinfo(part).file_size > _SMALL_PART:
        raise damaged()
    content = packed.read(part)
    _refuse_doctype(content[:4096])
    return ET.fromstring(content)  # noqa: S314 - no document type, hence no entities


def _refuse_doctype(head: bytes) -> None:
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise damaged()


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def attribute(element: ET.Element, name: str) -> str:
    """An attribute whatever its namespace prefix: `r:id` and `id`."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def first_sheet(packed: zipfile.ZipFile) -> tuple[str, str]:
    """Name and part of the first visible worksheet."""
    targets = {
        attribute(link, "Id"): attribute(link, "Target")
        for link in part_root(packed, "xl/_rels/workbook.xml.rels")
        if attribute(link, "Type").endswith("/worksheet")
    }
    for element in part_root(packed, "xl/workbook.xml").iter():
        if local(element) != "sheet" or attribute(element, "state") not in {"", "visible"}:
            continue
        target = targets.get(attribute(element, "id"))
        if target:
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return attribute(element, "name"), part
    raise Invalid("table.no_sheet", "这个表格文件中没有可见的工作表，请取消隐藏或另存后再上传。")


def check_part(packed: zipfile.ZipFile, part: str) -> None:
    """Read a part to its end, where its size and checksum must be what the directory says."""
    with packed.open(part) as stream:
        _refuse_doctype(stream.read(4096))
        while stream.read(CHUNK):
            pass


class Sheet:
    """What one look through a sheet tells."""

    def __init__(self, packed: zipfile.ZipFile, part: str) -> None:
        self.part = part
        self.rows = 0
        self.merged: list[str] = []
        self.sparse = False
        with packed.open(part) as stream:
            head = stream.read(CHUNK)
            _refuse_doctype(head[:4096])
            root = re.search(rb"<((?:\w+:)?)worksheet\b[^>]*>", head)
            if not root:
                raise damaged()
            self.root = root.group()
            self.prefix = root.group(1)
            self._count(head, stream)

    def _count(self, chunk: bytes, stream: IO[bytes]) -> None:
        row, merge = b"<" + self.prefix + b"row", b"<" + self.prefix + b"mergeCells"
        row_tail = tail = rest = b""
        while chunk:
            piece = row_tail + chunk
            self.rows += piece.count(row + b" ") + piece.count(row + b">") + piece.count(row + b"/")
            row_tail = piece[-len(row) :]  # too short to hold a tag that was counted
            piece = tail + chunk
            if self.rows <= AT_ONCE_ROWS and not self.sparse:
                self.sparse = bool(_FAR_CELL.search(piece))
            if rest:
                rest += chunk if len(rest) < _SMALL_PART else b""
            elif (at := piece.find(merge)) >= 0:
                rest = piece[at:]
            tail = piece[-64:]
            chunk = stream.read(CHUNK)
        tag = re.compile(b"<" + self.prefix + rb'mergeCell\b[^>]*\bref="([A-Z0-9:]+)"')
        self.merged = [found.decode() for found in tag.findall(rest)]
