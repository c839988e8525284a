"""The worked figures of docs/rules/members.md."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from tests.world import World
from zhijia.foundation.workflow.models import Case, Deadline
from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.organization.documents import rules as blacklist
from zhijia.organization.joining import rules as join_rules
from zhijia.organization.members import rules

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("born", "today", "may"),
    [
        (date(2010, 9, 15), date(2026, 9, 15), True),
        (date(2010, 9, 16), date(2026, 9, 15), False),
        (date(2008, 2, 29), date(2024, 2, 29), True),
    ],
)
def test_sixteen_counts_from_the_birthday(born: date, today: date, may: bool) -> None:
    if may:
        rules.check_age(born, today)
        return
    with pytest.raises(Invalid) as caught:
        rules.check_age(born, today)
    assert caught.value.code == "join.too_young"


def test_owners_cannot_join() -> None:
    join_rules.check_owner(is_owner=False)
    with pytest.raises(RuleBroken):
        join_rules.check_owner(is_owner=True)


@pytest.mark.parametrize(("serial", "number"), [(123, "3720260000001233"), (1, "3720260000000011")])
def test_a_member_number_ends_in_its_luhn_digit(serial: int, number: str) -> None:
    assert rules.member_number("37", 2026, serial) == number
    assert rules.normalize_member_number(" ".join((number[:4], number[4:8], number[8:12], number[12:]))) == number


@given(st.integers(1, 999_999_999), st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_of_a_member_number_is_found(serial: int, place: int, add: int) -> None:
    number = rules.member_number("37", 2026, serial)
    digit = str((int(number[place]) + add) % 10)
    with pytest.raises(Invalid):
        rules.normalize_member_number(number[:place] + digit + number[place + 1 :])


@pytest.mark.django_db
def test_an_application_of_tuesday_is_due_on_friday_and_goes_up_after_the_next_tuesday(world: World) -> None:
    world.application()
    case = Case.objects.get()
    assert case.last_day == date(2026, 9, 18)
    assert case.due_at == datetime(2026, 9, 19, tzinfo=SHANGHAI)
    escalate = Deadline.objects.get(kind="clock", move="escalate")
    assert escalate.due_at - timedelta(days=1) == datetime(2026, 9, 21, tzinfo=SHANGHAI)


def test_a_pasted_column_of_rounded_numbers_lists_nobody() -> None:
    lines = blacklist.typed_lines("370299197502021000\n370299197508181000\n3.70299E+17")
    with pytest.raises(Invalid) as caught:
        blacklist.read_numbers(lines, "RESIDENT_ID", field="numbers", today=date(2026, 11, 20))
    assert caught.value.message.count("末几位已丢失") == 3
