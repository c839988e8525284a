"""The first way into the console: an invitation's link, a password, an authenticator, recovery codes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.accounts import entering, selectors, sessions
from zhijia.foundation.accounts.access import CONSOLE, before_step_up, public, safe_next
from zhijia.foundation.accounts.forms import NewPasswordForm, SecondForm
from zhijia.foundation.accounts.rules import Factor
from zhijia.foundation.accounts.services import factors, invitations, stepping
from zhijia.foundation.ui.form import Submission
from zhijia.kernel import codes as drawing
from zhijia.kernel.errors import NotAllowed, RuleBroken, ZhijiaError
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry


@public
@never_cache
@require_safe
def invitation(request: Request, token: str) -> HttpResponse:
    """`/console/invitation/<token>`: the link of the text message. The session keeps it from here on."""
    request.session[sessions.INVITATION] = invitations.open_invitation(token, now=request.now)
    return redirect("accounts:set_up")


@before_step_up
@never_cache
@require_http_methods(["GET", "POST"])
def set_up(request: Request) -> HttpResponse:
    """`/console/set-up`: password, then authenticator; taken up again where it was left, as long as the link lives."""
    public_id = str(request.session.get(sessions.INVITATION, ""))
    if not public_id:
        if sessions.holds(request, sessions.ENROL_UNTIL):
            return _authenticator(request, "")
        return redirect("accounts:step_up")
    try:
        invited = invitations.own_invitation(request.actor, public_id, now=request.now)
    except NotAllowed as error:
        return render(request, "accounts/other_number.html", {"message": error.message}, status=403)
    except RuleBroken as error:
        request.session.pop(sessions.INVITATION, None)
        messages.info(request, error.message)
        return redirect("accounts:step_up")
    if invited.password_set_at is None:
        return _password(request, public_id)
    if request.session.get(sessions.SET_UP) != public_id:  # begun elsewhere: the password is asked for first
        request.session.pop(sessions.INVITATION, None)
        return redirect("accounts:step_up")
    return _authenticator(request, public_id)


def _password(request: Request, public_id: str) -> HttpResponse:
    form = NewPasswordForm(request.POST or None)
    submission = Submission(request, form, told=(ZhijiaError,))
    if submission.is_right:
        with submission:
            account = invitations.set_first_password(
                request.actor,
                public_id,
                form.cleaned_data["password"],
                keep_session=sessions.current_digest(request),
                now=request.now,
            )
            entering.take_new_password(request, account)
            request.session[sessions.SET_UP] = public_id
            return redirect("accounts:set_up")
    return render(
        request, "accounts/set_up_password.html", {"form": form, "steps": _steps(0)}, status=submission.status
    )


def _steps(current: int) -> list[dict[str, str]]:
    labels = ("密码", "验证器", "备用码")
    return [
        {"label": label, "state": "past" if place < current else "now" if place == current else "ahead"}
        for place, label in enumerate(labels)
    ]


def pending_secret(request: Request, account: Any) -> str:
    """The seed shown on the page and waiting for its first code; the same until that comes."""
    secret = sessions.read_sealed(request, sessions.TOTP_SECRET, row=account.public_id)
    if not secret:
        secret = factors.new_totp_secret()
        sessions.keep_sealed(request, sessions.TOTP_SECRET, secret, row=account.public_id)
    return secret


def picture(account: Any, secret: str) -> str:
    return mark_safe(drawing.qr_svg(factors.totp_address(account, secret), title="验证器二维码"))  # noqa: S308


def _authenticator(request: Request, public_id: str) -> HttpResponse:
    account = selectors.account_of(request.actor)
    standing = registry.standing(account.pk, timezone.localdate(request.now))
    text_allowed = bool(public_id) and stepping.may_use_text(standing, now=request.now)
    if request.method == "POST" and "text" in request.POST and text_allowed:
        invitations.finish_with_text(request.actor, public_id, now=request.now)
        request.session.pop(sessions.INVITATION, None)
        request.session.pop(sessions.SET_UP, None)
        return redirect("accounts:step_up")
    secret = pending_secret(request, account)
    form = SecondForm(request.POST or None)
    submission = Submission(request, form, told=(ZhijiaError,))
    if submission.is_right:
        with submission:
            return _finish(request, public_id, secret, form.cleaned_data["code"])
    context = {
        "form": form,
        "picture": picture(account, secret),
        "secret": secret,
        "text_allowed": text_allowed,
        "steps": _steps(1),
    }
    return render(request, "accounts/set_up_totp.html", context, status=submission.status)


def _finish(request: Request, public_id: str, secret: str, code: str) -> HttpResponse:
    if public_id:
        shown = invitations.finish(request.actor, public_id, secret=secret, code=code, now=request.now)
    else:
        shown = factors.enrol_first_totp(request.actor, secret, code, now=request.now)
    for key in (sessions.INVITATION, sessions.SET_UP, sessions.TOTP_SECRET):
        request.session.pop(key, None)
    context: dict[str, Any] = {"codes": shown, "steps": _steps(2), "next": "", "first": True}
    try:
        stepping.finish(request.actor, Factor.TOTP, now=request.now)
    except NotAllowed:
        context["waiting"] = True
    else:
        entering.step_up(request, Factor.TOTP)
        context["next"] = safe_next(request.GET.get("next", ""), CONSOLE)
    return render(request, "accounts/recovery_codes.html", context)
