"""Keys of pages ordered by a moment, as they stand in addresses: `2026-11-20T02:00:00+00:00~41`."""

from __future__ import annotations

from datetime import datetime

from zhijia.kernel.errors import Invalid


def write_place(at: datetime, row_id: int) -> str:
    return f"{at.isoformat()}~{row_id}"


def read_place(text: str) -> tuple[datetime, int] | None:
    """None for nothing. Raises Invalid `request.page` for anything that `write_place` did not write."""
    if not text:
        return None
    moment, _, number = text[:60].rpartition("~")
    try:
        at = datetime.fromisoformat(moment.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not number.isdecimal() or not number.isascii() or len(number) > 18:
        raise Invalid("request.page", "翻页位置不正确，请从第一页重新查看。")
    return at, int(number)
