"""How unions fare: the list, and one union on one page."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhijia.foundation.ui.listing import answer
from zhijia.kernel.http import Request
from zhijia.organization.unions import selectors as unions

from . import presenting, selectors
from .lists import HEALTH
from .permissions import Permission


@require_safe
def health_list(request: Request) -> HttpResponseBase:
    request.actor.require_anywhere(Permission.VIEW)
    today = timezone.localdate(request.now)
    return answer(HEALTH, request, partial(selectors.list_health, request.actor, today=today))


@require_safe
def health(request: Request, pid: str) -> HttpResponse:
    """The certificate, the six haves with evidence, term and board."""
    union = unions.get_facts(unions.get_union(request.actor, pid).pk)
    request.actor.require(Permission.VIEW, union.path)
    context = presenting.health_page(request.actor, union, today=timezone.localdate(request.now))
    return render(request, "legal/health.html", context)
