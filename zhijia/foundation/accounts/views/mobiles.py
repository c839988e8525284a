"""Another mobile number."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhijia.foundation.accounts import sessions
from zhijia.foundation.accounts.access import safe_next
from zhijia.foundation.accounts.forms import ChangeMobileForm
from zhijia.foundation.accounts.rules import Purpose
from zhijia.foundation.accounts.sending import send_button, send_code
from zhijia.foundation.accounts.services import mobiles
from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.http import Request
from zhijia.kernel.masks import mask_mobile


@never_cache
@require_http_methods(["GET", "POST"])
def change(request: Request) -> HttpResponse:
    """`/m/mobile`: one code to the number that signed in here, one to the new one. `?next=` is where he came from."""
    old = sessions.verified_mobile(request)
    back = safe_next(request.GET.get("next", ""), "")
    pressed = request.POST.get("send", "")
    sent: dict[str, dict[str, object]] = {}
    status = 200
    form = ChangeMobileForm(request.POST or None)
    if pressed in ("old", "new"):
        form = ChangeMobileForm(request.POST, sending=("mobile",) if pressed == "new" else ())
        if form.is_valid():
            number = form.cleaned_data["mobile"] if pressed == "new" else old
            purpose = Purpose.NEW_NUMBER if pressed == "new" else Purpose.OLD_NUMBER
            sent[pressed] = send_code(request, form, number, purpose)
            status = int(str(sent[pressed]["status"]))
        else:
            status = 422
    elif request.method == "POST":
        if form.is_valid():
            said = form.cleaned_data
            try:
                account = mobiles.change_mobile(
                    request.actor,
                    old_mobile=old,
                    old_code=said["old_code"],
                    mobile=said["mobile"],
                    code=said["code"],
                    keep_session=sessions.current_digest(request),
                    now=request.now,
                )
            except ZhijiaError as error:
                form.take(error)
                status = error.status
            else:
                sessions.keep_number(request, account, said["mobile"])
                messages.success(request, f"手机号已更换为 {mask_mobile(said['mobile'])}，其他设备已退出登录。")
                return HttpResponseRedirect(back or reverse("accounts:devices"))
        else:
            status = 422
    context = {
        "form": form,
        "back": back,
        "old": mask_mobile(old),
        "send_old": send_button(request, "old", old, sent.get("old")),
        "send_new": send_button(request, "new", form.mobile_said, sent.get("new")),
        "sent": sent,
        "without_old": _address("people:mobile_without_old"),
        "go": {"label": "更换手机号", "form": "change"},
    }
    return render(request, "accounts/mobile.html", context, status=status)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
