"""`request.actor`: who acts in this request, built once: a query for a cadre's grants, none for a member or visitor."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from django.http import HttpResponseBase
from django.utils import timezone

from zhijia.foundation.accounts import sessions
from zhijia.foundation.accounts.addresses import client_address
from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.errors import NotAllowed, NotFound
from zhijia.kernel.http import Request

from . import actors


class ActorMiddleware:
    """After the sign-in's middleware. A cadre's refused tries are audited when the command's transaction is gone."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[Request], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        request.actor = build_actor(request)
        return self.get_response(request)

    def process_exception(self, request: Request, error: Exception) -> None:
        if isinstance(error, (NotAllowed, NotFound)) and request.actor.staff:
            match = request.resolver_match
            audit.record_denied(request.actor, code=error.code, where=match.view_name if match else "", now=request.now)


def build_actor(request: Request) -> Actor:
    """A visitor, a member, or a cadre who has stepped up as strongly as his roles ask."""
    address = client_address(request)
    if not sessions.may_be_known(request) or not request.user.is_authenticated:
        return Actor(Kind.ANONYMOUS, address=address)
    staff = sessions.is_stepped_up(request)
    today = timezone.localdate(request.now)
    actor = actors.actor_of(request.user.pk, today=today, staff=staff, address=address)
    if actor.staff and not sessions.was_strong(request) and actors.needs_strong_factor(actor.grants):
        return dataclasses.replace(actor, staff=False)
    return actor
