"""What a file is, by its content and never by its name. Source: docs/rules/files.md"""

from __future__ import annotations

import io
import re
import threading
import unicodedata
import zipfile
from typing import IO, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from zhijia.kernel.errors import Invalid

LABELS: Final = {"pdf": "PDF", "jpeg": "JPG", "png": "PNG", "webp": "WEBP", "xlsx": "XLSX", "csv": "CSV"}
MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
PICTURES: Final = frozenset({"jpeg", "png", "webp"})
EVIDENCE: Final = frozenset({"pdf", "jpeg", "png", "webp"})
LONGEST_NAME: Final = 120
MOST_PIXELS: Final = 25_000_000
"""Opened, such a picture fills 75 to 100 MB."""
LONGEST_SIDE: Final = 3_000
_HEAD: Final = 64 * 1024
_CONTROLS = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")
_drawing = threading.Semaphore(1)
"""One picture at a time in a process, so that many uploads at once take turns and not the memory."""


def recognize(source: IO[bytes]) -> str:
    """`pdf jpeg png webp xlsx csv`, or empty for anything else. Leaves the file at its start."""
    source.seek(0)
    head = source.read(_HEAD)
    source.seek(0)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx" if _is_workbook(source) else ""
    return "csv" if head and _is_text(head) else ""


def _is_workbook(source: IO[bytes]) -> bool:
    try:
        with zipfile.ZipFile(source) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    finally:
        source.seek(0)
    return "[Content_Types].xml" in names and "xl/workbook.xml" in names


def _is_text(head: bytes) -> bool:
    """One stray control character is a fault of its row, many of them are no text."""
    if b"\0" in head or len(_CONTROLS.findall(head)) > 4 + len(head) // 200:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head.decode(encoding)
        except UnicodeDecodeError as error:
            if len(head) == _HEAD and error.start >= len(head) - 4:  # a character cut in two by the end of the piece
                return True
        else:
            return True
    return False


def clean_name(name: str, kind: str) -> str:
    """A name to show and to save under: no path, no control characters, at most 120, with the ending of its kind."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    plain = "".join(letter for letter in plain if unicodedata.category(letter)[0] != "C").strip(". ")
    stem = plain.rsplit(".", 1)[0] if "." in plain else plain
    ending = "jpg" if kind == "jpeg" else kind
    return f"{(stem or '文件')[: LONGEST_NAME - 5]}.{ending}"


def clean_picture(source: IO[bytes], kind: str) -> bytes:
    """The picture drawn anew: upright, at most 3,000 pixels a side, without place, camera or anything behind it.

    Raises Invalid `file.broken`.
    """
    broken = Invalid("file.broken", "这张图片无法打开，请重新拍照或另存后再上传。")
    try:
        source.seek(0)
        with _drawing, Image.open(source, formats=[kind.upper()]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid("file.too_many_pixels", "这张图片尺寸过大，请压缩到 2500 万像素以内再上传。")
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG is decoded no larger than needed
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            out = io.BytesIO()
            plain = upright.convert("RGB") if kind == "jpeg" else upright.convert("RGBA")
            plain.info.clear()
            plain.save(out, format=kind.upper(), quality=85)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise broken from error
    return out.getvalue()


def size_words(size: int) -> str:
    """`"3.2 MB"`, `"640 KB"`."""
    return f"{size / 1_048_576:.1f} MB" if size >= 1_048_576 else f"{max(1, round(size / 1024))} KB"
