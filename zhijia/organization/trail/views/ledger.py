"""Whether the sealed log is whole: the newest head, heads kept elsewhere, checks; and a check of everything now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.jobs import presenting as job_parts, selectors as jobs
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.ui.listing import table
from zhijia.kernel.http import Request
from zhijia.organization.trail import sealed, selectors, services
from zhijia.organization.trail.forms import HeadForm


@require_http_methods(["GET", "POST"])
@once
def index(request: Request) -> HttpResponse:
    """A quick look; a POST compares a head copied from paper with the log of today."""
    state = selectors.log_state(request.actor)
    form = HeadForm(request.POST or None)
    submission = Submission(request, form)
    compared: dict[str, Any] | None = None
    if submission.is_right:
        submission.status = 200
        with submission:
            wrong = services.compare_head(request.actor, form.cleaned_data["head"], now=request.now)
            compared = {"ok": not wrong, "rows": [sealed.in_chinese(sentence) for sentence in wrong]}
    context = {
        "state": state,
        "checks": sealed.log_checks(state),
        "wrong": [sealed.in_chinese(sentence) for sentence in state.wrong],
        "facts": sealed.log_facts(state),
        "table": table(sealed.CHECKS, state.checks, request.now),
        "form": form,
        "compared": compared,
        **_running(request),
    }
    return render(request, "trail/ledger.html", context, status=submission.status)


def _running(request: Request) -> dict[str, Any]:
    """A check under way: its progress for who started it, a word for everybody else."""
    living = jobs.find_living(services.VERIFY)
    found = jobs.find_by_public_id(living) if living else None
    if found is None:
        return {"job": None, "others": ""}
    if found.account_id != request.actor.account_id:
        return {"job": None, "others": f"另一位同事正在核对：{job_parts.how_far(found)}。"}
    return {"job": job_parts.progress(found, now=request.now), "others": ""}


@require_POST
@once
def check(request: Request) -> HttpResponse:
    services.start_verifying(request.actor, now=request.now)
    messages.success(request, "已开始逐条核对，完成后在本页显示结果。")
    return redirect("trail:ledger")


@require_safe
def verified(request: Request, public_id: str) -> HttpResponse:
    """From a finished check to its result."""
    return redirect("trail:ledger")
