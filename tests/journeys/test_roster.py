"""A cadre loads a roster with faults: columns, check, report, the bad rows mended and loaded again, what waits."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.world import World
from zhijia.foundation.jobs import services as jobs
from zhijia.kernel.tables import HANDED_BACK
from zhijia.organization.members.models import Membership
from zhijia.organization.rosters.models import RosterConflict, RosterLoad
from zhijia.organization.rosters.tests.files import csv_file, id_number

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEADER = ("工号", "职工", "手机", "证件号码")
GOOD = 2_400
"""More than one chunk of a job, so that progress is seen to move."""


def good_row(serial: int) -> list[str]:
    """`serial` from 0: a number of its own, 500 to a birthday."""
    born = date(1985, 1, 1) + timedelta(days=serial // 500)
    return [str(serial), "林晓禾", f"138{serial:08d}", id_number(serial % 500, born=born)]


def look(page: Any, shoot: Callable[[Any, str], None], axe: Callable[[Any], list[str]], name: str) -> None:
    """The page at the desk and as wide as a phone: nothing serious, nothing that has to be pushed sideways."""
    assert axe(page) == []
    shoot(page, name)
    page.set_viewport_size({"width": 390, "height": 844})
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    shoot(page, name)
    page.set_viewport_size({"width": 1440, "height": 900})


def work(kind: str, world: World) -> None:
    """The worker does one chunk of the newest file's job."""
    load = RosterLoad.objects.order_by("-id")[0]
    assert load.state == kind
    jobs.run_slice(load.job, clock=lambda: world.now, seconds=0)


def test_a_roster_with_errors_is_reported_mended_and_written(
    world: World, clock: Any, desk_page: Any, phone_page: Any, sign_in: Any, axe: Any, shoot: Any, tmp_path: Path,
    page_faults: Any,
) -> None:  # fmt: skip
    clock(world.now)
    world.open_plant("works", "other_town", name="青岛海滨机械有限公司")
    member, _ = world.member("works", name="周海生")
    admin = world.staff_person("GRASS_ADMIN", "plant", "赵志强")
    wrong = good_row(GOOD)
    right_number = wrong[3]
    wrong[3] = right_number[:-1] + ("1" if right_number[-1] == "0" else "0")
    nameless = good_row(GOOD + 1)
    nameless[1] = ""
    elsewhere = ["9001", "周海生", "13900000001", world.number_of(member)]
    rows = [*(good_row(serial) for serial in range(GOOD)), wrong, nameless, good_row(7), elsewhere]
    upload = tmp_path / "秋季名册.csv"
    upload.write_bytes(csv_file(rows, HEADER, encoding="gb18030").getvalue())

    page = desk_page
    sign_in(page, admin, staff=True)
    page.goto("/console/members")
    page.get_by_role("link", name="导入", exact=True).click()
    page.get_by_role("heading", name="导入会员名册").wait_for()
    look(page, shoot, axe, "roster-1-upload")
    page.locator("input[type=file]").set_input_files(upload)
    page.get_by_role("button", name="上传").click()

    page.get_by_role("heading", name="对应名册的列").wait_for()
    page_faults.expect("422")
    page.get_by_role("button", name="开始核对").click()
    page.get_by_role("alert").wait_for()
    look(page, shoot, axe, "roster-2-columns-missing")
    page.get_by_role("combobox", name="姓名").select_option("职工")
    page.get_by_role("button", name="开始核对").click()

    page.get_by_text("可以离开本页").wait_for()
    work("checking", world)
    page.get_by_text(re.compile(r"2,000")).first.wait_for()
    look(page, shoot, axe, "roster-3-checking")
    work("checking", world)
    page.get_by_role("link", name="查看结果").click()
    page.get_by_role("heading", name="核对报告").wait_for()
    look(page, shoot, axe, "roster-4-report")
    report = {
        cells[0]: cells[1:4]
        for row in page.locator("section[aria-labelledby=bad] tbody tr").all()
        if (cells := row.locator("td, th").all_inner_texts())
    }
    first = GOOD + 2
    assert {line: cells[0] for line, cells in report.items()} == {
        f"{first:,}": "证件号码",
        f"{first + 1:,}": "姓名",
        f"{first + 2:,}": "证件号码",
        f"{first + 3:,}": "证件号码",
    }
    assert "校验" in report[f"{first:,}"][2]
    assert report[f"{first + 3:,}"][1] == "周*生"
    page.get_by_role("link", name=re.compile("^是其他工会会员")).click()
    page.get_by_text("周*生").wait_for()
    assert page.locator("section[aria-labelledby=bad] tbody tr").count() == 1

    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    bad = tmp_path / "bad.csv"
    waiting.value.save_as(bad)
    page.get_by_role("button", name=f"写入 {GOOD:,} 行").click()
    page.get_by_text("请核对名册是否选错了工会").wait_for()
    page.get_by_label("已核对，人数无误，可以写入").check()
    page.get_by_role("button", name=f"写入 {GOOD:,} 行").click()
    page.get_by_text("可以离开本页").wait_for()
    work("writing", world)
    page.get_by_text(re.compile(r"2,000")).first.wait_for()
    look(page, shoot, axe, "roster-5-writing")
    for _ in range(2):
        work("writing", world)
    page.get_by_role("link", name="查看结果").click()
    page.get_by_text("已写入。").wait_for()
    look(page, shoot, axe, "roster-6-result")
    assert Membership.objects.filter(union=world["plant"], until__isnull=True).count() == GOOD

    with bad.open(encoding="utf-8-sig", newline="") as file:
        header, *found = list(csv.reader(file))
    assert header == [*HEADER, *HANDED_BACK]
    by_key = {row[0]: row for row in found}
    by_key[wrong[0]][3] = right_number
    by_key[nameless[0]][1] = "韩立新"
    mended = tmp_path / "改好的行.csv"
    mended.write_bytes(csv_file(by_key.values(), header).getvalue())
    page.goto("/console/members/rosters")
    page.locator("input[type=file]").set_input_files(mended)
    page.get_by_role("button", name="上传").click()
    page.get_by_role("heading", name="对应名册的列").wait_for()
    page.get_by_role("combobox", name="姓名").select_option("职工")
    page.get_by_role("button", name="开始核对").click()
    work("checking", world)
    page.get_by_role("link", name="查看结果").click()
    page.get_by_role("button", name="写入 2 行").click()
    for _ in range(2):
        work("writing", world)
    page.get_by_role("link", name="查看结果").click()
    page.get_by_text("已写入。").wait_for()
    look(page, shoot, axe, "roster-7-mended")
    assert Membership.objects.filter(union=world["plant"], until__isnull=True).count() == GOOD + 2

    page.goto("/console/members/rosters")
    page.get_by_role("link", name="秋季名册.csv").click()
    page.get_by_text("已写入。").wait_for()
    page.goto("/console/")
    page.get_by_role("link", name="周*生").first.wait_for()
    look(page, shoot, axe, "roster-8-desk")
    page.goto("/console/members/rosters")
    look(page, shoot, axe, "roster-9-waiting")
    page.get_by_role("link", name="去办理").click()
    page.get_by_role("link", name="周*生").click()
    page.get_by_text("邀请本人转会").wait_for()
    look(page, shoot, axe, "roster-10-conflict")
    waiting = RosterConflict.objects.filter(case__closed_at__isnull=True)
    assert [conflict.kind for conflict in waiting] == ["elsewhere"]

    page.get_by_text("邀请本人转会").click()
    page.get_by_role("button", name="提交").click()
    page.get_by_text("等待本人确认").first.wait_for()
    look(page, shoot, axe, "roster-11-invited")
    phone = phone_page
    sign_in(phone, member)
    phone.goto("/m/messages")
    phone.get_by_text("邀请您转会").first.click()
    phone.get_by_role("link", name=re.compile("查看|办理")).first.click()
    phone.get_by_role("button", name="确认转会").wait_for()
    assert axe(phone) == []
    shoot(phone, "invited-1-offer")
    phone.get_by_role("button", name="确认转会").click()
    phone.get_by_text("等待转入工会审核").first.wait_for()
    assert axe(phone) == []
    shoot(phone, "invited-2-confirmed")
    page.goto("/console/transfers")
    page.get_by_role("link", name="周*生").click()
    page.get_by_label("同意接收").check()
    page.get_by_role("button", name="提交").click()
    page.get_by_text("都办完了").first.wait_for()
    assert Membership.objects.get(person=member, until__isnull=True).union_id == world["plant"].pk
    assert not waiting.all().exists()


