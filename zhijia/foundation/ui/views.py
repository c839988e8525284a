"""Forms that change how pages look, for anyone, signed in or not."""

from __future__ import annotations

from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from zhijia.foundation.ui import events
from zhijia.foundation.ui.context import ELDER_COOKIE, THEME_COOKIE
from zhijia.kernel.doors import public
from zhijia.kernel.http import path_in

_YEAR = 365 * 24 * 3600


def back_to(request: HttpRequest, fallback: str = "/") -> str:
    """An address of this site to return to: `next` of the form, else the page the form stood on; never another site.

    Raises DisallowedHost for a request to a host that is not ours.
    """
    for wanted in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if wanted and url_has_allowed_host_and_scheme(
            wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return path_in(wanted) or fallback
    return fallback


def set_elder(response: HttpResponse, *, on: bool) -> None:
    """Remember the edition in this browser; accounts calls it after a sign-in with what the account keeps."""
    _remember(response, ELDER_COOKIE, "on" if on else None)


def _remember(response: HttpResponse, name: str, value: str | None) -> None:
    if value is None:
        response.delete_cookie(name, samesite="Lax")
        return
    same_site: Literal["Lax"] = "Lax"
    response.set_cookie(
        name, value, max_age=_YEAR, samesite=same_site, secure=settings.SESSION_COOKIE_SECURE, httponly=True
    )


@public
@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """`elder=on|off`: sets the cookie, tells the account's keeper, comes back."""
    on = request.POST.get("elder") == "on"
    response = HttpResponseRedirect(back_to(request))
    set_elder(response, on=on)
    account_id = getattr(getattr(request, "actor", None), "account_id", None)
    if account_id is not None:
        events.elder_chosen.announce(events.ElderChosen(account_id=account_id, on=on))
    return response


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """`theme=light|auto`: light opts out of the dark."""
    response = HttpResponseRedirect(back_to(request))
    _remember(response, THEME_COOKIE, "light" if request.POST.get("theme") == "light" else None)
    return response
