"""A union is founded at the desk: an election that broke a rule is refused, a right one passes, the code is there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World
from zhijia.foundation.casework import services as casework
from zhijia.foundation.casework.fields import samples
from zhijia.foundation.casework.kinds import By
from zhijia.foundation.workflow.models import Case
from zhijia.organization.founding.cases import FOUNDINGS, OPENS
from zhijia.organization.posts.cases.election import CANDIDATES, ELECTION
from zhijia.organization.unions.models import Union

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text", text);
  document.querySelector(selector).dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
FIRST = ".zj-lines tbody tr:first-child td:first-child input"


def paste(page: Any, text: str) -> None:
    """A part of a spreadsheet into the first cell of the table."""
    page.evaluate(PASTE, [FIRST, text])


def fill(page: Any, **said: str) -> None:
    page.locator("input[name=decision][value=elect]").check()
    given = {one.name: one.typed(one.sample) for one in ELECTION if one is not CANDIDATES} | said
    for name in ("held_on", "members", "women", "due", "attended", "issued", "returned", "published_on"):
        page.locator(f"[name={name}]").fill(str(given[name]))
    page.locator("[name=form][value=ALL]").check()
    page.locator("[name=term_years][value='5']").check()
    for name in ("secret", "in_person"):
        page.locator(f"[name={name}]").check()


def test_an_election_is_refused_then_passed_and_the_union_has_its_code(
    world: World, clock: Any, desk_page: Any, sign_in: Any, axe: Any, shoot: Any, page_faults: Any
) -> None:
    page_faults.expect("422")
    clock(world.now)
    town = world.staff_person("TOWN_WORKER", "town", "陈一鸣")
    county = world.staff_person("ORG", "county", "孙玉梅")
    said = samples(OPENS) | {"parent": world["town"].code}
    case = casework.open_case(FOUNDINGS, world.actor(town, staff=True), said, now=world.now, by=By.CADRE)
    casework.act(FOUNDINGS, world.actor(county, staff=True), case, "permit", {"note": "同意"}, now=world.now)
    page = desk_page
    sign_in(page, town, staff=True)
    page.goto(f"/console/foundings/{case}")
    assert not page.locator("[name=held_on]").is_visible(), "what is asked depends on what is chosen"
    fill(page, attended="19", issued="19", returned="19")
    heads = "\t".join(one.label for one in CANDIDATES.of)
    lines = CANDIDATES.typed(CANDIDATES.sample)
    paste(page, f"{heads}\n" + lines.replace("未当选", "落选"))
    page.get_by_role("button", name="提交").click()
    page.get_by_text("请选择当选").first.wait_for()
    assert Case.objects.get(public_id=case).state == "PREPARING", "an unknown word is refused, never read as elected"
    assert axe(page) == []
    page.goto(f"/console/foundings/{case}")
    fill(page, attended="19", issued="19", returned="19")
    paste(page, f"{heads}\n{lines}")
    shoot(page, "founding-election")
    page.get_by_role("button", name="提交").click()
    page.get_by_text("到会人数达到应到人数的三分之二").first.wait_for()
    page.locator("input[name=decision][value=report]").check()
    page.get_by_role("button", name="提交").click()
    page.get_by_text("选举不符合规定").first.wait_for()
    assert Case.objects.get(public_id=case).state == "ELECTED"
    fill(page, attended="28", issued="28", returned="28")
    page.get_by_role("button", name="提交").click()
    page.get_by_text("应到 30，实到 28").first.wait_for()
    page.locator("input[name=decision][value=report]").check()
    page.get_by_role("button", name="提交").click()
    page.get_by_text("等待批复结果").first.wait_for()
    sign_in(page, county, staff=True)
    page.goto(f"/console/foundings/{case}")
    assert axe(page) == []
    page.locator("input[name=decision][value=approve]").check()
    page.get_by_role("button", name="提交").click()
    page.get_by_text("已建会备案").first.wait_for()
    code = Union.objects.get(name="莱阳海滨机械有限公司工会委员会").code
    assert page.get_by_text(code).first.is_visible()
    page.get_by_role("link", name="入会二维码和海报").click()
    page.get_by_role("heading", name="莱阳海滨机械有限公司工会委员会").first.wait_for()
    shoot(page, "founding-code")
