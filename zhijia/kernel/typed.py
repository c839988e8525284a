"""What people type or paste, cleaned the same way at every door: page, API, roster, search, command.

`typed` is for numbers, codes, dates and choices, `sought` for search words, `written` for free text, `cell_text` for
free text out of a table. `identifiers` stands on `typed`.

Source: docs/rules/kernel.md#typed
"""

from __future__ import annotations

import re
from typing import Final

from zhijia.kernel.errors import Invalid

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_OVERRIDES: Final = (0x202D, 0x202E)
"""They make a text look other than it is."""
# What nobody sees: soft hyphen, joiners, direction marks of phone contacts, embeddings, isolates, variation selectors,
# fillers, byte order marks, tags.
_INVISIBLE: Final = dict.fromkeys(
    [
        0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0x200B, 0x2010),
        *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0,
        *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0200),
    ]
)  # fmt: skip
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_OVERRIDE: Final = re.compile(f"[{''.join(map(chr, _OVERRIDES))}]")
_QUOTED: Final = re.compile(r'=\s*"(.*)"', re.DOTALL)
_APOSTROPHES: Final = "'‘’"
_AROUND: Final = " 。，、；：？！…,.;:?!“”‘’\"'《》【】"
_NOTHING: Final = frozenset(
    {"-", "--", "---", "—", "——", "–", "/", "\\", "无", "暂无", "没有", "空", "N/A", "NA", "#N/A", "NULL", "NONE"}
)


def without_marks(text: str) -> str:
    """Without what nobody sees; blanks and line breaks stay."""
    return text if text.isascii() else text.translate(_INVISIBLE)


def half_width(text: str) -> str:
    """`１３８　Ａ` → `138 A`: full-width ASCII becomes half width, invisible marks go, everything else stays.

    Not NFKC: that would turn ② into 2 and accept it as a digit.
    """
    return text if text.isascii() else text.translate(_FULL_WIDTH).translate(_INVISIBLE)


def typed(text: str) -> str:
    """A number, code, date, choice or search word as it was meant: half width, no invisible marks, trimmed, and out of
    the wrappings by which other programs keep a number a text: `'3702…` and `="3702…"` → `3702…`.
    """
    return _unwrapped(half_width(text).strip())


def sought(text: str) -> str:
    """Words to look for: `typed`, without the marks of a sentence around them: `沐浴店镇。`, `“沐浴店镇”？`."""
    return typed(text).replace("\0", "").strip(_AROUND)


def _unwrapped(text: str) -> str:
    if quoted := _QUOTED.fullmatch(text):
        text = quoted[1].replace('""', '"').strip()
    if text[:1] and text[0] in _APOSTROPHES:
        text = text[1:].strip()
        if text[-1:] and text[-1] in _APOSTROPHES:
            text = text[:-1].strip()
    return text


def has_control(text: str) -> bool:
    """Whether a character stands in it that no keyboard makes; tabs and line breaks are none."""
    return bool(_CONTROLS.search(text))


def without_controls(text: str) -> str:
    """Without characters that no keyboard makes, for texts that are only shown, such as a file's headers."""
    return _CONTROLS.sub("", text)


def has_override(text: str) -> bool:
    """Whether a sign stands in it that turns the reading direction around."""
    return bool(_OVERRIDE.search(text))


def written(text: str) -> str:
    """Free text without invisible marks, not trimmed. Raises Invalid `text.override` for a sign that turns the reading
    direction around, so that a text would look other than it is.
    """
    if text.isascii():
        return text
    if has_override(text):
        raise Invalid("text.override", "内容中有改变文字方向的隐藏字符，请删除后重新填写。")
    return text.translate(_INVISIBLE)


def cell_text(text: str) -> str:
    """Free text of a cell, out of the wrappings of other programs and of ours, trimmed. Raises as `written`, and
    Invalid `cell.control`.
    """
    if has_control(text):
        raise Invalid("cell.control", "单元格中有无法显示的控制字符，请删除后重新填写。")
    return _unwrapped(written(text).strip())


def says_nothing(text: str) -> bool:
    """Whether a cell that may be empty is: nothing, only marks, or a word for nothing such as `无` and `-`."""
    plain = typed(text).upper()
    return not plain or plain in _NOTHING
