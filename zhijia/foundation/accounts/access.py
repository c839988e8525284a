"""What stands open, where the doors are, and how somebody is led to them and back."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from zhijia.kernel.doors import before_step_up, is_public, needs_step_up, public
from zhijia.kernel.http import path_in

__all__ = [
    "before_step_up",
    "is_public",
    "needs_step_up",
    "public",
    "safe_next",
    "to_identity",
    "to_sign_in",
    "to_step_up",
]

CONSOLE = "/console/"
_LONGEST = 500
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def safe_next(wanted: str, fallback: str) -> str:
    """`wanted` where it is a path of this site (`/m/card?x=1`), else `fallback`: no made-up link leads away."""
    if not wanted.startswith("/") or len(wanted) > _LONGEST or not wanted.isprintable():
        return fallback
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return fallback
    return wanted


def here(request: HttpRequest) -> str:
    """Where to come back to: this page, the page that asked for a part, or the page a form stood on."""
    if request.headers.get("HX-Request"):
        return safe_next(path_in(request.headers.get("HX-Current-URL", "")), "/")
    if request.method in _SAFE:
        return request.get_full_path()
    return safe_next(path_in(request.headers.get("Referer", "")), "/")


def _lead(request: HttpRequest, door: str) -> HttpResponse:
    address = f"{door}?{urlencode({'next': here(request)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def sign_in_door(request: HttpRequest) -> str:
    """The sign-in page's address: the desk has its own."""
    if request.path.startswith(CONSOLE):
        return reverse("accounts:console_sign_in")
    return resolve_url(settings.LOGIN_URL)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and back."""
    return _lead(request, sign_in_door(request))


def to_identity(request: HttpRequest) -> HttpResponse:
    """Lead to where people say who they are, and back."""
    return _lead(request, resolve_url(settings.ZHIJIA_IDENTITY_URL))


def to_step_up(request: HttpRequest) -> HttpResponse:
    """Lead to the second door, of the console, and back."""
    return _lead(request, reverse("accounts:step_up"))
