"""A cadre signs in by a code, opens the invitation, sets up authenticator and passkey, and works in the console."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from tests.world import World, build
from zhijia.foundation.accounts import services as accounts
from zhijia.foundation.accounts.services.factors import totp_code
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "清晨-的-烟台-2026"


@pytest.fixture
def look(axe: Any, shoot: Any, page_faults: Any) -> Callable[[Any, str], None]:
    """`look(page, "sign-in")`: nothing wider than the screen, nothing for axe to find, as a phone and as a desk."""
    if os.environ.get("ZHIJIA_SHOTS"):
        page_faults.expect("Applying inline style")  # the browser driver hides the caret while it takes a picture

    def see(page: Any, name: str) -> None:
        page.wait_for_load_state()  # a page without its styles yet is as wide as its longest line
        kept = page.viewport_size
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width}"
            height = max(900, page.evaluate("document.documentElement.scrollHeight"))
            page.set_viewport_size({"width": width, "height": height})
            assert axe(page) == [], f"{name} at {width}"
            shoot(page, f"accounts-{name}")
        page.set_viewport_size(kept)

    return see


def code_now(secret: str, drift: int = 0) -> str:
    return totp_code(secret, int(time.time()) // 30 + drift)


def sign_in_by_code(page: Any, number: str, texts: Callable[[], list[tuple[str, str]]]) -> None:
    page.get_by_label("手机号").fill(number)
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_text("5 分钟内有效").wait_for()
    ((to, body),) = texts()
    assert to == number
    page.get_by_label("短信验证码").fill(re.search(r"验证码 (\d{6})", body)[1])
    page.get_by_label("个人信息保护政策").check()
    page.get_by_label("用户服务协议").check()
    page.get_by_role("button", name=re.compile("^(登录|下一步)$")).click()


def cadre(world: World, role: str = "ORG", union: str = "county") -> tuple[Person, str]:
    person = Person.objects.get(pk=world.staff(role, union).person_id)
    return person, people.mobile_for_message(person.pk)


def test_from_the_invitation_to_the_console_and_back_again(phone_page, look, texts, page_faults):
    page_faults.expect("422")
    page, world = phone_page, build(timezone.now())
    _, number = cadre(world)
    accounts.invite_staff(SYSTEM, number, now=timezone.now())
    link = urlsplit(re.search(r"http\S+", texts()[0][1])[0]).path

    page.goto(link)
    assert page.url.endswith("/console/sign-in/mobile?next=%2Fconsole%2Fset-up")
    look(page, "sign-in")
    page.get_by_role("button", name=re.compile("^(登录|下一步)$")).click()
    page.get_by_text("处需要修改").wait_for()
    look(page, "sign-in-wrong")
    sign_in_by_code(page, number, texts)

    page.get_by_role("heading", name="设置工作台密码").wait_for()
    look(page, "set-up-password")
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输一遍").fill(PASSWORD)
    page.get_by_role("button", name="设置密码").click()

    page.get_by_role("heading", name="绑定验证器").wait_for()
    look(page, "set-up-authenticator")
    secret = page.locator(".zj-enrol-key").inner_text().replace(" ", "")
    page.get_by_label("动态码").fill(code_now(secret))
    page.get_by_role("button", name="完成绑定").click()

    page.get_by_role("heading", name="请保存备用码").wait_for()
    look(page, "recovery-codes")
    recovery = page.locator(".zj-recovery code").first.inner_text().replace(" ", "")

    page.goto("/console/security")
    page.get_by_role("heading", name="登录安全").wait_for()
    look(page, "security")
    page.get_by_role("button", name="退出工作台，回到会员首页").click()
    page.wait_for_url(re.compile(r"/m/$"))

    page.goto("/console/security")
    page.get_by_role("heading", name="进入工作台").wait_for()
    look(page, "step-up")
    page.get_by_label("密码").fill("not-the-password")
    page.get_by_role("button", name="下一步：动态口令验证").click()
    page.get_by_text("密码不对。还可试 4 次。").wait_for()
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="下一步：动态口令验证").click()
    page.get_by_role("heading", name="再验证一次").wait_for()
    look(page, "second-factor")
    page.get_by_label("动态码").fill(code_now(secret, 1))
    page.get_by_role("button", name="进入工作台").click()
    page.get_by_role("heading", name="登录安全").wait_for()
    page.get_by_role("button", name="退出工作台，回到会员首页").click()

    page.goto("/console/security")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="下一步：动态口令验证").click()
    page.get_by_role("link", name="用备用码").click()
    page.get_by_label("备用码").fill(recovery)
    page.get_by_role("button", name="进入工作台").click()
    page.get_by_text("还有 9 个没有用过").wait_for()

    page.get_by_role("button", name="退出工作台，回到会员首页").click()
    page.goto("/console/security")
    page.get_by_role("link", name="忘记密码").click()
    look(page, "forgotten")
    page.get_by_role("link", name="用备用码").click()
    page.get_by_label("备用码").wait_for()

    page.goto("/m/devices")
    look(page, "devices")
    page.goto("/m/mobile")
    look(page, "mobile")
    page.get_by_role("link", name="用实名信息更换").click()
    look(page, "mobile-without-old")


def test_a_passkey_is_added_and_opens_the_console_alone(open_page, look, sign_in, live_server, transactional_db):
    world = build(timezone.now())
    person, _ = cadre(world)
    page = open_page(1440, 900)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    here = live_server.url.replace("127.0.0.1", "localhost")
    key = sign_in(page, person, staff=True)
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": here}])

    page.goto(f"{here}/console/security/passkeys/add")
    look(page, "passkey-add")
    page.get_by_label("名称").fill("办公室电脑")
    page.get_by_role("button", name="添加通行密钥").click()
    page.get_by_text("办公室电脑").wait_for()
    page.wait_for_load_state("load")
    look(page, "security-passkey")
    page.get_by_role("button", name="退出工作台，回到会员首页").click()
    page.goto(f"{here}/console/security")
    look(page, "step-up-passkey")
    page.get_by_role("button", name="用通行密钥").click()
    page.get_by_role("heading", name="登录安全").wait_for()
    assert "用过" in page.inner_text("#main")
