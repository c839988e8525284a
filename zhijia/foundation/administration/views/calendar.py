"""The calendar of working days: a year at a glance, a proposal, its decision and what it moved."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from zhijia.foundation.administration import presenting, selectors
from zhijia.foundation.administration.forms import CalendarForm
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.administration.services import calendar as services
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.ui.form import Submission
from zhijia.kernel.errors import NotAllowed
from zhijia.kernel.http import Request

from . import deciding


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
            days = services.read_days(form.rows())
            pid = services.propose_year(actor, said["year"], days, source=said["source"], now=request.now)
            messages.success(request, "已提交，等待另一位系统管理员复核。")
            return redirect("administration:calendar_case", pid=pid)
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
        "history": deciding.history(
            request.actor, selectors.list_calendar_changes(), "administration:calendar_case", selectors.CALENDAR_READERS
        ),
        "form": form,
        "may_propose": may_propose,
    }
    return render(request, "administration/calendar.html", context, status=submission.status)


@require_http_methods(["GET", "POST"])
@once
def case(request: Request, pid: str) -> HttpResponse:
    change = selectors.get_calendar_change(request.actor, pid)
    form = deciding.check_form(request, change.case, agree="立即生效，在办事项的期限随后重算")
    answer = deciding.decided(request, pid, form, services.decide_year, page="administration:calendar_case")
    if not isinstance(answer, int):
        return answer
    days = [(date.fromisoformat(day), bool(rests), str(name)) for day, rests, name in change.days]
    moved = "—"
    if change.recomputed is not None:
        moved = f"{change.recomputed} 件"
    elif change.case.closed_at is not None and change.case.state == "IN_FORCE":
        moved = "正在重算"
    context = deciding.case_context(request, change.case, form) | {
        "change": change,
        "months": presenting.preview_months(change.year, days),
        "lines": presenting.stretches(days),
        "facts": [
            {"label": "依据", "value": change.source},
            {"label": "内容", "value": change.case.note},
            {"label": "期限有变化", "value": moved, "href": reverse("jobs:list") if moved == "正在重算" else ""},
        ],
    }
    return render(request, "administration/calendar_case.html", context, status=answer)


@require_POST
@once
def withdraw(request: Request, pid: str) -> HttpResponse:
    services.withdraw_year(request.actor, pid, now=request.now)
    messages.success(request, "已撤回，可以修改后重新提交。")
    return redirect("administration:calendar")
