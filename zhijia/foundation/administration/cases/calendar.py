"""A year's working days. Source: docs/rules/administration.md#calendar"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhijia.foundation.administration import presenting, rules, selectors, services
from zhijia.foundation.administration.models import CalendarChange
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.casework.fields import Count, Words
from zhijia.foundation.casework.kinds import Goes, Wordings, checked_kind
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.parameters import selectors as parameters_read, services as parameters
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid, NotAllowed

SpecialDays = list[tuple[date, bool, str]]
_HEAD = "日期,类型,名称"


def read_lines(text: str) -> SpecialDays:
    """`2027-01-01 休 元旦`, a line a day. Raises Invalid `calendar.rows`."""
    lines = [_HEAD]
    for line in text.splitlines():
        if line.strip():
            parts = re.split(r"[\s,，、]+", line.strip(), maxsplit=2)
            lines.append(",".join('"' + part.replace('"', '""') + '"' for part in parts))
    return services.read_days(io.BytesIO("\n".join(lines).encode()))


def as_lines(days: Iterable[tuple[date, bool, str]]) -> str:
    return "\n".join(f"{day} {'休' if rests else '班'} {name}" for day, rests, name in days)


@dataclass(frozen=True, slots=True)
class Plan(Words):
    """Days that differ from their weekday, one a line, kept in the same words."""

    def check(self, value: Any) -> str:
        text = Words.check(self, value)
        return as_lines(read_lines(text)) if text else ""

    def show(self, value: Any) -> str:
        days = read_lines(value)
        rests = sum(rest for _, rest, _ in days)
        return f"放假 {rests} 天，调休上班 {len(days) - rests} 天"


_FESTIVALS = [(1, 1, "元旦"), *((2, n, "春节") for n in range(5, 12)), *((10, n, "国庆节") for n in range(1, 5))]
YEAR = Count("year", "年份", least=2000, most=2100, sample=2027)
DAYS = Plan(
    "days", "全年安排", "每行：日期、休或班、名称，中间空一格", most=20_000, rows=10,
    sample=as_lines((date(2027, month, day), True, name) for month, day, name in _FESTIVALS),
)  # fmt: skip
SOURCE = Words("source", "依据", "国务院办公厅通知的标题和文号", least=4, sample="国务院办公厅通知")


def to_the_top(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The calendar is the same everywhere, so the union on top keeps it.

    Raises NotAllowed `calendar.top_only`, Invalid `calendar.year` beyond last and next year, `calendar.days`.
    """
    top = selectors.unit_for(actor, Permission.CALENDAR_PROPOSE, selectors.EVERYWHERE)
    if top is None:
        raise NotAllowed("calendar.top_only", "工作日历由省级统一维护，请联系省级系统管理员。")
    year, this_year = given["year"], timezone.localdate(now).year
    if not this_year - 1 <= year <= this_year + 1:
        text = f"只能载入 {this_year - 1} 到 {this_year + 1} 年的安排。"
        raise Invalid("calendar.year", text, fields={"year": text})
    days = as_lines(rules.check_year_days(year, read_lines(given["days"])))
    return Goes(
        top, open_key=f"calendar:{year}", title=f"{year} 年工作日历", note=DAYS.show(days), fills={"days": days}
    )


def shows_more(case: Case, change: CalendarChange, actor: Actor, now: datetime) -> dict[str, Any]:
    """The year at a glance, what it changes of the one in force while it waits, and how many deadlines it moved."""
    days = read_lines(change.days)
    moved = []
    if change.recomputed is not None:
        moved = [{"label": "期限有变化", "value": f"{change.recomputed} 件"}]
    elif case.state == TwoPersons.IN_FORCE:
        moved = [{"label": "期限有变化", "value": "正在重算"}]
    in_force = parameters_read.list_special_days(change.year)
    return {
        "waits": case.closed_at is None,
        "is_new": not in_force,
        "changed": presenting.differences(in_force, days),
        "months": presenting.preview_months(change.year, days),
        "lines": presenting.stretches(days),
        "facts": [{"label": "依据", "value": change.source}, {"label": "内容", "value": case.note}, *moved],
    }


CALENDARS = checked_kind(
    "calendar-changes",
    rules.CALENDAR,
    CalendarChange,
    space="administration:calendar-changes",
    opened_by=Permission.CALENDAR_PROPOSE,
    opened_on="administration:calendar",
    readers=(Permission.PARAMETER_VIEW,),
    opens=(YEAR, DAYS, SOURCE),
    goes=to_the_top,
    title="{source}",
    means="立即生效，在办事项的期限随后重算",
    columns=(Column("内容", "case.note", wraps=True),),
    words=Wordings(empty=Empty("没有这样的变更", "在工作日历页载入后，由另一人复核。")),
    review="administration/calendar_change.html",
    shows_more=shows_more,
)


@CALENDARS.on("agree")
def load(case: Case, change: CalendarChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The year holds at once; a job computes open deadlines again."""
    parameters.load_calendar_year(actor, change.year, read_lines(change.days), source=change.source, now=now)
    jobs.enqueue(
        services.RECOMPUTE,
        {"year": change.year, "change": change.pk},
        actor=actor,
        now=now,
        title=f"按 {change.year} 年日历重算期限",
        unit_id=case.unit_id,
    )
