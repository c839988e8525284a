"""Every form that somebody of the demonstration can see is sent as it stands, with each of its buttons.

An answer may ask for what is missing (422) or carry it out; it must not be refused (403), lead nowhere (404, 405),
claim that the form was used before (409) or break (5xx). What it changes is taken back before the next one.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.forms import Form, forms_of
from tests.walking import MEMBER, ONE_OF_A_ROLE, PARTS, Waiting, build_small, person_of, route_of, starts_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.timeout(600),
]

REFUSED = (403, 404, 405, 409)
_LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')


@pytest.fixture
def province(now: datetime, clock: Any, settings: Any, tmp_path: Path) -> dict[str, str]:
    settings.VAR_DIR = tmp_path
    return build_small(now)


def sending(form: Form) -> list[dict[str, str]]:
    """The values that each button adds; one empty set for a form whose button has no name."""
    return [{name: value} for name, value in dict.fromkeys(form.buttons)] or [{}]


def finish(answer: Any) -> None:
    """Read a file to its end, which closes it."""
    if answer.streaming:
        for _piece in answer.streaming_content:
            pass


class Sender:
    """One account's walk by the client: what it sent, and each fault as `"/m/mobile: /m/mobile {} answers 403"`."""

    def __init__(self, client: Client) -> None:
        self.client, self.waiting = client, Waiting()
        self.faults: list[str] = []
        self.sent: Counter[str] = Counter()
        self._seen: set[tuple[str, ...]] = set()

    def run(self, starts: list[str]) -> None:
        for start in starts:
            self.waiting.offer(start, "the start")
        while self.waiting:
            path, _ = self.waiting.take()
            page = self.client.get(path, follow=True)
            if not page.get("Content-Type", "").startswith("text/html"):
                finish(page)
                continue
            for link in _LINK.findall(page.content.decode()):
                if link.startswith("/") and not link.startswith("//"):
                    self.waiting.offer(link.replace("&amp;", "&"), path)
            for form in forms_of(page):
                if form.method == "post" and form.action.startswith("/"):
                    self._send_each_way(path, form)

    def _send_each_way(self, path: str, form: Form) -> None:
        cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        for extra in sending(form):
            kind = (route_of(form.action), *sorted(form.fields), *(f"{name}={value}" for name, value in extra.items()))
            if kind in self._seen:
                continue
            self._seen.add(kind)
            self.sent[route_of(form.action)] += 1
            with transaction.atomic():
                answer = form.send(self.client, **extra)
                transaction.set_rollback(True)
            finish(answer)
            self.client.cookies.clear()
            self.client.cookies.load(cookies)
            if answer.status_code in REFUSED or answer.status_code >= 500:
                self.faults.append(f"{path}: {form.action} {extra} answers {answer.status_code}")


@pytest.mark.parametrize("part", range(PARTS))
def test_each_form_can_be_sent(part: int, province: dict[str, str], sign_in: Any) -> None:
    faults, sent = [], Counter[str]()
    for account in ONE_OF_A_ROLE[part::PARTS]:
        client, person = Client(raise_request_exception=False), person_of(account)
        if person is not None:
            sign_in(client, person, staff=account != MEMBER)
        sender = Sender(client)
        sender.run(starts_of(account, province))
        faults += [f"{account} on {fault}" for fault in sender.faults]
        sent += sender.sent
    print(f"{sum(sent.values())} forms sent to {len(sent)} addresses")
    assert faults == [], "\n".join(faults)
