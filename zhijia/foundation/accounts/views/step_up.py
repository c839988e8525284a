"""The second door: from member to cadre."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.accounts import entering, selectors, sessions, unsent
from zhijia.foundation.accounts.access import CONSOLE, before_step_up, safe_next
from zhijia.foundation.accounts.forms import ForgottenForm, PasswordForm, SecondForm
from zhijia.foundation.accounts.rules import PASSWORD_STANDS, Factor
from zhijia.foundation.accounts.sending import send_button, send_code_by
from zhijia.foundation.accounts.services import factors, invitations, resets, stepping
from zhijia.foundation.ui.form import Submission
from zhijia.kernel.errors import NotAllowed, RuleBroken, ZhijiaError
from zhijia.kernel.http import Request
from zhijia.kernel.masks import mask_mobile
from zhijia.kernel.registry import StaffStanding


def host_of(request: Request) -> str:
    """The name passkeys are bound to: the host without its port."""
    return request.get_host().partition(":")[0]


def _wanted(request: Request) -> str:
    given = request.POST if request.method == "POST" else request.GET
    return safe_next(given.get("next", ""), CONSOLE)


def _to(name: str, wanted: str, **more: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': wanted, **more})}")


@before_step_up
@never_cache
@require_http_methods(["GET", "POST"])
def step_up(request: Request) -> HttpResponse:
    """`/console/sign-in?next=`: the password, or a passkey alone. Who is not set up is told how to be. A form that was
    sent without a session goes along from door to door.
    """
    wanted = _wanted(request)
    if sessions.is_stepped_up(request) and request.actor.staff:
        return unsent.go_on(request, wanted)
    try:
        standing = stepping.standing_of(request.actor, now=request.now)
    except NotAllowed as error:
        return render(request, "accounts/no_role.html", {"message": error.message}, status=403)
    has = selectors.factors_of(selectors.account_of(request.actor))
    if not has.password and not has.passkeys:
        return render(
            request, "accounts/not_set_up.html", {"standing": standing, "number": _masked(request), "next": wanted}
        )
    form = PasswordForm(_said(request))
    submission = Submission(request, form, told=(ZhijiaError,))
    if submission.is_right:
        with submission:
            stepping.check_password(request.actor, form.cleaned_data["password"], now=request.now)
            if _method(request, has) is Factor.SMS and sessions.spend(request, sessions.CODE_UNTIL):
                return _passed(request, Factor.SMS, standing, wanted)
            sessions.stamp_until(request, sessions.PASSWORD_AT, PASSWORD_STANDS)
            if unsent.carried(request):
                return _second_page(request, standing, wanted)
            return _to("accounts:second", wanted)
    context = {
        "form": form,
        "standing": standing,
        "next": wanted,
        "has": has,
        "passkey": _challenge(request, has),
        "then": _then(request, has),
        "carried": unsent.carried(request),
    }
    return render(request, "accounts/step_up.html", context, status=submission.status if form.is_bound else 200)


def _said(request: Request) -> Any:
    """What was typed; nothing where somebody only comes here with a form from another door."""
    return None if "resume" in request.POST else request.POST or None


def _masked(request: Request) -> str:
    return mask_mobile(sessions.verified_mobile(request))


def _challenge(request: Request, has: selectors.Factors) -> str:
    """What the page's script hands to the browser, as JSON; empty where there is no passkey."""
    if not has.passkeys:
        return ""
    options, state = factors.begin_assertion(selectors.account_of(request.actor), host_of(request))
    request.session[sessions.PASSKEY_STATE] = state
    return json.dumps(options)


def _method(request: Request, has: selectors.Factors) -> Factor:
    """Which second factor the page asks for. A text message counts only while nothing stronger is set up."""
    if request.GET.get("with") == "recovery" and has.recovery_left:
        return Factor.RECOVERY
    if has.totp:
        return Factor.TOTP
    return Factor.PASSKEY if has.passkeys else Factor.SMS


def _then(request: Request, has: selectors.Factors) -> str:
    """What follows the right password; empty where the code that signed in here counts, and nothing does."""
    method = _method(request, has)
    if method is Factor.SMS:
        return "" if sessions.holds(request, sessions.CODE_UNTIL) else "短信验证"
    return "动态口令验证" if method is Factor.TOTP else "通行密钥验证"


_ASKS = {
    Factor.TOTP: ("动态码", "请输入验证器 App 中的 6 位动态码。"),
    Factor.RECOVERY: ("备用码", "请输入一个没有用过的备用码，8 位数字。"),
    Factor.SMS: ("短信验证码", "请获取并输入短信验证码。"),
    Factor.PASSKEY: ("", "请用通行密钥完成验证。"),
}


@before_step_up
@never_cache
@require_http_methods(["GET", "POST"])
def second(request: Request) -> HttpResponse:
    """`/console/sign-in/second`: within five minutes of the right password."""
    wanted = _wanted(request)
    standing = stepping.standing_of(request.actor, now=request.now)
    if not sessions.holds(request, sessions.PASSWORD_AT):
        return _to("accounts:step_up", wanted)
    return _second_page(request, standing, wanted, said=_said(request))


