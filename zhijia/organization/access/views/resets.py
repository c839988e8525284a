"""A colleague has lost his ways into the console: the form with which one administrator asks another."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from zhijia.foundation.casework.services import open_case
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission
from zhijia.kernel.http import Request
from zhijia.organization.access import selectors
from zhijia.organization.access.cases import RESETS
from zhijia.organization.access.forms import ResetForm
from zhijia.organization.access.permissions import Permission


@require_http_methods(["GET", "POST"])
@once
def ask(request: Request, pid: str) -> HttpResponse:
    """`/console/access/people/<person>/reset`: one field, and what will happen."""
    request.actor.require_anywhere(Permission.RESET_ASK)
    person, _ = selectors.list_grants_of(request.actor, pid, today=timezone.localdate(request.now))
    form = ResetForm(request.POST or None)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            public_id = open_case(RESETS, request.actor, {"person": pid, **form.cleaned_data}, now=request.now)
            messages.success(request, "已提交，等待安全管理员复核；本人已收到短信。")
            return redirect(RESETS.page("review"), pid=public_id)
    context = {"person": person, "form": form, "back": reverse("access:person", args=[pid])}
    return render(request, "access/reset.html", context, status=submission.status)
