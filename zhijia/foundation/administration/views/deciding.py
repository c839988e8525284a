"""What the three kinds of checked matters share on their pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from zhijia.foundation.administration import rules, selectors
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.workflow import presenting, services as workflow
from zhijia.foundation.workflow.forms import CheckForm
from zhijia.kernel.actor import Actor
from zhijia.kernel.http import Request

Decide = Callable[..., object]


def check_form(request: Request, case: Any, *, agree: str) -> CheckForm:
    return CheckForm(request.POST or None, agree=agree, initial={"version": case.version})


def decided(request: Request, pid: str, form: CheckForm, decide: Decide, *, page: str) -> HttpResponse | int:
    """Carry the posted decision out: the way on, or the status with which the form is shown again."""
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            decide(request.actor, pid, agree=form.agrees, note=said["note"], now=request.now, version=said["version"])
            messages.success(request, "已同意。" if form.agrees else "已退回经办人。")
            return HttpResponseRedirect(reverse(page, args=[pid]))
    return submission.status


def case_context(request: Request, case: Any, form: CheckForm) -> dict[str, Any]:
    """`case`, `head`, `decision` or None, `checks`, `may_withdraw`: what a page of a checked matter shows."""
    moves = {move.name for move in workflow.allowed_moves(case, request.actor)}
    return {
        "case": case,
        "head": presenting.head(case, now=request.now),
        "checks": [presenting.two_persons(case, request.actor)],
        "decision": {"action": "", "title": "复核", "form": form, "submit": "提交复核"} if "agree" in moves else None,
        "may_withdraw": "withdraw" in moves,
    }


def history(actor: Actor, changes: list[Any], page: str, readers: Sequence[str]) -> list[dict[str, Any]]:
    """Shape of `ui/console/recent.html`; a case that the reader may not open is told without a link."""
    return [
        {
            "label": change.case.title,
            "href": reverse(page, args=[change.case.public_id]) if selectors.may_open(actor, change, readers) else "",
            "end": rules.PARAMETER.labels[change.case.state],
        }
        for change in changes
    ]
