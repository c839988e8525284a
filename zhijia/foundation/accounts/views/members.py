"""The members' door, their devices and their number."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings as settings_of_project
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhijia.foundation.accounts import entering, sessions, unsent
from zhijia.foundation.accounts.access import public, safe_next
from zhijia.foundation.accounts.forms import SignInForm
from zhijia.foundation.accounts.rules import Purpose
from zhijia.foundation.accounts.sending import send_button, send_code
from zhijia.foundation.accounts.services import settings, signing_in
from zhijia.foundation.ui.context import is_elder
from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.http import Request

HOME = "/m/"
DESK = "/console/"
JOINING = ("/j/", "/m/join/")
"""Where `next` leads when this page is the first screen of joining."""
_JOIN_STEPS = [
    {"label": "手机验证", "state": "now"},
    {"label": "实名核验", "state": "ahead"},
    {"label": "确认提交", "state": "ahead"},
]


# --- Signing in -----------------------------------------------------------------------------------------------------
@public
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: Request) -> HttpResponse:
    """`/m/sign-in?next=`: one page for new and known numbers. Works without a script; HTMX swaps the form alone."""
    return _sign_in(request, look="phone", home=HOME)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def console_sign_in(request: Request) -> HttpResponse:
    """The same door in the console's look, for an installation whose console stands alone."""
    return _sign_in(request, look="console", home=DESK)


def _sign_in(request: Request, *, look: str, home: str) -> HttpResponse:
    if request.method == "GET":
        wanted = safe_next(request.GET.get("next", ""), home)
        if request.user.is_authenticated:
            return HttpResponseRedirect(wanted)
        return _sign_in_page(request, SignInForm(), wanted, look=look)
    wanted = safe_next(request.POST.get("next", ""), home)
    if "resume" in request.POST:  # a form came without a session, and goes along from here
        return _sign_in_page(request, SignInForm(), wanted, look=look)
    if "send" in request.POST:
        form = SignInForm(request.POST, sending=("mobile",))
        if not form.is_valid():
            return _sign_in_page(request, form, wanted, look=look, status=422)
        sent = send_code(request, form, form.cleaned_data["mobile"], Purpose.SIGN_IN)
        return _sign_in_page(request, form, wanted, look=look, sent=sent, status=sent["status"])
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, wanted, look=look, status=422)
    said = form.cleaned_data
    try:
        done = signing_in.sign_in(request.actor, said["mobile"], said["code"], agreed=form.agreed, now=request.now)
    except ZhijiaError as error:
        form.take(error)
        return _sign_in_page(request, form, wanted, look=look, status=error.status)
    if is_elder(request) and not done.account.elder:
        settings.keep_elder(done.account.pk, on=True)
    entering.begin(request, done.account, number=said["mobile"], by_code=True)
    request.session.pop(sessions.NOTE, None)
    return unsent.go_on(request, wanted)


def _sign_in_page(
    request: Request, form: SignInForm, wanted: str, *, look: str, sent: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    note = str(request.session.get(sessions.NOTE, ""))[:80]
    joining = wanted.startswith(JOINING)
    carried = unsent.carried(request)
    context = {
        "form": form,
        "next": wanted,
        "sent": sent,
        "send": send_button(request, "sms", form.mobile_said, sent),
        "note": note if joining else "",
        "steps": _JOIN_STEPS if joining else [],
        "go": {"label": "下一步" if joining else "登录", "form": "sign-in"},
        "wechat": _wechat(request, wanted) if look == "phone" and not carried else "",
        "carried": carried,
    }
    if request.htmx:
        return render(request, f"accounts/_sign_in_{look}.html", context, status=422 if status >= 400 else status)
    return render(request, f"accounts/sign_in_{look}.html", context, status=status)


def _wechat(request: Request, wanted: str) -> str:
    """Where WeChat's own way in begins; empty outside WeChat and where it is not configured."""
    inside = "micromessenger" in request.headers.get("User-Agent", "").lower()
    if settings_of_project.ZHIJIA_WECHAT != "http" or not inside:
        return ""
    return f"{reverse('wechat:begin')}?{urlencode({'next': wanted})}"


@public
@require_POST
def sign_out(request: Request) -> HttpResponse:
    """Leave on this device; who is out already is where he wanted to be."""
    if not request.user.is_authenticated:
        return redirect("accounts:sign_in")
    signing_in.sign_out(request.actor, now=request.now)
    entering.end(request)
    messages.success(request, "您已退出登录。")
    return redirect("accounts:sign_in")
