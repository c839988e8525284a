"""A signed request is taken once, for five minutes, from whom it says it is; everything else is refused alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings as hypothesis_settings, strategies as st

from tests.callers import System, register, signed_headers
from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.services import act
from zhijia.foundation.clients import rules, services
from zhijia.foundation.clients.cases import CLIENTS
from zhijia.foundation.clients.models import UsedNonce

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(world: World, clock: Any) -> System:
    return register(world)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_the_worked_example_of_the_rules() -> None:
    """docs/rules/api.md#signing"""
    body = b'{"version": 1}'
    text = rules.string_to_sign(
        "POST", "/api/v1/applications/7h2k9v0c4m1xq8tz/approve", 1789437600, "0123456789abcdef", body
    )
    assert text.decode() == (
        "ZHIJIA1\nPOST\n/api/v1/applications/7h2k9v0c4m1xq8tz/approve\n1789437600\n0123456789abcdef\n"
        "00f14ba85f87ceff4e50b1efbe819b042d8adb641df130b37b1cc463d458b5c1"
    )
    assert rules.signature("a-secret-of-forty-three-characters-in-full-x", text) == (
        "e27955f5035e144b5608cc082e5433a2331ac979a031f22dc1c098bc084342b1"
    )


def test_no_body_signs_the_digest_of_nothing() -> None:
    assert (
        rules.string_to_sign("GET", "/api/v1/unions", 1, "n" * 16, b"")
        .decode()
        .endswith("\n1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")
    )


def test_a_right_signature_is_taken_and_the_call_recorded(system: System) -> None:
    answer = system.get("/unions?limit=5")
    assert answer.status_code == 200, answer.content.decode()
    assert [row["name"] for row in answer.json()["items"]] == ["莱阳市总工会"]
    row = AuditEntry.objects.get(event="clients.called")
    assert (row.actor_kind, row.subject_id, row.detail["route"], row.detail["status"]) == (
        "client",
        system.client_id,
        "unions_unions",
        200,
    )


@pytest.mark.parametrize("part", ["method", "path", "query", "body", "time", "nonce", "signature", "client"])
def test_one_byte_changed_is_refused(system: System, part: str) -> None:
    path, body = "/api/v1/applications/0000000000000000/approve?a=1", b'{"version": 1}'
    headers = signed_headers(system.client_id, system.secret, "POST", path, body, at=system.now)
    method = "POST"
    if part == "method":
        method = "PUT"
    elif part == "path":
        path = path.replace("0/approve", "1/approve")
    elif part == "query":
        path = path.replace("a=1", "a=2")
    elif part == "body":
        body = body.replace(b"1", b"2")
    elif part == "time":
        headers["X-Zhijia-Time"] = str(int(headers["X-Zhijia-Time"]) + 1)
    elif part == "nonce":
        headers["X-Zhijia-Nonce"] = headers["X-Zhijia-Nonce"][:-1] + "x"
    elif part == "client":
        last = system.client_id[-1]
        headers["Authorization"] = headers["Authorization"].replace(
            system.client_id, system.client_id[:-1] + ("0" if last != "0" else "1")
        )
    else:
        text = headers["Authorization"]
        headers["Authorization"] = text[:-1] + ("0" if text[-1] != "0" else "1")
    answer = Client().generic(method, path, body, content_type="application/json", headers=headers)
    expected = (405, "request.method") if part == "method" else (401, "client.signature")
    assert code(answer) == expected
    if part != "method":
        assert answer["WWW-Authenticate"].startswith("HMAC-SM3")
    assert not AuditEntry.objects.filter(event="clients.called").exists()
    assert UsedNonce.objects.count() == 0, "a wrong signature burns no nonce"


def test_a_nonce_counts_once(system: System) -> None:
    assert system.get("/unions", nonce="nonce-0123456789").status_code == 200
    assert code(system.get("/unions", nonce="nonce-0123456789")) == (401, "client.replayed")
    assert AuditEntry.objects.filter(event="clients.refused", detail__code="client.replayed").count() == 1


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-300, 200), (0, 200), (300, 200), (301, 401)])
def test_the_window_is_five_minutes_either_way(system: System, seconds: int, status: int) -> None:
    answer = system.get("/unions", at=system.now + timedelta(seconds=seconds))
    assert answer.status_code == status
    if status == 401:
        assert answer.json()["code"] == "client.time"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "HMAC-SM3"},
        {"Authorization": "HMAC-SM3 x:y"},
        {"X-Zhijia-Time": "now"},
        {"X-Zhijia-Time": "9" * 400},
        {"X-Zhijia-Nonce": "short"},
        {"X-Zhijia-Nonce": "n" * 65},
        {"X-Zhijia-Nonce": "with blanks in it"},
    ],
)
def test_headers_of_another_shape_are_told_so(system: System, headers: dict[str, str]) -> None:
    assert code(system.get("/unions", headers=headers)) == (401, "client.headers")


