"""What administrators see: wordings, rights, parameters; each page as a phone and as a desk, for eyes and for axe."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.world import World, build
from zhijia.foundation.administration.cases import CALENDARS, MESSAGES, PARAMETERS
from zhijia.foundation.administration.cases.calendar import as_lines
from zhijia.foundation.casework.services import act, open_case
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.access.cases import GRANTS
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.people import services as people_services, texts
from zhijia.organization.people.cases.texts import TEXTS
from zhijia.organization.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def look(axe: Any, shoot: Any, page_faults: Any) -> Callable[[Any, str, str], None]:
    """`look(page, "/console/access", "access")`: nothing wider than the screen, nothing for axe to find."""
    if os.environ.get("ZHIJIA_SHOTS"):
        page_faults.expect("Applying inline style")  # the browser driver hides the caret while it takes a picture

    def see(page: Any, address: str, name: str) -> None:
        answer = page.goto(address)
        assert answer.status == 200, (address, answer.status)
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width}"
            height = max(900, page.evaluate("document.documentElement.scrollHeight"))
            page.set_viewport_size({"width": width, "height": height})
            assert axe(page) == [], f"{name} at {width}"
            shoot(page, f"adm-{name}")

    return see


def _is_printed(page: Any) -> None:
    """On paper stand the case and who printed it, not the menu nor the decision."""
    page.evaluate("window.print = () => document.title = '打印'")
    page.get_by_role("button", name="打印").click()
    assert page.title() == "打印"
    page.emulate_media(media="print")
    assert page.locator(".zj-case").is_visible()
    assert "李* 打印于 20" in page.locator(".zj-printed").inner_text()
    assert not page.locator(".zj-nav").is_visible()
    assert not page.locator("[data-main-form]").is_visible()
    page.emulate_media(media="screen")


@pytest.fixture
def live_world(transactional_db: None) -> World:
    """The small province as of today: the browser's requests have the real clock."""
    texts.publish_defaults(now=texts.ALWAYS)
    return build(timezone.now())


def test_wordings_and_consents(live_world: World, page: Any, sign_in: Any, look: Any) -> None:
    world = live_world
    maker = world.staff("PRIVACY", "province", "梁静")
    person = world.person()
    world.consent(person)
    people_services.withdraw_consent(world.actor(person), "id_number", now=world.now)
    look(page, "/consents/privacy", "consent-text")
    sign_in(page, person)
    look(page, "/m/consents", "my-consents")
    current = people_services.consents.selectors.newest_text("privacy")
    people_services.publish_consent_text(
        SYSTEM, "agreement", title="用户服务协议", body="新的用户服务协议全文，说明账号、使用和会员码。",
        valid_from=world.now, made_by=None, now=world.now,
    )  # fmt: skip
    look(page, "/m/consents/renew", "renew")
    said = {
        "purpose": "privacy",
        "title": current.title,
        "body": current.body.replace("保存一年", "保存六个月") + "\n\n联系我们\n拨打服务热线。",
        "valid_from": world.today + timedelta(days=10),
        "reason": "缩短保存期限",
    }
    drafted = open_case(TEXTS, maker, said, now=world.now)
    checker = Person.objects.get(pk=world.staff("OPERATOR", "province", "李明").person_id)
    sign_in(page, checker, staff=True)
    look(page, "/console/consents", "texts")
    look(page, "/console/consents/agreement", "text")
    look(page, f"/console/consent-texts/{drafted}", "text-case")


def test_who_may_do_what(live_world: World, page: Any, sign_in: Any, look: Any) -> None:
    world = live_world
    asker = world.staff("ORG", "county", "孙玉梅")
    world.staff("TOWN_WORKER", "town", "徐亮")
    world.staff("GRASS_CHAIR", "plant", "周海")
    clash = world.staff_person("AUDITOR", "county", "邹琴")
    RoleGrant.objects.create(
        person=clash, union=world["county"], role="FINANCE", since=world.today, until=world.today + timedelta(days=9),
        in_force=True, created_at=world.now,
    )  # fmt: skip
    person = world.person("丁丽", mobile="13911112222")
    case = open_case(
        GRANTS,
        asker,
        {
            "person": person.public_id,
            "role": "GRASS_ADMIN",
            "union": world["plant"].public_id,
            "since": world.today,
            "until": world.today + timedelta(days=700),
            "reason": "任职文件〔2026〕3 号",
        },
        now=world.now,
    )
    sign_in(page, world.staff_person("SECURITY_ADMIN", "county", "李明"), staff=True)
    look(page, "/console/access", "access")
    look(page, "/console/access?q=zzz", "access-empty")
    look(page, "/console/access/roles", "access-roles")
    assert not page.get_by_role("rowheader", name="办理建会任务").is_visible()
    page.locator("summary", has_text="组织").first.click()
    assert page.get_by_role("rowheader", name="办理建会任务").is_visible()
    look(page, f"/console/grants/{case}", "access-case")
    _is_printed(page)
    look(page, f"/console/access/people/{clash.public_id}", "access-person")
    look(page, "/console/access/ask", "access-ask-1")
    look(page, f"/console/access/ask?person={person.public_id}", "access-ask-2")
    look(page, f"/console/access/ask?person={person.public_id}&union={world['plant'].public_id}", "access-ask-3")


def test_parameters_calendar_and_messages(live_world: World, page: Any, sign_in: Any, look: Any) -> None:
    world = live_world
    maker, checker = world.staff("OPERATOR", "province", "梁静"), world.staff_person("OPERATOR", "province", "孙玉梅")
    tomorrow = world.today + timedelta(days=40)
    said = {
        "code": "join.escalate_wd",
        "valid_from": tomorrow,
        "source": "省总工会通知〔2026〕9 号",
        "reason": "县级试点提速",
    }
    case = open_case(PARAMETERS, maker, {**said, "value": 3, "region": ""}, now=world.now)
    own = open_case(PARAMETERS, maker, {**said, "value": 4, "region": "370682000000"}, now=world.now)
    act(PARAMETERS, world.actor(checker, staff=True), own, "agree", now=world.now)
    year = world.today.year + 1
    days = [(date(year, 1, 1), True, "元旦"), *((date(year, 2, n), True, "春节") for n in range(5, 12))]
    days += [(date(year, 10, n), True, "国庆节") for n in range(1, 8)] + [(date(year, 2, 14), False, "春节")]
    year_said = {"year": year, "days": as_lines(days), "source": "国务院办公厅通知"}
    plan = open_case(CALENDARS, maker, year_said, now=world.now)
    words = {"title": "欢迎入会", "body": "“{union}”欢迎您，会员卡可以使用了。", "sms": "“{union}”欢迎您。"}
    worded = open_case(MESSAGES, maker, {"code": "joining.approved", "reason": "更亲切一些", **words}, now=world.now)
    sign_in(page, checker, staff=True)
    look(page, "/console/parameters", "parameters")
    look(page, "/console/parameters?q=zzz", "parameters-empty")
    look(page, "/console/parameters/join.escalate_wd", "parameter")
    look(page, f"/console/parameter-changes/{case}", "parameter-case")
    look(page, "/console/parameter-changes", "parameter-changes")
    look(page, "/console/calendar", "calendar")
    look(page, f"/console/calendar-changes/{plan}", "calendar-case")
    look(page, "/console/messages", "messages")
    look(page, "/console/messages/joining.rejected", "message")
    look(page, f"/console/message-changes/{worded}", "message-case")
