"""Which pages stand open, written down: opening another one means naming it here, with a reviewer's eye on it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.contracts.test_doors import ALL
from tests.world import World
from zhijia.kernel.doors import is_public, needs_step_up

pytestmark = pytest.mark.django_db

OPEN = {
    "accounts:console_sign_in", "accounts:invitation", "accounts:sign_in", "accounts:sign_out", "api_reference",
    "demo:guide", "favicon",
    "healthz", "manifest", "members:keys", "joining:landing", "members:offline", "joining:scan",
    "members:scan_code", "joining:start", "members:verify", "metrics", "offline", "openapi", "people:consent_text",
    "portal:find", "portal:how_to_join", "portal:index", "readyz", "regions:children", "regions:search", "ui:elder",
    "ui:theme", "unions:public", "wechat:back", "wechat:begin", "worker",
}  # fmt: skip
BEFORE_STEP_UP = {
    "accounts:step_up", "accounts:second", "accounts:passkey", "accounts:invite_me", "accounts:set_up",
    "accounts:forgotten",
}  # fmt: skip


def test_only_these_pages_are_open_to_anyone() -> None:
    assert {door.name for door in ALL if is_public(door.view)} == OPEN


def test_only_the_way_in_lies_before_the_step_up() -> None:
    open_doors = {door.name for door in ALL if door.route.startswith("console/") and not needs_step_up(door.view)}
    assert open_doors - OPEN == BEFORE_STEP_UP


def test_the_api_is_left_to_answer_for_itself(client: Client) -> None:
    response = client.get("/api/v1/nothing")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("application/json")


def test_who_has_not_said_who_he_is_never_goes_in_circles(world: World, clock: Any, client: Client, texts: Any) -> None:
    client.post("/m/sign-in", {"send": "sms", "mobile": "13800138000"})
    code = re.search(r"验证码 (\d{6})", texts()[0][1])[1]
    client.post("/m/sign-in", {"mobile": "13800138000", "code": code, "privacy": "on", "agreement": "on"})
    for door in ALL:
        if not door.route.startswith("ui/") and door.name != "accounts:sign_in":
            response = client.get(door.address())
            assert "/m/sign-in" not in response.headers.get("Location", ""), door.route
