"""The pages in a browser: they work without and with scripts, and axe finds nothing serious."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.world import World
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.unions import services
from zhijia.organization.unions.models import Union, UnionLoad

from .test_loading import GOOD, csv_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("ZHIJIA_SHOTS", "")
"""A folder for pictures of every page; none are taken without it."""


@pytest.fixture
def stage(world: World) -> World:
    """A county with something on every page."""
    services.edit_union(
        world.staff("GRASS_ADMIN", "plant"), world["plant"],
        {"phone": "0535-7200000", "address": "莱阳市沐浴店镇工业路1号", "hours": "工作日 8:30–17:30"},
        version=1, now=world.now,
    )  # fmt: skip
    facts = {"region": "370682101000", "parent": world["town"], "now": world.now}
    federation = services.open_union(SYSTEM, name="沐浴店镇机械行业工会联合会", type="IND_FED", level=6, **facts)
    services.list_member_union(SYSTEM, federation, world["plant"].code, now=world.now)
    joint = services.open_union(SYSTEM, name="沐浴店镇第一联合工会委员会", type="JOINT", level=7, **facts)
    services.cover_named(
        SYSTEM, joint, credit_code="81370682MC0A0002XA", name="莱阳市第二机械厂", headcount=30, now=world.now
    )
    world.unions |= {"federation": federation, "joint": joint}
    rows = (
        {**GOOD, "employer_code": "", "employer_name": ""},
        {**GOOD, "name": "短", "phone": "1"},
        {**GOOD, "type": "工会"},
    )
    services.take_file(world.staff("ORG", "county"), world["county"], csv_of(*rows), "秋季名册.csv", now=world.now)
    return world


def enter(world: World, page: Any, sign_in: Callable[..., str], role: str = "ORG", union: str = "county") -> Any:
    actor = world.staff(role, union)
    sign_in(page, RoleGrant.objects.select_related("person").get(person_id=actor.person_id).person, staff=True)
    return page


def shoot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{page.viewport_size['width']}.png"), full_page=True)


def pages(world: World) -> list[tuple[str, str]]:
    town, plant, county = (world[key].public_id for key in ("town", "plant", "county"))
    file = reverse("unions:file", args=[plant])
    return [
        ("unions-tree", f"{reverse('unions:tree')}?open={town}"),
        ("unions-search", f"{reverse('unions:tree')}?q=muyudian"),
        ("unions-file", file),
        ("unions-covered", f"{reverse('unions:file', args=[world['joint'].public_id])}?tab=covered"),
        ("unions-members", f"{reverse('unions:file', args=[world['federation'].public_id])}?tab=members"),
        ("unions-code", f"{file}?tab=code"),
        ("unions-choose", reverse("unions:new")),
        ("unions-new", f"{reverse('unions:new')}?parent={county}"),
        ("unions-edit", reverse("unions:edit", args=[plant])),
        ("unions-status", reverse("unions:status", args=[plant])),
        ("unions-load", reverse("unions:load")),
        ("unions-report", reverse("unions:load_file", args=[UnionLoad.objects.get().public_id])),
        ("unions-export", reverse("unions:export")),
        ("unions-print", reverse("unions:print_below", args=[county])),
        ("unions-public", reverse("unions:public", args=[plant])),
    ]


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)])
def test_every_page_is_free_of_serious_findings(
    stage: World, open_page: Callable[..., Any], sign_in: Callable[..., str], axe: Callable[[Any], list[str]],
    clock: Callable[..., None], size: tuple[int, int],
) -> None:  # fmt: skip
    page = enter(stage, open_page(*size, mobile=size[0] < 500), sign_in)
    for name, address in pages(stage):
        page.goto(address)
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        shoot(page, name)


@pytest.mark.parametrize("script", [True, False])
def test_the_tree_opens_and_shuts_with_and_without_script(
    stage: World, open_page: Callable[..., Any], sign_in: Callable[..., str], clock: Callable[..., None], script: bool
) -> None:
    page = enter(stage, open_page(1280, 800, java_script_enabled=script), sign_in)
    page.goto(reverse("unions:tree"))
    page.get_by_label("展开沐浴店镇总工会").click()
    page.get_by_text("莱阳市鲁东精密机械有限公司工会委员会").wait_for()
    page.get_by_label("收起沐浴店镇总工会").click()
    page.get_by_label("展开沐浴店镇总工会").wait_for()
    page.goto(f"{reverse('unions:tree')}?open={stage['federation'].public_id}")
    assert page.get_by_text("沐浴店镇第一联合工会委员会").count() == 0
    page.get_by_text("显示沐浴店镇总工会的全部下级").click()
    page.get_by_text("沐浴店镇第一联合工会委员会").wait_for()


@pytest.mark.parametrize("script", [True, False])
def test_a_region_is_chosen_level_by_level_with_and_without_script(
    stage: World, open_page: Callable[..., Any], sign_in: Callable[..., str], clock: Callable[..., None], script: bool
) -> None:
    page = enter(stage, open_page(1280, 800, java_script_enabled=script), sign_in, union="province")
    page.goto(f"{reverse('unions:new')}?parent={stage['city'].public_id}")
    page.get_by_label("工会名称").fill("团旺镇总工会")
    page.get_by_label("工会类型").select_option("GENERAL")
    page.get_by_label("层级").select_option("5")
    page.locator("select[name=region]").first.select_option("370682000000")
    if not script:
        page.get_by_role("button", name="选下一级").click()
    page.locator("select[name=region]").nth(1).select_option("370682102000")
    page.get_by_role("button", name="新建", exact=True).click()
    page.get_by_role("heading", name="团旺镇总工会").wait_for()
    assert Union.objects.filter(region="370682102000", type="ONLINE_HOME").count() == 1


def test_the_operators_page_of_divisions(
    stage: World, open_page: Callable[..., Any], sign_in: Callable[..., str], axe: Callable[[Any], list[str]],
    clock: Callable[..., None],
) -> None:  # fmt: skip
    for size in ((390, 844), (1440, 900)):
        page = enter(stage, open_page(*size, mobile=size[0] < 500), sign_in, "OPERATOR", "province")
        page.goto(f"{reverse('regions:index')}?region=370682000000")
        page.get_by_role("link", name="莱阳市").first.wait_for()
        assert axe(page) == []
        shoot(page, "regions")
