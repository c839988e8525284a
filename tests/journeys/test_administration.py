"""What administrators see: wordings, rights, parameters; each page as a phone and as a desk, for eyes and for axe."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.world import World, build
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.people import services as people_services, texts
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
    drafted = people_services.draft_text(
        maker, "privacy", title=current.title, body=current.body.replace("保存一年", "保存六个月") + "\n\n联系我们\n拨打服务热线。",
        valid_from=world.today + timedelta(days=10), reason="缩短保存期限", now=world.now,
    )  # fmt: skip
    checker = Person.objects.get(pk=world.staff("OPERATOR", "province", "李明").person_id)
    sign_in(page, checker, staff=True)
    look(page, "/console/consents", "texts")
    look(page, "/console/consents/agreement", "text")
    look(page, f"/console/consents/cases/{drafted.case.public_id}", "text-case")
