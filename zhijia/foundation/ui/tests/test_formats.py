from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from zhijia.foundation.ui import formats

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 2, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fen", "words"),
    [(120000, "1,200.00"), (0, "0.00"), (5, "0.05"), (-1930000, "−19,300.00"), (10**12 + 1, "10,000,000,000.01")],
)
def test_fen_are_written_as_yuan(fen, words):
    assert formats.yuan(fen) == words


@given(st.integers(-(10**14), 10**14))
def test_no_fen_is_lost_in_writing(fen):
    text = formats.yuan(fen).replace(",", "").replace("−", "-").replace(".", "")
    assert int(text) == fen


def test_a_day_of_another_year_names_its_year():
    assert formats.day(date(2026, 11, 25), TODAY) == "11月25日（周三）"
    assert formats.day(date(2027, 5, 10), TODAY) == "2027年5月10日（周一）"


def test_an_instant_is_told_by_the_clock_of_shanghai():
    late_evening = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
    assert formats.day(late_evening, TODAY) == "11月20日（周五）"
    assert formats.moment(late_evening, TODAY) == "11月20日 00:30"
    assert formats.short_moment(late_evening, TODAY) == "今日 00:30"


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="naive"):
        formats.moment(datetime(2026, 11, 19, 16, 30), TODAY)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=20), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=3), "3 小时前"),
        (timedelta(hours=12), "11月19日 22:06"),
        (timedelta(days=-1), "11月21日 10:06"),
    ],
)
def test_ago_turns_into_a_moment_after_midnight(before, words):
    assert formats.ago(NOW - before, NOW) == words


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ({"state": "late", "count": 2, "unit": "wd"}, "逾期 2 个工作日"),
        ({"state": "late", "count": 30, "unit": "cd"}, "逾期 30 天"),
        ({"state": "soon", "at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC)}, "今日 17:30"),
        ({"state": "soon", "at": date(2026, 11, 20)}, "今日"),
        ({"state": "later", "at": date(2026, 11, 24)}, "11-24 周二"),
        ({"state": "later", "at": date(2027, 3, 1), "provisional": True}, "2027-03-01 周一（暂定）"),
        ({"state": "none"}, "—"),
    ],
)
def test_deadlines_read_as_people_say_them(due, words):
    assert formats.due_words(due, TODAY) == words


@pytest.mark.parametrize(
    ("points", "words"), [(9127, "91.3%"), (10140, "101.4%"), (-60, "−0.6%"), (-2, "0.0%"), (0, "0.0%")]
)
def test_basis_points_are_rounded_to_one_digit(points, words):
    assert formats.share(points) == words


def test_a_change_carries_its_sign():
    assert [formats.signed(change) for change in (318, -43, 0)] == ["+318", "−43", "0"]


def test_card_numbers_stand_in_groups_of_four():
    assert formats.group4("3720260000001233") == "3720 2600 0000 1233"
    assert formats.group4("3720 2600 00") == "3720 2600 00"


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_a_small_line_stays_in_its_box(values):
    points = formats.spark_points(values)
    assert len(points) == len(values)
    assert all(0 <= x <= 84.1 and 0 <= y <= 20 for x, y in points)
