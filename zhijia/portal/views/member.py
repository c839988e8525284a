"""The member's four roots: home, services, code (with members), me; his cases and messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.notify import selectors as messages_, services as notify
from zhijia.foundation.ui import chrome
from zhijia.foundation.workflow import selectors as cases
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry
from zhijia.organization.access import actors
from zhijia.organization.access.roles import ROLES
from zhijia.organization.joining import begun, selectors as joining
from zhijia.organization.members import selectors as members
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

GRID = 8
TAGS = {"late": "bad", "soon": "do", "done": "ok", "run": "wait"}


def _greeting(now: datetime) -> str:
    hour = timezone.localtime(now).hour
    return (
        "晚上好"
        if hour < 5
        else "早上好"
        if hour < 9
        else "上午好"
        if hour < 12
        else "中午好"
        if hour < 14
        else "下午好"
        if hour < 18
        else "晚上好"
    )


def _entries() -> list[dict[str, str]]:
    return [
        {"label": entry.label, "href": href, "icon": entry.icon, "hue": entry.family}
        for entry in registry.member_entries()
        if (href := chrome.address(entry.url_name))
    ]


def case_row(case: Any) -> dict[str, Any]:
    """Shape of a line of `ui/phone/rows.html`."""
    said = cases.describe(case, own=True)
    detail = ""
    if case.last_day and not case.closed_at:
        day = f"{case.last_day.month}月{case.last_day.day}日"
        until = f"请在{day}前办理" if said["owner_acts"] else f"最晚{day}答复"
        detail = f"{case.note} · {until}" if case.note else until
    return {
        "title": said["name"],
        "href": reverse(said["member_url_name"], args=[case.public_id]) if said["member_url_name"] else "",
        "detail": detail or case.note,
        "detail_do": said["owner_acts"],
        "tag": {"text": said["label"], "state": "do" if said["owner_acts"] else TAGS.get(said["hue"], ""), "icon": ""},
    }


def home(request: Request) -> HttpResponse:
    """What a member came for: his card, the services, what is under way, what is new."""
    actor = request.actor
    if people.texts_to_renew(actor.account_id, now=request.now):
        return redirect("people:renew")
    person = people.get_facts(actor.person_id) if actor.person_id is not None else None
    own = cases.list_under_way(actor, limit=3) if person else []
    told = messages_.list_messages(actor, limit=3).rows if person else []
    name = person.name if person else ""
    card = members.my_card(actor)
    context = {
        "greeting": f"{name}，{_greeting(request.now)}" if name else _greeting(request.now),
        "person": person,
        "card": card,
        "standing": joining.standing(actor, now=request.now) if card is None else None,
        "begun": begun.union_of(request) if card is None else None,
        "entries": _entries()[:GRID],
        "cases": [case_row(case) for case in own],
        "told": told,
        "staff": bool(actors.roles_held(actor, timezone.localdate(request.now))),
        "unread": messages_.count_unread(actor),
    }
    return render(request, "portal/home.html", context)


def services(request: Request) -> HttpResponse:
    return render(request, "portal/services.html", {"entries": _entries()})


def my_cases(request: Request) -> HttpResponse:
    """All cases of the person, newest first, by pages of twenty."""
    if request.actor.person_id is None:
        return render(request, "portal/cases.html", {"cases": [], "more": ""})
    page = cases.list_my_cases(request.actor, after=request.GET.get("after", ""))
    rows = [case_row(case) for case in page.rows]
    return render(request, "portal/cases.html", {"cases": rows, "more": page.next})


def messages(request: Request) -> HttpResponse:
    if request.actor.person_id is None:
        return render(request, "portal/messages.html", {"told": [], "more": ""})
    if request.method == "POST":
        notify.mark_read(request.actor.person_id, None, now=request.now)
        return redirect("portal:messages")
    page = messages_.list_messages(request.actor, after=request.GET.get("after", ""))
    unread = messages_.count_unread(request.actor)
    return render(request, "portal/messages.html", {"told": page.rows, "more": page.next, "unread": unread})


def message(request: Request, pid: str) -> HttpResponse:
    """One message; opening it marks it as read."""
    found = messages_.get_message(request.actor, pid)
    notify.mark_read(request.actor.require_person(), pid, now=request.now)
    link = ""
    if found.case_public_id:
        case = cases.find_my_case(request.actor, found.case_public_id)
        name = registry.case_link(case.workflow).member if case else ""
        link = reverse(name, args=[found.case_public_id]) if name else ""
    return render(request, "portal/message.html", {"message": found, "link": link or found.link})


def me(request: Request) -> HttpResponse:
    """The person's own page: who he is here, settings, the door to the desk."""
    actor = request.actor
    person = people.get_facts(actor.person_id) if actor.person_id is not None else None
    stay = members.open_stay(actor.person_id) if actor.person_id is not None else None
    union = unions.get_facts(stay.union_id) if stay else None
    roles = [ROLES[role].label for role in actors.roles_held(actor, timezone.localdate(request.now))]
    settings_rows = [
        {"title": item.label, "href": href, "icon": item.icon, "plain_icon": True}
        for scenario in registry.scenarios
        for item in scenario.settings_rows
        if (href := chrome.address(item.url_name))
    ]
    context = {
        "person": person,
        "union": union,
        "roles": roles,
        "settings_rows": settings_rows,
        "unread": messages_.count_unread(actor),
    }
    return render(request, "portal/me.html", context)
