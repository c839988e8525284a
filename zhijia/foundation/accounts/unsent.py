"""A form that came when the session was over. The browser carries it, sealed, through the sign-in and sends it again
with one tap; nothing of it is stored here. Source: docs/rules/accounts.md#a-lost-session
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from zhijia.foundation.ui.form import KEY_FIELD
from zhijia.kernel.crypto import SealBroken
from zhijia.kernel.http import Request

from .access import CONSOLE, here, is_public, sign_in_door
from .sessions import is_stepped_up, moment, stamp

FIELD: Final = "unsent"
"""The hidden field that carries it."""
LASTS: Final = timedelta(minutes=30)
LONGEST: Final = 300_000
"""Letters of the sealed text; the longest form of ours, a thousand numbers, takes a fifth of it."""
_PLACE: Final = "accounts.unsent"
_NOT_KEPT: Final = frozenset(
    {"csrfmiddlewaretoken", KEY_FIELD, "password", "again", "old", "code", "old_code", "file_code", "credential"}
)
"""What is the page's own, secret, or void by the time somebody has signed in."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """Where the form goes, what it held, and how many files each of its file fields had: those must be chosen anew."""

    address: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, int], ...]

    def __repr__(self) -> str:
        return f"<Unsent {self.address}>"


def answer_lost(request: Request) -> HttpResponse:
    """The session is over and a form came: a sentence, and the way to sign in that brings the form along."""
    console = request.path.startswith(CONSOLE)
    context = {"carried": _seal(request), "next": here(request), "door": sign_in_door(request), "console": console}
    if request.headers.get("HX-Request"):
        answer = render(request, "accounts/_lost.html", context, status=401)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#notes", "innerHTML"
        return answer
    return render(request, f"accounts/lost_{'console' if console else 'phone'}.html", context, status=401)


def _seal(request: Request) -> str:
    """Empty where it is too much to be carried."""
    said = {
        "at": stamp(request.now),
        "to": request.get_full_path(),
        "fields": [(name, text) for name, texts in request.POST.lists() if name not in _NOT_KEPT for text in texts],
        "files": [(name, len(files)) for name, files in request.FILES.lists()],
    }
    sealed = settings.ZHIJIA_KEYS.keyring.seal(json.dumps(said, ensure_ascii=False), table_column=_PLACE, row="")
    carried = base64.b64encode(sealed).decode()
    return carried if len(carried) <= LONGEST else ""


def read(request: Request) -> Unsent | None:
    """What a page of the sign-in brings along; None where there is nothing, it is no work of ours, or too old."""
    carried = request.POST.get(FIELD, "")
    if not carried or len(carried) > LONGEST:
        return None
    try:
        sealed = base64.b64decode(carried, validate=True)
        said = json.loads(settings.ZHIJIA_KEYS.keyring.open_sealed(sealed, table_column=_PLACE, row=""))
    except (binascii.Error, SealBroken, ValueError):
        return None
    if request.now - moment(said["at"]) > LASTS:
        return None
    return Unsent(said["to"], tuple(map(tuple, said["fields"])), tuple(map(tuple, said["files"])))


def carried(request: Request) -> str:
    """What a page of the sign-in hands on to the next one, as it came; empty where there is nothing."""
    return request.POST[FIELD] if read(request) is not None else ""


def go_on(request: Request, wanted: str) -> HttpResponse:
    """A door is passed: to `wanted`, or where a form was brought along, to the console's second door and then to the
    page where one tap sends it.
    """
    left = read(request)
    if left is None:
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": wanted})
        return HttpResponseRedirect(wanted)
    console = left.address.startswith(CONSOLE)
    if console and not is_stepped_up(request):
        door = {"carried": carried(request), "next": wanted, "door": reverse("accounts:step_up")}
        return render(request, "accounts/second_door.html", door)
    look = "console" if console else "phone"
    return render(request, f"accounts/unsent_{look}.html", {"unsent": left, "next": wanted})


def answer_without_cookies(request: Request) -> HttpResponse | None:
    """A form that came without any cookie of ours: as a lost session, where our own page sent it; None else. What other
    sites send is not carried along.
    """
    match = request.resolver_match
    ours = urlsplit(request.headers.get("Origin", "")).netloc == request.get_host()
    if not ours or settings.SESSION_COOKIE_NAME in request.COOKIES or match is None or is_public(match.func):
        return None
    return answer_lost(request)
