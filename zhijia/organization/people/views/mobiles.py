"""`/m/mobile/without-old`: another number for who can't read messages on the old one any more."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhijia.foundation.accounts import sending, sessions
from zhijia.foundation.accounts.rules import Purpose
from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.http import Request
from zhijia.kernel.masks import mask_mobile
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
        "send": sending.send_button("new", sent),
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
