"""`/console/security`: a cadre's own password, authenticator, recovery codes and passkeys."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.accounts import entering, selectors, sessions
from zhijia.foundation.accounts.forms import ChangePasswordForm, PasskeyForm, SecondForm
from zhijia.foundation.accounts.rules import Factor
from zhijia.foundation.accounts.services import devices, factors, stepping
from zhijia.foundation.ui.form import Submission
from zhijia.kernel.errors import Invalid, NotAllowed, ZhijiaError
from zhijia.kernel.http import Request

from .set_up import pending_secret, picture
from .step_up import host_of


def _own(request: Request) -> tuple[Any, selectors.Factors]:
    """The account and what it has set up. Raises NotAllowed where a text message would change something stronger."""
    account = selectors.account_of(request.actor)
    has = selectors.factors_of(account)
    if has.strong and not sessions.was_strong(request):
        raise NotAllowed("step_up.strong_needed", "请退出工作台，用验证器 App 或通行密钥重新进入，再修改验证方式。")
    return account, has


@never_cache
@require_safe
def security(request: Request) -> HttpResponse:
    account = selectors.account_of(request.actor)
    standing = stepping.standing_of(request.actor, now=request.now)
    here = sessions.current_digest(request)
    context = {
        "has": selectors.factors_of(account),
        "strong": standing.strong,
        "text_allowed": stepping.may_use_text(standing, now=request.now),
        "devices": selectors.list_devices(request.actor, here),
        "idle": int(sessions.idle_time(request.now).total_seconds() // 60),
    }
    return render(request, "accounts/security.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def password(request: Request) -> HttpResponse:
    """A new password ends the other sessions. The old one is asked, and its wrong tries are counted."""
    form = ChangePasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                stepping.check_password(request.actor, form.cleaned_data["old"], now=request.now)
                account = selectors.account_of(request.actor)
                factors.set_password(request.actor, account, form.cleaned_data["password"], now=request.now)
            except ZhijiaError as error:
                form.take(_beside_old(error))
                status = error.status
            else:
                devices.end_sessions(request.actor, but=sessions.current_digest(request), now=request.now)
                entering.take_new_password(request, account)
                messages.success(request, "密码已更换，其他设备已退出登录。")
                return redirect("accounts:security")
    return render(request, "accounts/security_password.html", {"form": form}, status=status)


def _beside_old(error: ZhijiaError) -> ZhijiaError:
    if error.code == "step_up.password":
        return Invalid(error.code, error.message, fields={"old": error.message})
    return error


@never_cache
@require_http_methods(["GET", "POST"])
def authenticator(request: Request) -> HttpResponse:
    """Another authenticator in place of the present one, with fresh recovery codes."""
    account, has = _own(request)
    secret = pending_secret(request, account)
    form = SecondForm(request.POST or None)
    submission = Submission(request, form, told=(ZhijiaError,))
    if submission.is_right:
        with submission:
            codes = factors.enrol_totp(request.actor, account, secret, form.cleaned_data["code"], now=request.now)
            entering.step_up(request, Factor.TOTP)
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": "/console/security"})
    context = {"form": form, "picture": picture(account, secret), "secret": secret, "has": has}
    return render(request, "accounts/security_totp.html", context, status=submission.status)


@never_cache
@require_POST
def recovery(request: Request) -> HttpResponse:
    """Ten new codes; the old ones count no longer."""
    account, has = _own(request)
    if not has.strong:
        raise NotAllowed("step_up.strong_needed", "请先绑定验证器 App 或通行密钥，再生成备用码。")
    codes = factors.new_recovery_codes(request.actor, account, now=request.now)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": "/console/security"})


@never_cache
@require_http_methods(["GET", "POST"])
def add_passkey(request: Request) -> HttpResponse:
    """Needs a script and a secure address; the page says so where they are missing."""
    account, _has = _own(request)
    form = PasskeyForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        state = request.session.pop(sessions.PASSKEY_STATE, None)
        if form.is_valid():
            said = form.cleaned_data
            try:
                factors.add_passkey(
                    request.actor,
                    account,
                    host=host_of(request),
                    state=state,
                    credential=said["credential"],
                    name=said["name"],
                    now=request.now,
                )
            except ZhijiaError as error:
                form.take(error)
                status = error.status
            else:
                messages.success(request, "通行密钥已添加，下次进入工作台可以直接使用。")
                return redirect("accounts:security")
    options, request.session[sessions.PASSKEY_STATE] = factors.begin_passkey(account, host_of(request))
    return render(
        request, "accounts/security_passkey.html", {"form": form, "options": json.dumps(options)}, status=status
    )


@require_POST
def remove_passkey(request: Request, key: int) -> HttpResponse:
    account, _has = _own(request)
    strong = stepping.standing_of(request.actor, now=request.now).strong
    factors.remove_passkey(request.actor, account, key, strong_needed=strong, now=request.now)
    messages.success(request, "通行密钥已移除。")
    return redirect("accounts:security")
