"""A year's plan as people bring it, and what becomes of open deadlines when it holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import IO

from zhijia.foundation.audit import services as audit
from zhijia.foundation.workflow import deadlines
from zhijia.kernel import tables
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import Invalid

from .models import CalendarChange

MOST_ROWS = 400
RECOMPUTE = "administration.recompute"
COLUMNS = (
    tables.Column("day", ("日期", "放假日期", "date"), tables.date_cell, required=True),
    tables.Column(
        "rests",
        ("类型", "休班", "type"),
        tables.one_of({"休": "yes", "放假": "yes", "休息": "yes", "班": "no", "上班": "no", "调休上班": "no"}),
        required=True,
    ),
    tables.Column("name", ("名称", "节日", "name"), tables.text_up_to(40), required=True, free_text=True),
)


def read_days(file: IO[bytes]) -> list[tuple[date, bool, str]]:
    """Rows of a CSV or XLSX file with the columns 日期, 类型 (休 or 班), 名称.

    Raises Invalid: as `tables.open_table`; `calendar.rows` with the first bad rows.
    """
    days, errors = [], []
    for row in tables.open_table(file, COLUMNS, max_rows=MOST_ROWS).rows():
        if row.errors:
            errors += [f"第 {error.row} 行{error.label}：{error.reason}" for error in row.errors]
            continue
        days.append((row.values["day"], row.values["rests"] == "yes", row.values["name"]))
    if errors:
        text = " ".join(errors[:5]) + (f" 共 {len(errors)} 处。" if len(errors) > 5 else "")
        raise Invalid("calendar.rows", text, fields={"days": text})
    return days


def recompute(change_id: int, year: int, *, after: int, so_far: int, now: datetime) -> tuple[int, int]:
    """A chunk of the job: the id to go on after, 0 at the end, and how many deadlines moved in this chunk."""
    after, changed = deadlines.recompute_some(after=after, year=year)
    if not after:
        CalendarChange.objects.filter(pk=change_id).update(recomputed=so_far + changed)
        audit.record(
            SYSTEM, "administration.recomputed", ("calendar", year), now=now, detail={"deadlines": so_far + changed}
        )
    return after, changed
