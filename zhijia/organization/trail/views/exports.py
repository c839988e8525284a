"""A part of the trail as a file: what is filtered is asked for with a reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zhijia.foundation.casework.selectors import open_made
from zhijia.foundation.casework.services import open_case
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission
from zhijia.kernel.http import Request
from zhijia.organization.trail import presenting
from zhijia.organization.trail.cases import EXPORTS, most_rows, said_of
from zhijia.organization.trail.forms import ExportForm
from zhijia.organization.trail.permissions import Permission

from .asking import ask as ask_question


@require_http_methods(["GET", "POST"])
@once
def ask(request: Request) -> HttpResponse:
    """What is filtered stands in the address, as on the list; the form asks for the reason. Where one waits already,
    that one is shown.
    """
    waits = open_made(EXPORTS, request.actor)
    if waits:
        messages.info(request, "您已有一件导出申请等待复核，办结或撤回后才能再提。")
        return redirect(EXPORTS.page("review"), pid=waits)
    outcome = "read" if request.GET.get("outcome") == "read" else ""
    back = "trail:looks" if outcome else "trail:entries"
    question = ask_question(request, back, Permission.EXPORT, outcome=outcome).question
    if question is None:
        return redirect(f"{reverse(back)}?{request.GET.urlencode()}")
    form = ExportForm(request.POST or None)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            said = said_of(question, **form.cleaned_data)
            pid = open_case(EXPORTS, request.actor, said, now=request.now)
            messages.success(request, "申请已提交，由另一位审计管理员或上级复核，同意后开始准备文件。")
            return redirect(EXPORTS.page("review"), pid=pid)
    context = {
        "form": form,
        "said": presenting.in_words(question),
        "back": presenting.address_of(back, question),
        "most": most_rows(request.now),
    }
    return render(request, "trail/export.html", context, status=submission.status)
