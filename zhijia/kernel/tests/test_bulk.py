"""Whole columns are judged as single cells are."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings, strategies as st
from stdnum.cn import ric

from zhijia.kernel import bulk, identifiers
from zhijia.kernel.errors import Invalid

TODAY = date(2026, 11, 20)
FIXTURES = (
    "370299199003070010", "37029919850612002X", "370299196512310031", "370299200002290041", "370299201011200057",
    "370299197802290010", "370299199003070011", "11010519491231002X", "440524188001010014", "37029919850612002x",
    "", "３７０２９９１９９００３０７００１０", "370299199003070010 ", "990299199003070010", "37029919900307001",
)  # fmt: skip


def _slow(text: str) -> identifiers.ResidentId | None:
    try:
        return identifiers.read_resident_id(text, TODAY)
    except Invalid:
        return None


def _agrees(texts: list[str]) -> int:
    found = bulk.read_resident_ids(texts, TODAY)
    for place, text in enumerate(texts):
        slow = _slow(text)
        if found.right[place]:
            assert slow is not None, text
            assert found.born[place].item() == slow.born_on
            assert ("2" if found.female[place] else "1") == slow.sex
            assert f"{found.body[place]:017d}" == text[:17]
            assert bulk.ages_on(found.born, TODAY)[place] == slow.age_on(TODAY)
    return int(found.right.sum())


def test_the_fixtures_of_the_standard_are_judged_alike() -> None:
    assert _agrees(list(FIXTURES)) == 6
    assert bulk.read_resident_ids([], TODAY).right.size == 0


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda born, serial, province, wrong: _number(province, born, serial, wrong),
            st.dates(date(1890, 1, 1), date(2030, 12, 31)),
            st.integers(0, 999),
            st.sampled_from(["37", "11", "10", "71", "81", "83", "91", "00"]),
            st.sampled_from([0, 0, 0, 1]),
        )
        | st.text(alphabet="0123456789Xx ", min_size=17, max_size=19),
        max_size=20,
    )
)
def test_what_is_right_at_once_is_right_one_by_one(texts: list[str]) -> None:
    _agrees(texts)


def _number(province: str, born: date, serial: int, wrong: int) -> str:
    body = f"{province}0299{born:%Y%m%d}{serial:03d}"
    check = str(ric.calc_check_digit(body + "0"))
    return body + (("0" if check != "0" else "1") if wrong else check)


def test_every_plain_number_of_a_living_person_is_settled_at_once() -> None:
    texts = [_number("37", date(year, month, 28), 10 + month, 0) for year in range(1900, 2026) for month in (1, 2, 12)]
    assert _agrees(texts) == len(texts)


@pytest.mark.parametrize("first", [1, 123, 999_999_990])
def test_a_series_has_the_luhn_digits_of_its_numbers(first: int) -> None:
    made = bulk.with_luhn_of_series("372026", first, 9, width=9)
    assert made == [identifiers.with_luhn(f"372026{serial:09d}") for serial in range(first, first + 9)]
    assert bulk.with_luhn_of_series("372026", 1, 0, width=9) == []
