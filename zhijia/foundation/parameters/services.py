"""Writing parameters and the calendar. Deciding who may is the editor's matter (`administration`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.kernel import workdays
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Duplicate, Invalid
from zhijia.kernel.registry import ParameterSpec, registry

from . import selectors
from .models import CalendarDay, CalendarYear, Generation, ParameterValue

ALWAYS = date(2000, 1, 1)
"""From when a declared default holds."""

SEEDED_YEARS = range(2023, 2027)


def touch() -> None:
    """Every process drops what it keeps within `selectors.FRESH_SECONDS`, this one at once."""
    if not Generation.objects.update(number=F("number") + 1):
        Generation.objects.create()
    selectors.forget()
    transaction.on_commit(selectors.forget)


def check_value(spec: ParameterSpec, value: Any) -> Any:
    """The value as it may be stored. Raises Invalid `parameter.value` outside the declared kind or bounds."""
    if spec.unit == "text":
        if isinstance(value, str) and 0 < len(value) <= 2000:
            return value
        raise Invalid("parameter.value", "请填写 1 到 2000 个字。", fields={"value": "请填写 1 到 2000 个字。"})
    if spec.unit == "flag":
        if isinstance(value, bool):
            return value
        raise Invalid("parameter.value", "请选择“是”或“否”。", fields={"value": "请选择“是”或“否”。"})
    low, high = spec.minimum, spec.maximum
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or (low is not None and value < low)
        or (high is not None and value > high)
    ):
        text = f"请填写 {low if low is not None else '任意'} 到 {high if high is not None else '任意'} 之间的整数。"
        raise Invalid("parameter.value", text, fields={"value": text})
    return value


@transaction.atomic
def schedule_value(
    actor: Actor,
    code: str,
    value: Any,
    *,
    valid_from: date,
    region: str = "",
    source: str,
    made_by: int | None,
    checked_by: int | None,
    now: datetime,
) -> ParameterValue:
    """Let a new value hold from a day on; the value before it ends there.

    Raises Invalid for a value outside its bounds or a day before the newest value's, Duplicate for the same day.
    """
    spec = registry.parameters.get(code)
    if spec is None:
        raise Invalid("parameter.unknown", "没有这个参数，请从列表中选择。")
    checked = check_value(spec, value)
    rows = ParameterValue.objects.filter(code=code, region=region)
    newest = rows.order_by("-valid_from").first()
    if newest is not None and newest.valid_from == valid_from:
        raise Duplicate("parameter.same_day", "同一天已有一个值生效，请换一个生效日期。")
    if newest is not None and newest.valid_from > valid_from:
        raise Invalid("parameter.before_newest", f"生效日期要晚于已有的 {newest.valid_from:%Y-%m-%d}。")
    version = (rows.aggregate(top=Max("version"))["top"] or 0) + 1
    rows.filter(valid_to__isnull=True).update(valid_to=valid_from)
    row = ParameterValue.objects.create(
        code=code,
        region=region,
        valid_from=valid_from,
        value=checked,
        version=version,
        source=source,
        made_by=made_by,
        checked_by=checked_by,
        decided_at=now,
    )
    audit.record(
        actor,
        "parameters.value",
        ("parameter", code),
        now=now,
        before={"value": newest.value if newest else None},
        after={"value": checked},
        detail={"version": version, "valid_from": valid_from.isoformat(), "region": region},
    )
    touch()
    return row


@transaction.atomic
def load_calendar_year(
    actor: Actor, year: int, days: Iterable[tuple[date, bool, str]], *, source: str, now: datetime
) -> int:
    """Replace a year's special days `(day, rests, name)`; returns how many. Deadlines are recomputed by `workflow`."""
    CalendarDay.objects.filter(day__year=year).delete()
    rows = [CalendarDay(day=day, rests=rests, name=name) for day, rests, name in days if day.year == year]
    CalendarDay.objects.bulk_create(rows)
    CalendarYear.objects.update_or_create(year=year, defaults={"source": source, "loaded_at": now})
    audit.record(actor, "parameters.calendar", ("calendar", year), now=now, detail={"days": len(rows)})
    touch()
    return len(rows)


def seed_after_migrate(**_kwargs: object) -> None:
    """Give every declared parameter its first row, and load the published calendar where the table is empty."""
    known = set(ParameterValue.objects.filter(region="").values_list("code", flat=True).distinct())
    missing = [spec for spec in registry.parameters.values() if spec.code not in known]
    now = timezone.now()
    ParameterValue.objects.bulk_create(
        ParameterValue(
            code=spec.code, valid_from=ALWAYS, value=spec.default, version=1, source=spec.source, decided_at=now
        )
        for spec in missing
    )
    years = [year for year in SEEDED_YEARS if not CalendarYear.objects.filter(year=year).exists()]
    if years:
        CalendarDay.objects.bulk_create(
            (CalendarDay(day=day, rests=rests, name=name) for day, rests, name in workdays.chinesecalendar_days(years)),
            ignore_conflicts=True,
        )
        CalendarYear.objects.bulk_create(
            CalendarYear(year=year, source="国务院办公厅节假日安排（chinesecalendar）", loaded_at=now) for year in years
        )
    if missing or years:
        touch()
