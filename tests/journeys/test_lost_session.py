"""The session ends in the middle of a form: nothing typed is lost, with and without a script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from tests.journeys.test_join import ID_NUMBER, printed_address, sign_in_by_code
from tests.world import World
from zhijia.foundation.accounts.services import factors
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.joining.models import JoinApplication
from zhijia.organization.people import selectors as people
from zhijia.organization.transfers.models import Transfer

PASSWORD = "清晨-的-烟台-2026"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in_again(page: Any, texts: Any, mobile: str, axe: Any, shoot: Any, name: str) -> None:
    page.get_by_role("heading", name="请重新登录").wait_for()
    assert axe(page) == []
    shoot(page, f"lost-{name}-1")
    page.get_by_role("button", name="重新登录").click()
    page.get_by_text("已为您保留").wait_for()
    sign_in_by_code(page, texts, mobile)
    page.get_by_role("heading", name="刚才的内容还没有提交").wait_for()
    assert axe(page) == []
    shoot(page, f"lost-{name}-2")
    page.get_by_role("button", name="继续提交").click()


def test_in_the_middle_of_joining(
    world: World, clock: Any, phone_page: Any, page_faults: Any, texts: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    page = phone_page
    page.goto(printed_address(world["plant"].code))
    page.get_by_role("link", name="开始入会").click()
    sign_in_by_code(page, texts, "13700000001")
    page.get_by_label("姓名").fill("林晓禾")
    page.get_by_label("证件号码", exact=True).fill(ID_NUMBER)
    page.get_by_label("我单独同意处理我的证件号码").check()
    Session.objects.all().delete()
    clock(world.now.replace(minute=world.now.minute + 2))
    page_faults.expect("401")
    page.get_by_role("button", name="核验并继续").click()
    sign_in_again(page, texts, "13700000001", axe, shoot, "identity")
    page.get_by_role("heading", name="确认后提交").wait_for()
    page.get_by_label("在单位上班").check()
    page.get_by_label("单位或平台名称").fill("莱阳市鲁东精密机械有限公司")
    page.get_by_label(re.compile("我自愿加入")).check()
    Session.objects.all().delete()
    clock(world.now.replace(minute=world.now.minute + 4))
    page.get_by_role("button", name="提交入会申请").click()
    sign_in_again(page, texts, "13700000001", axe, shoot, "confirm")
    page.get_by_role("heading", name="申请已提交").wait_for()
    assert JoinApplication.objects.get().employer_text == "莱阳市鲁东精密机械有限公司"


def test_in_the_middle_of_a_transfer(
    world: World, clock: Any, phone_page: Any, page_faults: Any, sign_in: Any, texts: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    person, _ = world.member(mobile="13812345678")
    world.consent(person)
    page = phone_page
    sign_in(page, person)
    page.goto(f"/m/transfer/{world['home'].code}")
    page.get_by_text("补充说明，或者是借调").click()
    page.get_by_label("想说明的情况").fill("已到新单位上班")
    Session.objects.all().delete()
    page_faults.expect("401")
    page.get_by_role("button", name="提交转会").click()
    sign_in_again(page, texts, "13812345678", axe, shoot, "transfer")
    page.get_by_text("等待转入工会审核").first.wait_for()
    assert Transfer.objects.get().said == "已到新单位上班"


def test_in_the_middle_of_a_decision_both_doors_come_first(
    world: World, clock: Any, desk_page: Any, page_faults: Any, sign_in: Any, texts: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    person, page = world.staff_person("GRASS_ADMIN", "plant", "赵志强"), desk_page
    factors.set_password(SYSTEM, person.account, PASSWORD, now=world.now)
    _, case = world.application()
    sign_in(page, person, staff=True)
    page.goto(f"/console/joining/{case}")
    page.get_by_label(re.compile("^要求补充")).first.check()
    page.get_by_label("说明").fill("请补充您所在的车间")
    Session.objects.all().delete()
    page_faults.expect("401")
    page.get_by_role("button", name="提交并看下一件").click()
    page.get_by_role("button", name="重新登录").click()
    sign_in_by_code(page, texts, people.mobile_for_message(person.pk))
    for heading, button in (("还差一步", "验证并继续"), ("进入工作台", ""), ("刚才的内容还没有提交", "继续提交")):
        page.get_by_role("heading", name=heading).wait_for()
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert axe(page) == []
            shoot(page, f"lost-desk-{heading}")
        if not button:
            page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name=button or re.compile("进入工作台|下一步")).first.click()
    page.get_by_text("已请申请人补充").first.wait_for()
    assert Case.objects.get(public_id=case).state == "NEED_INFO"


def test_the_seconds_go_on_after_a_wrong_code(
    world: World, clock: Any, phone_page: Any, page_faults: Any, texts: Any, shoot: Any
) -> None:
    page = phone_page
    page.goto("/m/sign-in")
    page.get_by_label("手机号").fill("13700000001")
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_text("已发送").first.wait_for()
    page.get_by_label("短信验证码").fill("000000")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page_faults.expect("422")
    page.get_by_role("button", name="登录").click()
    page.get_by_text("还可试 4 次").first.wait_for()
    button = page.locator("button[name=send]:disabled")
    button.wait_for()
    first = int(re.search(r"\d+", button.inner_text())[0])
    shoot(page, "counting-down")
    page.wait_for_timeout(2500)
    assert int(re.search(r"\d+", button.inner_text())[0]) < first
    page_faults.expect("429")
    button.evaluate("button => { button.disabled = false; button.click(); }")
    told = page.get_by_text(re.compile(r"还需等待 \d+ 秒")).first
    told.wait_for()
    second = int(re.search(r"\d+", told.inner_text())[0])
    page.wait_for_timeout(2500)
    assert int(re.search(r"\d+", told.inner_text())[0]) < second, "the sentence counts too"
