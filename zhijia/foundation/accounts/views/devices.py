"""Where I am signed in, and signing out there."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from zhijia.foundation.accounts import selectors, sessions
from zhijia.foundation.accounts.services import devices
from zhijia.kernel.http import Request


@require_safe
def my_devices(request: Request) -> HttpResponse:
    here = sessions.current_digest(request)
    return render(
        request, "accounts/devices.html", {"devices": selectors.list_devices(request.actor, here), "tab": "me"}
    )


@require_POST
def end_device(request: Request, pid: str) -> HttpResponse:
    devices.end_session(request.actor, pid, now=request.now)
    messages.success(request, "这台设备已退出登录。")
    return redirect("accounts:devices")


@require_POST
def end_others(request: Request) -> HttpResponse:
    ended = devices.end_sessions(request.actor, but=sessions.current_digest(request), now=request.now)
    messages.success(request, f"其他 {ended} 台设备已退出登录。" if ended else "没有其他设备登录您的账号。")
    return redirect("accounts:devices")


@require_POST
def end_everywhere(request: Request) -> HttpResponse:
    """Here too: the next page is the sign-in."""
    devices.end_sessions(request.actor, now=request.now)
    logout(request)
    messages.success(request, "所有设备都已退出登录。")
    return redirect("accounts:sign_in")
