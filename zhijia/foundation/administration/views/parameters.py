"""Parameters: the list, one with its values by day and region, and the form for the next value."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.administration import presenting, rules, selectors
from zhijia.foundation.administration.cases.parameters import PARAMETERS, faults_of
from zhijia.foundation.administration.forms import ValueForm
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.casework.services import open_case
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.ui.form import Submission
from zhijia.kernel.errors import NotAllowed
from zhijia.kernel.http import Request
from zhijia.kernel.registry import ParameterSpec


@require_safe
def parameter_list(request: Request) -> HttpResponse:
    """Every declared number with the value in force, by the capability that declares it."""
    request.actor.require_anywhere(Permission.PARAMETER_VIEW)
    search = request.GET.get("q", "")[:40]
    groups = selectors.list_groups(today=timezone.localdate(request.now), search=search)
    context = {
        "groups": presenting.list_tables(groups),
        "bar": {"label": "参数查找", "name": "q", "value": search, "placeholder": "名称或代码", "selects": []},
        "head_actions": [
            {"label": "变更", "href": reverse(PARAMETERS.page("list"))},
            {"label": "工作日历", "href": reverse("administration:calendar")},
        ],
        "empty": {
            "title": "没有找到参数",
            "text": f"按“{search}”没有找到，可以换一个名称或代码。",
            "actions": [{"label": "清除条件", "href": reverse("administration:parameters"), "small": True}],
        },
    }
    return render(request, "administration/parameters.html", context)


@require_http_methods(["GET", "POST"])
@once
def parameter(request: Request, code: str) -> HttpResponse:
    """One parameter: its values on a line, regions that differ, and the form for the next value."""
    request.actor.require_anywhere(Permission.PARAMETER_VIEW)
    spec = selectors.get_spec(code)
    regions = selectors.region_choices(request.actor)
    form = ValueForm(request.POST or None, unit=spec.unit, bounds=rules.bounds_words(spec), regions=regions)
    if request.method == "POST" and not regions:
        raise NotAllowed
    submission = Submission(request, form)
    if form.is_bound and not submission.is_right:  # what is wrong with the other fields is told at once
        for name, sentence in faults_of(spec, form.cleaned_data, today=timezone.localdate(request.now)).items():
            if name not in form.errors:
                form.add_error(name, sentence)
    if submission.is_right:
        with submission:
            pid = open_case(PARAMETERS, request.actor, {"code": code, **form.cleaned_data}, now=request.now)
            messages.success(request, "已提交，等待另一位系统管理员复核。")
            return redirect(PARAMETERS.page("review"), pid=pid)
    context = _page(request, spec) | {"form": form, "may_propose": bool(regions)}
    return render(request, "administration/parameter.html", context, status=submission.status)


def _page(request: Request, spec: ParameterSpec) -> dict[str, Any]:
    today = timezone.localdate(request.now)
    values = parameters.list_values(spec.code)
    names = {row.region: selectors.region_label(row.region) for row in values if row.region}
    changes = selectors.list_parameter_changes(spec.code)
    waiting = [change for change in changes if change.case.closed_at is None]
    return {
        "spec": spec,
        "bounds": rules.bounds_words(spec),
        "groups": presenting.pick_groups(selectors.list_groups(today=today), spec.code),
        "values": presenting.value_line(
            spec,
            [row for row in values if not row.region],
            [change for change in waiting if not change.region],
            today=today,
        ),
        "regions": presenting.region_table(spec, values, names, today=today),
        "waiting": presenting.changes(PARAMETERS, request.actor, waiting),
        "history": presenting.changes(PARAMETERS, request.actor, changes),
        "more": presenting.all_changes(PARAMETERS),
    }
