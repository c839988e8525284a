"""What people see of the defences: a little work before a code, a code to the roster's number, lost ways in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from tests.journeys.test_step_up import PASSWORD, look  # noqa: F401  a fixture
from tests.world import World, build
from zhijia.foundation.accounts import selectors as accounts
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.accounts.rules import Purpose
from zhijia.foundation.accounts.services import codes, factors
from zhijia.kernel.actor import SYSTEM, Actor, Kind
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NUMBER = "13800138000"


def strangers_ask(texts: Any) -> None:
    for place in range(5):
        stranger = Actor(Kind.ANONYMOUS, address=f"198.51.100.{place + 1}")
        codes.send_code(stranger, NUMBER, purpose=Purpose.SIGN_IN, now=timezone.now())
    texts()


def test_a_phone_does_the_work_unseen(phone_page: Any, texts: Any, page_faults: Any) -> None:
    page_faults.expect("422")
    build(timezone.now())
    strangers_ask(texts)
    page = phone_page
    page.goto("/m/sign-in")
    page.get_by_label("手机号").fill(NUMBER)
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_text("5 分钟内有效").wait_for()
    assert [to for to, _ in texts()] == [NUMBER]
    assert page.locator("[data-puzzle]").count() == 0


def test_who_runs_no_script_answers_a_question(open_page: Any, look: Any, texts: Any, page_faults: Any) -> None:  # noqa: F811
    page_faults.expect("422")
    build(timezone.now())
    strangers_ask(texts)
    page = open_page(390, 844, mobile=True)
    page.route("**/puzzle*.js", lambda route: route.abort())
    page_faults.expect("ERR_FAILED")
    page.goto("/m/sign-in")
    page.get_by_label("手机号").fill(NUMBER)
    page.get_by_role("button", name="获取验证码").click()
    question = page.get_by_text("等于几").inner_text()
    look(page, "puzzle")
    total = sum("零一二三四五六七八九".index(sign) for sign in re.search(r"(.)加(.)等于", question).groups())
    page.get_by_label("安全验证").fill(str(total))
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_text("5 分钟内有效").wait_for()


def test_the_consoles_own_door_does_the_work_too(desk_page: Any, texts: Any, page_faults: Any) -> None:
    page_faults.expect("422")
    build(timezone.now())
    strangers_ask(texts)
    desk_page.goto("/console/sign-in/mobile")
    desk_page.get_by_label("手机号").fill(NUMBER)
    desk_page.get_by_role("button", name="获取验证码").click()
    desk_page.get_by_text("5 分钟内有效").wait_for()
    assert [to for to, _ in texts()] == [NUMBER]


def bare(page: Any, sign_in: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who has only signed in, with 13812345678."""
    with monkeypatch.context() as patched:
        patched.setattr(people, "mobile_for_message", lambda person_id: "13812345678")
        sign_in(page, Person(account=world.account("13812345678")))


def test_a_roster_member_with_another_number_proves_it(
    phone_page: Any, look: Any, sign_in: Any, texts: Any, page_faults: Any, monkeypatch: Any  # noqa: F811
) -> None:  # fmt: skip
    page_faults.expect("422")
    world = build(timezone.now())
    person, _ = world.member(bound=False, mobile="13911112222")
    number = world.number_of(person)
    page = phone_page
    bare(page, sign_in, world, monkeypatch)
    page.goto(f"/m/join/{world['plant'].code}/identity")
    page.get_by_label("姓名").fill("林晓禾")
    page.get_by_label("证件号码", exact=True).fill(number)
    page.get_by_label("我单独同意处理我的证件号码").check()
    page.get_by_role("button", name="核验并继续").click()
    page.get_by_role("heading", name="您已在工会名册中").wait_for()
    look(page, "file-number")
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_text("5 分钟内有效").wait_for()
    code = next(re.search(r"验证码 (\d{6})", body)[1] for to, body in texts() if to == "13911112222")
    page.get_by_label("名册手机号收到的验证码").fill(code)
    page.get_by_role("button", name="验证并绑定").click()
    page.wait_for_url(re.compile("/m/welcome"))


def test_two_administrators_clear_lost_ways_in(
    desk_page: Any, look: Any, sign_in: Any, page_faults: Any  # noqa: F811
) -> None:  # fmt: skip
    page_faults.expect("422")
    world = build(timezone.now())
    lost = world.staff_person("ORG", "county", "吴立春")
    factors.set_password(SYSTEM, Account.objects.get(pk=lost.account_id), PASSWORD, now=timezone.now())
    first, second = (world.staff_person("SECURITY_ADMIN", "county", name) for name in ("周明", "吴静"))
    page = desk_page
    sign_in(page, first, staff=True)
    page.goto(f"/console/access/people/{lost.public_id}")
    page.get_by_role("link", name="重置登录方式").click()
    look(page, "reset")
    page.get_by_label("原因和核实方式").fill("手机丢失，已当面核对证件")
    page.get_by_role("button", name="提交复核").click()
    page.get_by_text("等待安全管理员复核").wait_for()
    address = page.url
    sign_in(page, second, staff=True)
    page.goto(address)
    look(page, "reset-case")
    page.get_by_text("同意重置", exact=True).first.click()
    page.get_by_role("button", name="提交").click()
    page.get_by_text("：已重置。").first.wait_for()
    assert not accounts.factors_of(Account.objects.get(pk=lost.account_id)).any
