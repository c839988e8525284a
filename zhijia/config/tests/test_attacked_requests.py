"""Requests that no honest browser sends: each gets an answer of 4xx with a sentence, and one log line, never a 5xx."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

ADDRESSES = ("/", "/m/", "/m/sign-in", "/console/", "/console/sign-in", "/nowhere", "/api/v1/me", "/api/v1/nowhere")
BROKEN_URLS = (
    "http://[",
    "https://[::1",
    "//[",
    "http://a:b:c",
    "http://\u2100.com/",
    "\\\\evil",
    "http://" + "a" * 5000,
)


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("header", ["Referer", "HX-Current-URL"])
@pytest.mark.parametrize("said", BROKEN_URLS)
def test_a_malformed_address_in_a_header_is_as_good_as_none(
    visitor: Client, address: str, header: str, said: str
) -> None:
    for part in ({}, {"HX-Request": "true"}):
        for send in (visitor.get, visitor.post):
            response = send(address, headers={header: said, **part})
            assert response.status_code < 500, (send, part, response.status_code)


BODIES: dict[str, dict[str, Any]] = {
    "no boundary": {"data": b"x", "content_type": "multipart/form-data"},
    "empty boundary": {"data": b"x", "content_type": "multipart/form-data; boundary="},
    "boundary of no ASCII": {"data": b"x", "content_type": "multipart/form-data; boundary=\u804c"},
    "cut off": {
        "data": b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
        "content_type": "multipart/form-data; boundary=x",
    },
    "unknown charset": {"data": b"a=1", "content_type": "application/x-www-form-urlencoded; charset=klingon"},
    "other charset": {"data": b"a=1", "content_type": "application/x-www-form-urlencoded; charset=utf-16"},
    "no UTF-8": {"data": b"a=%ff%fe&\xff=1", "content_type": "application/x-www-form-urlencoded"},
    "too many fields": {"data": b"&".join(b"a%d=1" % n for n in range(2500)),
                        "content_type": "application/x-www-form-urlencoded"},
    "too large": {"data": b"a=" + b"x" * 3_000_000, "content_type": "application/x-www-form-urlencoded"},
    "no JSON": {"data": b"{", "content_type": "application/json"},
    "deep JSON": {"data": b"[" * 100_000, "content_type": "application/json"},
    "no type": {"data": b"a=1", "content_type": ""},
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("address", [*ADDRESSES, "/ui/elder"])
@pytest.mark.parametrize("how", BODIES)
def test_a_body_that_cannot_be_read_is_refused(visitor: Client, address: str, how: str) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        response = visitor.generic("POST", address, headers=headers, **BODIES[how])
        assert response.status_code < 500, response.status_code
        if response.status_code == 400 and not address.startswith("/api/"):
            assert "请" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "a b", "[", "\u804c.cn", "x" * 3000])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_wrong_host_is_refused_with_one_line(
    visitor: Client, host: str, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        response = visitor.get(address, HTTP_HOST=host)
    assert response.status_code == 400
    assert len(caplog.records) == 1, [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("address", ["/", "/m/", "/console/", "/api/v1/me", "/console/tests"])
def test_while_the_database_is_away_people_are_asked_to_come_back(
    visitor: Client, address: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    from django.db.backends.base.base import BaseDatabaseWrapper

    def refuse(self: BaseDatabaseWrapper) -> None:
        raise OperationalError("connection to server failed") from _Away()

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", refuse)
    visitor.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    response = visitor.get(address)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "稍后" in response.content.decode()


class _Away(Exception):
    """What the driver says when nobody listens."""

    sqlstate = None
