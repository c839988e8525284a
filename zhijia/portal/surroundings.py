"""What surrounds pages: the member's tabs, the cadre's menu counts, scope and name."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.notify import selectors as messages
from zhijia.foundation.ui import chrome
from zhijia.foundation.workflow import selectors as cases
from zhijia.kernel.actor import ANONYMOUS, Actor
from zhijia.kernel.registry import registry
from zhijia.organization.access import actors
from zhijia.organization.access.roles import ROLES
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions


def provide() -> None:
    chrome.provide("tabs", tabs)
    chrome.provide("user", user)
    chrome.provide("scope", scope)
    chrome.provide("counts", counts)
    chrome.provide("desk", desk)
    chrome.provide("news", news)
    chrome.provide("find", lambda _request: reverse("portal:search"))
    chrome.GO_KEYS.update({"portal:desk": "d", "members:roster": "m", "statistics:drill": "t"})


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    return actor


def tabs(_request: HttpRequest) -> list[dict[str, str]]:
    return [
        {"code": "home", "label": "首页", "href": reverse("portal:home"), "icon": "home"},
        {"code": "services", "label": "服务", "href": reverse("portal:services"), "icon": "layout-grid-add"},
        {"code": "code", "label": "会员码", "href": reverse("members:card"), "icon": "qrcode"},
        {"code": "me", "label": "我的", "href": reverse("portal:me"), "icon": "user"},
    ]


def desk(request: HttpRequest) -> bool:
    """A member without a role is not led to a door that refuses him."""
    actor = _actor(request)
    return not actor.is_signed_in or bool(actors.roles_held(actor, timezone.localdate(request.now)))  # type: ignore[attr-defined]


def news(request: HttpRequest) -> dict[str, Any]:
    """The bell: where the cadre's own messages stand, and how many are new."""
    return {"href": reverse("portal:news"), "unread": messages.count_unread(_actor(request))}


def user(request: HttpRequest) -> dict[str, Any] | None:
    actor = _actor(request)
    if actor.person_id is None:
        return None
    roles = actors.roles_held(actor, timezone.localdate(request.now))  # type: ignore[attr-defined]
    return {
        "name": people.get_facts(actor.person_id).masked_name,
        "role": ROLES[roles[0]].label if roles else "",
        "links": [
            {"label": "登录安全", "href": chrome.address("accounts:security")},
            {"label": "会员首页", "href": reverse("portal:home")},
        ],
        "sign_out": chrome.address("accounts:sign_out"),
    }


def scope(request: HttpRequest) -> list[dict[str, Any]]:
    """The chain of unions down to the one in use; the last offers the other unions of one's own grants."""
    actor = _actor(request)
    if not actor.living_grants:
        return []
    unit = own_unit(request)
    chain = unions.breadcrumb(unit.path)
    steps: list[dict[str, Any]] = [{"label": facts.name, "href": "", "choices": []} for facts in chain]
    others = unions.facts_of({grant.unit_id for grant in actor.living_grants})
    if len(others) > 1:
        steps[-1]["choices"] = [
            {"label": facts.name, "href": f"{reverse('portal:desk')}?unit={facts.public_id}"}
            for facts in others.values()
        ]
    return steps


def own_unit(request: HttpRequest) -> unions.UnionFacts:
    """The union of the actor's grants that the desk shows: the one named by `?unit=`, else the highest."""
    actor = _actor(request)
    own = unions.facts_of({grant.unit_id for grant in actor.living_grants})
    named = request.GET.get("unit", "")
    for facts in own.values():
        if facts.public_id == named:
            return facts
    return own[actor.living_grants[0].unit_id]


def counts(request: HttpRequest) -> dict[str, dict[str, int]]:
    """How much waits behind each menu line: the inbox by the list that its workflow's cases open from."""
    now = request.now  # type: ignore[attr-defined]
    rows = (
        cases.inbox_entries(_actor(request))
        .order_by()
        .values("case__workflow")
        .annotate(open=Count("id"), late=Count("id", filter=Q(due_at__lte=now)))
    )
    result: dict[str, dict[str, int]] = {}
    total = {"open": 0, "late": 0}
    for row in rows:
        name = registry.case_link(row["case__workflow"]).menu
        for line in (total, result.setdefault(name, {"open": 0, "late": 0})) if name else (total,):
            line["open"] += row["open"]
            line["late"] += row["late"]
    return {**result, "portal:desk": total}
