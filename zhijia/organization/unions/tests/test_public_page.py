"""What anybody reads of a union, and how it leads to joining."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.organization.unions import services

pytestmark = pytest.mark.django_db


def test_anybody_reads_what_a_union_is_and_how_to_join(
    world: World, client: Client, clock: Callable[..., None]
) -> None:
    services.edit_union(
        world.staff("GRASS_ADMIN", "plant"), world["plant"], {"phone": "0535-7200000", "hours": "工作日 8:30–17:30"},
        version=1, now=world.now,
    )  # fmt: skip
    page = client.get(reverse("unions:public", args=[world["plant"].public_id])).content.decode()
    for words in ("基层工会", "沐浴店镇总工会", "山东省烟台市莱阳市沐浴店镇", "0535-7200000", "工作日 8:30–17:30"):
        assert words in page
    assert reverse("joining:landing", args=[world["plant"].code]) in page
    upper = client.get(reverse("unions:public", args=[world["county"].public_id])).content.decode()
    assert "m/join" not in upper
    assert "在莱阳市找工会" in upper
    assert client.get("/unions/0000000000000000").status_code == 404


def test_a_closed_union_says_where_to_turn(world: World, client: Client, clock: Callable[..., None]) -> None:
    services.suspend_union(world.staff("ORG", "county"), world["plant"], reason="换届整顿，暂停受理", now=world.now)
    page = client.get(reverse("unions:public", args=[world["plant"].public_id])).content.decode()
    assert "目前不办理入会" in page
    assert reverse("joining:landing", args=[world["home"].code]) in page
    assert reverse("joining:landing", args=[world["plant"].code]) not in page
