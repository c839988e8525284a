"""One answer for every error: a page with a sentence and a way on, a part for HTMX, or JSON for the API."""

from __future__ import annotations

import logging
import math
import sys
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.html import escape

from zhijia.foundation.accounts.access import to_identity, to_sign_in
from zhijia.foundation.accounts.unsent import answer_without_cookies
from zhijia.kernel import db
from zhijia.kernel.actor import ANONYMOUS
from zhijia.kernel.errors import NotAllowed, NotFound, NotIdentified, NotSignedIn, ZhijiaError
from zhijia.kernel.http import Request

logger = logging.getLogger("zhijia.errors")

API_PREFIX = "/api/"
_USUAL_WAIT_S = 60
_DATABASE_WAIT_S = 15
_BARE_PAGE = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>提示</title><p>{}</p></html>'
_PHONE = frozenset({"m", "j", "partner", "accounts"})
NOT_HERE = "没有找到您要看的内容，可能地址有误，或者它不是您本人的。"
_SERVER_ERROR = ZhijiaError("server.error", "系统出了一点问题，我们已经记录下来，请稍后再试。")
_BUSY = ZhijiaError("server.busy", "系统暂时繁忙，您刚才的操作没有生效，请稍后再试。")


def error_response(request: HttpRequest, error: ZhijiaError, *, status: int | None = None) -> HttpResponseBase:
    """The answer for an expected error; `status` overrides the class's own.

    Who is not signed in, or has not said who he is, is led there and back; the API never redirects. The code is left on
    the request for its log line.
    """
    status = status or error.status
    request.error_code = error.code  # type: ignore[attr-defined]
    if request.path.startswith(API_PREFIX):
        return _as_json(request, error, status)
    part = bool(request.headers.get("HX-Request"))
    if isinstance(error, NotSignedIn):
        return to_sign_in(request)
    if isinstance(error, NotIdentified):
        return to_identity(request)
    look = look_of(request.path)
    context = {
        "code": error.code,
        "message": _plainly(error, look),
        "facts": error.facts,
        "status": status,
        "look": look,
    }
    return HttpResponse(_page(request, context, part=part), status=status)


def _plainly(error: ZhijiaError, look: str) -> str:
    """Members and visitors have no scope that something could lie out of."""
    return error.message if look == "console" or error.code != NotFound().code else NOT_HERE


def _as_json(request: HttpRequest, error: ZhijiaError, status: int) -> JsonResponse:
    """The one shape of the API's errors, with what HTTP asks for beside 401 and 429."""
    body = {"code": error.code, "message": error.message, "fields": error.fields}
    response = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        response["WWW-Authenticate"] = 'HMAC-SM3 realm="zhijia", Cookie realm="zhijia"'
    if status == 429:
        at, now = error.facts.get("retry_at"), getattr(request, "now", None)
        wait = (at - now).total_seconds() if isinstance(at, datetime) and now is not None else _USUAL_WAIT_S
        response["Retry-After"] = str(max(1, math.ceil(wait)))
    return response


def look_of(path: str) -> str:
    """Which look answers at an address: `"phone"`, `"console"` or `"public"`."""
    first = path[1:].split("/", 1)[0]
    return "console" if first == "console" else "phone" if first in _PHONE else "public"


def _page(request: HttpRequest, context: dict[str, Any], *, part: bool) -> str:
    name = "ui/errors/_part.html" if part else f"ui/errors/{context['look']}.html"
    try:
        return render_to_string(name, context, request=_readable(request))
    except TemplateDoesNotExist:
        logger.warning("error template missing", extra={"template": name})
    return _BARE_PAGE.format(escape(context["message"]))


def _readable(request: HttpRequest) -> HttpRequest:
    """What an error page may read of a request: where it went and how it is to look, as nobody's.

    Its body, its fields and whoever sent it may be the fault; nothing is asked of the database while we fail.
    """
    bare = HttpRequest()
    bare.method, bare.path, bare.path_info = request.method, request.path, request.path_info
    bare.META, bare.COOKIES = request.META, request.COOKIES
    bare.actor = ANONYMOUS  # type: ignore[attr-defined]
    bare.request_id = getattr(request, "request_id", "")  # type: ignore[attr-defined]
    if elder := getattr(request, "elder", None):
        bare.elder = elder  # type: ignore[attr-defined]
    return bare


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return error_response(request, ZhijiaError("request.bad", "这个请求的格式不对，请返回上一页重新操作。"), status=400)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return error_response(request, NotAllowed())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return error_response(request, NotFound())


def csrf_failure(request: Request, reason: str = "") -> HttpResponseBase:
    """Who comes with no cookie of ours is led to the sign-in, and what he typed goes along."""
    lost = None if request.path.startswith(API_PREFIX) else answer_without_cookies(request)
    if lost is not None:
        return lost
    return error_response(
        request,
        NotAllowed("request.csrf", "页面打开得太久或换了浏览器，为了您的账号安全，请刷新页面后重新提交。"),
    )


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Raises nothing: it must answer even when templates or the database are the fault.

    503 while the database is away or too busy, so that callers and balancers come back.
    """
    away = db.is_away(sys.exception())
    error, status = (_BUSY, 503) if away else (_SERVER_ERROR, 500)
    try:
        response = error_response(request, error, status=status)
    except Exception:
        logger.exception("the error page failed")
        response = HttpResponse(_BARE_PAGE.format(error.message), status=status)
    if away:
        response["Retry-After"] = str(_DATABASE_WAIT_S)
    return response
