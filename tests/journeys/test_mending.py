"""Two files of one person are compared, merged by a second person, and parted again; a name is corrected."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from tests.world import World
from zhijia.organization.duplicates.services import hints
from zhijia.organization.members.models import Membership
from zhijia.organization.people.models import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_duplicate_is_merged_and_undone(
    world: World, clock: Any, desk_page: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    first, stay = world.member(name="林晓禾", born=date(1990, 3, 7))
    second, _ = world.member(name="林晓禾", born=date(1990, 3, 7), bound=False)
    Membership.objects.filter(pk=stay.pk).update(joined_on=date(2019, 5, 1))
    while hints.look_further(now=world.now)[0]:
        pass
    asker, checker = world.staff_person("ORG", "county", "吴科长"), world.staff_person("ORG", "county", "郑科长")
    desk = desk_page
    sign_in(desk, asker, staff=True)
    desk.goto(f"/console/members/{first.public_id}")
    desk.get_by_role("heading", name="核对和更正").wait_for()
    assert axe(desk) == []
    shoot(desk, "file-alike")
    desk.goto("/console/duplicates")
    assert axe(desk) == []
    shoot(desk, "duplicates")
    desk.get_by_role("link", name="林*禾").first.click()
    desk.get_by_role("heading", name="核对重复档案").wait_for()
    desk.locator("input[name=keep]").nth(1).check()
    desk.get_by_label("判断依据").fill("电话核实，两次登记的是同一人。")
    assert axe(desk) == []
    shoot(desk, "compare")
    desk.get_by_role("button", name="提交复核").click()
    desk.get_by_role("heading", name="撤回").wait_for()
    sign_in(desk, checker, staff=True)
    desk.reload()
    desk.get_by_label(re.compile("^同意合并")).check()
    assert axe(desk) == []
    shoot(desk, "merge-review")
    desk.get_by_role("button", name="提交").click()
    desk.get_by_text("已合并").first.wait_for()
    shoot(desk, "merged")
    assert Person.objects.get(pk=first.pk).merged_into_id == second.pk
    assert Membership.objects.get(person=second, until__isnull=True).joined_on == date(2019, 5, 1)
    desk.get_by_label("原因").fill("会员说明是两个人。")
    desk.get_by_role("button", name="提出撤销合并").click()
    desk.get_by_text("撤销合并待复核").first.wait_for()
    sign_in(desk, world.staff_person("ORG", "city", "马处长"), staff=True)
    desk.reload()
    desk.get_by_label(re.compile("^同意撤销")).check()
    desk.get_by_role("button", name="提交").click()
    desk.get_by_text("已撤销合并").first.wait_for()
    assert Person.objects.get(pk=first.pk).merged_into_id is None
    assert Membership.objects.filter(until__isnull=True).count() == 2


def test_a_name_is_corrected_with_a_paper(
    world: World, clock: Any, desk_page: Any, page_faults: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    person, _ = world.member(name="林晓禾", bound=False)
    desk = desk_page
    sign_in(desk, world.staff_person("GRASS_ADMIN", "plant", "赵志强"), staff=True)
    desk.goto(f"/console/members/{person.public_id}")
    desk.get_by_role("link", name="更正姓名、号码").click()
    desk.get_by_role("textbox", name="姓名").fill("林晓荷")
    desk.get_by_role("textbox", name="手机号").fill("139")
    desk.get_by_label("更正原因").fill("名册录入时写错了字")
    desk.locator("input[type=file]").set_input_files(
        {"name": "身份证.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + b"x" * 200}
    )
    page_faults.expect("422")
    desk.get_by_role("button", name="提交更正").click()
    desk.get_by_role("link", name=re.compile("手机号")).first.wait_for()
    assert axe(desk) == []
    shoot(desk, "correct-error")
    desk.get_by_role("textbox", name="手机号").fill("")
    desk.locator("input[type=file]").set_input_files(
        {"name": "身份证.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + b"x" * 200}
    )
    desk.get_by_role("button", name="提交更正").click()
    desk.get_by_text("已更正，本人会收到通知").wait_for()
    assert Person.objects.get(pk=person.pk).name == "林晓荷"
