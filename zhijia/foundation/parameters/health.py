"""Whether deadlines can be computed: the calendar of this year and, late in the year, of the next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from zhijia.kernel.health import Finding, bad, good, look, warn

from . import selectors

ASKED_FROM_MONTH = 12
"""The State Council publishes the next year's plan in November."""
_ADVICE = "请由系统管理员在“工作日历”里载入国务院办公厅公布的放假安排，另一人复核。"


@look("parameters.calendar")
def calendar_is_loaded(now: datetime) -> Iterator[Finding]:
    today, years = timezone.localdate(now), selectors.loaded_years()
    if today.year not in years:
        yield bad("parameters.calendar", f"{today.year} 年的放假安排没有载入，期限只能暂按周末计算。", _ADVICE)
    elif today.month >= ASKED_FROM_MONTH and today.year + 1 not in years:
        yield warn("parameters.calendar", f"{today.year + 1} 年的放假安排还没有载入，跨年的期限是暂定的。", _ADVICE)
    else:
        yield good("parameters.calendar", f"放假安排已载入到 {max(years)} 年。")
