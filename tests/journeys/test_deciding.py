"""A cadre decides twenty at once, refuses one with a reason, and a cadre elsewhere finds nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.world import World
from zhijia.foundation.workflow.models import Case
from zhijia.organization.members.models import Membership

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_cadre_takes_twenty_in_at_once_and_is_told_row_by_row(
    world: World, clock: Any, desk_page: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    person = world.staff_person("GRASS_ADMIN", "plant", "赵志强")
    for number in range(20):
        world.application(name=f"会员{chr(0x4E00 + number)}")
    sign_in(desk_page, person, staff=True)
    page = desk_page
    page.goto("/console/joining")
    assert axe(page) == []
    page.get_by_label("选中本页").check()
    shoot(page, "queue-picked")
    page.get_by_role("button", name="通过", exact=True).click()
    page.get_by_role("heading", name="批量办理结果").wait_for()
    assert page.get_by_text("已办理 20 件").is_visible()
    assert axe(page) == []
    shoot(page, "batch-result")
    assert Membership.objects.count() == 20


def test_a_refusal_without_a_reason_says_what_is_missing_and_keeps_the_page(
    world: World, clock: Any, desk_page: Any, sign_in: Any, axe: Any, shoot: Any, page_faults: Any
) -> None:
    page_faults.expect("422")
    clock(world.now)
    person = world.staff_person("GRASS_ADMIN", "plant", "赵志强")
    _, case = world.application()
    sign_in(desk_page, person, staff=True)
    page = desk_page
    page.goto(f"/console/joining/{case}")
    page.get_by_label(re.compile("^不通过")).first.check()
    page.get_by_role("button", name="提交并看下一件").click()
    page.get_by_text("请选择不通过的原因").first.wait_for()
    assert axe(page) == []
    shoot(page, "review-missing")
    page.get_by_label("不通过的原因").select_option("NOT_EMPLOYEE")
    page.get_by_label(re.compile("^不通过")).first.check()
    page.get_by_role("button", name="提交并看下一件").click()
    page.get_by_text("已退回").first.wait_for()
    assert Case.objects.get().state == "REJECTED"


def test_a_cadre_elsewhere_sees_neither_the_queue_nor_the_case_nor_the_roster(
    world: World, clock: Any, desk_page: Any, sign_in: Any, shoot: Any, page_faults: Any
) -> None:
    page_faults.expect("404")
    clock(world.now)
    _, case = world.application()
    member, _ = world.member(name="周三")
    sign_in(desk_page, world.staff_person("ORG", "other_county"), staff=True)
    page = desk_page
    page.goto("/console/joining?view=WAITING")
    assert page.get_by_text("没有这样的申请").is_visible()
    for address in (
        f"/console/joining/{case}",
        f"/console/members/{member.public_id}",
        f"/console/members?unit={world['plant'].public_id}",
        f"/console/statistics?unit={world['county'].public_id}",
        f"/console/unions/{world['plant'].public_id}",
    ):
        assert page.goto(address).status == 404, address
    shoot(page, "foreign-404")
