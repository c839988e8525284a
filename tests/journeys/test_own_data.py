"""A member changes what is his own, asks for the rest with a paper, and the desk puts it right with one tap."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World
from zhijia.organization.duplicates.tests.test_asked_corrections import HIS, picture
from zhijia.organization.members.models import Membership
from zhijia.organization.people.models import Person, RightsRequest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_own_data_are_changed_and_the_union_sees_it(
    world: World, clock: Any, phone_page: Any, desk_page: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    person, stay = world.member(name="林晓禾")
    world.consent(person)
    page = phone_page
    sign_in(page, person)
    page.goto("/m/membership")
    page.get_by_role("link", name="我的资料").click()
    page.get_by_role("heading", name="我的资料").wait_for()
    assert axe(page) == []
    shoot(page, "own-data")
    page.get_by_role("link", name="修改工作和自愿填写的内容").click()
    page.get_by_label("平台接单", exact=False).first.check()
    page.get_by_role("combobox", name="平台接单的职业").select_option(label="网约送餐员")
    page.get_by_label("单位或平台名称").fill("美团")
    page.get_by_role("combobox", name="学历").select_option(label="大学本科毕业")
    page.get_by_role("combobox", name="户籍").select_option(label="农村")
    assert axe(page) == []
    shoot(page, "own-data-change")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("资料已更新").wait_for()
    shoot(page, "own-data-changed")
    stay.refresh_from_db()
    assert (stay.work_form, stay.new_form_group, stay.is_migrant) == ("platform", "FOOD_RIDER", True)
    desk = desk_page
    sign_in(desk, world.staff_person("GRASS_ADMIN", "plant", "赵志强"), staff=True)
    desk.goto("/console/members")
    desk.get_by_role("link", name="本人更新的资料").click()
    desk.get_by_text("就业方式：在单位上班 → 平台接单").wait_for()
    assert axe(desk) == []
    shoot(desk, "own-data-updates")


def test_a_wrong_name_is_asked_for_and_put_right(
    world: World, clock: Any, phone_page: Any, desk_page: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    person, stay = world.member(name="林晓禾")
    world.consent(person)
    page = phone_page
    sign_in(page, person)
    page.goto("/m/profile")
    page.get_by_role("link", name="申请更正").click()
    page.get_by_label("正确的姓名").fill("林晓荷")
    page.get_by_label("正确的证件号码").fill(HIS)
    page.get_by_label("正确的入会日期").fill("2016-05-01")
    page.get_by_label("说明").fill("名册录入时写错了，以身份证为准。")
    page.locator("input[type=file]").set_input_files(
        {"name": "身份证.png", "mimeType": "image/png", "buffer": picture()}
    )
    assert axe(page) == []
    shoot(page, "correction-ask")
    page.get_by_role("button", name="提交申请").click()
    page.get_by_text("林晓禾 → 林晓荷").wait_for()
    assert axe(page) == []
    shoot(page, "correction-case")
    pid = RightsRequest.objects.get().case.public_id
    desk = desk_page
    sign_in(desk, world.staff_person("PRIVACY", "county", "韩雪"), staff=True)
    desk.goto(f"/console/data-requests/{pid}")
    desk.get_by_text("在这里看 身份证.png").click()
    paper = desk.get_by_role("img", name="身份证.png")
    assert paper.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 60
    assert axe(desk) == []
    shoot(desk, "correction-review")
    desk.get_by_role("button", name="显示完整号码，对照材料").click()
    desk.get_by_text(HIS).wait_for()
    shoot(desk, "correction-review-full")
    desk.get_by_text("同意，马上更正").click()
    desk.get_by_role("button", name="提交").click()
    desk.get_by_text("已更正并答复").first.wait_for()
    assert axe(desk) == []
    shoot(desk, "correction-done")
    assert Person.objects.get(pk=person.pk).name == "林晓荷"
    assert str(Membership.objects.get(pk=stay.pk).joined_on) == "2016-05-01"
    page.reload()
    page.get_by_text("已按您的材料更正").wait_for()
    shoot(page, "correction-answered")
