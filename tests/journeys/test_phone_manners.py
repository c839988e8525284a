"""What a phone does with a form: wordings open above it, back shows no old error, a tap shows, no network is said."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOTE_WHAT_SHOWS = """
addEventListener("beforeunload", () => {
  sessionStorage.shown = document.querySelector(".is-busy").textContent + " " + document.documentElement.dataset.going;
});
"""


def test_reading_a_wording_keeps_what_was_typed(world: World, clock: Any, phone_page: Any, axe: Any) -> None:
    clock(world.now)
    page = phone_page
    page.goto("/m/sign-in")
    page.get_by_label("手机号").fill("137 0000 0001")
    page.get_by_role("link", name="《个人信息保护政策》").click()
    page.get_by_role("dialog").wait_for()
    assert "个人信息保护政策" in page.get_by_role("dialog").inner_text()
    assert axe(page) == []
    page.get_by_role("button", name="我看完了，继续填写").click()
    assert page.get_by_role("dialog").count() == 0
    assert page.get_by_label("手机号").input_value() == "137 0000 0001"
    assert page.url.endswith("/m/sign-in")


def test_back_shows_no_old_error(world: World, clock: Any, phone_page: Any, page_faults: Any, sign_in: Any) -> None:
    clock(world.now)
    page_faults.expect("status of 422")
    person = world.person()
    world.consent(person)
    sign_in(phone_page, person)
    page = phone_page
    page.goto(f"/m/join/{world['plant'].code}/confirm")
    page.get_by_role("button", name="提交入会申请").click()
    page.get_by_text("处需要修改").wait_for()
    page.get_by_label("在单位上班").check()
    page.get_by_label("单位或平台名称").fill("莱阳市鲁东精密机械有限公司")
    page.get_by_label(re.compile("我自愿加入")).check()
    page.get_by_role("button", name="提交入会申请").click()
    page.get_by_role("heading", name="申请已提交").wait_for()
    page.go_back()
    page.wait_for_load_state()
    assert page.get_by_text("处需要修改").count() == 0
    assert page.get_by_role("heading", level=1).count() == 1


def test_a_tap_shows_that_something_happens(world: World, clock: Any, phone_page: Any, sign_in: Any) -> None:
    clock(world.now)
    person, _ = world.member("plant")
    sign_in(phone_page, person)
    page = phone_page
    page.goto("/m/card/replace")
    page.evaluate(NOTE_WHAT_SHOWS)
    page.get_by_role("button", name="换发新卡").click()
    page.get_by_text("已换发新卡").wait_for()
    assert page.evaluate("sessionStorage.shown") == "换发新卡 yes"
    assert page.locator(".is-busy").count() == 0


def test_without_network_a_form_stays_and_says_so(
    world: World, clock: Any, phone_page: Any, page_faults: Any, sign_in: Any
) -> None:
    clock(world.now)
    person = world.person()
    world.consent(person)
    sign_in(phone_page, person)
    page = phone_page
    page.goto(f"/m/join/{world['plant'].code}/confirm")
    page.get_by_label("单位或平台名称").fill("莱阳市鲁东精密机械有限公司")
    page.context.set_offline(True)
    page.get_by_text("现在没有网络").wait_for()
    page.get_by_role("button", name="提交入会申请").click()
    page.get_by_text("您填写的内容还在").wait_for()
    assert page.get_by_label("单位或平台名称").input_value() == "莱阳市鲁东精密机械有限公司"
    page.context.set_offline(False)
    page.get_by_text("您填写的内容还在").wait_for(state="detached")


def test_near_me_asks_once_and_puts_the_place_into_no_address(
    world: World, clock: Any, open_page: Any, sign_in: Any
) -> None:
    clock(world.now)
    person = world.person()
    for address in ("/find", "/m/find"):
        page = open_page(
            390, 844, mobile=True, geolocation={"latitude": 36.976, "longitude": 120.711}, permissions=["geolocation"]
        )
        if address.startswith("/m/"):
            sign_in(page, person)
        page.goto(address)
        page.get_by_role("button", name=re.compile("用我的位置")).click()
        page.get_by_role("link", name="沐浴店镇").wait_for()
        assert "120" not in page.url
        page.get_by_role("link", name="沐浴店镇").click()
        page.get_by_text(world["home"].name).first.wait_for()


def test_a_member_takes_a_consent_back(world: World, clock: Any, phone_page: Any, sign_in: Any, axe: Any) -> None:
    clock(world.now)
    person, _ = world.member("plant")
    world.consent(person)
    sign_in(phone_page, person)
    page = phone_page
    page.goto("/m/consents")
    page.get_by_role("link", name=re.compile("撤回对“处理证件号码")).click()
    page.get_by_role("heading", name="撤回同意").wait_for()
    assert "不再用您的证件号码办理新的实名核验和入会" in page.locator("main").inner_text()
    assert axe(page) == []
    page.get_by_role("button", name="确认撤回").click()
    page.get_by_text("已撤回同意").wait_for()
