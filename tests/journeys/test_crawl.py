"""Everybody's pages as they stand: a crawler signs in as each printed account of the demonstration and follows every
link that he can see, on a phone and at a desk.

A page must not refuse who was led there, end nowhere, miss a picture, complain to the console, scroll sideways or hold
a form that can't be sent. The forms themselves are sent by `tests/contracts/test_forms_as_they_stand.py`.

Of addresses of one kind each account opens one, at both widths the first time, and of those who see the same one
account walks, so that the suite stays short; `ZHIJIA_CRAWL=whole` opens two of each at both, as every account.
`-rP` shows how many pages each part opened.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error

from tests.forms import KEY, TOKEN
from tests.walking import (
    ACCOUNTS,
    MEMBER,
    OF_A_KIND,
    ONE_OF_A_ROLE,
    PARTS,
    Waiting,
    build_small,
    person_of,
    route_of,
    starts_of,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

WHOLE = os.environ.get("ZHIJIA_CRAWL") == "whole"
OPENED_OF_A_KIND = OF_A_KIND if WHOLE else 1
WALKED = ACCOUNTS if WHOLE else ONE_OF_A_ROLE
WIDTHS = ((1440, 900), (390, 844))
_seen_at_both: set[str] = set()

FILE_SIGNS = ("Download is starting", "ERR_ABORTED")
"""What the browser says of papers that it hands to another program; they are fetched instead."""

LOOK = """
() => {
  const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const page = document.scrollingElement;
  return {
    links: [...document.querySelectorAll("a[href]")].filter(seen).map((a) => a.href),
    pictures: [...document.images].filter((i) => seen(i) && i.complete && !i.naturalWidth).map((i) => i.src),
    sideways: page.scrollWidth > page.clientWidth + 1 ? page.scrollWidth - page.clientWidth : 0,
    bare: [...document.forms].filter((f) => f.method === "post"
      && ![TOKEN, KEY].every((name) => f.elements[name]?.value)).map((f) => f.action),
    dead: [...document.querySelectorAll("a:not([href]), a[href='#'], a[href='']")].filter(seen).map((a) => a.outerHTML),
    headings: document.querySelectorAll("h1").length,
  };
}
""".replace("TOKEN", repr(TOKEN)).replace("KEY", repr(KEY))


class Crawl:
    """One account's walk: what it opened, and each fault as `"/m/card at 390: scrolls 12 pixels sideways"`."""

    def __init__(self, page: Any, host: str) -> None:
        self.page, self.host = page, host
        self.faults: list[str] = []
        self.opened: Counter[str] = Counter()
        self.waiting = Waiting(OPENED_OF_A_KIND)

    def offer(self, address: str, found_on: str) -> None:
        parts = urlsplit(address)
        if f"{parts.scheme}://{parts.netloc}" == self.host and (fault := self.waiting.offer(address, found_on)):
            self.faults.append(fault)

    def run(self) -> None:
        while self.waiting:
            self.open(*self.waiting.take())

    def open(self, path: str, found_on: str) -> None:
        self.opened[route_of(path)] += 1
        widths = self._widths(path)
        self.page.set_viewport_size({"width": widths[0][0], "height": widths[0][1]})
        try:
            answer = self.page.goto(path, wait_until="load")
        except Error as error:
            if not any(sign in error.message for sign in FILE_SIGNS):
                raise
            answer = self.page.request.get(path)
        if answer.status >= 400:
            self.faults.append(f"{found_on}: leads to {path}, which answers {answer.status}")
            return
        if not answer.headers.get("content-type", "").startswith("text/html"):
            if not answer.body():
                self.faults.append(f"{path}: an empty file")
            return
        for width, height in widths:
            self.page.set_viewport_size({"width": width, "height": height})
            self._look(path, width)

    def _widths(self, path: str) -> tuple[tuple[int, int], ...]:
        """Both for the first page of a kind; for who comes to it later, the one that its surface is made for."""
        kind = route_of(path)
        if WHOLE or kind not in _seen_at_both:
            _seen_at_both.add(kind)
            return WIDTHS
        return WIDTHS[1:] if path.startswith("/m/") else WIDTHS[:1]

    def _look(self, path: str, width: int) -> None:
        seen = self.page.evaluate(LOOK)
        here = f"{path} at {width}"
        if seen["sideways"]:
            self.faults.append(f"{here}: scrolls {seen['sideways']} pixels sideways")
        if seen["headings"] != 1:
            self.faults.append(f"{here}: has {seen['headings']} headings of level 1")
        for what in ("pictures", "bare", "dead"):
            self.faults += [f"{here}: {what} {each}" for each in seen[what]]
        for address in seen["links"]:
            self.offer(address, here)


@pytest.fixture
def province(now: datetime, clock: Any, settings: Any, tmp_path: Path) -> dict[str, str]:
    settings.VAR_DIR = tmp_path
    return build_small(now)


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_meets_a_dead_end(
    part: int, province: dict[str, str], open_page: Any, sign_in: Any, live_server: Any, page_faults: Any
) -> None:
    faults, opened = [], Counter[str]()
    for account in WALKED[part::PARTS]:
        page = open_page(*WIDTHS[0])
        person = person_of(account)
        if person is not None:
            sign_in(page, person, staff=account != MEMBER)
        crawl = Crawl(page, live_server.url)
        for start in starts_of(account, province):
            crawl.offer(live_server.url + start, "the start")
        crawl.run()
        faults += [f"{account}: {fault}" for fault in (*crawl.faults, *page_faults.seen)]
        page_faults.seen.clear()
        opened += crawl.opened
        page.context.close()
    print(f"{sum(opened.values())} pages of {len(opened)} kinds, a kind at both widths, then at its own")
    assert faults == [], "\n".join(faults)
