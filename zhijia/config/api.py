"""`/api/v1`: the routes of every capability in one frame, closed by default, one shape for every error.

Around each route: is its front door served, is the body small JSON, who calls (a signed system, else the session with
its CSRF token), an Idempotency-Key, and the trail of what systems call and cadres are refused.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.http.multipartparser import MultiPartParserError
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import JSONRenderer
from ninja.utils import check_csrf

from zhijia.config.errors import error_response
from zhijia.config.rooms import api_modules
from zhijia.foundation.accounts.addresses import client_address
from zhijia.foundation.audit import services as audit
from zhijia.foundation.clients import rules as signing, services as clients
from zhijia.foundation.idempotency.decorators import carry_out, key_of
from zhijia.kernel.actor import Kind
from zhijia.kernel.api import MOST_BYTES, Closed, Route, Who, route_of
from zhijia.kernel.errors import Invalid, NotFound, NotSignedIn, ZhijiaError
from zhijia.kernel.http import Request
from zhijia.organization.access import actors

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TYPE, _FORM = "application/json", "multipart/form-data"
Run = Callable[..., HttpResponseBase]

DESCRIPTION = """会员端和系统对接用的接口。会员登录后凭会话调用，写操作带 X-CSRFToken；
对接的系统用客户端编号和密钥对每个请求签名。写操作可带 Idempotency-Key，重试不会重复办理。
所有错误都是 {"code", "message", "fields"}。列表按 next 翻页。"""


class ApiRefused(ZhijiaError):
    """What only the API says, with a status of its own."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(code, message)
        self.status = status


class _Renderer(JSONRenderer):
    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


# --- The frame --------------------------------------------------------------------------------------------------------
def frame(run: Run) -> Run:
    """Around the `run` of one operation."""
    route = route_of(run.__self__.view_func)  # type: ignore[attr-defined]

    def framed(request: Request, **values: Any) -> HttpResponseBase:
        recognized: clients.Recognized | None = None
        try:
            _require_plain_body(request, route)
            recognized = _recognize(request)
            if route.takes_file:
                _read_form(request)
            _require_served(request, route)
            response = _carried_out(request, route, functools.partial(run, request, **values))
        except ZhijiaError as error:
            response = error_response(request, error)
        code = _code_of(response)
        if recognized is not None:
            clients.record_call(
                request.actor, recognized.unit_id, method=request.method or "", route=route.name,
                status=response.status_code, code=code, now=request.now,
            )  # fmt: skip
        elif request.actor.staff and response.status_code in (403, 404):
            audit.record_denied(request.actor, code=code, where=route.name, now=request.now)
        if route.who is not Who.ANYONE or request.method not in _SAFE:
            response.headers["Cache-Control"] = "no-store"
        return response

    return framed


def _require_plain_body(request: Request, route: Route) -> None:
    """A body of the kind that the route takes, and no larger; what is signed is read whole and so is always small."""
    signed = request.headers.get("Authorization", "").startswith(signing.SCHEME)
    most = MOST_BYTES if signed else route.most
    said = request.META.get("CONTENT_LENGTH") or "0"
    length = int(said) if said.isascii() and said.isdigit() else most + 1
    if length > most:
        raise ApiRefused("request.too_large", f"请求体不能超过 {most // 1024} KiB，请分批提交。", 413)
    if not length or request.method in _SAFE or request.content_type == (_FORM if route.takes_file else _TYPE):
        return
    if route.takes_file:
        raise ApiRefused("request.content_type", "请以 multipart/form-data 提交文件。", 415)
    raise ApiRefused("request.content_type", "请求体须是 JSON，Content-Type 为 application/json。", 415)


def _read_form(request: Request) -> None:
    try:
        request.FILES  # noqa: B018  read here, where a broken form is refused in the one shape
    except (MultiPartParserError, UnicodeError) as error:
        raise ApiRefused("request.malformed", "提交的表单不完整，请核对后重新上传。", 400) from error


def _recognize(request: Request) -> clients.Recognized | None:
    """The system that signed the request, who then is its actor; None where the session counts."""
    authorization = request.headers.get("Authorization", "")
    if not authorization.startswith(signing.SCHEME):
        return None
    signed = signing.read_headers(
        authorization, request.headers.get("X-Zhijia-Time", ""), request.headers.get("X-Zhijia-Nonce", "")
    )
    query = request.META.get("QUERY_STRING", "")
    address = client_address(request)
    found = clients.recognize(
        signed,
        method=request.method or "",
        target=f"{request.path}?{query}" if query else request.path,
        body=request.body,
        address=address,
        now=request.now,
    )
    request.actor = actors.client_actor(found.client_id, found.scopes, address=address)
    return found


