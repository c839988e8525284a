"""The worked figures of docs/rules/rosters.md, cell by cell."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import pytest
from stdnum.cn import ric

from zhijia.kernel.errors import Invalid
from zhijia.kernel.xlsx import LostDigits
from zhijia.organization.members.services.memberships import event_text
from zhijia.organization.members.services.rosters import _pieces
from zhijia.organization.rosters.rules import rows as rosters
from zhijia.organization.rosters.services import preparing

from .files import id_number

TODAY = date(2026, 11, 20)


def entry(today: date = TODAY, **cells: str) -> rosters.Entry:
    texts = {"name": "林晓禾", "id_number": id_number(1), **cells}
    mapping = {name: place for place, name in enumerate(texts)}
    return rosters.understand([(7, list(texts.values()))], mapping, today)[0]


def codes(**cells: str) -> list[tuple[str, str]]:
    return [(fault.column, fault.code) for fault in entry(**cells).faults]


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("name", " 张　三 ", "张三"),
        ("mobile", "138 0013 0001", "13800130001"),
        ("ethnicity", "汉", "01"),
        ("ethnicity", "汉族", "01"),
        ("ethnicity", "01", "01"),
        ("education", "本科", "21"),
        ("political_status", "党员", "01"),
        ("work_form", "劳务派遣", "dispatched"),
        ("new_form_group", "外卖员", "FOOD_RIDER"),
        ("rural", "农业户口", True),
        ("rural", "否", False),
        ("joined_on", "2020/5/1", date(2020, 5, 1)),
        ("joined_on", "2020-05-01 00:00:00", date(2020, 5, 1)),
        ("union_code", "3706 8210 1090 0017", "3706821010900017"),
        ("occupation", "  操作  工 ", "操作 工"),
    ],
)
def test_a_cell_is_understood(column: str, text: str, value: Any) -> None:
    found = entry(**{column: text})
    assert getattr(found, column) == value
    assert found.faults == []


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"name": ""}, ("name", "cell.required")),
        ({"name": "=1+1"}, ("name", "cell.formula")),
        ({"name": "张3"}, ("name", "name.characters")),
        ({"id_number": ""}, ("id_number", "cell.required")),
        ({"id_number": "370299199003070011"}, ("id_number", "id_number.check_digit")),
        ({"id_number": "370299197802290010"}, ("id_number", "id_number.birthday")),
        ({"id_number": "3702991990"}, ("id_number", "id_number.length")),
        ({"id_number": "370299201503080012"}, ("id_number", "join.too_young")),
        ({"mobile": "1380013"}, ("mobile", "mobile.format")),
        ({"union_code": "123"}, ("union_code", "union_code.format")),
        ({"employer_code": "91370200MA3C0A123X"}, ("employer_code", "uscc.check_digit")),
        ({"ethnicity": "火星"}, ("ethnicity", "cell.choice")),
        ({"rural": "也许"}, ("rural", "cell.choice")),
        ({"work_form": "平台接单"}, ("new_form_group", "join.group")),
        ({"joined_on": "2026-11-21"}, ("joined_on", "roster.joined_future")),
        ({"joined_on": "1999-01-01"}, ("joined_on", "roster.joined_young")),
        ({"joined_on": "昨天"}, ("joined_on", "cell.date")),
        ({"occupation": "@cmd"}, ("occupation", "cell.formula")),
        ({"occupation": "工" * 41}, ("occupation", "cell.too_long")),
        ({"id_type": "护照", "id_number": "??"}, ("id_number", "passport.format")),
    ],
)
def test_a_wrong_cell_is_told(cells: dict[str, str], fault: tuple[str, str]) -> None:
    assert codes(**cells) == [fault]
    assert entry(**cells).faults[0].reason.endswith("。")


def test_fifteen_digits_become_eighteen() -> None:
    found = entry(id_number="370299900307001")
    assert (found.id_number, found.born_on, found.sex) == ("370299199003070010", date(1990, 3, 7), "1")
    assert found.identity == entry(id_number="370299199003070010").identity


def test_a_small_x_and_blanks_are_the_same_person() -> None:
    plain = entry(id_number="37029919850612002X")
    assert entry(id_number=" 37029919850612002x ").identity == plain.identity == 37029919850612002


def test_sixteen_on_the_day_may_be_loaded_and_not_the_day_before() -> None:
    number = "370299201011200057"
    assert entry(date(2026, 11, 20), id_number=number).faults == []
    assert [fault.code for fault in entry(date(2026, 11, 19), id_number=number).faults] == ["join.too_young"]


def test_other_documents_are_known_by_type_and_number() -> None:
    body = "81000019900307001"
    permit = entry(id_number=body + str(ric.calc_check_digit(body + "0")))
    assert permit.id_type == "RESIDENCE_PERMIT"
    passport = entry(id_type="护照", id_number="e1234567")
    assert (passport.id_number, passport.born_on, passport.sex) == ("E1234567", None, "0")
    assert passport.identity == "PASSPORT:E1234567"


def test_rounded_digits_are_told_also_after_another_process_had_them() -> None:
    lost = pickle.loads(pickle.dumps(LostDigits("370299198504020000")))
    assert [fault.code for fault in entry(id_number=lost).faults] == ["cell.lost_digits"]


def test_a_group_makes_the_work_a_platforms() -> None:
    assert entry(new_form_group="快递员").work_form == "platform"
    assert entry().work_form == "employed"


def test_a_mapping_names_what_it_lacks() -> None:
    with pytest.raises(Invalid) as caught:
        rosters.check_mapping({"name": 0, "mobile": 0, "other": 3}, 4, needs_union=True)
    assert set(caught.value.fields) == {"id_number", "union_code", "name", "mobile"}
    chosen = {"name": 0, "id_number": 1, "union_name": 2}
    assert rosters.check_mapping({**chosen, "mobile": 9}, 4, needs_union=True) == chosen


def test_a_prepared_row_tells_no_number() -> None:
    rows = [(2, ["林晓禾", id_number(1)])]
    prepared = preparing.prepare(rows, {"name": 0, "id_number": 1}, TODAY, seal=True)
    assert prepared[0].person is not None
    assert id_number(1)[:17] not in repr(prepared)


def test_an_events_text_is_filled_in_as_it_is_made() -> None:
    same = {"kind": "joined", "on": TODAY, "case_id": None, "before": {}, "after": {"state": "ACTIVE"}, "reason": "r"}
    head, (first, second), tail = _pieces(same)
    whole = event_text({**same, "membership_id": 12, "person_id": 345, "union_id": 6})
    assert f"{head}12{first}345{second}6{tail}" == whole


@pytest.mark.parametrize(
    ("workers", "members", "new", "asks"),
    [(25, 262, 262, True), (25, 45, 45, False), (25, 51, 51, True), (25, 300, 2, False), (0, 9_000, 9_000, False)],
)
def test_far_more_members_than_workers_ask(workers: int, members: int, new: int, asks: bool) -> None:
    assert rosters.is_crowded(workers, members, new) is asks


@pytest.mark.parametrize(
    "cells",
    [
        ["合计", "33人"], ["", "总计：33 人"], ["填表人：张三", "", "2026 年"], ["注：本表一式两份"], ["共 33 人"],
        ["合　计", ""],
    ],
)  # fmt: skip
def test_a_sum_or_a_note_below_the_list_is_nobody(cells: list[str]) -> None:
    found = rosters.understand([(9, [*cells, *[""] * 4])], {"name": 0, "id_number": 4}, TODAY)[0]
    assert [fault.code for fault in found.faults] == ["roster.sum_row"]


def test_a_person_without_a_number_is_no_sum() -> None:
    assert codes(name="共青", id_number="") == [("id_number", "cell.required")]
    assert codes(name="合计", id_number=id_number(1)) == []


@pytest.mark.parametrize("text", ["（示例）林晓禾", "示例：林晓禾", "[例]林晓禾"])
def test_the_row_of_a_template_is_nobody(text: str) -> None:
    assert codes(name=text) == [("name", "roster.example_row")]


def test_headers_that_only_look_like_ours_are_guessed_and_not_taken() -> None:
    header = ("序号", "员工姓名", "身份证号(18位)", "手机", "联系电话（座机）", "班组", "原行号")
    mapping = {"mobile": 3}
    assert rosters.guess(header, mapping) == {"id_number": 2, "name": 1}
    assert rosters.unused(header, mapping) == ("序号", "员工姓名", "身份证号(18位)", "联系电话（座机）", "班组")
    assert rosters.guess(("姓名甲", "姓名乙"), {}) == {}


@pytest.mark.parametrize("column", ["union_code", "employer_code", "mobile", "id_number", "joined_on"])
@pytest.mark.parametrize("text", [LostDigits("3706821010900010"), "3.70682E+15"])
def test_lost_digits_are_told_in_every_typed_column(column: str, text: str) -> None:
    assert codes(**{column: text}) == [(column, "cell.lost_digits")]
