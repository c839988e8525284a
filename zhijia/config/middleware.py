"""The frame of every request: clock, number, which front doors are open, bad bytes, expected errors, a log line."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import datetime

import structlog
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect, UnreadablePostError
from django.middleware.common import CommonMiddleware
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from zhijia.config.errors import bad_request, error_response
from zhijia.config.metrics import count_request
from zhijia.kernel import replica
from zhijia.kernel.errors import Invalid, NotFound, ZhijiaError

log = structlog.get_logger("zhijia.request")

WROTE = "wrote"
"""The cookie of a browser that has just written; it names the second, and lasts five."""

_HEADERS = {
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
_FOR_TOOLS = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds, so not logged; and by whatever name the machine has, so the host is not judged."""
_FORM = "application/x-www-form-urlencoded"
_SURFACE_OF_FIRST_PART = {
    "m": "member",
    "j": "member",
    "accounts": "member",
    "v": "public",
    "manifest.webmanifest": "member",
    "sw.js": "member",
    "offline": "member",
    "partner": "partner",
    "console": "console",
    "api": "exchange",
}
_ALWAYS = frozenset({"healthz", "readyz", "metrics", "static", "favicon.ico"})


def current_time() -> datetime:
    """The clock of all requests; tests replace this one function."""
    return timezone.now()


def surface_of(path: str) -> str | None:
    """Which front door an address belongs to: `"/console/desk"` → `"console"`; None where every process answers."""
    first = path[1:].split("/", 1)[0]
    if first in _ALWAYS:
        return None
    return _SURFACE_OF_FIRST_PART.get(first, "public")


class Sessions(SessionMiddleware):
    """Django's, but it takes the cookie away only where somebody is signed out.

    A key changes at each sign-in and step-up. What the browser had on its way with the old key by then, such as the
    worker's own look for news, would otherwise be answered by throwing away the new cookie.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.session.modified or not request.session.is_empty():
            return super().process_response(request, response)
        if request.session.accessed:
            patch_vary_headers(response, ("Cookie",))
        return response


class Common(CommonMiddleware):
    """Django's, but for tools: the supervisor, a balancer, `curl` on the machine itself know no public name."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        return None if request.path in _FOR_TOOLS else super().process_request(request)


class RequestFrame:
    """Stands outside all that knows people; headers and static files lie further out.

    Views find `request.now` (aware, UTC) and `request.request_id` (16 hex characters, also in the answer's
    `X-Request-ID` and in every log line). Errors of `kernel.errors` raised by a view become their page or JSON here.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.surfaces: frozenset[str] = settings.ZHIJIA_SURFACES
        self.replica = replica.is_configured()
        directives = settings.ZHIJIA_CONTENT_SECURITY_POLICY.items()
        policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives)
        self.headers = {**_HEADERS, "Content-Security-Policy": policy}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not self.replica:
            return self._framed(request)
        with replica.reading(primary=_wrote_just_now(request)):
            response = self._framed(request)
            if replica.has_written() and isinstance(response, HttpResponse):
                response.set_cookie(
                    WROTE, str(int(time.time())), max_age=replica.SECONDS, httponly=True, samesite="Lax",
                    secure=request.is_secure(),
                )  # fmt: skip
        return response

    def _framed(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request.now = current_time()  # type: ignore[attr-defined]
        request.request_id = secrets.token_hex(8)  # type: ignore[attr-defined]
        logged = request.path not in _FOR_TOOLS
        response = self._answer(request) if logged else self.get_response(request)
        seconds = time.perf_counter() - started
        match = request.resolver_match
        route = match.route if match else ""
        count_request(request.method, route, response.status_code, seconds)
        if logged:
            _write_line(request, response, route, seconds)
        response.headers["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)  # type: ignore[attr-defined]
        surface = surface_of(request.path)
        if surface is not None and surface not in self.surfaces:
            return error_response(request, NotFound())
        try:
            nul = _holds_nul(request)
        except (SuspiciousOperation, UnreadablePostError) as error:  # too large, or cut off on its way
            return bad_request(request, error)
        if nul:
            return error_response(
                request,
                Invalid("request.bad_characters", "您提交的内容里有无法识别的字符，请删去后重新提交。"),
                status=400,
            )
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return error_response(request, error) if isinstance(error, ZhijiaError) else None


def _wrote_just_now(request: HttpRequest) -> bool:
    """Whether this browser wrote within the last seconds: the replica may not have it yet."""
    said = request.COOKIES.get(WROTE, "")
    return said.isascii() and said.isdigit() and len(said) < 12 and time.time() - int(said) <= replica.SECONDS


def _write_line(request: HttpRequest, response: HttpResponseBase, route: str, seconds: float) -> None:
    log.info(
        "request",
        method=request.method,
        route=route,  # the pattern: paths hold codes and public ids
        status=response.status_code,
        code=getattr(request, "error_code", None),
        ms=round(seconds * 1000, 1),
        account=getattr(getattr(request, "actor", None), "account_id", None),
    )


def _holds_nul(request: HttpRequest) -> bool:
    """A NUL is refused by PostgreSQL and ends strings in C libraries; no honest form sends one."""
    if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return True
    return request.method == "POST" and request.content_type == _FORM and b"%00" in request.body
