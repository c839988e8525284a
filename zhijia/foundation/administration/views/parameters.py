"""Parameters: the list, one with its values by day and region, a proposal and its decision."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.administration import presenting, rules, selectors
from zhijia.foundation.administration.forms import ValueForm
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.administration.services import parameters as services
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.ui.listing import Button, Query, answer, table
from zhijia.kernel.errors import NotAllowed
from zhijia.kernel.http import Request
from zhijia.kernel.registry import ParameterSpec

from . import deciding


@require_safe
def parameter_list(request: Request) -> HttpResponseBase:
    """Every declared number with the value in force, by the capability that declares it."""
    request.actor.require_anywhere(Permission.PARAMETER_VIEW)
    read = partial(selectors.list_parameters, today=timezone.localdate(request.now))
    calendar = Button("工作日历", reverse("administration:calendar"))
    return answer(presenting.PARAMETERS, request, read, actions=[calendar])


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
        for name, sentence in services.faults_of(
            spec, form.cleaned_data, today=timezone.localdate(request.now)
        ).items():
            if name not in form.errors:
                form.add_error(name, sentence)
    if submission.is_right:
        with submission:
            pid = services.propose_value(request.actor, code, **form.cleaned_data, now=request.now)
            messages.success(request, "已提交，等待另一位系统管理员复核。")
            return redirect("administration:parameter_case", pid=pid)
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
        "waiting": deciding.history(
            request.actor, waiting, "administration:parameter_case", selectors.PARAMETER_READERS
        ),
        "history": deciding.history(
            request.actor, changes, "administration:parameter_case", selectors.PARAMETER_READERS
        ),
    }


@require_http_methods(["GET", "POST"])
@once
def case(request: Request, pid: str) -> HttpResponse:
    """A proposed value beside the one it follows, and the decision."""
    change = selectors.get_parameter_change(request.actor, pid)
    spec = selectors.get_spec(change.code)
    form = deciding.check_form(request, change.case, agree=f"到 {change.valid_from} 零时自动生效")
    answer = deciding.decided(request, pid, form, services.decide_value, page="administration:parameter_case")
    if not isinstance(answer, int):
        return answer
    place = selectors.region_label(change.region)
    before = parameters.versioned(change.code, on=change.valid_from, region=change.region)
    if change.case.state == rules.State.IN_FORCE:
        before = parameters.version_before(change.code, change.region, change.valid_from) or before
    context = deciding.case_context(request, change.case, form) | {
        "spec": spec,
        "diff": {
            "old": {
                "label": f"之前，第 {before.version} 版",
                "value": rules.value_words(spec.unit, before.value),
                "note": place if before.version else "平台默认",
            },
            "new": {
                "label": f"拟改为，第 {change.base_version + 1} 版",
                "value": rules.value_words(spec.unit, change.value),
                "note": f"{change.valid_from} 起，不设终止",
            },
        },
        "facts": [
            {"label": "适用地区", "value": f"{place}及下级" if change.region else place},
            {"label": "依据", "value": change.source},
            {"label": "理由", "value": change.reason},
            {"label": "单位、范围", "value": rules.bounds_words(spec)},
            {"label": "影响", "value": f"{change.valid_from} 起开始的事项；在办的仍按原来的版本"},
        ],
        "back": reverse("administration:parameter", args=[change.code]),
    }
    context["checks"] += [
        {"state": "ok", "text": "数值在允许范围", "value": "符合", "detail": ""},
        _in_time(request, change),
    ]
    return render(request, "administration/parameter_case.html", context, status=answer)


def _in_time(request: Request, change: Any) -> dict[str, str]:
    late = change.valid_from <= timezone.localdate(request.now)
    detail = "生效日期已到，不能追溯，请退回后改一个日期。" if late else ""
    return {
        "state": "bad" if late else "ok",
        "text": "不追溯生效",
        "value": "已到" if late else "符合",
        "detail": detail,
    }


@require_POST
@once
def withdraw(request: Request, pid: str) -> HttpResponse:
    services.withdraw_value(request.actor, pid, now=request.now)
    messages.success(request, "已撤回，可以修改后重新提交。")
    return redirect("administration:parameters")
