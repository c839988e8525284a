"""The session's cookie outlives what the browser had on its way when the key changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.world import World

pytestmark = pytest.mark.django_db


def test_an_answer_to_an_old_key_leaves_the_new_cookie_alone(world: World, client: Client, sign_in: Any) -> None:
    person, _ = world.member()
    sign_in(client, person)
    client.session.flush()  # the key that this browser still sends is known no more
    answer = client.get("/m/membership")
    assert answer.status_code == 302
    assert settings.SESSION_COOKIE_NAME not in answer.cookies
    assert "Cookie" in answer["Vary"]


def test_who_signs_out_loses_the_cookie(world: World, client: Client, sign_in: Any) -> None:
    person, _ = world.member()
    sign_in(client, person)
    answer = client.post("/m/sign-out")
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
