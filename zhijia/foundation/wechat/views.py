"""`/m/wechat`: to WeChat and back; binding after the mobile number is proved; letting go again."""

from __future__ import annotations

import secrets
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.accounts import entering, selectors as accounts, sessions
from zhijia.foundation.accounts.access import public, safe_next
from zhijia.kernel.errors import Duplicate, Expired, Invalid
from zhijia.kernel.http import Request

from . import selectors, services

HOME = "/m/"
_AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"
STATE = "wechat.state"
STATE_UNTIL = "wechat.state_until"
NEXT = "wechat.next"
OPENID = "wechat.openid"
UNIONID = "wechat.unionid"
USER_UNTIL = "wechat.user_until"
_STANDS = timedelta(minutes=10)
_ROW = "wechat"


@public
@never_cache
@require_safe
def begin(request: Request) -> HttpResponse:
    """Leaves for WeChat with a word only this browser knows; `?next=` is where to go afterwards."""
    selectors.require_on()
    state = secrets.token_urlsafe(24)
    request.session[STATE] = state
    request.session[NEXT] = safe_next(request.GET.get("next", ""), HOME)
    sessions.stamp_until(request, STATE_UNTIL, _STANDS)
    query = {
        "appid": settings.ZHIJIA_WECHAT_APP_ID,
        "redirect_uri": settings.ZHIJIA_PUBLIC_URL + reverse("wechat:back"),
        "response_type": "code",
        "scope": "snsapi_userinfo",  # the only scope that tells the union id; nickname and picture are never asked for
        "state": state,
    }
    return HttpResponseRedirect(f"{_AUTHORIZE}?{urlencode(query)}#wechat_redirect")


@public
@never_cache
@require_safe
def back(request: Request) -> HttpResponse:
    """WeChat's answer. A bound user is in; another proves his number first."""
    selectors.require_on()
    expected = str(request.session.pop(STATE, ""))
    living = sessions.holds(request, STATE_UNTIL)
    given, code = request.GET.get("state", "")[:64], request.GET.get("code", "")[:128]
    if not expected or not secrets.compare_digest(expected.encode(), given.encode()):
        raise Invalid("wechat.state", "登录没有完成，请从登录页重新点“微信登录”。")
    if not living or not code:
        raise Expired("wechat.expired", "登录等得太久或被取消，请从登录页重新点“微信登录”。")
    user = services.who(code)
    wanted = str(request.session.pop(NEXT, HOME))
    if request.user.is_authenticated:
        _keep(request, user)
        return redirect("wechat:bind")
    account_id = services.enter(request.actor, user, now=request.now)
    if account_id is not None:
        entering.begin(request, accounts.get_account(account_id), number="")
        return HttpResponseRedirect(wanted)
    _keep(request, user)
    messages.info(request, "这个微信还没有绑定，请先用手机号登录一次，之后就可以直接用微信登录。")
    address = f"{reverse('wechat:bind')}?{urlencode({'next': wanted})}"
    return HttpResponseRedirect(f"{reverse('accounts:sign_in')}?{urlencode({'next': address})}")


def _keep(request: Request, user: selectors.WeChatUser) -> None:
    """Sealed in the session until he has signed in; ten minutes at most."""
    sessions.keep_sealed(request, OPENID, user.openid, row=_ROW)
    sessions.keep_sealed(request, UNIONID, user.unionid, row=_ROW)
    sessions.stamp_until(request, USER_UNTIL, _STANDS)


def _kept(request: Request) -> selectors.WeChatUser | None:
    if not sessions.holds(request, USER_UNTIL):
        return None
    openid = sessions.read_sealed(request, OPENID, row=_ROW)
    return selectors.WeChatUser(openid, sessions.read_sealed(request, UNIONID, row=_ROW)) if openid else None


def _forget(request: Request) -> None:
    for key in (OPENID, UNIONID, USER_UNTIL):
        request.session.pop(key, None)


@never_cache
@require_http_methods(["GET", "POST"])
def bind(request: Request) -> HttpResponse:
    """After the mobile sign-in: one question, whether this WeChat may enter from now on."""
    selectors.require_on()
    wanted = safe_next(request.POST.get("next", request.GET.get("next", "")), HOME)
    user = _kept(request)
    if user is None:
        return HttpResponseRedirect(wanted)
    error, status = "", 200
    if request.method == "POST":
        if "skip" in request.POST:
            _forget(request)
            return HttpResponseRedirect(wanted)
        sessions.verified_mobile(request)  # a session that WeChat opened binds no other WeChat
        try:
            services.bind(request.actor, user, now=request.now)
        except Duplicate as refused:
            error, status = refused.message, refused.status
        else:
            _forget(request)
            messages.success(request, "已绑定，下次可以直接用微信登录。")
            return HttpResponseRedirect(wanted)
    return render(request, "wechat/bind.html", {"next": wanted, "error": error}, status=status)


@require_http_methods(["GET", "POST"])
def mine(request: Request) -> HttpResponse:
    """Whether a WeChat user may enter my account, and letting go of him."""
    selectors.require_on()
    if request.method == "POST":
        if services.unbind(request.actor, now=request.now):
            messages.success(request, "已解除绑定，以后请用手机号登录。")
        return redirect("wechat:mine")
    context = {
        "bound_at": selectors.bound_at(request.actor),
        "inside": selectors.is_inside(request.headers.get("User-Agent", "")),
    }
    return render(request, "wechat/mine.html", context)
