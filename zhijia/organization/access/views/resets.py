"""A colleague has lost his ways into the console: asked for by one administrator, decided by another."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.workflow import presenting as cases, services as workflow
from zhijia.foundation.workflow.forms import CheckForm
from zhijia.kernel.http import Request
from zhijia.organization.access import presenting, selectors, services
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
            public_id = services.ask_reset(request.actor, pid, reason=form.cleaned_data["reason"], now=request.now)
            messages.success(request, "已提交，等待安全管理员复核；本人已收到短信。")
            return redirect("access:reset_case", pid=public_id)
    context = {"person": person, "form": form, "back": reverse("access:person", args=[pid])}
    return render(request, "access/reset.html", context, status=submission.status)


@require_http_methods(["GET", "POST"])
@once
def case(request: Request, pid: str) -> HttpResponse:
    """Whose ways in, who asks and why, and the second administrator's decision."""
    found, person = selectors.get_reset(request.actor, pid)
    form = CheckForm(
        request.POST or None, agree="立即清除密码和验证方式，所有设备退出登录", initial={"version": found.version}
    )
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            said = form.cleaned_data
            decide = services.approve_reset if form.agrees else services.refuse_reset
            decide(request.actor, pid, note=said["note"], now=request.now, version=said["version"])
            messages.success(request, "已重置，本人会收到短信和开通链接。" if form.agrees else "已退回申请人。")
            return redirect("access:reset_case", pid=pid)
    moves = {move.name for move in workflow.allowed_moves(found, request.actor)}
    context = {
        "case": found,
        "head": cases.head(found, now=request.now),
        "facts": presenting.reset_facts(found, person),
        "checks": [cases.two_persons(found, request.actor)],
        "decision": {"action": "", "title": "复核", "form": form, "submit": "提交复核"} if "approve" in moves else None,
        "may_withdraw": "withdraw" in moves,
    }
    return render(request, "access/reset_case.html", context, status=submission.status)


@require_POST
@once
def withdraw(request: Request, pid: str) -> HttpResponse:
    services.withdraw_reset(request.actor, pid, now=request.now)
    messages.success(request, "已撤回申请。")
    return redirect("access:list")
