"""The member's own pages: who holds a post is shown the door to the desk, whether or not he has stepped up."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("staff", [False, True])
def test_a_cadre_finds_the_desk_and_his_role_a_member_neither(
    staff: bool, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    cadre, (member, _) = world.staff_person("ORG", "county"), world.member()
    door = f'href="{reverse("portal:desk")}"'
    sign_in(client, cadre, staff=staff)
    assert door in client.get(reverse("portal:home")).content.decode()
    assert "组织岗" in client.get(reverse("portal:me")).content.decode()
    assert client.get("/api/v1/me").json()["roles"] == 1
    other = Client()
    sign_in(other, member)
    assert door not in other.get(reverse("portal:home")).content.decode()
    assert "组织岗" not in other.get(reverse("portal:me")).content.decode()
    assert other.get("/api/v1/me").json()["roles"] == 0
