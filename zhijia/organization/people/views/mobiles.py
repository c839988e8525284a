"""A number that is lost, and a number that came with somebody else's account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhijia.foundation.accounts import sending, services as accounts, sessions
from zhijia.foundation.accounts.rules import Purpose
from zhijia.foundation.idempotency.decorators import once
from zhijia.kernel.errors import RuleBroken, ZhijiaError
from zhijia.kernel.http import Request
from zhijia.kernel.masks import mask_mobile
from zhijia.organization.people import selectors
from zhijia.organization.people.forms import MobileWithoutOldForm
from zhijia.organization.people.services import identities, mobiles


@never_cache
@require_http_methods(["GET", "POST"])
def without_old(request: Request) -> HttpResponse:
    """Not `once`: a failed try must count although nothing else happens."""
    sent: dict[str, Any] | None = None
    status = 200
    form = MobileWithoutOldForm(request.POST or None)
    if "send" in request.POST:
        form = MobileWithoutOldForm(request.POST, sending=("mobile",))
        status = 422
        if form.is_valid():
            sent = sending.send_code(request, form, form.cleaned_data["mobile"], Purpose.NEW_NUMBER)
            status = sent["status"]
    elif request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _change(request, form.cleaned_data)
            except ZhijiaError as error:
                form.take(error)
                status = error.status
            else:
                masked = mask_mobile(form.cleaned_data["mobile"])
                messages.success(request, f"手机号已更换为 {masked}，其他设备已退出登录。")
                return redirect("accounts:devices")
    context = {
        "form": form,
        "send": sending.send_button(request, "new", form.mobile_said, sent),
        "sent": sent,
        "go": {"label": "核验并更换", "form": "change"},
    }
    return render(request, "people/mobile_without_old.html", context, status=status)


def _change(request: Request, said: dict[str, Any]) -> None:
    identity = identities.read_identity(
        said["name"], said["id_type"], said["id_number"], today=timezone.localdate(request.now)
    )
    mobiles.change_mobile_without_old(
        request.actor,
        identity,
        old_mobile=sessions.verified_mobile(request),
        mobile=said["mobile"],
        code=said["code"],
        keep_session=sessions.current_digest(request),
        now=request.now,
    )
    sessions.keep_number(request, sessions.signed_in_account(request), said["mobile"])


@never_cache
@once
def not_me(request: Request) -> HttpResponse:
    """The number was somebody else's before: the new owner leaves that account and signs in to one of his own."""
    error = None
    if request.method == "POST":
        try:
            accounts.release_number(request.actor, now=request.now)
        except RuleBroken as refusal:
            error = refusal
        else:
            return redirect("accounts:sign_in")
    person_id = request.actor.person_id
    name = selectors.public_name(person_id) if person_id is not None else ""
    context = {"name": name, "error": error, "number": mask_mobile(sessions.verified_mobile(request))}
    return render(request, "people/not_me.html", context, status=error.status if error else 200)
