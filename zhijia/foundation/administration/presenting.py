"""Parameters, the calendar and wordings as the console's parts want them: words and addresses, nothing decided here."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.urls import reverse

from zhijia.foundation.casework import selectors as cases
from zhijia.foundation.casework.kinds import CaseKind
from zhijia.foundation.parameters.selectors import ParameterValue
from zhijia.foundation.ui.listing import Column, Listing, Tag, To
from zhijia.foundation.ui.site import current_site
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid
from zhijia.kernel.registry import ParameterSpec
from zhijia.kernel.workdays import Calendar

from . import rules
from .selectors import ParameterChange, ParameterRow


def changes(kind: CaseKind, actor: Actor, rows: Sequence[Any]) -> list[dict[str, str]]:
    """Shape of `ui/console/recent.html`; a change that the reader may not open is told without a link."""
    return [
        {
            "label": row.case.title,
            "href": reverse(kind.page("review"), args=[row.case.public_id])
            if cases.may_read(kind, actor, row.case)
            else "",
            "end": kind.workflow.labels[row.case.state],
        }
        for row in rows
    ]


def all_changes(kind: CaseKind) -> dict[str, str]:
    """The link from a history to the kind's list."""
    return {"href": reverse(kind.page("list")), "label": "全部"}


CALLED = {"work": "上班", "rest": "放假"}


def span(row: ParameterValue) -> str:
    """`2026-03-01 至 2026-12-31`; what came with the platform has no day to tell."""
    first = row.valid_from.year <= 2000
    if row.valid_to is None:
        return "平台初始值" if first else f"{row.valid_from} 起"
    return f"{'平台初始' if first else row.valid_from} 至 {row.valid_to - timedelta(days=1)}"


def _in_force(row: ParameterRow) -> str:
    return rules.value_words(row.spec.unit, row.now.value if row.now else row.spec.default)


def _coming(row: ParameterRow) -> str:
    return f"{rules.value_words(row.spec.unit, row.next.value)}，{row.next.valid_from} 起" if row.next else ""


def _regions(row: ParameterRow) -> str:
    return f"{row.regions} 处另设" if row.regions else "统一"


def _source(row: ParameterRow) -> str:
    return row.now.source if row.now else row.spec.source


def _state(row: ParameterRow) -> tuple[str, str]:
    return ("待复核", "soon") if row.waiting else ("现行", "done")


PARAMETER_LIST = Listing(
    "parameters",
    "参数",
    note="法定、地区与计划数值，分日期生效；制单与复核须为两人",
    head=Column("参数", "spec.label"),
    detail="spec.code",
    opens=To("administration:parameter", "spec.code"),
    group="room",
    search="名称或代码",
    counted="项",
    columns=(
        Column("现行", _in_force),
        Column("下一个值", _coming),
        Column("地区", _regions),
        Column("依据", _source, wraps=True, faint=True),
        Tag("状态", _state),
    ),
)


def pick_groups(rows: Sequence[ParameterRow], current: str) -> list[dict[str, Any]]:
    """Shape of `ui/console/pick_list.html`."""
    return [
        {
            "title": room,
            "entries": [
                {
                    "label": row.spec.label,
                    "code": row.spec.code,
                    "href": reverse("administration:parameter", args=[row.spec.code]),
                    "current": row.spec.code == current,
                    "tag": {"text": "待复核", "state": "soon"} if row.waiting else None,
                }
                for row in of_room
            ],
        }
        for room, of_room in groupby(rows, key=attrgetter("room"))
    ]


def value_line(
    spec: ParameterSpec, values: Sequence[ParameterValue], waiting: Sequence[ParameterChange], *, today: date
) -> list[dict[str, str]]:
    """Shape of `ui/console/value_line.html`: one region's values, oldest first, the last six, then what waits."""
    line = []
    for row in sorted(values, key=lambda row: row.valid_from)[-6:]:
        state, word = "", "已过"
        if row.valid_from > today:
            state, word = "next", "未到"
        elif row.valid_to is None or today < row.valid_to:
            state, word = "now", "现行"
        line.append(
            {
                "value": rules.value_words(spec.unit, row.value),
                "span": span(row),
                "state": state,
                "note": f"第 {row.version} 版 · {word}",
            }
        )
    for change in waiting:
        words = {"value": rules.value_words(spec.unit, change.value), "span": f"{change.valid_from} 起"}
        line.append({**words, "state": "next", "note": f"第 {change.base_version + 1} 版 · 待复核"})
    return line


@dataclass(frozen=True, slots=True)
class RegionValue:
    """What a region set for itself, in words."""

    name: str
    value: str
    span: str
    source: str
    counts: bool


def _counts(row: RegionValue) -> tuple[str, str]:
    return ("现行", "done") if row.counts else ("未到", "soon")


REGION_VALUES = Listing(
    "region_values",
    "地区取值",
    head=Column("地区", "name"),
    columns=(Column("值", "value"), Column("生效", "span"), Column("依据", "source", wraps=True, faint=True),
             Tag("状态", _counts)),
)  # fmt: skip


