"""Parameters: the list, one with its values by day and region, and the form for the next value."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
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
from zhijia.foundation.ui.listing import Button, Query, answer, table
from zhijia.kernel.errors import NotAllowed
from zhijia.kernel.http import Request
from zhijia.kernel.registry import ParameterSpec


@require_safe
def parameter_list(request: Request) -> HttpResponseBase:
    """Every declared number with the value in force, by the capability that declares it."""
    request.actor.require_anywhere(Permission.PARAMETER_VIEW)
    read = partial(selectors.list_parameters, today=timezone.localdate(request.now))
    actions = [
        Button("变更", reverse(PARAMETERS.page("list"))),
        Button("工作日历", reverse("administration:calendar")),
    ]
    return answer(presenting.PARAMETER_LIST, request, read, actions=actions)


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
        "groups": presenting.pick_groups(selectors.list_parameters(Query(), today=today).rows, spec.code),
        "values": presenting.value_line(
            spec,
            [row for row in values if not row.region],
            [change for change in waiting if not change.region],
            today=today,
        ),
        "table": table(
            presenting.REGION_VALUES, presenting.region_values(spec, values, names, today=today), request.now
        ),
        "waiting": presenting.changes(PARAMETERS, request.actor, waiting),
        "history": presenting.changes(PARAMETERS, request.actor, changes),
        "more": presenting.all_changes(PARAMETERS),
    }
