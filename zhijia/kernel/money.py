"""Money in whole fen, and the only place that rounds.

Amounts are `int` fen everywhere; floats never appear. Rates are basis points (`int`, 2 % = 200) or `Fraction`.
Rounding is half-up, away from zero at the half: 0.5 fen → 1 fen, −0.5 fen → −1 fen. Every printed line is rounded, a
total is the sum of rounded lines.

Source: docs/rules/kernel.md#money
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from zhijia.kernel.errors import Invalid
from zhijia.kernel.identifiers import compact

BASIS_POINTS: Final = 10_000
MAX_FEN: Final = 10**15
"""Ten trillion yuan: no amount here is larger, and a sum of thousands still fits a bigint."""
DASH: Final = "—"
"""How a ratio without a denominator is shown; never 0 and never 100 %."""

_PLAIN: Final = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]*))?")
_GROUPED: Final = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")


def round_half_up(value: Fraction | int) -> int:
    """The nearest whole number, halves away from zero: 5/2 → 3, −5/2 → −3."""
    fraction = Fraction(value)
    doubled = abs(fraction.numerator) * 2 + fraction.denominator
    whole = doubled // (fraction.denominator * 2)
    return whole if fraction >= 0 else -whole


def parse_yuan(text: str) -> int:
    """Fen of an amount as typed: `1,234.5` → 123450, `￥12.00元` → 1200, `-3` → -300.

    Commas must stand at thousands, or none at all. Raises Invalid `money.empty`, `.format`, `.decimals` (more than
    two places: refused, not rounded) or `.too_large`.
    """
    typed = compact(text)
    typed = typed.removeprefix("¥").removeprefix("￥").removeprefix("RMB").removesuffix("元")
    if not typed:
        raise Invalid("money.empty", "请填写金额。")
    if _GROUPED.fullmatch(typed):
        typed = typed.replace(",", "")
    found = _PLAIN.fullmatch(typed)
    if not found:
        raise Invalid("money.format", "金额应为数字，例如1234.50，请核对后重新填写。")
    sign, yuan, places = found.groups()
    if len(places or "") > 2:
        raise Invalid("money.decimals", "金额最多保留两位小数，请核对后重新填写。")
    fen = int(yuan) * 100 + int((places or "").ljust(2, "0"))
    if fen > MAX_FEN:
        raise Invalid("money.too_large", "金额过大，请核对后重新填写。")
    return -fen if sign else fen


def format_yuan(amount_fen: int, *, grouped: bool = True) -> str:
    """`1,234.50` for 123450; ungrouped `1234.50`, for files that machines read."""
    yuan, fen = divmod(abs(amount_fen), 100)
    text = f"{yuan:,}.{fen:02}" if grouped else f"{yuan}.{fen:02}"
    return f"-{text}" if amount_fen < 0 else text


def share_fen(amount_fen: int, rate_bp: int | Fraction) -> int:
    """A rate of an amount, rounded to whole fen: 2 % (200) of 500,000.00 yuan = 10,000.00 yuan.

    `rate_bp` is basis points as `int`, or the rate itself as `Fraction` (1/3).
    """
    rate = Fraction(rate_bp, BASIS_POINTS) if isinstance(rate_bp, int) else rate_bp
    return round_half_up(amount_fen * rate)


def floor_to(amount_fen: int, step_fen: int) -> int:
    """An amount with its tail below `step_fen` dropped, towards zero: 4,876.00 → 4,870.00 yuan for steps of 10 yuan.

    Raises ValueError for a step below 1.
    """
    if step_fen < 1:
        raise ValueError(f"a step of {step_fen} fen")
    floored = abs(amount_fen) // step_fen * step_fen
    return floored if amount_fen >= 0 else -floored


def share_out(total_fen: int, weights: Sequence[int], remainder_to: int) -> list[int]:
    """Parts of `total_fen` by `weights`, whose sum is exactly the total.

    Each part is rounded half-up by itself; what the others leave goes to the part at index `remainder_to`, which may
    so differ by some fen from its own rounding. Where they would leave less than nothing (5 fen among nine equals),
    those rounded up most give a fen back. 1,234.57 yuan by 60/15/10/10/5 with the remainder to the first = 740.73,
    185.19, 123.46, 123.46, 61.73. A negative total mirrors the positive one. Raises ValueError for a negative weight,
    a sum of zero, or an index that names no part.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative nor all zero")
    if not 0 <= remainder_to < len(weights):
        raise ValueError(f"no part {remainder_to} to take the remainder")
    exact = [Fraction(abs(total_fen) * weight, whole) for weight in weights]
    parts = [round_half_up(share) for share in exact]
    parts[remainder_to] = 0
    by_rounding = sorted(range(len(parts)), key=lambda n: exact[n] - parts[n])
    for n in by_rounding[: max(0, sum(parts) - abs(total_fen))]:
        parts[n] -= 1
    parts[remainder_to] = abs(total_fen) - sum(parts)
    return parts if total_fen >= 0 else [-part for part in parts]


def ratio_bp(part: int, whole: int) -> int | None:
    """`part` of `whole` in basis points, rounded; None where there is no whole. 1 of 3 = 3333."""
    return None if whole == 0 else round_half_up(Fraction(part * BASIS_POINTS, whole))


def format_ratio(rate_bp: int | None, *, places: int = 2) -> str:
    """`33.33%` for 3333, `33.3%` with one place, `—` for None. Raises ValueError outside 0 to 2 places."""
    if rate_bp is None:
        return DASH
    if not 0 <= places <= 2:
        raise ValueError(f"{places} places")
    scaled = round_half_up(Fraction(rate_bp, 10 ** (2 - places)))
    whole, rest = divmod(abs(scaled), 10**places)
    text = f"{whole}.{rest:0{places}}%" if places else f"{whole}%"
    return f"-{text}" if scaled < 0 else text