def test_a_suspended_system_is_refused_with_its_next_call(system: System, world: World) -> None:
    assert system.get("/unions").status_code == 200
    act(
        CLIENTS,
        world.staff("OPERATOR", "province"),
        system.case,
        "suspend",
        {"note": "密钥可能泄露"},
        now=world.now,
    )
    assert code(system.get("/unions")) == (403, "client.not_in_force")
    act(
        CLIENTS,
        world.staff("SECURITY_ADMIN", "province"),
        system.case,
        "resume",
        {"note": "密钥可能泄露"},
        now=world.now,
    )
    assert system.get("/unions").status_code == 200


def test_a_system_calls_from_its_first_day_to_the_day_before_its_last(world: World, clock: Any) -> None:
    day = timedelta(days=1)
    system = register(world, valid_from=world.today + day, valid_until=world.today + 3 * day)
    for days, expected in ((0, 403), (1, 200), (2, 200), (3, 403)):
        at = world.now + days * day
        clock(at)
        assert system.get("/unions", at=at).status_code == expected, days
    clock(world.now + 3 * day)
    assert services.end_expired(now=world.now + 3 * day) == 1
    assert system.row.in_force is False
    system.row.case.refresh_from_db()
    assert system.row.case.state == "ENDED"


def test_two_secrets_count_for_a_day_and_then_the_new_one_alone(system: System, world: World, clock: Any) -> None:
    operator = world.staff("OPERATOR", "province")
    old = system.secret
    new = services.issue_secret(operator, system.case, now=world.now).secret
    for secret in (old, new):
        system.secret = secret
        assert system.get("/unions").status_code == 200
    later = world.now + timedelta(days=1)
    clock(later)
    system.secret = old
    assert code(system.get("/unions", at=later)) == (401, "client.signature")
    system.secret = new
    assert system.get("/unions", at=later).status_code == 200


def test_a_third_secret_ends_the_first_at_once(system: System, world: World) -> None:
    operator = world.staff("OPERATOR", "province")
    second = services.issue_secret(operator, system.case, now=world.now + timedelta(seconds=1)).secret
    services.issue_secret(operator, system.case, now=world.now + timedelta(seconds=2))
    assert code(system.get("/unions")) == (401, "client.signature")
    system.secret = second
    assert system.get("/unions", at=world.now).status_code == 200


def test_the_limit_of_a_minute_answers_429_with_the_wait(world: World, clock: Any) -> None:
    system = register(world, per_minute=3)
    assert [system.get("/unions").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = system.get("/unions")
    assert code(answer) == (429, "limit.clients.calls")
    assert answer["Retry-After"] == "60"
    clock(world.now + timedelta(seconds=61))
    assert system.get("/unions", at=world.now + timedelta(seconds=61)).status_code == 200


def test_an_address_that_guesses_signatures_is_shut_out_for_a_minute(system: System, clock: Any) -> None:
    wrong = System(system.case, system.client_id, "guess", system.now)
    assert [wrong.get("/unions").status_code for _ in range(31)] == [401] * 30 + [429]
    assert code(system.get("/unions")) == (429, "limit.clients.refused")
    clock(system.now + timedelta(seconds=61))
    assert system.get("/unions", at=system.now + timedelta(seconds=61)).status_code == 200


def test_old_nonces_are_forgotten_when_no_window_holds_them(system: System) -> None:
    system.get("/unions")
    assert services.delete_old_nonces(now=system.now + timedelta(minutes=10)) == 0
    assert services.delete_old_nonces(now=system.now + timedelta(minutes=10, seconds=1)) == 1


def test_a_session_beside_a_signature_counts_for_nothing(system: System, world: World, sign_in: Any) -> None:
    sign_in(system.http, world.staff_person("ORG", "province"), staff=True)
    assert [row["name"] for row in system.get("/unions").json()["items"]] == ["莱阳市总工会"]
    assert code(system.get("/me")) == (403, "client.members_only")


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_different_bodies_never_share_a_signature(first: bytes, second: bytes) -> None:
    signatures = {
        rules.signature("secret", rules.string_to_sign("POST", "/api/v1/x", 1, "n" * 16, body))
        for body in (first, second)
    }
    assert len(signatures) == (1 if first == second else 2)