def _require_served(request: Request, route: Route) -> None:
    """A process that does not serve the members' or the cadres' pages does not serve their calls either."""
    if route.surface and route.surface not in settings.ZHIJIA_SURFACES and request.actor.kind is not Kind.CLIENT:
        raise NotFound


def _carried_out(request: Request, route: Route, command: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    if request.method in _SAFE:
        return command()
    if request.actor.kind is not Kind.CLIENT and (refused := check_csrf(request)) is not None:
        return refused
    key = key_of(request) if route.once and request.actor.is_signed_in else None
    return command() if key is None else carry_out(request, key, command)


def _code_of(response: HttpResponseBase) -> str:
    if response.status_code < 400 or not isinstance(response, HttpResponse):
        return ""
    return str(json.loads(response.content).get("code", ""))


# --- Errors -----------------------------------------------------------------------------------------------------------
_WORDS = {
    "missing": "这一项必填。",
    "string_too_long": "最多 {max_length} 个字。",
    "string_too_short": "至少 {min_length} 个字。",
    "too_long": "最多 {max_length} 项。",
    "too_short": "至少 {min_length} 项。",
    "greater_than_equal": "不能小于 {ge}。",
    "less_than_equal": "不能大于 {le}。",
    "extra_forbidden": "没有这一项，请删去。",
    "string_type": "应是文字。",
    "int_type": "应是整数。",
    "int_parsing": "应是整数。",
    "bool_type": "应是 true 或 false。",
    "enum": "请从规定的取值中选择。",
    "literal_error": "请从规定的取值中选择。",
    "text_override": "内容中有改变文字方向的隐藏字符，请删除后重新填写。",
}


def _invalid(request: Request, error: ValidationError) -> HttpResponseBase:
    fields = {}
    for found in error.errors:
        place = [str(part) for part in found["loc"]]
        name = ".".join(place[2:] if place[0] == "body" and len(place) > 2 else place[1:])
        words = _WORDS.get(found["type"], "格式不对，请核对。")
        clean = name.encode("utf-8", "replace").decode()[:80]
        fields[clean] = words.format(**found.get("ctx", {}))
    return error_response(
        request, Invalid("request.invalid", "请求里有不合规定的内容，请按 fields 逐项改正后再提交。", fields=fields)
    )


def _http_error(request: Request, error: HttpError) -> HttpResponseBase:
    if isinstance(error, AuthenticationError):
        return error_response(request, NotSignedIn())
    return error_response(
        request, ApiRefused("request.malformed", "请求体不是完整的 JSON，请核对。", error.status_code)
    )


def _raise(request: Request, error: Exception) -> HttpResponseBase:
    raise error


# --- The whole --------------------------------------------------------------------------------------------------------
def build() -> NinjaAPI:
    """Every `ROUTES` of the capabilities, lower rooms first."""
    api = NinjaAPI(
        title="职家接口",
        version="1.0.0",
        description=DESCRIPTION,
        auth=Closed(),
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
        renderer=_Renderer(),
    )
    handlers: dict[type[Exception], Callable[..., HttpResponseBase]] = {
        Exception: _raise,
        ZhijiaError: error_response,
        ValidationError: _invalid,
        HttpError: _http_error,
        Http404: lambda request, _error: error_response(request, NotFound()),
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)  # type: ignore[arg-type]
    api.add_decorator(frame, mode="view")
    for name in api_modules():
        for routes in import_module(name).ROUTES:
            api.add_router("", routes)
    return api


API = build()


def _one_shape(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A method that an address does not know is refused in the shape of all errors, too.

    Django's own CSRF check stays out: the frame makes it for whoever comes with a session.
    """

    def answer(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        said = ApiRefused("request.method", f"这个地址只接受 {response['Allow']}。", 405)
        refused = error_response(request, said)
        refused["Allow"] = response["Allow"]
        return refused

    answer.csrf_exempt = True  # type: ignore[attr-defined]
    return answer


def patterns() -> list[URLPattern]:
    """The addresses below `/api/v1/`."""
    found = [pattern for pattern in API.urls[0] if isinstance(pattern, URLPattern)]
    for pattern in found:
        pattern.callback = _one_shape(pattern.callback)
    return found
