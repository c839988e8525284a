"""For cadres: the member list, the file, the full numbers."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from zhijia.foundation.ui.listing import Bulk, Button, Deed, answer
from zhijia.kernel.errors import Invalid
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry
from zhijia.organization.members import selectors
from zhijia.organization.members.permissions import Permission
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

from . import lists, tables
from .units import unit_of


def roster(request: Request) -> HttpResponseBase:
    """The member list of a unit: search, filters, pages by key; no total of a filter."""
    unit = unit_of(request, Permission.VIEW)
    actor, at = request.actor, f"?unit={unit.public_id}"
    may_export = actor.may(Permission.EXPORT, unit.path)
    offered = [deed for scenario in registry.scenarios for deed in scenario.beside_members]
    actions = [
        Button("本人更新的资料", reverse("members:updates")),
        *(
            Button(deed.label, reverse(deed.url_name) + at)
            for deed in sorted(offered, key=lambda deed: deed.order)
            if any(actor.may(right, unit.path) for right in deed.rights)
        ),
    ]
    deeds = [
        deed
        for scenario in registry.scenarios
        for deed in scenario.for_ticked_members
        if any(actor.may(right, unit.path) for right in deed.rights)
    ]
    bulk = Bulk(reverse(deeds[0].url_name), (Deed(deeds[0].label, value="go"),), deeds[0].group) if deeds else None
    read = partial(selectors.list_members, actor, unit)
    return answer(lists.ROSTER, request, read, note=unit.name, actions=actions, bulk=bulk, exports=may_export)


def file(request: Request, pid: str) -> HttpResponse:
    """A member's file with the panels of every capability."""
    found = selectors.get_member(request.actor, pid)
    panels = []
    for panel in registry.panels("member", request.actor):
        context = panel.build(request.actor, found.person.id)
        if context is not None:
            panels.append({"title": panel.title, "template": panel.template, "context": context})
    names = {key: facts.name for key, facts in unions.facts_of(event.union_id for event in found.events).items()}
    context = {
        "file": found,
        "panels": panels,
        "facts": tables.file_facts(found),
        "entries": tables.file_events(found, names),
        "may_see": request.actor.may("people:numbers:see", found.union.path),
    }
    return render(request, "members/file.html", context)


def numbers(request: Request, pid: str) -> HttpResponse:
    """The full numbers, once, with a reason; leaves an audit row and is not stored by the browser."""
    found = selectors.get_member(request.actor, pid)
    request.actor.require("people:numbers:see", found.union.path)
    if request.method != "POST":
        return redirect("members:file", pid=pid)
    try:
        full = people.read_numbers(
            request.actor, found.person.id, reason=request.POST.get("reason", "")[:200], now=request.now
        )
    except Invalid as error:
        messages.error(request, error.message)
        return redirect("members:file", pid=pid)
    response = render(request, "members/numbers.html", {"file": found, "numbers": full})
    response["Cache-Control"] = "no-store"
    return response
