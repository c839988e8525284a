"""What is shown of names and numbers to those who need not know them whole.

Masks are for the eye: they hide, they do not anonymize. Whoever needs the whole gives a reason and is recorded.

Source: docs/rules/kernel.md#masks
"""

from __future__ import annotations

import re

from zhijia.kernel.identifiers import MIDDLE_DOT
from zhijia.kernel.names import surname_of

STAR = "*"


def mask_name(name: str) -> str:
    """For lists: first and last letter stay, as many stars as letters hidden; of two letters only the surname.

    `张三` → `张*`, `张小三` → `张*三`, `欧阳修` → `欧阳*`, `欧阳娜娜` → `欧阳*娜`, `阿依古丽·买买提` → `阿***·**提`,
    `John Smith` → `J*** S****`. An empty name stays empty.
    """
    if MIDDLE_DOT in name:
        first, *middle, last = name.split(MIDDLE_DOT)
        hidden = [STAR * len(part) for part in middle]
        return MIDDLE_DOT.join([first[:1] + STAR * (len(first) - 1), *hidden, STAR * (len(last) - 1) + last[-1:]])
    surname = surname_of(name)
    if not surname:
        return " ".join(word[:1] + STAR * (len(word) - 1) for word in name.split())
    given = name[len(surname) :]
    return surname + (STAR if len(given) == 1 else STAR * (len(given) - 1) + given[-1:])


def shown_as(words: str) -> str:
    """A pattern for whole names that `mask_name` shows as `words`: `张*三` → `^张.三$`; empty where none is hidden."""
    hidden = STAR in words and not words.startswith(STAR)
    return f"^{'.'.join(map(re.escape, words.split(STAR)))}$" if hidden else ""


def mask_name_public(name: str) -> str:
    """For strangers, as on a public check of a card: the surname and one star, whatever the length.

    `张三` → `张*`, `张小三` → `张*`, `欧阳娜娜` → `欧阳*`, `阿依古丽·买买提` → `阿*`, `John Smith` → `J*`.
    """
    return (surname_of(name) or name[:1]) + STAR if name else ""


def mask_id_number(number: str) -> str:
    """`370299199003070010` → `3702**********0010`; shorter documents keep less: `E12345678` → `E1*****78`.

    Never more than four characters at either end, never more than half of the whole.
    """
    shown = min(4, len(number) // 4)
    return _middle(number, shown, shown)


def mask_mobile(number: str) -> str:
    """`13800130001` → `138****0001`."""
    return _middle(number, 3, 4)


def mask_phone(number: str) -> str:
    """A mobile or a landline as normalized: `0532-88886666-12` → `0532-****6666`."""
    found = re.fullmatch(r"(0[0-9]{2,3})-([0-9]{3,4})([0-9]{4})(?:-[0-9]+)?", number)
    return f"{found[1]}-{STAR * len(found[2])}{found[3]}" if found else mask_mobile(number)


def mask_bank_card(number: str) -> str:
    """`6222020000000000001` → `***************0001`."""
    return _middle(number, 0, 4)


def mask_email(address: str) -> str:
    """`zhangsan@example.com` → `z***@example.com`, whatever the length before the sign."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}***@{host}" if at else STAR * len(address)


def mask_address(address: str, shown: int = 6) -> str:
    """The first `shown` letters, mostly as far as the county, then four stars: `山东省莱阳市****`."""
    return address[:shown] + STAR * 4 if address else ""


def _middle(text: str, head: int, tail: int) -> str:
    """Stars between; all stars where the ends of a damaged value would show more than two thirds of it."""
    if len(text) * 2 < (head + tail) * 3:
        return STAR * len(text)
    return text[:head] + STAR * (len(text) - head - tail) + text[len(text) - tail :]
