"""Whose pages are walked, and of how many addresses of a kind: the demonstration's printed accounts, in small."""

from __future__ import annotations

import re
from collections import Counter, deque
from datetime import datetime
from urllib.parse import urldefrag, urlsplit

from django.urls import Resolver404, resolve

from zhijia.demo import build
from zhijia.demo.staff import POSTS
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.members.models import Membership
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.unions.printing import join_address

VISITOR, MEMBER = "visitor", "member"
ACCOUNTS = [VISITOR, MEMBER, *(post.mobile for post in POSTS)]
ONE_OF_A_ROLE = [VISITOR, MEMBER, *{(post.role, post.union_key): post.mobile for post in reversed(POSTS)}.values()]
"""One of those who see the same: the second officer of a role at a union opens what the first one does."""
PARTS = 4
"""The accounts are dealt to so many tests, so that processes share them."""
OF_A_KIND = 2
"""Pages of one address pattern, and of one set of query names, that an account opens."""


def build_small(now: datetime) -> dict[str, str]:
    """Every state of every workflow, an account for every role, few members."""
    return build.build_anew(scale="small", seed=7, now=now, say=lambda _text: None, unions_count=120, members_count=700)


def person_of(account: str) -> Person | None:
    """Whose session it is; None for a visitor."""
    if account == VISITOR:
        return None
    if account == MEMBER:
        stays = Membership.objects.filter(until=None, activated=True, person__account__isnull=False)
        officers = RoleGrant.objects.values("person_id")
        return stays.exclude(person_id__in=officers).order_by("id").select_related("person")[0].person
    return Person.objects.get(mobile_digest=people.mobile_digest(account), account__isnull=False)


def starts_of(account: str, province: dict[str, str]) -> list[str]:
    """Where he begins: the printed join address and the roots of what he may open."""
    joining = urlsplit(join_address(province["plant"]))
    starts = ["/", "/find", f"{joining.path}?{joining.query}"]
    if account == VISITOR:
        return [*starts, "/m/sign-in"]
    roots = ["/m/", "/m/services", "/m/messages", "/m/me"]
    return [*starts, *roots] if account == MEMBER else [*starts, *roots, "/console/"]


class Waiting:
    """Addresses still to open, each with the page that led there; a few of a kind."""

    def __init__(self, of_a_kind: int = OF_A_KIND) -> None:
        self.of_a_kind = of_a_kind
        self._kinds: Counter[tuple[str, ...]] = Counter()
        self._known: set[str] = set()
        self._queue: deque[tuple[str, str]] = deque()

    def __bool__(self) -> bool:
        return bool(self._queue)

    def take(self) -> tuple[str, str]:
        return self._queue.popleft()

    def offer(self, address: str, found_on: str) -> str:
        """Take a path of this site in where it is new. Returns the fault where it is no address, else nothing."""
        parts = urlsplit(urldefrag(address)[0])
        if parts.path.startswith(("/static/", "/ui/gallery")):
            return ""
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            route = resolve(parts.path).route
        except Resolver404:
            return f"{found_on}: a link to {path}, which is no address"
        kind = (route, *sorted(re.findall(r"([a-z_]+)=", parts.query)))
        if path in self._known or self._kinds[kind] >= self.of_a_kind:
            return ""
        self._known.add(path)
        self._kinds[kind] += 1
        self._queue.append((path, found_on))
        return ""


def route_of(path: str) -> str:
    return resolve(urlsplit(path).path).route
