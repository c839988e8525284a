"""The console's pages of jobs: the list, one job with progress that moves, stop and go on."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhijia.foundation.ui.listing import answer
from zhijia.kernel.doors import polled
from zhijia.kernel.http import Request

from . import presenting, selectors, services


@require_safe
def job_list(request: Request) -> HttpResponseBase:
    """Own jobs and those of one's units, newest first."""
    return answer(presenting.JOBS, request, partial(selectors.list_jobs, request.actor))


@polled
@require_safe
def job(request: Request, public_id: str) -> HttpResponse:
    """The job; for HX-Request only the part that moves, which leads to the result when there is one."""
    found = selectors.get_job(request.actor, public_id)
    part = presenting.progress(found, now=request.now)
    if found.account_id != request.actor.account_id:  # the result may be his alone to see
        part.pop("next", None)
    if request.headers.get("HX-Request"):
        return render(request, "ui/console/job.html", {"job": presenting.with_way_on(part)})
    context: dict[str, Any] = {"title": found.title, "job": part, **presenting.job_page(found, now=request.now)}
    return render(request, "jobs/job.html", context)


@require_POST
def cancel(request: Request, public_id: str) -> HttpResponse:
    services.cancel(request.actor, public_id, now=request.now)
    messages.info(request, "任务已停止，停止前办完的部分已保留。")
    return HttpResponseRedirect(reverse("jobs:job", args=[public_id]))


@require_POST
def resume(request: Request, public_id: str) -> HttpResponse:
    services.resume(request.actor, public_id, now=request.now)
    messages.success(request, "任务已重新排队，将从中断处继续。")
    return HttpResponseRedirect(reverse("jobs:job", args=[public_id]))
