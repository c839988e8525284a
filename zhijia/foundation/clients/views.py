"""Other systems in the console: the form with its usual days, and a new secret."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from zhijia.foundation.casework import pages, selectors as cases
from zhijia.foundation.casework.forms import asking_cadre
from zhijia.foundation.casework.services import open_case
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission
from zhijia.kernel.http import Request

from . import selectors, services
from .cases import CLIENTS

USUAL_PER_MINUTE = 120


@require_http_methods(["GET", "POST"])
@once
def new(request: Request) -> HttpResponse:
    """Register a system; another person agrees."""
    selectors.unit_to_register(request.actor)
    today = timezone.localdate(request.now)
    initial = {
        "per_minute": USUAL_PER_MINUTE,
        "valid_from": today,
        "valid_until": today.replace(month=1, day=1, year=today.year + 2),
    }
    form = asking_cadre(CLIENTS.opens)(request.POST or None, initial=initial)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            pid = open_case(CLIENTS, request.actor, form.cleaned_data, now=request.now)
            messages.success(request, "已提交，等待安全管理员复核。")
            return redirect(CLIENTS.page("review"), pid=pid)
    return render(request, "clients/new.html", {"form": form}, status=submission.status)


@require_POST
def secret(request: Request, pid: str) -> HttpResponse:
    """A new secret, shown in this one answer. Not `once`: the secret must not be kept anywhere else."""
    cases.get_case(CLIENTS, request.actor, pid)
    issued = services.issue_secret(request.actor, pid, now=request.now)
    one = cases.get_case(CLIENTS, request.actor, pid)
    form = pages.decision_form(CLIENTS, request, one)
    response = pages.review_page(CLIENTS, request, one, form=form, issued=issued)
    response["Cache-Control"] = "no-store"
    return response
