"""Codes, places, relations and coverage: docs/rules/unions.md"""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from zhijia.kernel.errors import Invalid, RuleBroken, ZhijiaError
from zhijia.kernel.pinyin import pinyin_starts
from zhijia.organization.unions import rules
from zhijia.organization.unions.rules import Place

TOWN = Place("GENERAL", 5, "370682101000")
COUNTY = Place("GENERAL", 4, "370682000000")
CITY = Place("GENERAL", 3, "370600000000")


def test_a_union_code_is_township_type_serial_and_luhn_digit() -> None:
    assert rules.union_code("370682101000", "ONLINE_HOME", 1) == "3706821010900017"
    assert rules.union_code("370202012000", "GRASSROOTS", 123) == "3702020120401230"
    with pytest.raises(RuleBroken, match=r"union.codes_used_up"):
        rules.union_code("370682101000", "GRASSROOTS", 10_000)


@given(st.integers(1, 36**4 - 2))
def test_path_segments_sort_as_their_numbers(number: int) -> None:
    assert len(rules.path_segment(number)) == 4
    assert rules.path_segment(number) < rules.path_segment(number + 1) < "~"


def test_ancestors_end_with_the_path_itself() -> None:
    assert rules.ancestors("000100020003") == ["0001", "00010002", "000100020003"]


@pytest.mark.parametrize("name", ["", "abc", " a b ", "长" * 61, "有\x00控制符的工会", "换\x1b行工会"])
def test_a_name_has_4_to_60_plain_characters(name: str) -> None:
    with pytest.raises(Invalid, match=r"union.name"):
        rules.normalize_union_name(name)


def test_a_name_is_kept_with_single_spaces() -> None:
    assert rules.normalize_union_name("  莱阳市   总工会 ") == "莱阳市 总工会"


@pytest.mark.parametrize(
    ("child", "parent", "direct", "code"),
    [
        (Place("GRASSROOTS", 7, "370682101000"), TOWN, False, ""),
        (Place("GRASSROOTS", 7, "370682101000"), CITY, False, ""),
        (Place("GRASSROOTS", 7, "370682102000"), TOWN, False, "union.parent_region"),
        (Place("GRASSROOTS", 7, "370682102000"), TOWN, True, ""),
        (Place("INDUSTRY", 4, "370202000000"), CITY, False, ""),
        (Place("GRASSROOTS", 7, "370202012000"), Place("INDUSTRY", 3, "370600000000"), False, ""),
        (Place("GRASSROOTS", 6, "370682101000"), TOWN, False, "union.level"),
        (Place("GENERAL", 6, "370682101000"), TOWN, False, "union.level"),
        (Place("AREA_FED", 7, "370682101000"), TOWN, False, "union.level"),
        (Place("GENERAL", 4, "370682000000"), TOWN, False, "union.parent_level"),
        (Place("GENERAL", 4, "370682000000"), COUNTY, False, "union.parent_level"),
        (Place("GRASSROOTS", 7, "370682101000"), Place("GRASSROOTS", 7, "370682101000"), False, "union.parent_type"),
        (Place("GRASSROOTS", 7, "370682101000"), Place("ONLINE_HOME", 6, "370682101000"), False, "union.parent_type"),
        (
            Place("GRASSROOTS", 7, "370682101000"),
            Place("GENERAL", 5, "370682101000", "SUSPENDED"),
            False,
            "union.parent_closed",
        ),
        # 威海 3710 is no upper region of 日照 3711: a zero at the end of a code is a digit.
        (Place("GENERAL", 4, "371102000000"), Place("GENERAL", 3, "371000000000"), False, "union.parent_region"),
    ],
)
def test_who_may_stand_under_whom(child: Place, parent: Place, direct: bool, code: str) -> None:
    if not code:
        rules.check_place(child, parent, direct=direct)
        return
    with pytest.raises(ZhijiaError) as fault:
        rules.check_place(child, parent, direct=direct)
    assert fault.value.code == code


@pytest.mark.parametrize(
    ("relation", "other", "code"),
    [
        ("industry_parent", Place("INDUSTRY", 3, "370600000000"), ""),
        ("fund_parent", COUNTY, ""),
        ("industry_parent", COUNTY, "union.relation_type"),
        ("fund_parent", Place("GRASSROOTS", 7, "370682101000"), "union.relation_level"),
        ("fund_parent", Place("GENERAL", 4, "370682000000", "DISSOLVED"), "union.relation_closed"),
    ],
)
def test_guidance_and_money_go_upwards(relation: str, other: Place, code: str) -> None:
    union = Place("GRASSROOTS", 7, "370682101000")
    if not code:
        rules.check_relation(relation, union, other)
        return
    with pytest.raises(RuleBroken) as fault:
        rules.check_relation(relation, union, other)
    assert fault.value.code == code
    assert relation in fault.value.fields


@given(st.sampled_from(list(rules.LEVELS_OF_TYPE)), st.sampled_from(list(rules.LEVELS_OF_TYPE)))
def test_no_two_unions_can_each_be_the_others_relation(one: str, two: str) -> None:
    for level_one in rules.LEVELS_OF_TYPE[one]:
        for level_two in rules.LEVELS_OF_TYPE[two]:
            places = Place(one, level_one, "370000000000"), Place(two, level_two, "370000000000")
            passed = 0
            for first, second in (places, places[::-1]):
                try:
                    rules.check_relation("fund_parent", first, second)
                    passed += 1
                except RuleBroken:
                    continue
            assert passed <= 1


def test_a_grassroots_union_covers_one_employer_and_an_upper_union_none() -> None:
    rules.check_coverage("GRASSROOTS", 0)
    rules.check_coverage("JOINT", 500)
    with pytest.raises(RuleBroken, match=r"union.covers_one"):
        rules.check_coverage("GRASSROOTS", 1)
    for kind in ("GENERAL", "INDUSTRY", "ONLINE_HOME"):
        with pytest.raises(RuleBroken, match=r"union.covers_none"):
            rules.check_coverage(kind, 0)


def test_a_unions_own_credit_code_begins_with_81_or_89() -> None:
    assert rules.normalize_own_credit_code("81370682MC0A0002XA") == "81370682MC0A0002XA"
    with pytest.raises(Invalid, match=r"union.credit_code"):
        rules.normalize_own_credit_code("91370200MA3C0A123W")
    with pytest.raises(Invalid, match=r"uscc"):
        rules.normalize_own_credit_code("81370682MC0A0002XB")


@pytest.mark.parametrize(
    ("industry", "ownership", "headcount"),
    [("Z", "99", 0), ("C3", "99", 0), ("C3x", "99", 0), ("C36", "11", 0), ("C", "30", -1), ("C", "30", 1_000_001)],
)
def test_an_employers_facts_come_from_the_code_sets(industry: str, ownership: str, headcount: int) -> None:
    with pytest.raises(Invalid, match=r"employer\."):
        rules.check_employer(industry, ownership, headcount)


@pytest.mark.parametrize(
    ("typed", "start"),
    [("yantai", "yan tai"), ("yantaish", "yan tai sh"), ("xian", "xi an"), ("muyu", "mu yu"), ("x", "x")],
)
def test_pinyin_typed_in_one_go_is_cut_into_syllables(typed: str, start: str) -> None:
    assert start in pinyin_starts(typed)


@given(st.text(max_size=80))
def test_cutting_ends_whatever_is_typed(text: str) -> None:
    assert 1 <= len(pinyin_starts(text)) <= 9
    assert pinyin_starts("an" * 18 + "zzz") == ("an" * 18 + "zzz",)
