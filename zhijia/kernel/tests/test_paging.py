"""Pages by key: nothing twice and nothing left out, whatever the order; a place is read back as it was written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import BigIntegerField, CharField, DateField, DateTimeField
from hypothesis import given, strategies as st

from tests.world import World
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.errors import Invalid
from zhijia.kernel.paging import page_of, read_place, write_place

AT = datetime(2026, 9, 15, 2, 0, 0, 123456, tzinfo=UTC)
DAY = date(2026, 9, 15)
FIELDS = [DateTimeField(), DateField(), CharField(), BigIntegerField()]


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20),
    st.integers(-(2**63), 2**63 - 1),
)
def test_a_place_is_read_back_as_it_was_written(at: datetime, words: str, number: int) -> None:
    place = write_place(at, DAY, words, number)
    assert read_place(place, FIELDS) == (at, DAY, words, number)


def test_the_first_page_has_no_place() -> None:
    assert read_place("", FIELDS) is None


@pytest.mark.parametrize(
    "text",
    [
        "x", "~", "9" * 300, "工会", "bnVsbA", "e30", "W10", write_place(1), write_place(AT, DAY, "a", 2**63),
        write_place("2026-09-15T02:00:00", date(2026, 9, 15), "a", 1), write_place(AT, DAY, "a\x00", 1),
        write_place(AT, DAY, "a", "x"), "W" * 240,
    ],
)  # fmt: skip
def test_anything_else_is_no_place(text: str) -> None:
    with pytest.raises(Invalid, match=r"request\.page"):
        read_place(text, FIELDS)


def cases(world: World) -> None:
    """Twelve cases of three moments: whole pages lie within one moment."""
    Case.objects.bulk_create(
        Case(
            public_id=f"{number:016d}", workflow="joining.application", state="PENDING", title=f"第{number}件",
            unit_id=world["plant"].pk, opened_at=AT + timedelta(hours=number % 3), entered_at=AT,
        )
        for number in range(12)
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    "order", [("-opened_at", "-id"), ("opened_at", "id"), ("opened_at", "-id"), ("id",), ("-opened_at", "title", "id")]
)
@pytest.mark.parametrize("limit", [1, 3, 4, 12, 50])
def test_pages_give_every_row_once_and_in_order(order: tuple[str, ...], limit: int, world: World) -> None:
    cases(world)
    found, after = [], ""
    for _ in range(20):
        page = page_of(Case.objects.all(), order, after=after, limit=limit)
        assert len(page.rows) <= limit
        found += page.rows
        after = page.next
        if not after:
            break
    assert found == list(Case.objects.order_by(*order))


@pytest.mark.django_db
def test_a_row_written_meanwhile_shifts_nothing(world: World) -> None:
    cases(world)
    first = page_of(Case.objects.all(), ("-id",), limit=5)
    Case.objects.create(
        public_id="z" * 16, workflow="joining.application", state="PENDING", title="新的", unit_id=world["plant"].pk,
        opened_at=AT, entered_at=AT,
    )  # fmt: skip
    second = page_of(Case.objects.all(), ("-id",), after=first.next, limit=5)
    assert [row.title for row in first.rows + second.rows] == [f"第{number}件" for number in range(11, 1, -1)]


@pytest.mark.django_db
def test_columns_of_a_row_beside_it_order_too(world: World) -> None:
    from zhijia.foundation.workflow.models import CaseHistory

    cases(world)
    for case in Case.objects.all():
        CaseHistory.objects.create(case=case, at=AT, move="open", target="PENDING", actor_kind="system")
    rows = CaseHistory.objects.select_related("case")
    first = page_of(rows, ("-case__opened_at", "id"), limit=7)
    second = page_of(rows, ("-case__opened_at", "id"), after=first.next, limit=7)
    assert first.rows + second.rows == list(rows.order_by("-case__opened_at", "id"))
