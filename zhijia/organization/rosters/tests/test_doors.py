"""Files that once went wrong, through every door: page, API and command must say the same and write the same.

`cases/` holds them as they came from spreadsheets and other systems; all persons are invented.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.callers import send
from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.kernel.errors import Expired, NotAllowed, NotFound, WrongState
from zhijia.organization.members.models import Membership
from zhijia.organization.people.models import Person
from zhijia.organization.rosters.models import RosterConflict, RosterLoad
from zhijia.organization.rosters.services import loading
from zhijia.organization.statistics import selectors as statistics

from .files import csv_file, id_number, person_row, xlsx_file

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent / "cases"


class Said(NamedTuple):
    """What a door said about a file: rows by outcome, and each fault by row, column and code."""

    added: int
    same: int
    faults: tuple[tuple[int, str, str], ...]
    refusal: str = ""


class Doors:
    """The three ways a file comes in, each from upload to the written rows."""

    def __init__(self, world: World, client: Client, sign_in: Any, tmp_path: Path) -> None:
        self.world, self.client, self.folder = world, client, tmp_path
        sign_in(client, world.staff_person("GRASS_ADMIN", "plant", "赵志强"), staff=True)

    def work(self) -> None:
        for job in Job.objects.filter(state="queued"):
            jobs.run_slice(job.public_id, clock=lambda: self.world.now)

    def page(self, name: str, content: bytes) -> Said:
        sent = self.client.post(reverse("rosters:loads"), {"file": SimpleUploadedFile(name, content)})
        if sent.status_code == 422:
            return Said(0, 0, (), _sentence(sent.content.decode()))
        load = RosterLoad.objects.latest("id")
        mapping = {key: str(place) for key, place in load.mapping.items()}
        assert self.client.post(reverse("rosters:columns", args=[load.public_id]), mapping).status_code == 302
        self.work()
        self.client.post(reverse("rosters:write", args=[load.public_id]), {"numbers": "right"})
        self.work()
        return _said(load)

    def api(self, name: str, content: bytes) -> Said:
        address = f"/api/v1/unions/{self.world['plant'].public_id}/rosters"
        taken = self.client.post(address, {"file": SimpleUploadedFile(name, content)})
        if taken.status_code == 422:
            return Said(0, 0, (), taken.json()["message"])
        pid = taken.json()["id"]
        assert send(self.client, f"/rosters/{pid}/check", {}).json() == {"done": True}
        self.work()
        send(self.client, f"/rosters/{pid}/write", {"confirmed": True})
        self.work()
        return _said(RosterLoad.objects.get(public_id=pid))

    def command(self, name: str, content: bytes) -> Said:
        path = self.folder / name
        path.write_bytes(content)
        under = {"under": self.world["plant"].code, "verbosity": 0, "confirm_numbers": True, "stdout": io.StringIO()}
        try:
            call_command("load_members", path, **under)
        except CommandError as error:
            return Said(0, 0, (), str(error))
        return _said(RosterLoad.objects.latest("id"))

    def all(self) -> tuple[Callable[[str, bytes], Said], ...]:
        return self.page, self.api, self.command


def _sentence(page: str) -> str:
    """The sentence of an upload that was refused, out of the page."""
    start = page.index("这是")
    return page[start : page.index("。", start) + 1]


def _said(load: RosterLoad) -> Said:
    load.refresh_from_db()
    faults = tuple(
        (row.number, column, code) for row in load.refused.order_by("number") for column, code, _ in row.faults
    )
    return Said(load.figures.get("added", 0), load.figures.get("same", 0), faults)


@pytest.fixture
def doors(world: World, client: Client, sign_in: Any, clock: Any, tmp_path: Path) -> Doors:
    return Doors(world, client, sign_in, tmp_path)


def through(doors: Doors, name: str, content: bytes, *, again: bool = False) -> list[Said]:
    """What each door says of the same file on the same ground; `again` what it says the second time."""
    found = []
    for door in doors.all():
        with transaction.atomic():
            said = door(name, content)
            found.append(door(name, content) if again else said)
            transaction.set_rollback(True)
    return found


LOST = tuple((row, "id_number", "cell.lost_digits") for row in range(2, 35))
RIGHT = {
    "numeric.xlsx": Said(0, 0, LOST),
    "lost.csv": Said(0, 0, LOST),
    "sci.csv": Said(0, 0, LOST[:1]),
    "date-cell-overflow.xlsx": Said(1, 0, ()),
    "date-cell-overflow-far.xlsx": Said(1, 0, ()),
    "date-1904.xlsx": Said(1, 0, ()),
    "escaped-control.xlsx": Said(1, 0, ()),
    "prefixed-strings.xlsx": Said(1, 0, ()),
    "own-apostrophe.csv": Said(1, 0, ((2, "id_number", "id_number.check_digit"),)),
    "own-apostrophe-handed-back.csv": Said(1, 0, ((2, "id_number", "id_number.check_digit"),)),
    "text-marks-apostrophe.csv": Said(1, 0, ()),
    "text-marks-equals.csv": Said(1, 0, ()),
    "direction-marks.csv": Said(3, 0, ()),
    "dos-end-of-file.csv": Said(1, 0, ()),
    "vertical-tab.csv": Said(1, 0, ((2, "occupation", "cell.control"),)),
    "second-sheet.xlsx": Said(1, 0, ()),
    "web-page.xls": Said(
        0, 0, (), "这是保存成表格样子的网页，不是真正的表格，请用表格软件打开后另存为xlsx格式再上传。"
    ),
}


def test_every_case_is_here() -> None:
    assert {path.name for path in CASES.iterdir()} == set(RIGHT)


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_a_file_that_once_went_wrong_comes_to_the_same_through_every_door(doors: Doors, name: str) -> None:
    right = RIGHT[name]
    content = (CASES / name).read_bytes()
    assert through(doors, name, content) == [right] * 3
    second = right._replace(added=0, same=right.added)
    assert through(doors, name, content, again=True) == [second] * 3


def test_what_the_cases_hold_is_understood(doors: Doors) -> None:
    for name in ("date-1904.xlsx", "date-cell-overflow.xlsx", "escaped-control.xlsx", "own-apostrophe.csv"):
        doors.page(name, (CASES / name).read_bytes())
    stays = {stay.person.name: stay for stay in Membership.objects.select_related("person")}
    assert stays["王零四"].joined_on == date(2022, 1, 1)
    assert stays["王一"].joined_on == date(2015, 6, 1)
    assert stays["王回车"].occupation == "焊工"
    assert stays["王测四"].occupation == ""


def test_the_same_people_are_the_same_whatever_the_file_is_written_in(doors: Doors) -> None:
    rows = [person_row(serial, name=f"林{'禾苗秀'[serial % 3]}") for serial in range(1, 8)]
    rows += [["", *person_row(8)[1:]], ["错号", id_number(9)[:-1] + "A", "", ""], ["合计", "", "", ""]]
    wide = [
        [*row[:1], "".join(chr(ord(sign) + 0xFEE0) for sign in row[1]), f"+86 {row[2]}", row[3]] for row in rows[:7]
    ]
    files = {
        "a.csv": csv_file(rows),
        "b.csv": csv_file(rows, encoding="gb18030"),
        "c.xlsx": xlsx_file(rows),
        "d.xlsx": xlsx_file([*wide, *rows[7:]]),
    }
    said = {name: through(doors, name, file.getvalue()) for name, file in files.items()}
    assert {tuple(found) for found in said.values()} == {
        (
            Said(
                7,
                0,
                (
                    (9, "name", "cell.required"),
                    (10, "id_number", "id_number.characters"),
                    (11, "name", "roster.sum_row"),
                ),
            ),
        )
        * 3
    }


# --- What is handed back ---------------------------------------------------------------------------------------------
def refused_rows(doors: Doors, load: RosterLoad, form: str) -> list[list[str]]:
    answer = doors.client.get(reverse("rosters:refused", args=[load.public_id, form]))
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_what_is_handed_back_is_taken_with_only_the_fault_mended(doors: Doors) -> None:
    rows = [
        ["王测三", id_number(1)[:-1] + "A", "+86 135-0000-0003", "-"],
        ["王测四", id_number(2), "'+86 13500000004", "=焊工"],
        ["王测五", id_number(3), "13500000005", "=HYPERLINK(1)"],
    ]
    content = csv_file(rows, ("姓名", "证件号码", "手机号码", "职业")).getvalue()
    assert doors.page("a.csv", content).added == 0
    header, *bad = refused_rows(doors, RosterLoad.objects.get(), "csv")
    assert [row[2:4] for row in bad] == [
        ["'+86 135-0000-0003", "'-"],
        ["'+86 13500000004", "'=焊工"],
        ["13500000005", "'=HYPERLINK(1)"],
    ]
    bad[0][1], bad[1][3], bad[2][3] = id_number(1), "焊工", "'-"
    said = doors.page("b.csv", csv_file(bad, header).getvalue())
    assert (said.added, said.faults) == (3, ())
    assert sorted(Membership.objects.values_list("occupation", flat=True)) == ["", "", "焊工"]
    assert RosterLoad.objects.latest("id").header[-3:] == header[-3:]
    assert not RosterConflict.objects.filter(case__closed_at__isnull=True).exists()


def test_lost_digits_are_handed_back_as_question_marks_that_nobody_takes_for_a_number(doors: Doors) -> None:
    doors.page("a.csv", (CASES / "lost.csv").read_bytes())
    header, *bad = refused_rows(doors, RosterLoad.objects.get(), "csv")
    assert {row[1][15:] for row in bad} == {"???"}
    mended = [[*row[:1], row[1] if place else id_number(1), *row[2:]] for place, row in enumerate(bad)]
    said = doors.page("b.csv", csv_file(mended, header).getvalue())
    assert said.added == 1
    assert {code for _, _, code in said.faults} == {"id_number.characters"}
    conflict = RosterConflict.objects.exclude(case__closed_at__isnull=False).first()
    assert conflict is not None
    page = doors.client.post(reverse("rosters:conflicts:review", args=[conflict.case.public_id]), {"decision": "mend"})
    assert page.status_code == 422
    assert Person.objects.filter(name__startswith="王丢").count() == 1


def test_the_examples_of_the_template_never_become_members(doors: Doors) -> None:
    template = b"".join(doors.client.get(reverse("rosters:template")).streaming_content)
    for said in through(doors, "名册.xlsx", template):
        assert (said.added, said.faults) == (0, ((2, "name", "roster.example_row"),))
    assert not RosterConflict.objects.exists()


# --- What is told before anything is written -------------------------------------------------------------------------
def test_columns_that_nobody_knows_are_named_with_what_they_look_like(doors: Doors) -> None:
    content = csv_file(
        [["林晓禾", id_number(1), "一车间", "甲"]], ("姓名", "本人身份证号(18位)", "班组", "备注")
    ).getvalue()
    doors.client.post(reverse("rosters:loads"), {"file": SimpleUploadedFile("a.csv", content)})
    load = RosterLoad.objects.get()
    page = doors.client.get(reverse("rosters:file", args=[load.public_id])).content.decode()
    assert "没有用到的列：班组、备注" in page
    assert "按表头猜的，请核对" in page
    columns = doors.client.get(f"/api/v1/rosters/{load.public_id}/columns").json()
    assert columns["guessed"] == {"id_number": 1}
    assert columns["unused"] == ["本人身份证号(18位)", "班组", "备注"]
    assert send(doors.client, f"/rosters/{load.public_id}/check", {}).status_code == 422
    path = doors.folder / "a.csv"
    path.write_bytes(content.replace("本人身份证号(18位)".encode(), "证件号码".encode()))
    out = io.StringIO()
    call_command("load_members", path, dry_run=True, under=doors.world["plant"].code, stdout=out)
    assert "没有用到的列：班组、备注。" in out.getvalue()


def test_another_sheet_is_offered_and_read(doors: Doors) -> None:
    content = (CASES / "second-sheet.xlsx").read_bytes()
    doors.client.post(reverse("rosters:loads"), {"file": SimpleUploadedFile("a.xlsx", content)})
    load = RosterLoad.objects.get()
    assert (load.sheet, load.sheets) == ("会员名册", ["填写说明", "会员名册"])
    page = doors.client.get(reverse("rosters:file", args=[load.public_id])).content.decode()
    assert "正在读取“会员名册”" in page
    doors.client.post(reverse("rosters:sheet", args=[load.public_id]), {"sheet": "填写说明"})
    load.refresh_from_db()
    assert (load.sheet, load.header, load.mapping) == ("填写说明", ["填写说明"], {})
    wrong = send(doors.client, f"/rosters/{load.public_id}/sheet", {"sheet": "没有"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "table.no_such_sheet")
    back = send(doors.client, f"/rosters/{load.public_id}/sheet", {"sheet": "会员名册"}).json()
    assert back["mapping"] == {"name": 0, "id_number": 1}
    trail = AuditEntry.objects.filter(event="rosters.file", subject_id=load.public_id).values_list("detail", flat=True)
    assert [detail["step"] for detail in trail].count("sheet") == 2
    stranger = doors.world.staff("GRASS_ADMIN", "town", "李无权")
    with pytest.raises((NotAllowed, NotFound)):
        loading.choose_sheet(doors.world.bare_actor(), load, "会员名册", now=doors.world.now)
    loading.drop_load(stranger, load, now=doors.world.now)
    load.refresh_from_db()
    with pytest.raises((WrongState, Expired)):
        loading.choose_sheet(stranger, load, "会员名册", now=doors.world.now)


def test_a_union_of_few_workers_that_gets_many_members_asks(doors: Doors) -> None:
    world = doors.world
    employer = world.employer
    assert employer is not None
    employer.headcount = 25
    employer.save()
    content = csv_file([person_row(serial) for serial in range(1, 263)]).getvalue()
    doors.client.post(reverse("rosters:loads"), {"file": SimpleUploadedFile("a.csv", content)})
    load = RosterLoad.objects.get()
    mapping = {key: str(place) for key, place in load.mapping.items()}
    doors.client.post(reverse("rosters:columns", args=[load.public_id]), mapping)
    doors.work()
    page = doors.client.get(reverse("rosters:file", args=[load.public_id])).content.decode()
    assert "登记的职工是 25 人，写入后会员将有 <b>262</b> 人" in page
    crowded = doors.client.get(f"/api/v1/rosters/{load.public_id}").json()["crowded"]
    assert [(row["workers"], row["members"]) for row in crowded] == [(25, 262)]
    refusal = send(doors.client, f"/rosters/{load.public_id}/write")
    assert (refusal.status_code, refusal.json()["code"]) == (422, "roster.crowded")
    doors.client.post(reverse("rosters:write", args=[load.public_id]))
    path = doors.folder / "a.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="--confirm-numbers"):
        call_command("load_members", path, under=world["plant"].code, stdout=io.StringIO())
    assert Membership.objects.count() == 0
    doors.client.post(reverse("rosters:write", args=[load.public_id]), {"numbers": "right"})
    doors.work()
    assert Membership.objects.count() == 262


def test_who_stands_twice_is_told_where_the_first_row_is_refused_too(doors: Doors) -> None:
    rows = [["林晓禾", id_number(1), "123", ""], person_row(1), person_row(2), person_row(2)]
    assert [said.faults for said in through(doors, "a.csv", csv_file(rows).getvalue())] == [
        (
            (2, "mobile", "mobile.format"),
            (3, "id_number", "roster.twice_refused"),
            (5, "id_number", "roster.twice"),
        )
    ] * 3


def test_the_advice_fits_the_fault(doors: Doors) -> None:
    young = id_number(1, born=date(2005, 3, 8))
    rows = [
        ["林晓禾", young, "", "2010-01-01"],
        ["林晓苗", id_number(2), "", "昨天"],
        ["林晓秀", young[:-1] + "A", "", ""],
    ]
    doors.page("a.csv", csv_file(rows, ("姓名", "证件号码", "手机号码", "入会日期")).getvalue())
    page = doors.client.get(reverse("rosters:file", args=[RosterLoad.objects.get().public_id])).content.decode()
    assert page.count("写成 2026-01-31") == 1
    assert "核对入会日期和证件号码" in page


# --- Entered and joined ----------------------------------------------------------------------------------------------
def test_who_was_a_member_before_is_entered_and_who_joins_this_month_has_joined(doors: Doors) -> None:
    rows = [[*person_row(1)[:3], "2020-05-01"], [*person_row(2)[:3], ""], [*person_row(3)[:3], "2026-09-02"]]
    doors.page("a.csv", csv_file(rows, ("姓名", "证件号码", "手机号码", "入会日期")).getvalue())
    plant = doors.world["plant"]
    found = statistics.current(plant.pk, plant.path)
    assert (found["members"], found["joined"], found["entered"]) == (3, 1, 2)
    lines = {line.code: line.value for line in statistics.headlines(plant, today=doors.world.today)}
    assert (lines["joined"], lines["entered"]) == ("1", "2")
