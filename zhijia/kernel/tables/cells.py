"""Single cells: what they say as values, and what a row of them looks like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from zhijia.kernel.errors import Invalid
from zhijia.kernel.typed import cell_text, typed, without_marks
from zhijia.kernel.xlsx import LostDigits

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


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


def as_written(cell: str) -> str:
    """A cell to be kept or handed back: without NUL, which databases refuse, and with lost digits as question marks."""
    return cell.known if isinstance(cell, LostDigits) else cell.replace("\0", "")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet might run `text`: it begins with = + - @, also full width or behind blanks and marks that
    nobody sees, a tab or a return.
    """
    if text.startswith(_FORMULA_STARTS):
        return True
    return not text[:1].isalnum() and without_marks(text).lstrip().startswith(_FORMULA_STARTS)
