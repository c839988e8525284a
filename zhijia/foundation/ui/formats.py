"""How figures, money, days and moments are written in Chinese pages. Pure functions; `today` and `now` are passed in.

Digits take a space before a unit, dates do not; a minus is U+2212; what is unknown is an em dash.
Source: the words of the phone and console looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DASH = "—"
MINUS = "\u2212"
_WEEKDAYS = "一二三四五六日"
_UNITS = {"wd": "个工作日", "cd": "天", "h": "小时"}


def local(instant: datetime) -> datetime:
    """The same instant on the clock of Shanghai. Naive times are refused: ValueError."""
    if instant.tzinfo is None:
        raise ValueError("a naive time has no place on a page")
    return instant.astimezone(SHANGHAI)


def local_day(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def yuan(fen: int) -> str:
    """`120000` -> `1,200.00`; the unit is the template's."""
    sign = MINUS if fen < 0 else ""
    whole, cents = divmod(abs(int(fen)), 100)
    return f"{sign}{whole:,}.{cents:02d}"


def number(value: int) -> str:
    return f"{MINUS if value < 0 else ''}{abs(int(value)):,}"


def signed(value: int) -> str:
    """A change: `318` -> `+318`, `-43` -> `−43`, `0` -> `0`."""
    return f"+{value:,}" if value > 0 else number(value)


def share(basis_points: int) -> str:
    """Basis points as per cent with one digit, halves away from zero: `9127` -> `91.3%`."""
    tenths = (abs(basis_points) + 5) // 10
    return f"{MINUS if basis_points < 0 and tenths else ''}{tenths // 10}.{tenths % 10}%"


def weekday(value: date | datetime) -> str:
    return f"周{_WEEKDAYS[local_day(value).weekday()]}"


def day(value: date | datetime, today: date) -> str:
    """`11月25日（周三）`, in another year `2027年5月10日（周一）`."""
    on = local_day(value)
    year = "" if on.year == today.year else f"{on.year}年"
    return f"{year}{on.month}月{on.day}日（{weekday(on)}）"


def plain_day(value: date | datetime, today: date) -> str:
    """`11月25日`, in another year `2027年5月10日`."""
    return day(value, today).partition("（")[0]


def moment(value: datetime, today: date) -> str:
    """`11月19日 15:40`, with the year if it is another."""
    at = local(value)
    return f"{plain_day(at, today)} {at:%H:%M}"


def short_day(value: date | datetime, today: date) -> str:
    """For tables of the console: `11-24`, in another year `2027-05-10`."""
    on = local_day(value)
    return f"{on:%m-%d}" if on.year == today.year else f"{on:%Y-%m-%d}"


def short_moment(value: datetime, today: date) -> str:
    """`今日 09:12`, `昨日 16:02`, `11-17 09:26`, `2024-05-08 10:00`."""
    at = local(value)
    named = {today: "今日", today - timedelta(days=1): "昨日"}.get(at.date())
    return f"{named or short_day(at, today)} {at:%H:%M}"


def ago(value: datetime, now: datetime) -> str:
    """How long since: `刚刚`, `5 分钟前`, `3 小时前`, then the moment itself. A future time is written as a moment."""
    seconds = (now - value).total_seconds()
    if 0 <= seconds < 60:
        return "刚刚"
    if 0 <= seconds < 3600:
        return f"{int(seconds // 60)} 分钟前"
    if 0 <= seconds < 86400 and local(value).date() == local(now).date():
        return f"{int(seconds // 3600)} 小时前"
    return moment(value, local(now).date())


def group4(text: str) -> str:
    """A card number in groups: `3720260000001233` -> `3720 2600 0000 1233`."""
    compact = text.replace(" ", "")
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


def due_words(due: Mapping[str, Any], today: date) -> str:
    """Words for a deadline that was computed elsewhere.

    `due = {"state": "late" | "soon" | "later" | "none", "count": 2, "unit": "wd" | "cd" | "h",
    "at": date or aware datetime, "provisional": False}` -> `逾期 2 个工作日`, `今日 17:30`, `11-24 周二`.
    `count` is how many units late; `soon` means today.
    """
    state, at = due.get("state", "later"), due.get("at")
    if state == "late":
        return f"逾期 {number(due.get('count') or 1)} {_UNITS[due.get('unit', 'wd')]}"
    if state == "none" or at is None:
        return DASH
    if state == "soon" and local_day(at) == today:
        return f"今日 {local(at):%H:%M}" if isinstance(at, datetime) else "今日"
    words = f"{short_day(at, today)} {weekday(at)}"
    return f"{words}（暂定）" if due.get("provisional") else words


def spark_points(
    values: list[float], width: float = 84, height: float = 20, pad: float = 2
) -> list[tuple[float, float]]:
    """Where a small line runs: evenly over the width, lowest at the bottom, highest at the top, one decimal."""
    if not values:
        return []
    low, high = min(values), max(values)
    reach, step = (high - low) or 1, width / max(len(values) - 1, 1)
    return [
        (round(index * step, 1), round(height - pad - (value - low) / reach * (height - 2 * pad), 1))
        for index, value in enumerate(values)
    ]
