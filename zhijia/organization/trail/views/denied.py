"""Refused tries for security administrators: by person, unit, address and day, and what strikes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.kernel.http import Request
from zhijia.organization.trail import presenting, selectors, services
from zhijia.organization.trail.permissions import Permission

from .asking import ask, context_of
from .entries import entry_page, people_page


@require_safe
def index(request: Request) -> HttpResponse:
    """Newest first, by key; beside them the addresses and persons that strike within the same days."""
    asking = ask(request, "trail:denied", Permission.DENIED, outcome="denied", refused=True)
    after = request.GET.get("after", "")[:40]
    context: dict[str, Any] = context_of(asking, "trail:denied", reverse("trail:denied_people"))
    question = asking.question
    if question is not None:
        page = selectors.list_entries(request.actor, question, Permission.DENIED, after=after)
        strikes = selectors.list_strikes(request.actor, question)
        services.note_reading(
            request.actor, "trail.denied_read", question, Permission.DENIED, now=request.now, more=bool(after)
        )
        context |= {
            "table": presenting.denied_table(page),
            "pager": presenting.pager(page, "trail:denied", question, first=not after),
            "said": presenting.in_words(question),
            "strikes": presenting.strike_rows(strikes, question),
            "strikes_note": "所选日期内" if strikes.all_seen else f"最近 {selectors.EXAMINED:,} 次之内",
        }
    return render(request, "trail/denied.html", context, status=asking.status)


@require_http_methods(["GET", "POST"])
@once
def find_person(request: Request) -> HttpResponse:
    return people_page(request, "trail:denied", Permission.DENIED)


@require_safe
def entry(request: Request, key: str) -> HttpResponse:
    return entry_page(request, key, Permission.DENIED, "trail:denied")
