"""A member asks for a copy of his data and downloads it; the privacy desk carries a deletion out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.world import World
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.organization.people import selectors as people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_copy_is_downloaded_and_a_deletion_answered(
    world: World, clock: Any, phone_page: Any, desk_page: Any, sign_in: Any, axe: Any, shoot: Any, tmp_path: Path
) -> None:
    clock(world.now)
    officer = world.staff_person("PRIVACY", "county", "韩雪")
    person, _ = world.member(name="林晓禾")
    world.consent(person)
    org = world.staff("ORG", "county", "孙玉梅")
    people.read_numbers(org, person.pk, reason="核对退休手续", now=world.now)
    page = phone_page
    sign_in(page, person)
    page.goto("/m/me")
    page.get_by_role("link", name="我的数据").click()
    page.get_by_role("heading", name="保存了哪些信息").wait_for()
    page.get_by_text("避免一人多份会籍").wait_for()
    assert axe(page) == []
    shoot(page, "my-data")
    page.get_by_role("link", name="谁看过我的信息").click()
    page.get_by_text("核对退休手续").wait_for()
    assert axe(page) == []
    shoot(page, "my-data-looks")
    page.goto("/m/data")
    page.get_by_role("link", name="索取副本").click()
    page.get_by_role("button", name="准备副本").click()
    page.get_by_text("正在准备，").wait_for()
    assert axe(page) == []
    jobs.run_slice(Job.objects.get(kind="people.copy").public_id, clock=lambda: world.now)
    page.reload()
    shoot(page, "my-data-copy")
    assert axe(page) == []
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载副本").click()
    saved = tmp_path / "copy.xlsx"
    waiting.value.save_as(saved)
    book = CalamineWorkbook.from_path(str(saved))
    assert "会籍" in book.sheet_names
    assert world.number_of(person) in book.get_sheet_by_name("身份信息").to_python()[1]

    page.goto("/m/data/ask/delete")
    page.get_by_label("说明").fill("我已离开这个行业，不想再留信息。")
    assert axe(page) == []
    shoot(page, "my-data-delete")
    page.get_by_role("button", name="提交请求").click()
    page.get_by_text("等待删除").first.wait_for()
    assert axe(page) == []
    shoot(page, "my-data-asked")

    desk = desk_page
    sign_in(desk, officer, staff=True)
    desk.goto("/console/data-requests")
    assert axe(desk) == []
    shoot(desk, "rights-desk")
    desk.get_by_role("link", name="林*禾").click()
    desk.get_by_role("heading", name="按规则").wait_for()
    desk.get_by_label("按规则执行删除").check()
    desk.get_by_role("textbox", name="答复").fill("可以删除的已经删除，会籍档案依法永久保存。")
    assert axe(desk) == []
    shoot(desk, "rights-review")
    desk.get_by_role("button", name="提交").click()
    desk.get_by_text("部分办理").first.wait_for()
    assert axe(desk) == []
    shoot(desk, "rights-done")
    desk.goto("/console/data-deletions")
    desk.get_by_text("本人请求").first.wait_for()
    assert axe(desk) == []
    shoot(desk, "rights-deletions")
    desk.goto("/console/data-holds/new")
    assert axe(desk) == []
    shoot(desk, "hold-new")
    page.reload()
    page.get_by_text("须保存的").wait_for()
    assert axe(page) == []
    shoot(page, "my-data-answered")
    for width, browser, addresses in (
        (1440, page, ("/m/data", "/m/data/looks", "/m/data/ask/delete")),
        (390, desk, ("/console/data-requests?view=done", "/console/data-deletions", "/console/data-holds/new")),
    ):
        browser.set_viewport_size({"width": width, "height": 900})
        for address in addresses:
            browser.goto(address)
            shoot(browser, address.strip("/").replace("/", "-").replace("?", "-"))