def test_a_workbook_of_several_sheets_says_what_it_reads_before_anything_is_written(
    world: World, clock: Any, desk_page: Any, sign_in: Any, axe: Any, shoot: Any, tmp_path: Path
) -> None:
    clock(world.now)
    upload = tmp_path / "名册.xlsx"
    book = xlsxwriter.Workbook(str(upload))
    for name, rows in (
        ("填写说明", [["填写说明"], ["1. 姓名、证件号码必填"]]),
        (
            "会员名册",
            [
                ["姓名", "本人身份证号（18位）", "手机", "班组", "备注"],
                ["林晓禾", id_number(1), "13800000001", "一", ""],
            ],
        ),
    ):
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    sheet.set_row(1, None, None, {"hidden": True})
    book.close()
    page = desk_page
    sign_in(page, world.staff_person("GRASS_ADMIN", "plant", "赵志强"), staff=True)
    page.goto("/console/members/rosters")
    page.locator("input[type=file]").set_input_files(upload)
    page.get_by_role("button", name="上传").click()
    page.get_by_text("没有用到的列：班组、备注").wait_for()
    page.get_by_text("有 1 行被筛选或隐藏").wait_for()
    page.get_by_text("按表头猜的，请核对").wait_for()
    look(page, shoot, axe, "roster-sheets")
    page.get_by_label("换一张").select_option("填写说明")
    page.get_by_role("button", name="读取这一张").click()
    page.get_by_text("正在读取“填写说明”").wait_for()
    page.get_by_label("换一张").select_option("会员名册")
    page.get_by_role("button", name="读取这一张").click()
    page.get_by_role("button", name="开始核对").click()
    page.get_by_text("可以离开本页").wait_for()
    load = RosterLoad.objects.get()
    jobs.run_slice(load.job, clock=lambda: world.now)
    page.goto(f"/console/members/rosters/{load.public_id}")
    page.get_by_role("button", name="写入 1 行").wait_for()
    look(page, shoot, axe, "roster-sheets-report")
