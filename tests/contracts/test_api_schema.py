"""schemathesis over the whole API: nothing answers 5xx, nothing answers what it does not declare.

Requests are made from the schema, right ones and broken ones, and chained by the links of the answers, as a member and
as a cadre over the same small province. SQLite alone: the routes are the same on both databases. A longer run by hand:
`ZHIJIA_API_EXAMPLES=200 python -m pytest tests/contracts/test_api_schema.py --timeout 3600`
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from tests.world import World
from zhijia.config.reference import schema as said
from zhijia.foundation.accounts.sessions import SessionStore
from zhijia.kernel.api import Out
from zhijia.organization.people.models import Person

EXAMPLES = int(os.environ.get("ZHIJIA_API_EXAMPLES", "2"))
LONG = "ZHIJIA_API_EXAMPLES" in os.environ
SEED = 20260915
TOKEN = "t" * 32
EXPECTED = ["2xx", "401", "403", "404", "409", "410", "422", "429"]
"""What a request that fits the schema may still meet: rules, scope, state and limits are no part of a schema."""

pytestmark = [
    pytest.mark.timeout(480),
    pytest.mark.once,
]


class App:
    """The platform behind two cookies that never end: `member` and `cadre` stand for living sessions.

    A route that ends the session itself is followed by a new one, so that what comes after is not all 401; and a right
    Idempotency-Key is made a new one each time, so that it is not all 409. Who gave up his number has an heir.
    """

    def __init__(
        self, people: dict[str, tuple[Person, bool]], enter: Callable[..., str], heir: Callable[[], Person]
    ) -> None:
        self.heir = heir
        self.people, self.enter, self.keys = people, enter, dict.fromkeys(people, "")
        self.handler, self.numbers = WSGIHandler(), count(1)
        self.seen: dict[tuple[str, int], int] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        cookies = environ.get("HTTP_COOKIE", "")
        for name in self.people:
            if f"={name}" in cookies:
                cookies = cookies.replace(f"={name}", f"={self._key(name)}")
        environ["HTTP_COOKIE"] = f"{cookies}; {django_settings.CSRF_COOKIE_NAME}={TOKEN}".lstrip("; ")
        environ["HTTP_X_CSRFTOKEN"] = TOKEN
        if re.fullmatch("[A-Za-z0-9_-]{8,64}", environ.get("HTTP_IDEMPOTENCY_KEY", "")):
            environ["HTTP_IDEMPOTENCY_KEY"] = f"key-{next(self.numbers):08d}"

        def counted(status: str, headers: Any, *more: Any) -> Any:
            key = (environ["REQUEST_METHOD"], int(status[:3]))
            self.seen[key] = self.seen.get(key, 0) + 1
            return start_response(status, headers, *more)

        return self.handler(environ, counted)

    def _key(self, name: str) -> str:
        person, staff = self.people[name]
        if not self.keys[name] or not SessionStore().exists(self.keys[name]):
            person.account.refresh_from_db()
            if person.account.number_digest is None:
                person = self.heir()
                self.people[name] = (person, staff)
            self.keys[name] = self.enter(Client(), person, staff=staff)
        return self.keys[name]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing: pytest's output is for failures."""


@contextmanager
def served(app: App) -> Iterator[str]:
    """The app on a port of this machine, one request after the other; its address."""
    server = make_server("127.0.0.1", 0, app, handler_class=_Quiet)

    def run() -> None:
        server.serve_forever(poll_interval=0.05)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _config() -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "workers": 1,
            "request-timeout": 60,
            "generation": {"max-examples": EXAMPLES, "database": "none"},
            "phases": {
                "coverage": {"enabled": True},
                "stateful": {"enabled": True, "generation": {"max-examples": EXAMPLES * 2}},
            },
            "checks": {"positive_data_acceptance": {"expected-statuses": EXPECTED}},
            "auth": {"openapi": {"SessionCookie": {"api_key": "member"}, "StaffSession": {"api_key": "cadre"}}},
            "warnings": False,
        }
    )


@pytest.mark.timeout(0 if LONG else 240)
def test_nothing_answers_what_it_does_not_declare(transactional_db: None, now: Any, clock: Any, sign_in: Any) -> None:
    from tests.world import build

    world: World = build(now)

    def enter_somebody() -> Person:
        member, _ = world.member(name="李二")
        world.consent(member)
        return member

    cadre = world.staff_person("ORG", "county")
    for name in ("王一", "周三", "吴四", "郑五", "孙六"):
        world.application(name=name)
    app = App({"member": (enter_somebody(), False), "cadre": (cadre, True)}, sign_in, enter_somebody)
    said()  # made once a process, not within the time of a request
    with served(app) as address:
        schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json", config=_config())
        wrong = [line for event in from_schema(schema).execute() for line in _told(event)]
    assert wrong == [], "\n\n".join(wrong[:20])
    assert sum(app.seen.values()) > 500
    assert {status for _, status in app.seen} >= {200, 401, 404, 405, 422}


def _told(event: events.EngineEvent) -> list[str]:
    """What went wrong in a step of the engine, with the request to repeat it."""
    if isinstance(event, (events.NonFatalError, events.FatalError)):
        return [f"{type(event).__name__}: {getattr(event, 'label', '')} {getattr(event, 'value', event)}"]
    if not isinstance(event, events.ScenarioFinished):
        return []
    return [
        f"{failed.name}: {failed.failure_info.failure.title} {failed.failure_info.failure.message}\n"
        f"{failed.failure_info.code_sample}"
        for checks in event.recorder.checks.values()
        for failed in checks
        if failed.failure_info is not None
    ]


def test_two_shapes_of_one_name_do_not_start() -> None:
    """The document knows shapes by name: the second would silently take the first one's place."""

    class OnceOnly(Out):
        number: int

    with pytest.raises(TypeError, match="OnceOnly"):
        type("OnceOnly", (Out,), {"__module__": "elsewhere", "__qualname__": "OnceOnly"})
