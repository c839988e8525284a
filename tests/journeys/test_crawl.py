"""Everybody's pages as they stand: a crawler signs in as each printed account of the demonstration and follows every
link that he can see, on a phone and at a desk.

A page must not refuse who was led there, end nowhere, miss a picture, complain to the console, scroll sideways or hold
a form that can't be sent. Of addresses of one kind a few are opened; forms are sent by
`tests/contracts/test_forms_as_they_stand.py`.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.forms import KEY, TOKEN
from zhijia.demo import build
from zhijia.demo.staff import POSTS
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

PARTS = 4
"""The accounts are dealt to so many tests, so that processes share them."""
OF_A_KIND = 2
"""Pages of one address pattern, and of one set of query names, that an account opens."""
WIDTHS = ((1440, 900), (390, 844))
VISITOR, MEMBER = "visitor", "member"
ACCOUNTS = [VISITOR, MEMBER, *(post.mobile for post in POSTS)]

LOOK = """
() => {
  const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const page = document.scrollingElement;
  return {
    links: [...document.querySelectorAll("a[href]")].filter(seen).map((a) => [a.href, a.hasAttribute("download")]),
    pictures: [...document.images].filter((i) => seen(i) && i.complete && !i.naturalWidth).map((i) => i.src),
    sideways: page.scrollWidth > page.clientWidth + 1 ? page.scrollWidth - page.clientWidth : 0,
    bare: [...document.forms].filter((f) => f.method === "post"
      && ![TOKEN, KEY].every((name) => f.elements[name]?.value)).map((f) => f.action),
    dead: [...document.querySelectorAll("a:not([href]), a[href='#'], a[href='']")].filter(seen).map((a) => a.outerHTML),
    heading: document.querySelectorAll("h1").length,
  };
}
""".replace("TOKEN", repr(TOKEN)).replace("KEY", repr(KEY))


class Crawl:
    """One account's walk: what it opened, and each fault as `"/m/card at 390: scrolls 12 sideways"`."""

    def __init__(self, page: Any, host: str) -> None:
        self.page, self.host = page, host
        self.faults: list[str] = []
        self.opened: Counter[str] = Counter()
        self.kinds: Counter[tuple[str, ...]] = Counter()
        self.known: set[str] = set()
        self.waiting: deque[tuple[str, str]] = deque()

    def offer(self, address: str, found_on: str) -> None:
        parts = urlsplit(urldefrag(address)[0])
        if f"{parts.scheme}://{parts.netloc}" != self.host or parts.path.startswith(("/static/", "/ui/gallery")):
            return
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            route = resolve(parts.path).route
        except Resolver404:
            self.faults.append(f"{found_on}: a link to {path}, which is no address")
            return
        kind = (route, *sorted(re.findall(r"([a-z_]+)=", parts.query)))
        if path in self.known or self.kinds[kind] >= OF_A_KIND:
            return
        self.known.add(path)
        self.kinds[kind] += 1
        self.waiting.append((path, found_on))

    def run(self) -> None:
        while self.waiting:
            path, found_on = self.waiting.popleft()
            self.open(path, found_on)

    def open(self, path: str, found_on: str) -> None:
        if self._is_file(path):
            return
        self.page.set_viewport_size({"width": WIDTHS[0][0], "height": WIDTHS[0][1]})
        answer = self.page.goto(path, wait_until="load")
        self.opened[resolve(urlsplit(path).path).route] += 1
        if answer.status >= 400:
            self.faults.append(f"{found_on}: leads to {path}, which answers {answer.status}")
            return
        for width, height in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": height})
            self._look(path, width)

    def _look(self, path: str, width: int) -> None:
        seen = self.page.evaluate(LOOK)
        here = f"{path} at {width}"
        if seen["sideways"]:
            self.faults.append(f"{here}: scrolls {seen['sideways']} pixels sideways")
        if seen["heading"] != 1:
            self.faults.append(f"{here}: has {seen['heading']} headings of level 1")
        for what in ("pictures", "bare", "dead"):
            self.faults += [f"{here}: {what} {each}" for each in seen[what]]
        for address, _ in seen["links"]:
            self.offer(address, here)

    def _is_file(self, path: str) -> bool:
        """Papers and pictures are fetched, not opened: a browser hands them to another program."""
        answer = self.page.request.get(path, max_redirects=0)
        kind = answer.headers.get("content-type", "")
        if answer.status >= 300 or (kind.startswith("text/html") and "content-disposition" not in answer.headers):
            return False
        self.opened[resolve(urlsplit(path).path).route] += 1
        if not answer.body():
            self.faults.append(f"{path}: an empty file")
        return True


@pytest.fixture
def province(now: datetime, clock: Any, settings: Any, tmp_path: Path) -> dict[str, str]:
    """The demonstration in small: every state of every workflow, an account for every role."""
    settings.VAR_DIR = tmp_path
    return build.build_anew(scale="small", seed=7, now=now, say=lambda _text: None, unions_count=120, members_count=700)


def _person(account: str) -> Person | None:
    if account == VISITOR:
        return None
    if account == MEMBER:
        bound = Person.objects.filter(account__isnull=False, membership__until=None, membership__activated=True)
        person = bound.exclude(rolegrant__isnull=False).order_by("id").first()
        assert person is not None
        return person
    return Person.objects.get(mobile_digest=people.mobile_digest(account), account__isnull=False)


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_meets_a_dead_end(
    part: int, province: dict[str, str], open_page: Any, sign_in: Any, live_server: Any, page_faults: Any,
    record_property: Any,
) -> None:  # fmt: skip
    faults, opened = [], Counter[str]()
    for account in ACCOUNTS[part::PARTS]:
        page = open_page(*WIDTHS[0])
        person = _person(account)
        if person is not None:
            sign_in(page, person, staff=account != MEMBER)
        crawl = Crawl(page, live_server.url)
        starts = ["/", "/find", build.join_address(province["plant"])]
        starts += ["/m/sign-in"] if person is None else ["/m/", "/m/services", "/m/messages", "/m/me"]
        starts += ["/console/"] if account not in (VISITOR, MEMBER) else []
        for start in starts:
            crawl.offer(live_server.url + start.removeprefix(build.settings.ZHIJIA_PUBLIC_URL), "the start")
        crawl.run()
        faults += [f"{account}: {fault}" for fault in crawl.faults]
        faults += [f"{account}: {fault}" for fault in page_faults.seen]
        page_faults.seen.clear()
        opened += crawl.opened
        page.context.close()
    record_property("pages", sum(opened.values()))
    print(f"{sum(opened.values())} pages of {len(opened)} kinds")
    assert faults == [], "\n".join(faults)
