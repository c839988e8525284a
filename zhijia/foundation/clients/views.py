"""Other systems in the console: the list, registering, the second person's decision, secrets, stopping."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.ui.listing import Button, answer
from zhijia.foundation.workflow import presenting as cases, services as workflow
from zhijia.foundation.workflow.forms import CheckForm
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry

from . import presenting, selectors, services
from .forms import ClientForm, StateForm
from .permissions import Permission

USUAL_PER_MINUTE = 120


def _today(request: Request) -> date:
    return timezone.localdate(request.now)


@require_safe
def client_list(request: Request) -> HttpResponseBase:
    """Systems registered in the actor's scope, newest first."""
    request.actor.require_anywhere(Permission.VIEW)
    actions = [Button("接口说明", reverse("api_reference"))]
    if request.actor.holds(Permission.REGISTER):
        actions.append(Button("登记系统", reverse("clients:new"), primary=True))
    return answer(presenting.CLIENTS, request, partial(selectors.list_clients, request.actor), actions=actions)


@require_http_methods(["GET", "POST"])
@once
def new(request: Request) -> HttpResponse:
    """Register a system; another person agrees."""
    selectors.unit_to_register(request.actor)
    today = _today(request)
    form = ClientForm(
        request.POST or None,
        choices=[(spec.code, spec.label) for spec in selectors.grantable()],
        initial={
            "per_minute": USUAL_PER_MINUTE,
            "valid_from": today,
            "valid_until": today.replace(month=1, day=1, year=today.year + 2),
        },
    )
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            pid = services.register(request.actor, **form.read(), now=request.now)
            messages.success(request, "已提交，等待安全管理员复核。")
            return redirect("clients:case", pid=pid)
    return render(request, "clients/new.html", {"form": form}, status=submission.status)


@require_http_methods(["GET", "POST"])
@once
def case(request: Request, pid: str) -> HttpResponse:
    """One system: what it may, its secrets, the decision, stopping it."""
    client = selectors.get_client(request.actor, pid)
    form = CheckForm(request.POST or None, agree="对方即可领取密钥并调用", initial={"version": client.case.version})
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            services.decide_registration(
                request.actor, pid, agree=form.agrees, note=said["note"], now=request.now, version=said["version"]
            )
            messages.success(request, "已同意，登记人可以领取密钥。" if form.agrees else "已退回登记人。")
            return redirect("clients:case", pid=pid)
    return _page(request, client, decision=form, status=submission.status)


def _page(
    request: Request,
    client: selectors.Client,
    *,
    decision: CheckForm | None = None,
    state_form: StateForm | None = None,
    issued: services.Issued | None = None,
    status: int = 200,
) -> HttpResponse:
    pid = client.case.public_id
    moves = {move.name for move in workflow.allowed_moves(client.case, request.actor)}
    scopes = selectors.scopes_of(client.pk)
    names = registry.units.names({client.unit_id, *(unit for unit, _ in scopes)})
    path = registry.units.path(client.unit_id)
    change = next((name for name in ("suspend", "resume") if name in moves), "")
    check: dict[str, Any] | None = None
    if "agree" in moves:
        form = decision or CheckForm(initial={"version": client.case.version})
        check = {"action": reverse("clients:case", args=[pid]), "title": "复核", "form": form, "submit": "提交复核"}
    context = {
        "case": client.case,
        "client": client,
        "head": cases.head(client.case, now=request.now),
        "tag": presenting.state_tag(client, today=_today(request)),
        "facts": presenting.facts(client, names),
        "scopes": presenting.scope_lines(scopes, names),
        "secrets": presenting.secret_lines(selectors.list_secrets(client.pk), now=request.now),
        "may_issue": client.in_force and request.actor.may(Permission.REGISTER, path),
        "issued": issued,
        "decision": check,
        "checks": [cases.two_persons(client.case, request.actor)] if "agree" in moves else [],
        "may_withdraw": "withdraw" in moves,
        "why_not": presenting.why_nothing(client, moves),
        "change": change,
        "state_form": state_form or StateForm(),
    }
    return render(request, "clients/case.html", context, status=status)


@require_POST
@once
def withdraw(request: Request, pid: str) -> HttpResponse:
    services.withdraw_registration(request.actor, pid, now=request.now)
    messages.success(request, "已撤回登记。")
    return redirect("clients:list")


@require_POST
def secret(request: Request, pid: str) -> HttpResponse:
    """A new secret, shown in this one answer. Not `once`: the secret must not be kept anywhere else."""
    client = selectors.get_client(request.actor, pid)
    issued = services.issue_secret(request.actor, pid, now=request.now)
    response = _page(request, client, issued=issued)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@once
def state(request: Request, pid: str) -> HttpResponse:
    """Stop a system at once, or let it call again."""
    client = selectors.get_client(request.actor, pid)
    form = StateForm(request.POST)
    stop = request.POST.get("change") != "resume"
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            change = services.suspend if stop else services.resume
            change(request.actor, pid, note=form.cleaned_data["note"], now=request.now)
            messages.success(request, "已停用，立即生效。" if stop else "已恢复，可以继续调用。")
            return redirect("clients:case", pid=pid)
    return _page(request, client, state_form=form, status=submission.status)
