"""Numbers of many people at once: the checks of `kernel.identifiers` over whole columns, by numpy.

Only what is plainly right is settled here, some nine in ten cells of any roster; everything else goes the slow way
through `kernel.identifiers`, which knows every spelling and says what is wrong. A test compares the two.

Source: docs/rules/rosters.md#speed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from zhijia.kernel.identifiers import PROVINCES

_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_CHECKS: Final = np.frombuffer(b"10X98765432", dtype=np.uint8)
_PLACES: Final = 10 ** np.arange(16, -1, -1, dtype=np.int64)
_ZERO: Final = ord("0")
_MAINLAND: Final = np.zeros(100, dtype=bool)
_MAINLAND[[int(code) for code in PROVINCES if code not in ("71", "81", "82")]] = True
_OLDEST: Final = 130


@dataclass(frozen=True, slots=True)
class ResidentIds:
    """Which texts are plainly right numbers of resident identity cards, and what these say; other places hold zeros.

    `born` days as `datetime64[D]`, `female` truth, `body` the first 17 digits as a number (the check character follows
    from them, so it tells people apart).
    """

    right: NDArray[np.bool_]
    born: NDArray[np.datetime64]
    female: NDArray[np.bool_]
    body: NDArray[np.int64]


def read_resident_ids(texts: Sequence[str], today: date) -> ResidentIds:
    """Eighteen half-width characters, right check character, a province of the mainland, a birthday within 130 years.

    Numbers in another spelling, with `x`, of residence permits or of fifteen digits are not settled here.
    """
    count = len(texts)
    plain = [place for place, text in enumerate(texts) if len(text) == 18 and text.isascii()]
    right = np.zeros(count, dtype=bool)
    born = np.zeros(count, dtype="datetime64[D]")
    female = np.zeros(count, dtype=bool)
    body = np.zeros(count, dtype=np.int64)
    if not plain:
        return ResidentIds(right, born, female, body)
    signs = np.frombuffer("".join([texts[place] for place in plain]).encode("ascii"), dtype=np.uint8).reshape(-1, 18)
    digits = signs[:, :17].astype(np.int64) - _ZERO
    fits = ((digits >= 0) & (digits <= 9)).all(axis=1)
    fits &= _CHECKS[(digits @ _WEIGHTS) % 11] == signs[:, 17]
    fits &= _MAINLAND[np.where(fits, digits[:, 0] * 10 + digits[:, 1], 0)]
    year = digits[:, 6:10] @ _PLACES[-4:]
    month, day = digits[:, 10] * 10 + digits[:, 11], digits[:, 12] * 10 + digits[:, 13]
    fits &= (year >= today.year - _OLDEST) & (year <= today.year) & (month >= 1) & (month <= 12) & (day >= 1)
    first = (np.where(fits, (year - 1970) * 12 + month - 1, 0)).astype("datetime64[M]")
    birthday = first.astype("datetime64[D]") + (np.where(fits, day, 1) - 1)
    fits &= birthday.astype("datetime64[M]") == first
    fits &= birthday <= np.datetime64(today)
    fits &= _ages(birthday, today) <= _OLDEST
    places = np.array(plain)
    right[places] = fits
    born[places] = birthday
    female[places] = digits[:, 16] % 2 == 0
    body[places] = np.where(fits, digits @ _PLACES, 0)
    return ResidentIds(right, born, female, body)


def _ages(born: NDArray[Any], day: date) -> NDArray[Any]:
    months = born.astype("datetime64[M]").astype(np.int64)
    days = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    years, month = months // 12 + 1970, months % 12 + 1
    return day.year - years - ((month > day.month) | ((month == day.month) & (days > day.day)))


def ages_on(born: NDArray[np.datetime64], day: date) -> NDArray[np.int64]:
    """Full years on `day` of many birthdays, as `identifiers.age_on`."""
    ages: NDArray[np.int64] = _ages(born, day)
    return ages


def with_luhn_of_series(prefix: str, first: int, count: int, *, width: int) -> list[str]:
    """`identifiers.with_luhn` of a run of numbers: `("372026", 123, 2, width=9)` → `["3720260000001233", …]`."""
    if not count:
        return []
    serials = np.arange(first, first + count, dtype=np.int64)
    digits = serials[:, None] // 10 ** np.arange(width - 1, -1, -1, dtype=np.int64) % 10
    head = np.array([int(sign) for sign in prefix], dtype=np.int64)
    whole = np.concatenate([np.broadcast_to(head, (count, len(head))), digits], axis=1)
    doubled = whole.copy()
    doubled[:, ::-2] *= 2
    sums = (doubled // 10 + doubled % 10).sum(axis=1)
    checks = (10 - sums % 10) % 10
    return [
        f"{prefix}{serial:0{width}d}{check}" for serial, check in zip(serials.tolist(), checks.tolist(), strict=True)
    ]
