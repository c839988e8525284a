"""Values by day and region, their bounds, and what a fresh database knows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from zhijia.foundation.parameters import selectors, services
from zhijia.foundation.parameters.models import ParameterValue
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import Duplicate, Invalid
from zhijia.kernel.registry import ParameterSpec, registry

CODE = "join.review_wd"
NOW = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)


def schedule(value: Any, day: date, region: str = "") -> None:
    services.schedule_value(
        SYSTEM, CODE, value, valid_from=day, region=region, source="测试", made_by=None, checked_by=None, now=NOW
    )


@pytest.mark.django_db
def test_every_declared_parameter_has_its_first_row_after_the_migration() -> None:
    first = {row.code: row.value for row in ParameterValue.objects.filter(version=1, region="")}
    assert {spec.code: spec.default for spec in registry.parameters.values()} == first
    before = ParameterValue.objects.count()
    services.seed_after_migrate()
    assert ParameterValue.objects.count() == before


@pytest.mark.django_db
def test_a_value_holds_from_its_day_until_the_next_ones() -> None:
    schedule(4, date(2026, 10, 1))
    schedule(6, date(2026, 12, 1))
    told = [selectors.versioned(CODE, on=date(2026, month, 1)) for month in (9, 10, 11, 12)]
    assert [(v.value, v.version) for v in told] == [(3, 1), (4, 2), (4, 2), (6, 3)]
    rows = ParameterValue.objects.filter(code=CODE, region="").order_by("version")
    assert [row.valid_to for row in rows] == [date(2026, 10, 1), date(2026, 12, 1), None]


@pytest.mark.django_db
def test_the_nearest_region_that_sets_one_decides() -> None:
    schedule(7, date(2026, 1, 1), "370600000000")
    schedule(8, date(2026, 1, 1), "370682000000")
    on = date(2026, 9, 1)
    regions = {"": 3, "370000000000": 3, "370200000000": 3, "370602000000": 7, "370682101000": 8, "370682000000": 8}
    for region, expected in regions.items():
        assert selectors.value(CODE, on=on, region=region) == expected, region


@pytest.mark.django_db
def test_values_come_in_the_order_of_their_days() -> None:
    schedule(4, date(2026, 10, 1))
    with pytest.raises(Duplicate, match=r"parameter\.same_day"):
        schedule(5, date(2026, 10, 1))
    with pytest.raises(Invalid, match=r"parameter\.before_newest"):
        schedule(5, date(2026, 9, 30))
    with pytest.raises(Invalid, match=r"parameter\.unknown"):
        services.schedule_value(
            SYSTEM, "no.such", 1, valid_from=date(2026, 10, 1), source="", made_by=None, checked_by=None, now=NOW
        )
    with pytest.raises(LookupError):
        selectors.value("no.such", on=date(2026, 1, 1))


@given(st.integers(-100, 100) | st.booleans() | st.text(max_size=5) | st.none() | st.floats(allow_nan=False))
def test_only_what_lies_in_the_bounds_passes(value: Any) -> None:
    spec = ParameterSpec("a.b_wd", "甲", 3, "wd", "默认", 1, 10)
    good = type(value) is int and 1 <= value <= 10
    if good:
        assert services.check_value(spec, value) == value
    else:
        with pytest.raises(Invalid):
            services.check_value(spec, value)


def test_texts_and_flags_have_their_own_bounds() -> None:
    text, flag = ParameterSpec("a", "甲", "x", "text", ""), ParameterSpec("b", "乙", True, "flag", "")
    assert services.check_value(text, "好") == "好"
    assert services.check_value(flag, False) is False
    for spec, value in ((text, ""), (text, "x" * 2001), (text, 3), (flag, "yes"), (flag, 1)):
        with pytest.raises(Invalid):
            services.check_value(spec, value)


@pytest.mark.django_db
def test_published_years_are_there_and_a_reload_replaces_the_year() -> None:
    assert set(selectors.loaded_years()) >= {2025, 2026}
    assert not selectors.calendar().is_workday(date(2026, 10, 1))
    services.load_calendar_year(
        SYSTEM, 2026, [(date(2026, 1, 1), True, "元旦"), (date(2025, 1, 1), True, "元旦")], source="更正", now=NOW
    )
    assert selectors.calendar().is_workday(date(2026, 10, 1))
    assert selectors.list_special_days(2026) == [(date(2026, 1, 1), True, "元旦")]
    assert not selectors.calendar().is_workday(date(2025, 1, 1))
