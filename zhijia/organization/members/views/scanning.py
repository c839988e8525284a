"""`/m/scan`: one place to scan from. The camera only fills in what can be typed as well."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zhijia.foundation.accounts.access import public
from zhijia.foundation.ui.policy import allow_script
from zhijia.foundation.wechat import selectors as wechat, services as wechat_services
from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.kernel.http import Request
from zhijia.organization.members.rules.scanning import MOST_LETTERS, Scanned, read_scanned


@public
@require_http_methods(["GET", "POST"])
def scan_page(request: Request) -> HttpResponse:
    """A union's code leads to joining, a member's code to its check. Open, since joining begins here."""
    error, text, status = "", "", 200
    if request.method == "POST":
        text = request.POST.get("code", "")[: MOST_LETTERS + 1]
        try:
            return HttpResponseRedirect(_target(read_scanned(text)))
        except Invalid as refused:
            error, status = refused.message, 422
    scan: dict[str, Any] = {
        "action": reverse("members:scan_code"),
        "say": "可以用手机自带的扫一扫打开，或在下面输入工会编码",
        "aim": "把二维码放进框里",
        "failed": "相机没有打开，请在手机设置里允许使用相机，或从相册选图、在下面输入编码。",
        "tip": "入会码、会员码都可以扫",
        "label": "工会编码",
        "hint": "16 位数字，印在入会二维码下面",
        "button": "打开",
        "numeric": True,
        "maxlength": 40,
        "pick": True,
        "value": text if len(text) <= 24 else "",
        "error": error,
    }
    script = _wechat_script(request)
    if script:
        scan["wechat"] = _signed(request)
    response = render(request, "members/scan.html", {"scan": scan, "wechat_script": script}, status=status)
    if script:
        allow_script(response, script)
    return response


def _wechat_script(request: Request) -> str:
    """The address of WeChat's scanning script, inside WeChat and where it is configured; else empty."""
    inside = wechat.is_on() and wechat.is_inside(request.headers.get("User-Agent", ""))
    return str(settings.ZHIJIA_WECHAT_SCRIPT) if inside else ""


def _signed(request: Request) -> str:
    """What `wx.config` takes, as JSON; empty while WeChat does not answer: then the camera scans."""
    address = settings.ZHIJIA_PUBLIC_URL + request.get_full_path()
    try:
        return json.dumps(wechat_services.sdk_configuration(address, now=request.now))
    except RuleBroken:
        return ""


def _target(scanned: Scanned) -> str:
    """Within this site, whatever host stood in the code."""
    if scanned.kind == "card":
        return reverse("members:verify", args=[scanned.value])
    if scanned.kind == "typed":
        return reverse("joining:landing", args=[scanned.value])
    return f"{reverse('joining:scan', args=[scanned.value])}?{urlencode({'s': scanned.signature})}"
