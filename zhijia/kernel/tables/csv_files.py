"""CSV as spreadsheets and other systems write it: its encoding, its separator, its rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, Any, Final

from zhijia.kernel.errors import Invalid
from zhijia.kernel.xlsx import MAX_COLUMNS, NumberedRow, too_many_columns

MAX_LINE_BYTES: Final = 1024**2
MAX_CSV_BYTES: Final = 500 * 1024**2
HEADER_WITHIN: Final = 10
"""The header may stand below titles and notes, but not deeper."""
_DOS_END: Final = "\x1a"


def encoding_of(file: IO[bytes]) -> str:
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


def delimiter_of(file: IO[bytes], encoding: str, names_in: Callable[[Sequence[str]], int]) -> str:
    """What separates the names of our columns, among the first ten lines; where there are none, what stands most.

    `names_in` counts the names in cells.
    """
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        lines = list(islice((line[:20_000] for line in text if line.strip()), HEADER_WITHIN))
    finally:
        text.detach()

    def named(delimiter: str) -> tuple[int, int]:
        cells = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
        return max((names_in(row) for row in cells), default=0), sum(len(row) for row in cells)

    return max(",\t;", key=named)


def csv_rows(file: IO[bytes], encoding: str, delimiter: str) -> Generator[NumberedRow, None, None]:
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
