"""What every test may use: a fixed clock, a closed network, and a browser with eyes for faults."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings as examples

ROOT = Path(__file__).resolve().parent
NOW = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Shanghai
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
]

examples.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("suite")  # how fast examples come is the machine's, not the test's


# --- The network is closed ------------------------------------------------------------------------------------------
class NetworkClosed(RuntimeError):
    """A test tried to reach an address beyond this machine."""


def _is_here(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = address[0]
    if host in ("", "localhost", "testserver"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _close_network() -> None:
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if not _is_here(address):
            raise NetworkClosed(f"tests have no network: {address!r}")
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if not _is_here(address):
            raise NetworkClosed(f"tests have no network: {address!r}")
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **keywords: Any) -> Any:
        if host is not None and not _is_here((host.decode() if isinstance(host, bytes) else host, 0)):
            raise NetworkClosed(f"tests have no name service: {host!r}")
        return getaddrinfo(host, *arguments, **keywords)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign]
    socket.getaddrinfo = guarded_getaddrinfo


def pytest_configure(config: pytest.Config) -> None:
    _close_network()
    _make_clients_strict()
    # Playwright's synchronous interface keeps an event loop in this thread; Django then refuses the test database.
    if "browser" in str(config.option.markexpr) and "not browser" not in str(config.option.markexpr):
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On SQLite what needs PostgreSQL is skipped; on PostgreSQL what asks no database, or says that one is enough, is
    left out: it ran already.
    """
    from django.conf import settings

    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        without = [item for item in items if not _asks_a_database(item)]
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if _asks_a_database(item)]
        return
    skip = pytest.mark.skip(reason="needs PostgreSQL")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(skip)


_DATABASES = frozenset({"db", "transactional_db", "live_server", "django_db_setup"})


def _asks_a_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("once"):
        return False
    named = _DATABASES & set(getattr(item, "fixturenames", ()))
    return bool(named) or item.get_closest_marker("django_db") is not None


# --- The client is as strict as a browser ---------------------------------------------------------------------------
def _make_clients_strict() -> None:
    """Every test client is refused without a token as a browser is, sends it as the forms do, and fails the test that
    is shown a form without one.

    A client made with `enforce_csrf_checks` sends none by itself.
    """
    from django.test import Client

    from tests import forms

    make, ask = Client.__init__, Client.request

    def strict(self: Client, enforce_csrf_checks: bool | None = None, **options: Any) -> None:
        make(self, enforce_csrf_checks=True, **options)
        self.sends_token = enforce_csrf_checks is None  # type: ignore[attr-defined]

    def looked_at(self: Client, **request: Any) -> Any:
        if self.sends_token:  # type: ignore[attr-defined]
            forms.add_token(self, request)
        response = ask(self, **request)
        missing = list(forms.unmarked(response))
        assert not missing, missing
        return response

    Client.__init__ = strict  # type: ignore[method-assign]
    Client.request = looked_at  # type: ignore[assignment]


# --- The clock stands still -----------------------------------------------------------------------------------------
@pytest.fixture
def now() -> datetime:
    """15 September 2026, 10:00 in Shanghai: what tests pass to services."""
    return NOW


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """The requests' clock: stands at `now`, and `clock(moment)` moves it."""
    from zhijia.config import middleware

    def stand(moment: datetime) -> None:
        monkeypatch.setattr(middleware, "current_time", lambda: moment)

    stand(NOW)
    return stand


# --- The browser ----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the process; every test gets a context of its own, without cookies."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


# A picture that the browser could not draw tells nobody; here it writes to the console, which `Faults` reads.
LOOK_AT_PICTURES = """
for (const kind of ["load", "error"])
  addEventListener(kind, ({ target }) => {
    if (target instanceof HTMLImageElement && !target.naturalWidth) console.error("picture not drawn: " + target.src);
  }, true);
"""


class Faults:
    """What went wrong in the page without being seen: console errors, pictures not drawn, uncaught exceptions, answers
    of 500 and above.

    A test that provokes one on purpose takes it out: `page_faults.expect("404")`.
    """

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._expected: list[str] = []

    def expect(self, part: str) -> None:
        self._expected.append(part)

    @property
    def unexpected(self) -> list[str]:
        return [fault for fault in self.seen if not any(part in fault for part in self._expected)]

    def watch(self, page: Any) -> None:
        page.on("console", lambda m: self.seen.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda error: self.seen.append(f"script: {error}"))
        page.on("requestfailed", lambda r: self.seen.append(f"request: {r.url} {r.failure}") if _matters(r) else None)
        page.on("response", lambda r: self.seen.append(f"{r.status}: {r.url}") if r.status >= 500 else None)


def _matters(request: Any) -> bool:
    return "ERR_ABORTED" not in (request.failure or "")  # the browser's own word for "left the page meanwhile"


@pytest.fixture
def page_faults() -> Iterator[Faults]:
    faults = Faults()
    yield faults
    assert not faults.unexpected, "\n".join(faults.unexpected)