def region_values(
    spec: ParameterSpec, values: Sequence[ParameterValue], names: Mapping[str, str], *, today: date
) -> list[RegionValue]:
    """Regions that set their own value, the newest in force or coming."""
    own: dict[str, list[ParameterValue]] = {}
    for row in values:
        if row.region:
            own.setdefault(row.region, []).append(row)
    found = []
    for region in sorted(own):
        shown = max(own[region], key=lambda row: (row.valid_from <= today, row.valid_from))
        words = rules.value_words(spec.unit, shown.value)
        name = names.get(region) or region
        found.append(RegionValue(name, words, span(shown), shown.source, shown.valid_from <= today))
    return found


# --- The calendar
def months(year: int, known: Calendar, names: Mapping[date, str]) -> list[dict[str, Any]]:
    """`[{"title": "1月", "weeks": [[{"day", "kind": rest | work | "", "name", "label"} or None, ...]]}]`

    `rest` is a weekday that rests or a named holiday, `work` a weekend day worked in exchange.
    """
    pages = []
    for month in range(1, 13):
        weeks = [
            [_day(day, known, names) if day.month == month else None for day in week]
            for week in calendar.Calendar().monthdatescalendar(year, month)
        ]
        pages.append({"title": f"{month}月", "weeks": weeks})
    return pages


def _day(day: date, known: Calendar, names: Mapping[date, str]) -> dict[str, Any]:
    works = known.is_workday(day)
    weekend = day.weekday() >= 5
    kind = "work" if works and weekend else "rest" if not works and (not weekend or day in names) else ""
    word = {"work": "班", "rest": "休"}.get(kind, "")
    name = names.get(day, "")
    return {
        "day": day.day,
        "kind": kind,
        "word": word,
        "off": not works,
        "label": f"{day.month}月{day.day}日 {name}{CALLED.get(kind, '')}".strip(),
    }


def preview_months(year: int, days: Sequence[tuple[date, bool, str]]) -> list[dict[str, Any]]:
    known = Calendar(
        holidays=frozenset(day for day, rests, _ in days if rests),
        workdays=frozenset(day for day, rests, _ in days if not rests),
        years=frozenset({year}),
    )
    return months(year, known, {day: name for day, _, name in days})


def stretches(days: Sequence[tuple[date, bool, str]]) -> list[dict[str, str]]:
    """Facts in words, a line for each holiday: `{"label": "春节", "value": "02-15 至 02-23，共 9 天；02-14 上班"}`."""
    by_name: dict[str, tuple[list[date], list[date]]] = {}
    for day, rests, name in days:
        by_name.setdefault(name, ([], []))[0 if rests else 1].append(day)
    lines = []
    for name, (off, on) in by_name.items():
        words = (
            f"{min(off):%m-%d} 至 {max(off):%m-%d}，共 {len(off)} 天"
            if len(off) > 1
            else f"{off[0]:%m-%d}"
            if off
            else ""
        )
        work = "、".join(f"{day:%m-%d}" for day in on)
        lines.append({"label": name, "value": "；".join(filter(None, [words, f"{work} 上班" if work else ""]))})
    return lines


def differences(now: Sequence[tuple[date, bool, str]], then: Sequence[tuple[date, bool, str]]) -> list[dict[str, str]]:
    """What a proposed year changes of the one in force, as facts: `{"label": "增加放假", "value": "02-14 春节"}`."""
    before, after = ({day: (rests, name) for day, rests, name in days} for days in (now, then))

    def only(these: Mapping[date, tuple[bool, str]], those: Mapping[date, tuple[bool, str]], rests: bool) -> str:
        found = [day for day, (is_rest, _) in these.items() if is_rest is rests and those.get(day, (None,))[0] != rests]
        return "、".join(f"{day:%m-%d} {these[day][1]}".strip() for day in sorted(found))

    renamed = [day for day in sorted(before.keys() & after.keys()) if before[day][0] == after[day][0]]
    renamed = [day for day in renamed if before[day][1] != after[day][1]]
    lines = [
        ("增加放假", only(after, before, True)),
        ("取消放假", only(before, after, True)),
        ("增加调休上班", only(after, before, False)),
        ("取消调休上班", only(before, after, False)),
        ("改名称", "、".join(f"{day:%m-%d} {before[day][1]}改为{after[day][1]}" for day in renamed)),
    ]
    return [{"label": label, "value": value} for label, value in lines if value]


# --- Wordings
def previews(title: str, body: str, sms: str) -> list[dict[str, str]]:
    """A wording with samples put in, as facts."""
    site = current_site()
    values = {**rules.SAMPLES, "site": site.name, "hotline": site.hotline}
    parts = [("标题", title), ("站内消息", body), *([("短信", sms)] if sms else [])]
    shown = []
    for label, text in parts:
        try:
            words = rules.preview(text, values)
        except Invalid as error:
            words = error.message
        length = f"{len(words)} 个字" if label == "短信" else ""
        shown.append({"label": label, "value": words, "note": length})
    return shown
