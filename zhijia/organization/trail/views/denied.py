"""Refused tries for security administrators: by person, unit, address and day, and what strikes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.kernel.http import Request
from zhijia.organization.trail import presenting, selectors
from zhijia.organization.trail.permissions import Permission

from .asking import ask, context_of, list_page
from .entries import entry_page, people_page


@require_safe
def index(request: Request) -> HttpResponse:
    """Newest first, by key; beside them the addresses and persons that strike within the same days."""
    asking = ask(request, "trail:denied", Permission.DENIED, outcome="denied", refused=True)
    extra: dict[str, Any] = context_of(asking, "trail:denied", reverse("trail:denied_people")) | {"refused": True}
    if (question := asking.question) is not None:
        strikes = selectors.list_strikes(request.actor, question)
        extra |= {
            "strikes": presenting.strike_rows(strikes, question),
            "strikes_note": "所选日期内" if strikes.all_seen else f"最近 {selectors.EXAMINED:,} 次之内",
        }
    return list_page(
        presenting.DENIED, request, asking, permission=Permission.DENIED, event="trail.denied_read",
        template="trail/denied.html", extra=extra,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@once
def find_person(request: Request) -> HttpResponse:
    return people_page(request, "trail:denied", Permission.DENIED)


@require_safe
def entry(request: Request, key: str) -> HttpResponse:
    return entry_page(request, key, Permission.DENIED, "trail:denied")
