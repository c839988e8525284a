"""Two unions are merged, from the draft to both histories."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.test_join import printed_address
from tests.world import World
from zhijia.organization.members.models import Membership
from zhijia.organization.reorganizing.tests.desk import run_jobs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_two_unions_are_merged_and_both_tell_it(
    world: World, clock: Any, open_page: Any, phone_page: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    world.open_plant("works", "town", name="莱阳市海滨机械有限公司")
    old, heir = world["works"].name, world["plant"].name
    member, _ = world.member("works", "林晓禾")
    drafts, approves = (world.staff_person("ORG", "county", name) for name in ("赵志强", "钱卫国"))

    desk = open_page(1440, 900)
    sign_in(desk, drafts, staff=True)
    desk.goto(f"/console/unions/{world['works'].public_id}")
    desk.get_by_role("link", name="提出组织变更").click()
    desk.get_by_role("heading", name="提出组织变更").wait_for()
    assert axe(desk) == []
    shoot(desk, "org-change-choose")
    desk.get_by_role("link", name="合并").click()
    desk.get_by_label("接续工会").fill(heir)
    desk.get_by_label("原因和依据").fill("两个单位合并，营业执照已变更。")
    assert axe(desk) == []
    shoot(desk, "org-change-new")
    desk.get_by_role("button", name="提交").click()
    desk.get_by_role("heading", name=f"合并：{old}").wait_for()
    desk.get_by_label("登记表决，报上级批准").check()
    desk.get_by_label("大会日期").fill(world.today.isoformat())
    for label, number in (("应到人数", "30"), ("实到人数", "28"), ("赞成票", "27")):
        desk.get_by_label(label).fill(number)
    for label, words in (("资产", "经费结余"), ("金额（元）", "12,000.00"), ("交给谁", heir)):
        desk.get_by_label(label, exact=True).or_(desk.get_by_role("textbox", name=label)).first.fill(words)
    assert axe(desk) == []
    shoot(desk, "org-change-pass")
    desk.get_by_role("button", name="提交").click()
    desk.get_by_text("等待上级批准").first.wait_for()
    shoot(desk, "org-change-waits")

    upper = open_page(1440, 900)
    sign_in(upper, approves, staff=True)
    upper.goto("/console/org-changes")
    assert axe(upper) == []
    shoot(upper, "org-changes")
    upper.get_by_role("link", name=f"合并：{old}").first.click()
    upper.get_by_text("12,000.00").first.wait_for()
    upper.get_by_label("批准").first.check()
    assert axe(upper) == []
    shoot(upper, "org-change-approve")
    upper.get_by_role("button", name="提交").click()
    upper.get_by_text("已批准，正在转接会员").first.wait_for()
    run_jobs(world.now)
    assert Membership.objects.get(person=member, until__isnull=True).union_id == world["plant"].pk
    for key, words in (("works", f"并入“{heir}”"), ("plant", f"“{old}”并入")):
        upper.goto(f"/console/unions/{world[key].public_id}")
        upper.get_by_text(words).first.wait_for()
        assert axe(upper) == []
        shoot(upper, f"union-history-{key}")

    small = open_page(390, 844)
    sign_in(small, approves, staff=True)
    for name, address in (
        ("choose", "/console/org-changes/new"),
        ("new", f"/console/org-changes/new?sort=SPLIT&union={world['plant'].code}"),
        ("list", "/console/org-changes?view=done"),
        ("file", f"/console/unions/{world['works'].public_id}"),
        ("found", f"/console/find?q={old}"),
    ):
        small.goto(address)
        assert axe(small) == []
        shoot(small, f"org-change-{name}")

    page = phone_page
    sign_in(page, member)
    page.goto("/m/membership")
    page.get_by_text("工会合并").first.wait_for()
    assert axe(page) == []
    shoot(page, "membership-after-merger")
    page.goto(printed_address(world["works"].code))
    page.get_by_text(f"“{old}”已并入这个工会").wait_for()
    assert axe(page) == []
    shoot(page, "poster-of-before")
