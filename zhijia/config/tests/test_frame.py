"""What every request goes through, whatever the page."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client

from tests.parallel import together
from zhijia.config.middleware import surface_of


@pytest.fixture(autouse=True)
def addresses(settings):
    settings.ROOT_URLCONF = "zhijia.config.tests.urls"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith("LoginRequired")]


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/tests/fail/absent", "/tests/now?q=%00"])
def test_every_answer_carries_the_headers_that_protect_people(client, db, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("camera=(self)")
    assert len(headers["X-Request-ID"]) == 16


def test_the_clock_of_a_request_can_stand_still(client, db, clock, now):
    assert client.get("/tests/now").content.decode().startswith("2026-09-15T02:00:00+00:00")
    clock(now + timedelta(days=1))
    assert client.get("/tests/now").content.decode().startswith("2026-09-16T02:00:00+00:00")


@pytest.mark.parametrize("prefix", ["/", "/m/", "/console/"])
@pytest.mark.parametrize(
    "case",
    [("invalid", 422, "请填写姓名"), ("denied", 403, "权限"), ("absent", 404, "没有找到"), ("often", 429, "5 分钟")],
)
def test_an_expected_error_is_a_page_with_its_sentence(client, db, prefix, case):
    how, status, words = case
    response = client.get(f"{prefix}tests/fail/{how}")
    assert response.status_code == status
    assert words in response.content.decode()
    assert response.content.decode().lstrip().lower().startswith("<!doctype html>")


def test_htmx_gets_a_part_and_no_page(client, db):
    response = client.get("/m/tests/fail/often", headers={"HX-Request": "true"})
    assert response.status_code == 429
    assert "5 分钟" in response.content.decode()
    assert "<html" not in response.content.decode()


def test_the_api_gets_code_message_and_fields(client, db):
    response = client.post("/api/tests/fail/invalid")
    assert response.status_code == 422
    assert response.json() == {
        "code": "tests.invalid",
        "message": "请填写姓名。",
        "fields": {"name": "请填写姓名。"},
    }
    assert client.get("/api/tests/fail/sign-in").status_code == 401
    assert client.get("/api/nowhere").json()["code"] == "request.not_found"


def test_who_is_not_signed_in_is_led_there_and_back(client, db):
    response = client.get("/m/tests/fail/sign-in?x=1")
    assert response.status_code == 302
    assert response["Location"].endswith("?next=%2Fm%2Ftests%2Ffail%2Fsign-in%3Fx%3D1")
    part = client.get("/m/tests/fail/sign-in", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"].endswith("?next=%2F")) == (401, True)


def test_an_unexpected_error_says_sorry_and_nothing_else(db, caplog):
    response = Client(raise_request_exception=False).get("/tests/fail/broken")
    assert response.status_code == 500
    text = response.content.decode()
    assert "系统出了一点问题" in text
    assert "column" not in text
    assert "110101" not in text


@pytest.mark.parametrize(
    ("path", "data"),
    [("/tests/now?q=a%00b", None), ("/tests/now%00", None), ("/tests/now", "q=a%00b")],
)
def test_a_nul_byte_is_refused_with_a_sentence(client, db, path, data):
    if data is None:
        response = client.get(path)
    else:
        response = client.post(path, data, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert "无法识别的字符" in response.content.decode()


def test_a_field_that_only_speaks_of_percent_signs_is_fine(client, db):
    response = client.post("/tests/now", "q=100%25", content_type="application/x-www-form-urlencoded")
    assert response.content.decode().endswith("100%")


@pytest.mark.parametrize(
    ("surface", "path"),
    [
        ("member", "/m/tests/now"),
        ("console", "/console/tests/now"),
        ("partner", "/partner/tests/now"),
        ("exchange", "/api/tests/now"),
        ("public", "/tests/now"),
    ],
)
def test_a_front_door_that_is_off_is_not_there(settings, db, surface, path):
    settings.ZHIJIA_SURFACES = frozenset({surface})
    assert Client().get(path).status_code == 200
    settings.ZHIJIA_SURFACES = frozenset({"member", "public", "partner", "console", "exchange"} - {surface})
    assert Client().get(path).status_code == 404
    assert Client().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("path", "surface"),
    [("/", "public"), ("/j/371002", "member"), ("/v/abc", "public"), ("/consoles", "public"), ("/metrics", None)],
)
def test_an_address_belongs_to_its_front_door(path, surface):
    assert surface_of(path) == surface


def test_being_alive_needs_no_database(client, django_db_blocker):
    assert client.get("/healthz").content == b"ok"  # without the db fixture a query would raise


def test_tools_on_the_machine_need_not_know_its_public_name(db, settings):
    settings.ALLOWED_HOSTS = ["zhijia.example.org"]
    here = Client(headers={"host": "127.0.0.1:8000"})
    assert [here.get(path).status_code for path in ("/healthz", "/readyz", "/metrics", "/m/")] == [200, 200, 404, 400]


def test_being_ready_is_told_by_the_database(client, db, monkeypatch):
    assert client.get("/readyz").json() == {"database": "ok"}
    from django.db import OperationalError, connection

    def refuse(*_args: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        assert client.get("/readyz").status_code == 503


def test_metrics_are_closed_but_to_the_addresses_allowed(client, db, settings):
    assert client.get("/metrics").status_code == 404
    settings.ZHIJIA_METRICS_ALLOWED = frozenset({"127.0.0.1"})
    client.get("/tests/now")
    page = client.get("/metrics").content.decode()
    assert 'zhijia_requests_total{method="GET",route="tests/now",status="200"}' in page
    assert "nowhere" not in page, "paths that match nothing make no series"


def test_a_line_names_the_route_and_never_the_address(client, db, caplog):
    with caplog.at_level(logging.INFO, "zhijia.request"):
        client.get("/m/tests/fail/absent?mobile=13800138000")
    lines = "".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    assert "tests/fail/<str:how>" in lines
    assert "13800138000" not in lines


@pytest.mark.django_db(transaction=True)
def test_forty_requests_at_once_are_all_answered():
    outcomes = together([lambda: Client().get("/readyz").status_code] * 40)
    assert outcomes.errors == []
    assert set(outcomes.values) == {200}


def test_the_suite_runs_with_the_chain_of_production():
    assert "zhijia.config.middleware.RequestFrame" in django_settings.MIDDLEWARE
