"""A year's working days, loaded by one operator and agreed to by another; open deadlines follow by a job."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import IO

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.administration import rules, selectors
from zhijia.foundation.administration.models import CalendarChange
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.audit import services as audit
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.parameters import services as parameters
from zhijia.foundation.workflow import deadlines, services as workflow
from zhijia.kernel import tables
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import retrying
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound

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
        raise Invalid("calendar.rows", text, fields={"pasted": text})
    return days


@retrying()
@transaction.atomic
def propose_year(actor: Actor, year: int, days: Iterable[tuple[date, bool, str]], *, source: str, now: datetime) -> str:
    """Ask that a year's plan hold; returns the case's public id.

    The calendar is the same everywhere, so the right is asked for at the top. Raises NotAllowed, Invalid
    `calendar.year` beyond last and next year, `calendar.days`, `calendar.source`, Duplicate
    `administration.calendar.already_open`. Source: docs/rules/administration.md#calendar
    """
    top = selectors.unit_for(actor, Permission.CALENDAR_PROPOSE, selectors.EVERYWHERE)
    if top is None:
        raise NotAllowed("calendar.top_only", "工作日历由省级统一维护，请联系省级系统管理员。")
    this_year = timezone.localdate(now).year
    if not this_year - 1 <= year <= this_year + 1:
        text = f"只能载入 {this_year - 1} 到 {this_year + 1} 年的安排。"
        raise Invalid("calendar.year", text, fields={"year": text})
    if not 4 <= len(source.strip()) <= 200:
        text = "请写明依据，如国务院办公厅通知的文号，4 到 200 个字。"
        raise Invalid("calendar.source", text, fields={"source": text})
    checked = rules.check_year_days(year, days)
    rests = sum(rests for _, rests, _ in checked)
    case = workflow.open_case(
        rules.CALENDAR,
        actor,
        title=f"{year} 年工作日历",
        unit_id=top,
        owner_person_id=None,
        now=now,
        open_key=f"calendar:{year}",
        note=f"放假 {rests} 天，调休上班 {len(checked) - rests} 天",
    )
    CalendarChange.objects.create(
        case=case,
        year=year,
        days=[[day.isoformat(), rests, name] for day, rests, name in checked],
        source=source.strip(),
        made_by=actor.person_id,
    )
    return str(case.public_id)


def _find(public_id: str) -> CalendarChange:
    change = CalendarChange.objects.select_related("case").filter(case__public_id=public_id).first()
    if change is None:
        raise NotFound
    return change


@retrying()
@transaction.atomic
def decide_year(
    actor: Actor, public_id: str, *, agree: bool, note: str, now: datetime, version: int | None = None
) -> str:
    """The second person agrees: the year holds at once, and a job computes open deadlines again; its public id is
    returned, empty after a refusal. Raises as `parameters.decide_value`.
    """
    change = _find(public_id)
    note = note.strip()[:500]
    if not agree:
        workflow.move(change.case, "refuse", actor=actor, now=now, given={"note": note}, note=note, version=version)
        return ""
    workflow.move(change.case, "agree", actor=actor, now=now, note=note, version=version)
    days = [(date.fromisoformat(day), bool(rests), str(name)) for day, rests, name in change.days]
    parameters.load_calendar_year(actor, change.year, days, source=change.source, now=now)
    return jobs.enqueue(
        RECOMPUTE,
        {"year": change.year, "change": change.pk},
        actor=actor,
        now=now,
        title=f"按 {change.year} 年日历重算期限",
        unit_id=change.case.unit_id,
    )


def recompute(change_id: int, year: int, *, after: int, so_far: int, now: datetime) -> tuple[int, int]:
    """A chunk of the job: the id to go on after, 0 at the end, and how many deadlines moved in this chunk."""
    after, changed = deadlines.recompute_some(after=after, year=year)
    if not after:
        CalendarChange.objects.filter(pk=change_id).update(recomputed=so_far + changed)
        audit.record(
            SYSTEM, "administration.recomputed", ("calendar", year), now=now, detail={"deadlines": so_far + changed}
        )
    return after, changed


@retrying()
@transaction.atomic
def withdraw_year(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Raises NotFound for anybody but the proposer, WrongState when it is decided."""
    workflow.move(_find(public_id).case, "withdraw", actor=actor, now=now)
