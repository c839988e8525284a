from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from zhijia.kernel import money
from zhijia.kernel.errors import Invalid

FEN = st.integers(-(10**13), 10**13)
WEIGHTS = st.lists(st.integers(0, 10_000), min_size=1, max_size=8).filter(any)
DEFAULT = [60, 15, 10, 10, 5]


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("1,234.5", 123450), ("1234.5", 123450), ("0.07", 7), ("-3", -300), ("１２．３０", 1230),
        (" ￥12.00 元 ", 1200),
        ("¥1,000,000", 100_000_000),
        ("007", 700), ("5.", 500),
        ("10000000000000", 10**15),
    ],
)  # fmt: skip
def test_yuan_are_read_as_whole_fen(typed, fen):
    assert money.parse_yuan(typed) == fen


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "money.empty"), (" 元", "money.empty"), ("abc", "money.format"), ("1,23.4", "money.format"),
        ("12,345,67", "money.format"), ("1e5", "money.format"), (".5", "money.format"), ("--1", "money.format"),
        ("1.2.3", "money.format"), ("=1", "money.format"), ("٣", "money.format"), ("1.005", "money.decimals"),
        ("1.000", "money.decimals"), ("10000000000000.01", "money.too_large"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_its_reason(typed, code):
    with pytest.raises(Invalid) as caught:
        money.parse_yuan(typed)
    assert caught.value.code == code
    assert caught.value.message.endswith("。")


@given(FEN)
def test_an_amount_shown_is_read_again(fen):
    assert money.parse_yuan(money.format_yuan(fen)) == fen
    assert money.parse_yuan(money.format_yuan(fen, grouped=False)) == fen


def test_amounts_are_shown_with_two_places_and_thousands():
    assert [money.format_yuan(fen) for fen in (0, 7, -7, 123457, 10**9)] == [
        "0.00",
        "0.07",
        "-0.07",
        "1,234.57",
        "10,000,000.00",
    ]


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(1, 2), 1), (Fraction(-1, 2), -1), (Fraction(5, 2), 3), (Fraction(-5, 2), -3), (Fraction(249, 100), 2),
        (Fraction(1, 3), 0), (7, 7), (Fraction(-1, 3), 0),
    ],
)  # fmt: skip
def test_halves_are_rounded_away_from_zero(value, rounded):
    assert money.round_half_up(value) == rounded


@given(st.fractions())
def test_rounding_is_off_by_at_most_a_half_and_mirrors_at_zero(value):
    rounded = money.round_half_up(value)
    assert abs(rounded - value) <= Fraction(1, 2)
    assert money.round_half_up(-value) == -rounded


def test_two_per_cent_of_the_payroll():
    assert money.share_fen(500_000_00, 200) == 10_000_00
    assert money.share_fen(100, Fraction(1, 3)) == 33


def test_half_a_per_cent_of_the_wage_without_its_tail():
    assert money.share_fen(money.floor_to(4876_00, 10_00), 50) == 24_35
    assert money.floor_to(-4876_00, 10_00) == -4870_00
    with pytest.raises(ValueError, match="step"):
        money.floor_to(1, 0)


@pytest.mark.parametrize(
    ("total", "parts"),
    [
        (1234_57, [740_73, 185_19, 123_46, 123_46, 61_73]),
        (33_35, [20_00, 5_00, 3_34, 3_34, 1_67]),
        (3, [3, 0, 0, 0, 0]),
        (0, [0, 0, 0, 0, 0]),
        (-1234_57, [-740_73, -185_19, -123_46, -123_46, -61_73]),
    ],
)
def test_a_total_is_shared_out_and_the_first_takes_what_is_left(total, parts):
    assert money.share_out(total, DEFAULT, remainder_to=0) == parts


@given(FEN, WEIGHTS, st.data())
def test_shares_sum_to_the_total_and_only_one_differs_from_its_own_rounding(total, weights, data):
    index = data.draw(st.integers(0, len(weights) - 1))
    parts = money.share_out(total, weights, index)
    assert sum(parts) == total
    assert all(part * total >= 0 for part in parts)
    shares = [Fraction(total * weight, sum(weights)) for weight in weights]
    others = [n for n in range(len(parts)) if n != index]
    assert all(abs(parts[n] - shares[n]) < 1 for n in others)
    if parts[index]:
        assert all(parts[n] == money.round_half_up(shares[n]) for n in others)


def test_among_many_equals_nobody_gets_less_than_nothing():
    assert money.share_out(5, [1] * 9, remainder_to=0) == [0, 0, 0, 0, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("weights", "index"), [([], 0), ([0, 0], 0), ([1, -1], 0), ([2, -1], 0), ([1, 1], 2), ([1, 1], -1)]
)
def test_a_share_table_that_cannot_be_is_a_mistake_of_the_caller(weights, index):
    with pytest.raises(ValueError, match=r"weights|no part"):
        money.share_out(100, weights, index)


def test_a_ratio_without_a_denominator_is_a_dash():
    assert money.ratio_bp(5, 0) is None
    assert money.format_ratio(None) == "—"


@pytest.mark.parametrize(
    ("part", "whole", "places", "shown"),
    [(1, 3, 2, "33.33%"), (1, 3, 1, "33.3%"), (2, 3, 0, "67%"),
     (0, 3, 2, "0.00%"), (3, 2, 2, "150.00%"), (-1, 200, 1, "-0.5%"), (5, 10_000, 2, "0.05%")],
)  # fmt: skip
def test_a_ratio_is_shown_in_per_cent(part, whole, places, shown):
    assert money.format_ratio(money.ratio_bp(part, whole), places=places) == shown


def test_a_ratio_has_at_most_two_places():
    with pytest.raises(ValueError, match="places"):
        money.format_ratio(1, places=3)
