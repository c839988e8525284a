"""Pure rules: ranks, outliers, rounding, shares, months."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from zhijia.organization.statistics import rules
from zhijia.organization.statistics.rules import Reading


def test_equals_share_a_rank_and_what_has_no_number_has_none() -> None:
    assert rules.ranks([94, 91, None, 91, 90]) == [1, 2, None, 2, 4]
    assert rules.ranks([None]) == [None]


@given(st.lists(st.none() | st.integers(-50, 50)))
def test_a_rank_is_one_more_than_those_who_are_better(numbers: list[int | None]) -> None:
    for number, rank in zip(numbers, rules.ranks(numbers), strict=True):
        known = [other for other in numbers if other is not None]
        assert rank == (None if number is None else 1 + sum(other > number for other in known))


@pytest.mark.parametrize(("number", "told"), [(0, 0), (1, "＜5"), (4, "＜5"), (5, 5), (7, 5), (8, 10), (1_232, 1_230)])
def test_beyond_the_scope_a_number_goes_to_a_multiple_of_five(number: int, told: int | str) -> None:
    assert rules.disclosed(number) == told


@given(st.integers(0, 10**7))
def test_a_rounded_number_tells_its_own_within_two(number: int) -> None:
    told = rules.disclosed(number)
    assert told == "＜5" if 0 < number < 5 else (told % 5, abs(told - number) <= 2) == (0, True)


def test_thirty_per_cent_is_no_jump_and_more_is() -> None:
    assert rules.jump(130, 100) == Fraction(3, 10)
    told = [rules.is_jump(rules.jump(now, 100)) for now in (70, 69, 130, 131)]
    assert told == [False, True, False, True]
    assert rules.jump(5, 0) is None
    assert not rules.is_jump(None)


def test_one_far_from_its_peers_is_found_and_equals_are_none() -> None:
    z = rules.robust_z([90, 91, 92, 90, 91, 92, 91, 60])
    assert round(z[-1], 1) == -20.9
    assert all(abs(each) <= rules.MOST_Z for each in z[:-1])
    assert rules.robust_z([5, 5, 5]) == [0, 0, 0]
    assert rules.robust_z([5, 5, 5, 5, 5, 5, 5, 9])[-1] > rules.MOST_Z  # more than half are equal


def test_a_share_of_nothing_is_none_and_one_above_the_whole_is_not_cut() -> None:
    assert Reading(1, 2, is_share=True).number == 500
    assert Reading(0, 0, is_share=True).number is None
    above = Reading(2, 1, is_share=True)
    assert (above.number, above.exceeds) == (2000, True)
    assert Reading(1, 3, is_share=True, decimals=2).number == 3333


def test_months_go_back_over_the_year() -> None:
    assert rules.months_before(date(2026, 2, 1), 3) == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert rules.last_month_end(date(2028, 3, 31)) == date(2028, 2, 29)
