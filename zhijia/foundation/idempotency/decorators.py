"""`@once` for the views of commands."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase

from zhijia.kernel import db
from zhijia.kernel.actor import ANONYMOUS, Actor, Kind
from zhijia.kernel.crypto import keyed_content_digest
from zhijia.kernel.errors import Invalid, ZhijiaError
from zhijia.kernel.http import Request

from . import services

FIELD = "idempotency_key"
HEADER = "Idempotency-Key"
_SHAPE = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_NOT_CONTENT = frozenset({FIELD, "csrfmiddlewaretoken"})
_KEPT_HEADERS = ("Content-Type", "Location", "HX-Redirect", "HX-Location", "HX-Trigger", "HX-Refresh")

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]


def once(view: View[P]) -> View[P]:
    """Carry a POST with a key out once; the same key again gets the first answer.

    The view runs in one transaction, and its answer is kept there under the key. An answer of 400 and above, or an
    error, rolls everything back and leaves the key free, so a corrected form can be sent again. A request without a key
    is carried out as it is, and an answer that streams is not kept. Not for views that count tries (`limits`): the
    count of a failed try would be rolled back too. Nor for what can't be undone, such as a call to another house: a
    repeat may get as far before it is given the first answer. What was answered to a cadre or a system is given again
    only while his rights are the same: after the end of a role the answer is as for anybody.
    """

    def wrapper(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        key = key_of(request)
        if request.method != "POST" or key is None:
            return view(request, *args, **kwargs)
        return carry_out(request, key, functools.partial(view, request, *args, **kwargs))

    return functools.update_wrapper(wrapper, view)


@db.retrying()
def carry_out(request: Request, key: str, command: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What `once` does, for a frame that has read the key itself (`key_of`).

    Nothing is asked beforehand, since nearly every request is the first with its key. A repeat works until a rule
    refuses it or its answer meets the first one's; its work is undone, and the first answer given.
    """
    actor, rights, digest = _actor_of(request), rights_of(request), digest_of(request)
    try:
        with transaction.atomic():
            response = command()
            if response.status_code >= 400:
                transaction.set_rollback(True)
            elif isinstance(response, HttpResponse):
                services.keep_answer(
                    actor,
                    key,
                    digest,
                    rights=rights,
                    status=response.status_code,
                    headers={name: response[name] for name in _KEPT_HEADERS if response.has_header(name)},
                    body=response.content.decode(),
                    now=request.now,
                )
    except Exception as error:
        try:
            first = services.first_answer(actor, key, digest, rights=rights)
        except services.RightsChanged:
            if isinstance(error, ZhijiaError):
                raise error from None
            raise
        if first is None:
            raise
    else:
        first = services.first_answer(actor, key, digest, rights=rights) if response.status_code >= 400 else None
        if first is None:
            return response
    return HttpResponse(first.body, status=first.status, headers=dict(first.headers))


def key_of(request: Request) -> str | None:
    """The key of a request, None where it has none. Raises Invalid `request.bad_key`."""
    key = request.headers.get(HEADER)
    if key is None and not (key := request.POST.get(FIELD)):
        return None
    if not _SHAPE.match(key):
        raise Invalid("request.bad_key", "页面提交的内容不完整，请刷新页面后重新填写提交。")
    return key


def _actor_of(request: Request) -> str:
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    if actor.kind is Kind.CLIENT:
        return f"client:{actor.client_id}"[:64]
    if actor.account_id is not None:
        return f"account:{actor.account_id}"
    session = request.session.session_key if hasattr(request, "session") else None
    return f"visitor:{settings.ZHIJIA_KEYS.hashes.digest('visitor', session)}" if session else "visitor"


def rights_of(request: Request) -> str:
    """What the actor may do now, as a digest; empty for who acts for himself alone."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    held = sorted((grant.unit_id, grant.role, *sorted(grant.permissions)) for grant in actor.living_grants)
    return str(settings.ZHIJIA_KEYS.hashes.digest("rights", repr(held))) if held else ""


def digest_of(request: Request) -> str:
    """What the request asks for, by a keyed digest: address, fields but the key and the token, the files' content."""
    return keyed_content_digest(settings.ZHIJIA_DIGEST_KEY, _content_of(request))


def _content_of(request: Request) -> Iterator[bytes]:
    yield f"{request.method} {request.get_full_path()}".encode()
    if request.content_type == "application/json":
        yield request.body
        return
    for name in sorted(request.POST):
        if name not in _NOT_CONTENT:
            yield repr((name, request.POST.getlist(name))).encode()
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            yield repr((name, getattr(file, "name", ""), getattr(file, "size", 0))).encode()
            yield from file.chunks()
            file.seek(0)
