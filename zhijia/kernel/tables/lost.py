"""Numbers that a spreadsheet rounded to 15 digits. Source: docs/rules/kernel.md#lost-digits"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Generator, Iterable
from contextlib import closing
from itertools import islice
from typing import Final

from zhijia.kernel.errors import Invalid
from zhijia.kernel.typed import typed
from zhijia.kernel.xlsx import LostDigits, NumberedRow

from .shapes import Sheet

_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{1,3}")
_ROUNDED: Final = re.compile(r"[1-9][0-9]{14}0+")
_LONG_NUMBER: Final = re.compile(r"[1-9][0-9]{14,17}[0-9Xx]")


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
