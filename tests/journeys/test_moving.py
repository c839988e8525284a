"""A member moves, leaves and is invited; cadres decide, move many at once, and ask for changes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.journeys.test_join import Screens, printed_address
from tests.world import World
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.changes.models import MembershipChange
from zhijia.organization.members import selectors
from zhijia.organization.members.models import Membership
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.transfers.models import Transfer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def union_of(person: Person) -> int | None:
    stay = selectors.open_stay(person.pk)
    return stay.union_id if stay else None


def at_home(world: World, name: str) -> Person:
    person = world.person(name)
    memberships.open_membership(
        SYSTEM, people.get_facts(person.pk), world.facts("home"), now=world.now, work_form="employed",
        new_form_group="", occupation="", is_migrant=False, employer_id=world["plant"].employer_id,
        employer_text="", case_id=None,
    )  # fmt: skip
    return person


def test_a_member_scans_the_new_unions_code_and_moves_with_one_tap(
    world: World, clock: Any, phone_page: Any, desk_page: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    world.open_plant("works", "other_town", name="青岛海滨机械有限公司")
    admin = world.staff_person("GRASS_ADMIN", "works", "赵志强")
    person, _ = world.member(name="林晓禾")
    page, screens = phone_page, Screens(phone_page)
    sign_in(page, person)
    page.goto(printed_address(world["works"].code))
    page.get_by_role("link", name="开始入会").click()
    page.get_by_role("heading", name="确认转会").wait_for()
    assert axe(page) == []
    shoot(page, "transfer-1-confirm")
    page.get_by_role("button", name="提交转会").click()
    page.get_by_text("等待转入工会审核").first.wait_for()
    assert len(screens.sent) == 1, screens.sent
    assert axe(page) == []
    shoot(page, "transfer-2-waiting")
    page.goto("/m/membership")
    page.get_by_role("heading", name="正在办理").wait_for()
    assert axe(page) == []
    shoot(page, "membership")

    desk = desk_page
    sign_in(desk, admin, staff=True)
    desk.goto("/console/transfers")
    assert axe(desk) == []
    shoot(desk, "transfers")
    desk.get_by_role("link", name="林*禾").first.click()
    desk.get_by_role("heading", name="办理").wait_for()
    assert axe(desk) == []
    shoot(desk, "transfer-review")
    desk.get_by_label("同意接收").check()
    desk.get_by_role("button", name="提交").click()
    desk.get_by_text("都办完了").first.wait_for()
    assert union_of(person) == world["works"].pk
    page.goto(f"/m/transfers/{Transfer.objects.get().case.public_id}")
    page.get_by_text("已转入").first.wait_for()
    shoot(page, "transfer-3-done")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/m/membership")
    shoot(page, "membership")


def test_a_member_finds_the_union_by_name_cancels_and_gives_up_his_membership(
    world: World, clock: Any, phone_page: Any, page_faults: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    world.open_plant("works", "other_town", name="青岛海滨机械有限公司")
    person, _ = world.member(name="林晓禾")
    page = phone_page
    sign_in(page, person)
    page.goto("/m/transfer")
    assert axe(page) == []
    shoot(page, "transfer-search-empty")
    page.get_by_label("搜索工会").fill("海滨机械")
    page.get_by_role("button", name="搜索").click()
    page.get_by_role("link", name="青岛海滨机械").wait_for()
    shoot(page, "transfer-search")
    page.get_by_role("link", name="青岛海滨机械").click()
    page.get_by_role("button", name="提交转会").click()
    page.goto(f"/m/transfer/{world['home'].code}")
    page.get_by_text("您有一件转会正在办理").wait_for()
    shoot(page, "transfer-second")
    page.get_by_role("link", name="取消转会").click()
    page.get_by_role("heading", name="取消转会", level=1).wait_for()
    assert axe(page) == []
    shoot(page, "transfer-cancel")
    page.get_by_role("button", name="取消转会").click()
    page.get_by_text("已取消").first.wait_for()
    page.goto("/m/membership/withdraw")
    assert axe(page) == []
    shoot(page, "withdraw")
    page.get_by_role("button", name="确认退会").click()
    page.get_by_role("link", name="撤回申请").wait_for()
    assert axe(page) == []
    shoot(page, "withdraw-cooling")
    page.get_by_role("link", name="撤回申请").click()
    page.get_by_role("heading", name="撤回申请", level=1).wait_for()
    assert axe(page) == []
    shoot(page, "withdraw-back")
    page.get_by_role("button", name="撤回申请").click()
    page.get_by_text("已撤回").first.wait_for()
    page.goto("/m/membership/retain")
    page.get_by_label("失业").check()
    page_faults.expect("422")
    page.get_by_role("button", name="提交申请").click()
    page.get_by_text("请上传证明材料").first.wait_for()
    assert axe(page) == []
    shoot(page, "retain-error")
    page.locator("input[type=file]").set_input_files(
        {"name": "失业登记.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + b"x" * 200}
    )
    page.get_by_role("button", name="提交申请").click()
    page.get_by_text("等待工会审核").first.wait_for()
    assert axe(page) == []
    shoot(page, "retain-asked")
    assert MembershipChange.objects.filter(case__owner_person_id=person.pk, kind="retain").count() == 1


def test_an_invited_member_confirms_and_a_cadre_claims_from_a_list(
    world: World, clock: Any, phone_page: Any, desk_page: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    admin = world.staff_person("GRASS_ADMIN", "plant", "赵志强")
    first, second = at_home(world, "林晓禾"), at_home(world, "王建国")
    desk = desk_page
    sign_in(desk, admin, staff=True)
    desk.goto("/console/claimable")
    assert axe(desk) == []
    desk.get_by_label("选中 林*禾").check()
    shoot(desk, "claims")
    desk.get_by_role("button", name="邀请转入").click()
    desk.get_by_text("已邀请，等待本人确认").wait_for()
    assert axe(desk) == []
    shoot(desk, "claims-result")
    desk.goto("/console/claims?view=open")
    desk.get_by_role("link", name="林*禾").click()
    desk.get_by_role("button", name="撤回邀请").wait_for()
    assert axe(desk) == []
    shoot(desk, "claim")
    page = phone_page
    sign_in(page, first)
    page.goto("/m/membership")
    page.get_by_role("link", name="认领邀请").click()
    page.get_by_role("button", name="确认转入").wait_for()
    assert axe(page) == []
    shoot(page, "claim-offer")
    page.get_by_role("button", name="确认转入").click()
    page.get_by_text("已确认转入").first.wait_for()
    assert union_of(first) == world["plant"].pk
    assert union_of(second) == world["home"].pk


def test_a_cadre_expels_with_a_document_and_the_upper_union_files_it(
    world: World, clock: Any, desk_page: Any, page_faults: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    chair = world.staff_person("GRASS_CHAIR", "plant", "宋立军")
    worker = world.staff_person("TOWN_WORKER", "town", "周正")
    person, _ = world.member(name="林晓禾")
    desk = desk_page
    sign_in(desk, chair, staff=True)
    desk.goto(f"/console/members/{person.public_id}")
    desk.get_by_role("link", name="开除会籍").wait_for()
    assert axe(desk) == []
    shoot(desk, "file")
    desk.get_by_role("link", name="开除会籍").click()
    desk.get_by_role("button", name="提交审核").click()
    page_faults.expect("422")
    desk.get_by_text("请填写决定文号").first.wait_for()
    assert axe(desk) == []
    shoot(desk, "expel-error")
    desk.get_by_label("决定文号").fill("鲁精工字〔2026〕3号")
    desk.locator("input[type=file]").set_input_files(
        {"name": "决定书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + b"x" * 200}
    )
    desk.get_by_role("button", name="提交审核").click()
    desk.get_by_text("已报上级工会备案").first.wait_for()
    sign_in(desk, worker, staff=True)
    desk.goto("/console/changes")
    assert axe(desk) == []
    shoot(desk, "changes")
    desk.get_by_role("link", name="林*禾").click()
    desk.get_by_role("heading", name="开除会籍 · 林*禾").wait_for()
    desk.get_by_role("link", name="决定书.pdf").wait_for()
    desk.get_by_label(re.compile("^予以备案")).check()
    shoot(desk, "change-review")
    assert axe(desk) == []
    desk.get_by_role("button", name="提交").click()
    desk.get_by_text("都办完了").first.wait_for()
    assert Membership.objects.get(person=person).ended_by == "expelled"


def test_a_township_moves_many_members_who_are_told_first(
    world: World, clock: Any, desk_page: Any, sign_in: Any, axe: Any, shoot: Any
) -> None:
    clock(world.now)
    worker = world.staff_person("TOWN_WORKER", "town", "周正")
    world.open_plant("second", "town", name="莱阳第二机械有限公司")
    for name in ("林晓禾", "王建国", "李敏"):
        world.member(name=name)
    desk = desk_page
    sign_in(desk, worker, staff=True)
    desk.goto("/console/members")
    for name in ("林*禾", "王*国"):
        desk.get_by_label(f"选中 {name}").check()
    shoot(desk, "roster-picked")
    assert axe(desk) == []
    desk.get_by_role("button", name="批量转接").click()
    desk.get_by_label("转入工会").fill("莱阳第二机械")
    desk.get_by_label("转接原因").fill("车间划归新公司")
    assert axe(desk) == []
    shoot(desk, "batch")
    desk.get_by_role("button", name="告知本人并开始").click()
    desk.get_by_role("heading", name="批量转接结果").wait_for()
    assert axe(desk) == []
    shoot(desk, "batch-result")
    assert Transfer.objects.filter(case__state="NOTICED").count() == 2
    desk.goto("/console/transfers?view=noticed")
    desk.get_by_role("link", name="林*禾").click()
    desk.get_by_role("button", name="取消转接").wait_for()
    assert axe(desk) == []
    shoot(desk, "call-off")
    for address, name in (("/console/retiring", "retiring"), ("/console/founding", "founding")):
        desk.goto(address)
        assert axe(desk) == []
        shoot(desk, name)