def _second_page(request: Request, standing: StaffStanding, wanted: str, said: Any = None) -> HttpResponse:
    """`said`: what was typed on it."""
    has = selectors.factors_of(selectors.account_of(request.actor))
    method = _method(request, has)
    label, asks = _ASKS[method]
    sent: dict[str, Any] | None = None
    status = 200
    form = SecondForm(said, recovery=method is Factor.RECOVERY, label=label)
    if said and "send" in said and method is Factor.SMS:
        form = SecondForm({}, label=label)
        form.errors.clear()
        sent = send_code_by(
            request, lambda: stepping.send_text_code(request.actor, sessions.verified_mobile(request), now=request.now)
        )
        status = sent["status"]
        if sent["error"] is not None:
            form.add_error(None, sent["error"].message)
    elif said:
        status = 422
        if form.is_valid():
            try:
                return _check(request, method, form.cleaned_data["code"], standing, wanted)
            except ZhijiaError as error:
                form.take(error)
                status = error.status
    context = {
        "form": form,
        "standing": standing,
        "next": wanted,
        "has": has,
        "method": method.value,
        "asks": asks,
        "sent": sent,
        "send": _send_button(request, sent) if method is Factor.SMS else None,
        "passkey": _challenge(request, has),
        "carried": unsent.carried(request),
        "idle": int(sessions.idle_time(request.now).total_seconds() // 60),
    }
    return render(request, "accounts/second.html", context, status=status)


def _send_button(request: Request, sent: dict[str, Any] | None) -> dict[str, Any]:
    label = f"发验证码到 {_masked(request)}"
    return send_button(request, "sms", sessions.verified_mobile(request), sent, label=label)


def _check(request: Request, method: Factor, code: str, standing: StaffStanding, wanted: str) -> HttpResponse:
    mobile = sessions.verified_mobile(request) if method is Factor.SMS else ""
    stepping.check_second(request.actor, method, code, mobile=mobile, now=request.now)
    return _passed(request, method, standing, wanted)


def _passed(request: Request, method: Factor, standing: StaffStanding, wanted: str) -> HttpResponse:
    if method is Factor.SMS and not stepping.may_use_text(standing, now=request.now):
        # Both halves are right but too weak for his roles: they are enough to set up an authenticator, nothing else.
        sessions.stamp_until(request, sessions.ENROL_UNTIL, PASSWORD_STANDS * 2)
        return _to("accounts:set_up", wanted)
    return _enter(request, method, wanted)


def _enter(request: Request, factor: Factor, wanted: str) -> HttpResponse:
    stepping.finish(request.actor, factor, now=request.now)
    entering.step_up(request, factor)
    return unsent.go_on(request, wanted)


@before_step_up
@require_POST
def passkey(request: Request) -> HttpResponse:
    """What the browser signed; the challenge serves once, right or wrong."""
    wanted = _wanted(request)
    state = request.session.pop(sessions.PASSKEY_STATE, None)
    try:
        stepping.check_passkey(
            request.actor,
            host=host_of(request),
            state=state,
            credential=request.POST.get("credential", "")[:20_000],
            now=request.now,
        )
    except ZhijiaError as error:
        has = selectors.factors_of(selectors.account_of(request.actor))
        form = PasswordForm({})
        form.errors.clear()
        form.add_error(None, error.message)
        standing = stepping.standing_of(request.actor, now=request.now)
        context = {"form": form, "standing": standing, "next": wanted, "has": has, "passkey": _challenge(request, has),
                   "carried": unsent.carried(request)}  # fmt: skip
        return render(request, "accounts/step_up.html", context, status=error.status)
    return _enter(request, Factor.PASSKEY, wanted)


@before_step_up
@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: Request) -> HttpResponse:
    """`/console/sign-in/forgotten`: another password by authenticator or recovery code; without both, whom to ask."""
    stepping.standing_of(request.actor, now=request.now)
    has = selectors.factors_of(selectors.account_of(request.actor))
    by_recovery = bool(has.recovery_left) and (request.GET.get("with") == "recovery" or not has.totp)
    factor = Factor.RECOVERY if by_recovery else Factor.TOTP
    if not (has.totp or has.recovery_left):
        return render(request, "accounts/forgotten.html", {"form": None, "has": has})
    form = ForgottenForm(request.POST or None, recovery=by_recovery, label=_ASKS[factor][0])
    submission = Submission(request, form, told=(ZhijiaError,))
    if submission.is_right:
        with submission:
            account = resets.reset_password(
                request.actor,
                factor,
                form.cleaned_data["code"],
                form.cleaned_data["password"],
                keep_session=sessions.current_digest(request),
                now=request.now,
            )
            entering.take_new_password(request, account)
            messages.success(request, "密码已重设，其他设备已退出登录。请用新密码进入工作台。")
            return redirect("accounts:step_up")
    context = {"form": form, "has": has, "by_recovery": by_recovery}
    return render(request, "accounts/forgotten.html", context, status=submission.status)


@before_step_up
@require_POST
def invite_me(request: Request) -> HttpResponse:
    """The link for the first set-up, to the number that signed in here; only to who has a role and nothing set up."""
    stepping.standing_of(request.actor, now=request.now)
    try:
        invitations.invite_staff(request.actor, sessions.verified_mobile(request), now=request.now)
    except RuleBroken as error:
        messages.info(request, error.message)
        return redirect("accounts:forgotten")
    return render(request, "accounts/invited.html", {"number": _masked(request)})


@require_safe
def unlocked(request: Request) -> HttpResponse:
    """Where a step-up in a second window ends: back to the form in the first."""
    return render(request, "accounts/unlocked.html")


@require_POST
def leave(request: Request) -> HttpResponse:
    """Back to the member, at once."""
    stepping.leave(request.actor, now=request.now)
    sessions.drop_step_up(request)
    return redirect("/m/")
