"""Addresses of these tests: views that raise what they are asked to."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from zhijia.config.urls import handler400, handler403, handler404, handler500, urlpatterns as real
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TooMany

__all__ = ["handler400", "handler403", "handler404", "handler500"]

ERRORS = {
    "invalid": lambda: Invalid("tests.invalid", "请填写姓名。", fields={"name": "请填写姓名。"}),
    "sign-in": NotSignedIn,
    "denied": NotAllowed,
    "absent": NotFound,
    "often": lambda: TooMany("limit.tests", "请 5 分钟后再试。"),
    "broken": lambda: DatabaseError("no such column: 110101199003072316"),
}


def fail(request: HttpRequest, how: str) -> HttpResponse:
    error = ERRORS[how]()
    raise error


def now(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.now.isoformat()} {request.POST.get('q', '')}")


urlpatterns = [
    *(path(f"{prefix}tests/fail/<str:how>", fail) for prefix in ("", "m/", "console/", "api/")),
    *(path(f"{prefix}tests/now", now) for prefix in ("", "m/", "console/", "api/", "partner/")),
    *real,
]
