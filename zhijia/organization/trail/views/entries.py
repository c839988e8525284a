"""The trail for audit administrators: what was done, who saw whose full data, one entry."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.ui.listing import Button, Choice
from zhijia.kernel.http import Request
from zhijia.organization.trail import presenting, sealed, selectors, services
from zhijia.organization.trail.forms import PersonForm
from zhijia.organization.trail.permissions import Permission

from .asking import ask, context_of, list_page


@require_safe
def index(request: Request) -> HttpResponse:
    """Entries by person, unit, event, days and case; newest first, by key."""
    return _list(request, "trail:entries", "trail.read", "")


@require_safe
def looks(request: Request) -> HttpResponse:
    """Who looked at whose full data, with reasons."""
    return _list(request, "trail:looks", "trail.looks_read", "read")


def _list(request: Request, address: str, event: str, outcome: str) -> HttpResponse:
    asking = ask(request, address, Permission.VIEW, outcome=outcome)
    extra = context_of(asking, address, f"{reverse('trail:people')}?to={address.partition(':')[2]}")
    question = asking.question
    actions = []
    if question is not None and request.actor.holds(Permission.EXPORT):
        actions = [Button("导出这些记录", presenting.address_of("trail:export", question, outcome=outcome))]
    tabs = [
        Choice("entries", "全部记录", not outcome, reverse("trail:entries")),
        Choice("looks", "谁看过完整信息", bool(outcome), reverse("trail:looks")),
    ]
    listing = presenting.LOOKS if outcome else presenting.ENTRIES
    return list_page(
        listing, request, asking, permission=Permission.VIEW, event=event, template="trail/entries.html", extra=extra,
        actions=actions, tabs=tabs,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@once
def find_person(request: Request) -> HttpResponse:
    """By number or name; who is chosen goes back to the list as a public id."""
    to = "looks" if request.GET.get("to") == "looks" else "entries"
    return people_page(request, f"trail:{to}", Permission.VIEW)


def people_page(request: Request, to: str, permission: str) -> HttpResponse:
    """The page that looks for a person, for any list that can be narrowed to one."""
    request.actor.require_anywhere(permission)
    form = PersonForm(request.POST or None)
    submission = Submission(request, form)
    found: list[Any] = []
    if submission.is_right:
        submission.status = 200
        with submission:
            found = services.find_people(request.actor, form.cleaned_data["who"], permission, now=request.now)
    context = {
        "form": form,
        "searched": submission.is_right,
        "rows": [
            {
                "label": presenting.name_of(person),
                "href": f"{reverse(to)}?person={person.public_id}",
                "end": f"{person.mobile_masked} {person.id_masked}".strip(),
            }
            for person in found
        ],
        "back": reverse(to),
    }
    return render(request, "trail/people.html", context, status=submission.status)


@require_safe
def entry(request: Request, key: str) -> HttpResponse:
    """One entry: who, as what, where from, before and after, why; and whether it is what was sealed."""
    return entry_page(request, key, Permission.VIEW, "trail:entries")


def entry_page(request: Request, key: str, permission: str, back: str) -> HttpResponse:
    """The page of an entry, for whoever may see it under `permission`."""
    told, seal = selectors.get_entry(request.actor, key, permission)
    services.note_opening(request.actor, told, permission, now=request.now)
    found = told.entry
    context = {
        "title": presenting.what(found),
        "tag": presenting.outcome_tag(found),
        "facts": presenting.entry_facts(told),
        "digests": presenting.digest_facts(found),
        "checks": [sealed.seal_check(seal)],
        "back": reverse(back),
        "more": presenting.ways_on(told, back),
    }
    return render(request, "trail/entry.html", context)
