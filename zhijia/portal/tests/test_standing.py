"""What home says to who has no card: where his application stands, never that he is in no union then."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.organization.joining.services import applications

pytestmark = pytest.mark.django_db

NO_UNION = "您还没有加入工会"
PAGES = ("/m/", "/m/card", "/m/membership", "/m/transfer")


def pages(client: Client) -> list[str]:
    return [client.get(page, follow=True).content.decode() for page in PAGES]


def test_who_has_not_applied_is_shown_the_ways_in(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    clock(world.now)
    sign_in(client, world.person())
    for page in pages(client):
        assert NO_UNION in page
        assert 'href="/m/find"' in page


def test_an_applicant_sees_who_decides_and_until_when(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    clock(world.now)
    person, case = world.application()
    sign_in(client, person)
    for page in pages(client):
        assert "入会申请已提交" in page
        assert world["plant"].name in page
        assert "答复" in page
        assert f"/m/applications/{case}" in page
        assert NO_UNION not in page


def test_who_is_asked_sees_the_question_first(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    clock(world.now)
    person, case = world.application()
    applications.ask(world.staff("GRASS_ADMIN", "plant"), case, note="请补充所在车间。", now=world.now)
    sign_in(client, person)
    for page in pages(client):
        assert "请补充入会信息" in page
        assert "请补充所在车间。" in page
        assert f"/m/applications/{case}/answer" in page
        assert NO_UNION not in page


def test_who_is_refused_sees_why_and_until_when_he_may_appeal(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    person, case = world.application()
    applications.reject(
        world.staff("GRASS_ADMIN", "plant"), case, reason="NOT_EMPLOYEE", note="不在本单位上班。", now=world.now
    )
    sign_in(client, person)
    for page in pages(client):
        assert "入会申请未通过" in page
        assert "不在本单位上班" in page
        assert "申诉" in page
        assert NO_UNION not in page
