"""A worker scans a code and is a member; a roster member is bound; who has no union joins the township's home."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from tests.world import World
from zhijia.kernel.codes import link_signature
from zhijia.organization.joining.models import JoinApplication
from zhijia.organization.members.models import Membership
from zhijia.organization.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ID_NUMBER = "370299199003070010"


def printed_address(code: str) -> str:
    return f"/j/{code}?s={link_signature('join', code, settings.ZHIJIA_KEYS.print_keys)}"


class Screens:
    """Counts the forms that a person submits, the request for a code aside."""

    def __init__(self, page: Any) -> None:
        self.sent: list[str] = []
        page.on("request", self._see)

    def _see(self, request: Any) -> None:
        if request.method == "POST" and "send=" not in (request.post_data or ""):
            self.sent.append(request.url)


def sign_in_by_code(page: Any, texts: Callable[[], list[tuple[str, str]]], mobile: str) -> None:
    page.get_by_label("手机号").fill(mobile)
    texts()
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_text("已发送").first.wait_for()
    code = re.search(r"\d{6}", texts()[-1][1])
    assert code is not None
    page.get_by_label("短信验证码").fill(code[0])
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name=re.compile("登录|下一步|继续")).click()


def test_a_worker_scans_a_code_and_is_a_member_in_three_screens(
    world: World, clock: Any, phone_page: Any, desk_page: Any, texts: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    admin = world.staff("GRASS_ADMIN", "plant", "赵志强")
    page, screens = phone_page, Screens(phone_page)
    page.goto(printed_address(world["plant"].code))
    assert page.get_by_role("heading", level=1).inner_text().replace("\n", "") == world["plant"].name
    assert page.get_by_text("已核验，此码由工会签发").is_visible()
    assert axe(page) == []
    shoot(page, "join-1-landing")
    page.get_by_role("link", name="开始入会").click()
    shoot(page, "join-2-mobile")
    assert axe(page) == []
    sign_in_by_code(page, texts, "13700000001")
    page.get_by_role("heading", name="核验您的身份").wait_for()
    page.get_by_label("姓名").fill("林晓禾")
    page.get_by_label("证件号码", exact=True).fill(ID_NUMBER)
    shoot(page, "join-3-identity")
    assert axe(page) == []
    page.get_by_label("我单独同意处理我的证件号码").check()
    page.get_by_role("button", name="核验并继续").click()
    page.get_by_role("heading", name="确认后提交").wait_for()
    page.get_by_label("在单位上班").check()
    page.get_by_label(re.compile("我自愿加入")).check()
    shoot(page, "join-4-confirm")
    assert axe(page) == []
    page.get_by_role("button", name="提交入会申请").click()
    page.get_by_role("heading", name="申请已提交").wait_for()
    assert len(screens.sent) == 3, screens.sent
    shoot(page, "join-5-submitted")
    assert axe(page) == []
    page.get_by_role("link", name="查看进度").click()
    shoot(page, "join-6-case")
    assert axe(page) == []

    sign_in(desk_page, Person.objects.get(pk=admin.person_id), staff=True)
    desk_page.goto("/console/")
    assert axe(desk_page) == []
    shoot(desk_page, "desk")
    desk_page.get_by_role("link", name="林*").first.click()
    assert axe(desk_page) == []
    shoot(desk_page, "review")
    desk_page.get_by_label(re.compile("^通过")).check()
    desk_page.get_by_role("button", name="提交并看下一件").click()
    desk_page.get_by_text("等待审核的申请都办完了").wait_for()

    page.goto("/m/")
    assert page.get_by_label("电子会员卡").is_visible()
    shoot(page, "home-member")
    assert axe(page) == []
    page.goto("/m/card")
    shoot(page, "card")
    assert axe(page) == []
    assert Membership.objects.get().union_id == world["plant"].pk


def test_a_roster_member_has_his_card_as_soon_as_he_is_identified(
    world: World, clock: Any, phone_page: Any, texts: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    world.member("plant", "林晓禾", bound=False, id_number=ID_NUMBER, mobile="13700000002")
    page, screens = phone_page, Screens(phone_page)
    page.goto(printed_address(world["plant"].code))
    page.get_by_role("link", name="开始入会").click()
    sign_in_by_code(page, texts, "13700000002")
    say_who(page)
    page.get_by_role("heading", name="您是工会会员").wait_for()
    assert len(screens.sent) == 2
    shoot(page, "bound-card")
    assert axe(page) == []
    assert Membership.objects.get().activated is True


def test_a_roster_member_with_a_new_number_shows_that_the_old_one_is_his(
    world: World, clock: Any, phone_page: Any, page_faults: Any, texts: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    page_faults.expect("status of 422")  # the answer that asks for the other number
    world.member("plant", "林晓禾", bound=False, id_number=ID_NUMBER, mobile="13911112222")
    page = phone_page
    page.goto("/m/")
    sign_in_by_code(page, texts, "13700000002")
    page.get_by_role("link", name="立即实名").click()
    assert axe(page) == []
    say_who(page, button="立即实名")
    page.get_by_role("heading", name="您已在工会名册中").wait_for()
    shoot(page, "other-number")
    assert axe(page) == []
    texts()
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_text("已发送").first.wait_for()
    [(number, body)] = texts()
    assert number == "13911112222"
    code = re.search(r"\d{6}", body)
    assert code is not None
    page.get_by_label("验证码").fill(code[0])
    page.get_by_role("button", name="验证并绑定").click()
    page.get_by_role("heading", name="您是工会会员").wait_for()
    assert Membership.objects.get().activated is True
    assert [number for number, _ in texts()] == ["13911112222"], "the old number is told"


def say_who(page: Any, button: str = "核验并继续") -> None:
    page.get_by_label("姓名").fill("林晓禾")
    page.get_by_label("证件号码", exact=True).fill(ID_NUMBER)
    page.get_by_label("我单独同意处理我的证件号码").check()
    page.get_by_role("button", name=button).click()


def test_who_has_no_union_joins_the_home_of_his_township(
    world: World, clock: Any, phone_page: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    person = world.person("周强", female=False)
    world.consent(person)
    sign_in(phone_page, person)
    page, screens = phone_page, Screens(phone_page)
    page.goto("/find?region=370682101000")
    shoot(page, "find-home")
    assert axe(page) == []
    page.get_by_role("link", name="加入这个会员之家").click()
    page.get_by_role("link", name="开始入会").click()
    page.get_by_label(re.compile("^平台接单")).check()
    page.get_by_label("职业").select_option("COURIER")
    page.get_by_label("我在这个乡镇（街道）工作").check()
    page.get_by_label(re.compile("我自愿加入")).check()
    page.get_by_role("button", name="提交入会申请").click()
    page.get_by_role("heading", name="申请已提交").wait_for()
    assert len(screens.sent) == 1
    application = JoinApplication.objects.get()
    assert (application.union_id, application.fallback_by, application.new_form_group) == (
        world["home"].pk,
        "workplace",
        "COURIER",
    )
