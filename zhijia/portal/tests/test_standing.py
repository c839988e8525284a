"""What home says to who has no card: where his application stands, never that he is in no union then."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.organization.joining.services import applications
from zhijia.organization.unions.models import Union, UnionStatus

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


def test_a_join_that_was_begun_and_not_sent_goes_on_from_home(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    person = world.person()
    world.consent(person)
    sign_in(client, person)
    code = world["plant"].code
    assert client.get(f"/m/join/{code}/start")["Location"] == f"/m/join/{code}/confirm"
    for page in ("/m/", "/m/card", "/m/membership"):
        text = client.get(page, follow=True).content.decode()
        assert "继续入会" in text
        assert world["plant"].name in text
        assert f'href="/m/join/{code}/start"' in text
    said = {"work_form": "employed", "employer_text": "莱阳市鲁东精密机械有限公司", "willing": "on", "go_on": "on"}
    client.post(f"/m/join/{code}/confirm", said, follow=True)
    assert "继续入会" not in client.get("/m/").content.decode()


def test_a_join_begun_at_a_union_that_closed_is_not_offered(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    sign_in(client, world.person())
    client.get(f"/m/join/{world['plant'].code}/start")
    Union.objects.filter(pk=world["plant"].pk).update(status=UnionStatus.DISSOLVED)
    assert "继续入会" not in client.get("/m/").content.decode()
    assert NO_UNION in client.get("/m/").content.decode()


def test_the_last_screen_says_when_the_employer_must_be_named(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    person = world.person()
    world.consent(person)
    sign_in(client, person)
    page = client.get(f"/m/join/{world['plant'].code}/confirm").content.decode()
    for label, mark in (("单位或平台名称", "在单位工作的必填"), ("职业", "平台接单的必填")):
        assert re.search(rf'{label} <span class="zj-opt">{mark}</span>', page)
