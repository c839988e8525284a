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

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from zhijia.foundation.ui.form import KEY_FIELD
from zhijia.kernel.crypto import SealBroken
from zhijia.kernel.http import Request

from .access import CONSOLE, here, sign_in_door
from .sessions import moment, stamp

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


def offer_again(request: Request, unsent: Unsent, *, wanted: str) -> HttpResponse:
    """After the sign-in: one tap sends the form. `wanted` is where he goes who does not want to."""
    return render(request, "accounts/unsent.html", {"unsent": unsent, "next": wanted})
