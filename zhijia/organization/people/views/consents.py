"""A member's own consents: what he agreed to, taking it back, agreeing again to a new wording."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.accounts.access import safe_next
from zhijia.foundation.accounts.services import devices
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui import formats
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.people import selectors, services
from zhijia.organization.people.forms import RenewForm
from zhijia.organization.people.rules import ASKED_AGAIN, WITHDRAWING

HOME = "/m/"


@require_safe
def consents(request: Request) -> HttpResponse:
    """One line for each purpose in force, with its effect when withdrawn; what was taken back or replaced below."""
    given = selectors.list_given(request.actor, now=request.now)
    today = formats.local_day(request.now)
    open_rows, past, seen = [], [], set()
    for row in given:
        title = f"{row.label}，第 {row.version} 版"
        if row.withdrawn_at is None and row.purpose not in seen:
            seen.add(row.purpose)
            newer = "；新版本待您同意" if row.outdated else ""
            open_rows.append(
                {
                    "title": title,
                    "href": f"{reverse('people:consent_text', args=[row.purpose])}?version={row.version}",
                    "detail": f"{formats.plain_day(row.given_at, today)}同意{newer}。{row.effect}",
                    "withdraw": f"{reverse('people:withdraw')}?{urlencode({'purpose': row.purpose})}",
                }
            )
        else:
            ended = f"，{formats.plain_day(row.withdrawn_at, today)}撤回" if row.withdrawn_at else "，已由新版本接续"
            past.append({"title": title, "detail": f"{formats.plain_day(row.given_at, today)}同意{ended}"})
    context = {
        "given": open_rows,
        "past": past,
        "renew": selectors.texts_to_renew(request.actor.account_id, now=request.now),
    }
    return render(request, "people/consents.html", context)


@require_http_methods(["GET", "POST"])
@once
def withdraw(request: Request) -> HttpResponse:
    """First what taking it back stops, then the taking back. Raises NotFound for a purpose that is none."""
    purpose = (request.POST if request.method == "POST" else request.GET).get("purpose", "")
    if purpose not in WITHDRAWING:
        raise NotFound
    if request.method == "GET":
        given = selectors.list_given(request.actor, now=request.now)
        row = next((row for row in given if row.purpose == purpose and row.withdrawn_at is None), None)
        if row is None:
            messages.info(request, "这项同意已经撤回过了。")
            return redirect("people:consents")
        return render(request, "people/withdraw.html", {"row": row})
    if services.withdraw_consent(request.actor, purpose, now=request.now):
        if purpose in ASKED_AGAIN:  # without it there is no service: the sign-in asks for it anew
            devices.end_sessions(request.actor, now=request.now)
            logout(request)
            messages.success(request, "已撤回同意，所有设备已退出登录。会籍不受影响，再次登录时须重新同意。")
            return redirect("accounts:sign_in")
        messages.success(request, "已撤回同意。会籍不受影响，办理实名核验或入会时会再征求您的同意。")
    else:
        messages.info(request, "这项同意已经撤回过了。")
    return redirect("people:consents")


@require_http_methods(["GET", "POST"])
def renew(request: Request) -> HttpResponse:
    """A wording has changed, or a consent was taken back: agree, or leave."""
    wanted = safe_next(request.POST.get("next", request.GET.get("next", "")), HOME)
    texts = selectors.texts_to_renew(request.actor.account_id, now=request.now)
    if not texts:
        return HttpResponseRedirect(wanted)
    form = RenewForm(request.POST or None, texts=[(text.purpose, text.title) for text in texts])
    if request.method == "POST" and form.is_valid():
        services.give_consents(request.actor, [text.purpose for text in texts], channel="web", now=request.now)
        messages.success(request, "已记录您的同意。")
        return HttpResponseRedirect(wanted)
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "fields": [form[text.purpose] for text in texts],
        "next": wanted,
        "go": {"label": "同意并继续", "form": "renew"},
    }
    return render(request, "people/renew.html", context, status=status)
