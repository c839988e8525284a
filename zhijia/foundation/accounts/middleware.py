"""Closed by default: every page needs sign-in, every page of the console the step-up, unless its view is marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhijia.kernel.actor import ANONYMOUS
from zhijia.kernel.doors import is_polled
from zhijia.kernel.http import Request

from . import entering, sessions, unsent
from .access import CONSOLE, is_public, needs_step_up, to_sign_in, to_step_up
from .addresses import KNOWN, KNOWN_S

API = "/api/"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class LoginRequired(LoginRequiredMiddleware):
    """Leads who is not signed in to the sign-in page and back; the API answers 401 itself.

    A form that comes without a session is not thrown away: it goes along through the sign-in. Working on the console
    renews the step-up; after the idle time it has to be made again, and what stood in a form is kept: the form's page
    stays open, or is sent again by reloading.
    """

    # Our requests carry the clock and the actor.
    def process_view(  # type: ignore[override]
        self, request: Request, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if request.path.startswith(API):
            return None
        known = False
        if sessions.may_be_known(request) and request.user.is_authenticated:
            known = True
            if request.user.elder:
                request.elder = True  # type: ignore[attr-defined]
        if is_public(view_func):
            return None
        if not known:
            return to_sign_in(request) if request.method in _SAFE else unsent.answer_lost(request)
        entering.note_seen(request)
        if not request.path.startswith(CONSOLE) or not needs_step_up(view_func):
            return None
        if not sessions.is_stepped_up(request):
            return _closed(request)
        if not (is_polled(view_func) and request.headers.get("HX-Request")):
            sessions.renew_step_up(request)
        return None

    def process_response(self, request: Request, response: HttpResponse) -> HttpResponse:
        """What somebody signed in was shown is kept by no browser and no machine between; the browser whose number was
        just proved is known by it from now on.
        """
        if getattr(request, "actor", ANONYMOUS).is_signed_in and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        known = getattr(request, "known_browser", "")
        if known:
            response.set_cookie(
                KNOWN, known, max_age=KNOWN_S, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
            )
        return response


def _closed(request: Request) -> HttpResponse:
    """The step-up is over. A page is led to the door; a form is answered so that nothing typed is lost."""
    if request.method in _SAFE:
        return to_step_up(request)
    context = {"address": f"{reverse('accounts:step_up')}?next={reverse('accounts:unlocked')}"}
    if request.headers.get("HX-Request"):
        answer = render(request, "accounts/_locked.html", context, status=401)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#notes", "innerHTML"
        return answer
    return render(request, "accounts/locked.html", context, status=401)
