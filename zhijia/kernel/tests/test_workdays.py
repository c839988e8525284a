from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from zhijia.kernel import workdays as w

KNOWN = w.chinesecalendar(range(2023, 2027))
DAYS = st.dates(date(2023, 1, 1), date(2028, 12, 31))
COUNTS = st.integers(0, 120)


@st.composite
def calendars(draw):
    days = st.frozensets(st.dates(date(2025, 12, 1), date(2026, 3, 31)), max_size=25)
    years = st.frozensets(st.integers(2025, 2027))
    return w.Calendar(holidays=draw(days), workdays=draw(days), years=draw(years))


NEAR = st.dates(date(2025, 12, 1), date(2026, 2, 28))


# --- Worked figures


@pytest.mark.parametrize(
    ("start", "count", "due", "sentence"),
    [
        (date(2026, 11, 18), 3, date(2026, 11, 23), "自11月18日次日起3个工作日，跳过周末2天"),
        (date(2026, 11, 20), 1, date(2026, 11, 23), "自11月20日次日起1个工作日，跳过周末2天"),
        (date(2026, 11, 21), 1, date(2026, 11, 23), "自11月21日次日起1个工作日，跳过周末1天"),
        (date(2026, 11, 17), 3, date(2026, 11, 20), "自11月17日次日起3个工作日"),
        (date(2026, 9, 30), 3, date(2026, 10, 10), "自9月30日次日起3个工作日，跳过周末2天和节假日5天，含调休上班1天"),
        (date(2026, 2, 13), 5, date(2026, 2, 27), "自2月13日次日起5个工作日，跳过周末3天和节假日6天，含调休上班1天"),
        (date(2026, 11, 21), 0, date(2026, 11, 23), "自11月21日次日起0个工作日，跳过周末2天"),
        (date(2026, 11, 20), 0, date(2026, 11, 20), "自11月20日次日起0个工作日"),
    ],
)
def test_working_days_skip_weekends_and_holidays_and_count_swap_days(start, count, due, sentence):
    result = w.add_workdays(KNOWN, start, count)
    assert (result.at, result.provisional, result.sentence) == (due, False, sentence)
    assert result.day == due


def test_an_explanation_is_plain_facts_that_render_again_after_storage():
    result = w.add_workdays(KNOWN, date(2026, 11, 18), 3)
    assert result.explanation == (("from", "2026-11-18"), ("workdays", 3), ("weekend", 2))
    assert w.sentence_of([list(fact) for fact in result.explanation]) == result.sentence


@pytest.mark.parametrize(
    ("start", "count", "due", "sentence"),
    [
        (date(2026, 11, 5), 15, date(2026, 11, 20), "自11月5日次日起15日"),
        (date(2026, 11, 6), 15, date(2026, 11, 23), "自11月6日次日起15日，最后一日11月21日是休息日，顺延2天"),
        (date(2026, 9, 16), 15, date(2026, 10, 8), "自9月16日次日起15日，最后一日10月1日是休息日，顺延7天"),
        (date(2026, 9, 5), 15, date(2026, 9, 20), "自9月5日次日起15日"),  # a Sunday worked in exchange
    ],
)
def test_a_period_of_days_that_ends_on_a_rest_day_moves_on(start, count, due, sentence):
    result = w.add_calendar_days(KNOWN, start, count)
    assert (result.at, result.provisional, result.sentence) == (due, False, sentence)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        (date(2026, 8, 31), 3, date(2026, 11, 30)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),  # a Saturday worked in exchange
        (date(2023, 11, 29), 3, date(2024, 2, 29)),
        (date(2026, 7, 1), 3, date(2026, 10, 8)),
        (date(2025, 12, 10), 1, date(2026, 1, 12)),
    ],
)
def test_a_period_of_months_ends_on_the_same_day_or_the_months_last(start, count, due):
    result = w.add_months(KNOWN, start, count)
    assert result.at == due
    assert result.sentence.startswith(f"自{start.month}月{start.day}日次日起{count}个月")


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-18T09:00", 4, "2026-11-18T14:30"),
        ("2026-11-18T08:00", 3, "2026-11-18T12:00"),
        ("2026-11-18T12:30", 4, "2026-11-18T17:30"),
        ("2026-11-20T16:30", 4, "2026-11-23T12:00"),
        ("2026-11-21T10:00", 1, "2026-11-23T10:00"),
        ("2026-11-18T23:00", 7, "2026-11-19T17:30"),
        ("2026-09-30T17:00", 1, "2026-10-08T09:30"),
    ],
)
def test_office_hours_pass_only_while_offices_work(start, hours, due):
    begin = datetime.fromisoformat(start).replace(tzinfo=w.SHANGHAI)
    result = w.add_office_hours(KNOWN, begin.astimezone(UTC), hours)
    assert result.at == datetime.fromisoformat(due).replace(tzinfo=w.SHANGHAI)
    assert result.day == date.fromisoformat(due[:10])


def test_office_hours_explain_themselves_and_can_be_set():
    begin = datetime(2026, 11, 20, 16, 30, tzinfo=w.SHANGHAI)
    assert w.add_office_hours(KNOWN, begin, 4).sentence == "自11月20日16:30起4个工作小时，跳过周末2天"
    short = w.OfficeHours(((time(14), time(16)),))
    assert w.add_office_hours(KNOWN, begin, 3, short).at == datetime(2026, 11, 24, 15, tzinfo=w.SHANGHAI)
    for spans in ((), ((time(9), time(8)),), ((time(9), time(12)), (time(12), time(17)))):
        with pytest.raises(ValueError, match="office hours"):
            w.OfficeHours(spans)