@pytest.fixture
def open_page(chromium: Any, live_server: Any, page_faults: Faults) -> Iterator[Callable[..., Any]]:
    """`open_page(width, height, mobile=True)`: a new page in a context of its own; `page.goto("/m/")` is enough."""
    contexts = []

    def make(width: int, height: int, *, mobile: bool = False, **options: Any) -> Any:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            is_mobile=mobile,
            has_touch=mobile,
            device_scale_factor=2 if mobile else 1,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(15_000)
        context.add_init_script(LOOK_AT_PICTURES)
        contexts.append(context)
        page = context.new_page()
        page_faults.watch(page)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """A page at 1280 x 800."""
    return open_page(1280, 800)


@pytest.fixture
def phone_page(open_page: Callable[..., Any]) -> Any:
    """A phone at 390 x 844."""
    return open_page(390, 844, mobile=True)


@pytest.fixture
def desk_page(open_page: Callable[..., Any]) -> Any:
    """A desk at 1440 x 900."""
    return open_page(1440, 900)


@pytest.fixture
def axe() -> Callable[[Any], list[str]]:
    """`assert axe(page) == []`: the serious and critical findings, one line each with the elements."""
    source = AXE.read_text(encoding="utf-8")

    def find(page: Any) -> list[str]:
        page.evaluate(source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']} ({violation['impact']}): {violation['help']}: "
            + "; ".join(str(node["target"]) for node in violation["nodes"])
            for violation in found["violations"]
            if violation["impact"] in ("serious", "critical")
        ]

    return find


# --- Copies in the process ------------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def _no_old_copies() -> Iterator[None]:
    """A test's rows are rolled back; what the process kept of them, values and reserved numbers, is not."""
    from zhijia.foundation.parameters import selectors
    from zhijia.organization.unions import serials

    for forget in (selectors.forget, serials.forget):
        forget()
    yield
    for forget in (selectors.forget, serials.forget):
        forget()


# --- A small province -----------------------------------------------------------------------------------------------
@pytest.fixture
def world(db: None, now: datetime) -> Any:
    """`tests.world.World`: regions, unions, and helpers that make people with roles and memberships."""
    from tests.kept import built_once
    from tests.world import build

    return built_once(("world", now), lambda: build(now))


# --- Doors ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def sign_in(request: pytest.FixtureRequest) -> Callable[..., str]:
    """`sign_in(client_or_page, person, staff=False)`: a session as the sign-in makes it, without walking through the
    pages.

    `staff=True` has stepped up by a strong factor. Takes a Django test client or a browser page; returns the session
    key.
    """

    def enter(where: Any, person: Any, *, staff: bool = False) -> str:
        from django.conf import settings
        from django.contrib.auth.models import AnonymousUser
        from django.test import RequestFactory

        from zhijia.config import middleware
        from zhijia.foundation.accounts import entering
        from zhijia.foundation.accounts.rules import Factor
        from zhijia.foundation.accounts.sessions import SessionStore
        from zhijia.organization.people.selectors import mobile_for_message

        asked: Any = RequestFactory().get("/m/sign-in", HTTP_USER_AGENT="Mozilla/5.0 (Linux; Android 14) Chrome/126")
        asked.session, asked.user, asked.now = SessionStore(), AnonymousUser(), middleware.current_time()
        entering.begin(asked, person.account, number=mobile_for_message(person.pk))
        if staff:
            entering.step_up(asked, Factor.TOTP)
        asked.session.save()
        key = str(asked.session.session_key)
        if hasattr(where, "cookies"):
            where.cookies[settings.SESSION_COOKIE_NAME] = key
        else:
            address = request.getfixturevalue("live_server").url
            where.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": address}])
        return key

    return enter


@pytest.fixture
def texts(db: None) -> Callable[[], list[tuple[str, str]]]:
    """`texts()`: the text messages that have left since it was last asked, `[(number, body)]`, through a port that
    only listens.
    """
    from zhijia.foundation.notify import delivery
    from zhijia.foundation.notify.models import TextMessage

    def take() -> list[tuple[str, str]]:
        out: list[tuple[str, str]] = []

        class Port:
            def send(self, number: str, body: str, reference: str) -> str:
                out.append((number, body))
                return reference

        for key in TextMessage.objects.filter(state="waiting").order_by("id").values_list("public_id", flat=True):
            delivery.deliver(key, now=NOW, port=Port())
        return out

    return take


@pytest.fixture
def shoot() -> Callable[[Any, str], None]:
    """`shoot(page, "join-1")`: a full-page picture into the folder of ZHIJIA_SHOTS, for people to look at; else
    nothing.
    """
    folder = os.environ.get("ZHIJIA_SHOTS", "")

    def take(page: Any, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(
                path=str(Path(folder) / f"{name}-{page.viewport_size['width']}.png"), full_page=True, caret="initial"
            )

    return take
