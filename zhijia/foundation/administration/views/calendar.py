"""The calendar of working days: a year at a glance, and the form that loads another."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from zhijia.foundation.administration import presenting, selectors, services
from zhijia.foundation.administration.cases.calendar import CALENDARS, as_lines
from zhijia.foundation.administration.forms import CalendarForm
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.casework.services import open_case
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.ui.form import Submission
from zhijia.kernel.errors import NotAllowed
from zhijia.kernel.http import Request


def _year(request: Request) -> int:
    text = request.GET.get("year", "")
    this = timezone.localdate(request.now).year
    return int(text) if text.isascii() and text.isdigit() and 2000 <= int(text[:4]) <= 2100 and len(text) == 4 else this


@require_http_methods(["GET", "POST"])
@once
def calendar(request: Request) -> HttpResponse:
    """`/console/calendar?year=2027`"""
    actor = request.actor
    actor.require_anywhere(Permission.PARAMETER_VIEW)
    may_propose = selectors.unit_for(actor, Permission.CALENDAR_PROPOSE, selectors.EVERYWHERE) is not None
    year, this = _year(request), timezone.localdate(request.now).year
    loaded = parameters.loaded_years()
    form = CalendarForm(request.POST or None, request.FILES or None, initial={"year": this + 1})
    if request.method == "POST" and not may_propose:
        raise NotAllowed
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            if said["file"]:
                said["days"] = as_lines(services.read_days(said["file"]))
            pid = open_case(CALENDARS, actor, said, now=request.now)
            messages.success(request, "已提交，等待另一位系统管理员复核。")
            return redirect(CALENDARS.page("review"), pid=pid)
    days = parameters.list_special_days(year)
    years = sorted({*loaded, this, this + 1})
    context = {
        "year": year,
        "source": loaded.get(year, ""),
        "years": [
            {"label": f"{n} 年", "href": f"?year={n}", "current": n == year} for n in years if this - 3 <= n <= this + 1
        ],
        "months": presenting.months(year, parameters.calendar(), {day: name for day, _, name in days}),
        "lines": presenting.stretches(days),
        "missing_next": this + 1 not in loaded,
        "missing_words": f"{this + 1} 年的放假安排还没有载入；跨年的期限标为暂定，载入后自动重算。",
        "history": presenting.changes(CALENDARS, actor, selectors.list_calendar_changes()),
        "more": presenting.all_changes(CALENDARS),
        "form": form,
        "may_propose": may_propose,
    }
    return render(request, "administration/calendar.html", context, status=submission.status)