# --- Beyond the loaded calendar


def test_on_31_december_with_the_next_year_missing_fixed_holidays_rest_and_the_date_is_provisional():
    result = w.add_workdays(KNOWN, date(2026, 12, 31), 1)
    assert (result.at, result.provisional) == (date(2027, 1, 4), True)  # 1 January 2027 is a Friday
    assert result.sentence == "自12月31日次日起1个工作日，跳过周末2天和节假日1天，2027年放假安排尚未公布，日期暂定"


def test_in_the_last_week_of_december_the_next_years_plan_may_still_change_a_date():
    before = w.add_workdays(KNOWN, date(2026, 12, 23), 1)
    inside = w.add_workdays(KNOWN, date(2026, 12, 30), 1)
    assert (before.at, before.provisional) == (date(2026, 12, 24), False)
    assert (inside.at, inside.provisional) == (date(2026, 12, 31), True)
    assert inside.sentence.endswith("，2027年放假安排尚未公布，日期暂定")
    next_known = w.Calendar(KNOWN.holidays, KNOWN.workdays, KNOWN.years | {2027})
    assert not w.add_workdays(next_known, date(2026, 12, 30), 1).provisional


@pytest.mark.parametrize(("month", "day"), [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)])
def test_holidays_of_fixed_date_rest_without_a_plan(month, day):
    assert not any(w.Calendar().is_workday(date(year, month, day)) for year in range(2027, 2040))


def test_loading_the_missing_year_settles_a_provisional_date():
    plan = w.Calendar(
        KNOWN.holidays | {date(2027, 1, n) for n in (1, 2, 3)},
        KNOWN.workdays | {date(2027, 1, 10)},
        KNOWN.years | {2027},
    )
    start = date(2026, 12, 31)
    assert [w.add_workdays(cal, start, 6).at for cal in (KNOWN, plan)] == [date(2027, 1, 11), date(2027, 1, 10)]
    assert [w.add_workdays(cal, start, 6).provisional for cal in (KNOWN, plan)] == [True, False]


def test_a_day_that_is_both_rests():
    day = date(2026, 11, 21)
    assert not w.Calendar(frozenset({day}), frozenset({day}), frozenset({2026})).is_workday(day)


# --- Properties


@given(calendars(), NEAR, COUNTS)
def test_no_deadline_falls_on_a_rest_day(calendar, start, count):
    for result in (
        w.add_workdays(calendar, start, count),
        w.add_calendar_days(calendar, start, count),
        w.add_months(calendar, start, min(count, 24)),
        w.add_office_hours(calendar, datetime.combine(start, time(20), w.SHANGHAI), count + 1),
    ):
        assert calendar.is_workday(result.day)
        assert result.day >= start


@given(calendars(), NEAR, COUNTS, st.integers(0, 40), st.integers(0, 40))
def test_a_later_start_or_a_longer_period_never_ends_earlier(calendar, start, count, later, longer):
    for add in (w.add_workdays, w.add_calendar_days):
        assert add(calendar, start, count).day <= add(calendar, start + timedelta(days=later), count).day
        assert add(calendar, start, count).day <= add(calendar, start, count + longer).day


@given(calendars(), NEAR, st.integers(1, 120))
def test_counting_back_gives_the_working_days_added(calendar, start, count):
    due = w.add_workdays(calendar, start, count).day
    assert w.workdays_between(calendar, start, due) == count
    assert w.workdays_between(calendar, due, start) == -count
    assert w.workdays_between(calendar, start, start) == 0


@given(DAYS, st.integers(0, 60))
def test_a_date_is_provisional_exactly_when_a_day_passed_over_is_uncertain(start, count):
    result = w.add_workdays(KNOWN, start, count)
    looked_at = [start + timedelta(days=n) for n in range((result.day - start).days + 1)][min(count, 1) :]
    assert result.provisional == (not all(map(KNOWN.is_certain, looked_at)))


@given(calendars(), NEAR, COUNTS)
def test_the_days_of_an_explanation_add_up(calendar, start, count):
    result = w.add_workdays(calendar, start, count)
    facts = dict(result.explanation)
    skipped = facts.get("weekend", 0) + facts.get("holiday", 0)
    assert (result.day - start).days == count + skipped


@pytest.mark.parametrize("count", [-1, 3661])
def test_a_period_out_of_bounds_is_a_mistake_of_the_caller(count):
    for add in (w.add_workdays, w.add_calendar_days, w.add_months):
        with pytest.raises(ValueError, match="a period of"):
            add(KNOWN, date(2026, 1, 1), count)
    with pytest.raises(ValueError, match="a period of"):
        w.add_office_hours(KNOWN, datetime(2026, 1, 1, tzinfo=UTC), count)


# --- Published plans


def test_the_packaged_plan_of_2026_is_the_published_one():
    days = list(w.chinesecalendar_days([2026]))
    assert (date(2026, 2, 15), True, "春节") in days
    assert (date(2026, 2, 14), False, "春节") in days
    assert days == sorted(days)
    assert [day for day, rests, _ in days if not rests] == [
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)
    ]  # fmt: skip
    assert sum(rests for _, rests, _ in days) == 33


def test_a_year_without_a_published_plan_is_an_error_not_an_empty_plan():
    with pytest.raises(LookupError, match="2099"):
        list(w.chinesecalendar_days([2026, 2099]))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 20), 6, date(2027, 5, 20)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
    ],
)
def test_some_months_later_is_the_same_day_or_the_months_last(start: date, months: int, end: date) -> None:
    assert w.months_later(start, months) == end
