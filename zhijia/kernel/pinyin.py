"""Typed pinyin without blanks, cut into syllables: `yantaishi` begins the keys that begin with `yan tai shi`."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

from pypinyin.constants import PINYIN_DICT

MOST: Final = 8
"""Ways to cut that are searched; `xian` is `xian` and `xi an`."""
LONGEST_TEXT: Final = 40
_LONGEST: Final = 6


@cache
def _syllables() -> frozenset[str]:
    found = set()
    for readings in PINYIN_DICT.values():
        for reading in readings.split(","):
            plain = "".join(sign for sign in unicodedata.normalize("NFD", reading) if not unicodedata.combining(sign))
            if plain.isascii() and plain.isalpha():
                found.add(plain.lower())
    return frozenset(found)


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(syllable[:length] for syllable in _syllables() for length in range(1, len(syllable) + 1))


def pinyin_starts(text: str) -> tuple[str, ...]:
    """Beginnings of name keys that letters typed in one go may mean, the text itself first.

    `yanta` → `("yanta", "yan ta", ...)`: the last syllable may be unfinished. Longer texts than 40 letters mean
    themselves.
    """
    if not (text.isascii() and text.isalpha() and len(text) <= LONGEST_TEXT):
        return (text,)
    # From the end: which places lead to a cut at all. Without it a long text that ends wrongly takes for ever.
    viable = {len(text)}
    for start in range(len(text) - 1, -1, -1):
        if text[start:] in _beginnings() or any(end in viable for end in _ends(text, start)):
            viable.add(start)
    starts = [text]

    def cut(start: int, done: tuple[str, ...]) -> None:
        if len(starts) >= MOST:
            return
        rest = text[start:]
        if not rest or rest in _beginnings():
            starts.append(" ".join((*done, rest)).rstrip())
        for end in _ends(text, start):
            if end in viable and end < len(text):
                cut(end, (*done, text[start:end]))

    cut(0, ())
    return tuple(dict.fromkeys(starts))


def is_pinyin(text: str) -> bool:
    """Whether letters typed in one go are syllables rather than the first letters of a name: `zhang`, `wangxi`, `he`;
    not `zs`, `sh`, `zwh`. No syllable begins with i, u or v; names of four parts are few.
    """
    starts = pinyin_starts(text)[1:]
    whole = text in _syllables()
    return whole or (bool(starts) and (len(text) > 3 or any(sign in "iuv" for sign in text)))


def _ends(text: str, start: int) -> list[int]:
    """Where a syllable that begins at `start` may end, the longest first."""
    return [end for end in range(min(len(text), start + _LONGEST), start, -1) if text[start:end] in _syllables()]
