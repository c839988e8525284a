"""The trail's own end, by whole months. docs/rules/rights.md#the-trail"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.world import World
from zhijia.foundation.audit import retention, services
from zhijia.foundation.audit.models import AuditEntry, SweptMonth
from zhijia.foundation.audit.tests.test_trail import ACTOR, EVENT, partitions
from zhijia.foundation.ledger import services as ledger
from zhijia.kernel import db
from zhijia.kernel.db import unguarded
from zhijia.organization.people.models import DeletionRecord
from zhijia.organization.people.services import retention as nightly

NOBODY: frozenset[int] = frozenset()


def moment(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return timezone.make_aware(datetime(year, month, day, hour))


NOW = moment(2026, 9, 15)


@pytest.mark.parametrize(
    ("today", "kept", "gone"),
    [
        (date(2026, 9, 15), date(2023, 9, 1), date(2023, 8, 31)),
        (date(2026, 9, 30), date(2023, 9, 1), date(2023, 8, 31)),
        (date(2026, 10, 1), date(2023, 10, 1), date(2023, 9, 30)),
        (date(2027, 1, 1), date(2024, 1, 1), date(2023, 12, 31)),
        (date(2027, 3, 1), date(2024, 3, 1), date(2024, 2, 29)),
    ],
)
def test_the_worked_days_of_the_rules(today: date, kept: date, gone: date) -> None:
    assert retention.first_kept(today) == kept
    assert retention.last_gone(today) == gone
    assert (today - gone).days > 3 * 365


def written(*days: datetime, concerns: int | None = None) -> list[AuditEntry]:
    before = set(AuditEntry.objects.values_list("pk", flat=True))
    for at in days:
        services.record(ACTOR, EVENT, ("parameter", f"{at:%d}"), now=at, concerns=concerns)
    return list(AuditEntry.objects.exclude(pk__in=before).order_by("pk"))


def sweep(limit: int = 1_000, *, held: frozenset[int] = NOBODY, now: datetime = NOW) -> int:
    """The whole of a night; how many rows went."""
    total = 0
    while count := retention.sweep_some(now, limit, held):
        total += count
    return total


@pytest.fixture
def empty(db: Any) -> None:
    with unguarded(AuditEntry):
        AuditEntry.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_whole_months_behind_go_and_leave_their_count_and_digest(limit: int) -> None:
    july = written(moment(2023, 7, 1, 0), moment(2023, 7, 31, 23))
    august = written(moment(2023, 8, 1, 0), moment(2023, 8, 15), moment(2023, 8, 31, 23))
    stays = written(moment(2023, 9, 1, 0), moment(2026, 9, 14))
    assert sweep(limit) == 5
    assert list(AuditEntry.objects.order_by("pk")) == stays
    records = {row.month: row for row in SweptMonth.objects.all()}
    assert {month: row.count for month, row in records.items()} == {date(2023, 7, 1): 2, date(2023, 8, 1): 3}
    assert records[date(2023, 7, 1)].digest == retention.chain("", july)
    assert records[date(2023, 8, 1)].digest == retention.chain("", august)
    assert all(row.finished_at is not None for row in records.values())
    assert sweep(limit) == 0


def test_one_changed_letter_gives_another_digest() -> None:
    row = AuditEntry(pk=1, at=NOW, event=EVENT, actor_kind="person", detail={"a": 1})
    before = retention.chain("", [row])
    assert len(before) == 32
    row.detail = {"a": 2}
    assert retention.chain("", [row]) != before


@pytest.mark.django_db
@pytest.mark.usefixtures("empty")
def test_rows_of_a_held_person_stay_until_the_hold_is_lifted() -> None:
    written(moment(2023, 7, 3), moment(2023, 7, 4))
    (kept,) = written(moment(2023, 7, 5), concerns=77)
    assert sweep(held=frozenset({77})) == 2
    assert list(AuditEntry.objects.all()) == [kept]
    assert sweep(held=frozenset({77})) == 0
    assert sweep() == 1
    assert sorted(SweptMonth.objects.values_list("count", flat=True)) == [1, 2]
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_the_night_leaves_a_deletion_record_and_the_ledger_still_verifies(world: World) -> None:
    with unguarded(AuditEntry):
        AuditEntry.objects.all().delete()
    written(moment(2023, 7, 3), moment(2023, 8, 4))
    ledger.seal(now=moment(2023, 8, 4))
    _, case = world.application()
    ledger.seal(now=world.now)
    place = so_far = total = 0
    while not nightly.finished(place):
        place, so_far, count = nightly.sweep_some(place, so_far, now=world.now)
        total += count
    record = DeletionRecord.objects.get(code="audit.entries")
    assert (record.count, record.cut_off) == (2, date(2023, 8, 31))
    assert SweptMonth.objects.count() == 2
    assert AuditEntry.objects.filter(event="people.swept", detail={"count": 2}).count() == 1
    assert AuditEntry.objects.filter(subject_id=case).exists()
    assert ledger.check(now=world.now).wrong == []


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.usefixtures("empty")
def test_a_partition_is_dropped_whole_and_held_rows_are_put_back() -> None:
    db.keep_partitions_ahead(AuditEntry, today=date(2023, 6, 10))
    assert {"audit_auditentry_202306", "audit_auditentry_202308", "audit_auditentry_202309"} <= partitions()
    written(moment(2023, 8, 1, 0), moment(2023, 8, 31, 23))
    (kept,) = written(moment(2023, 8, 15), concerns=77)
    (september,) = written(moment(2023, 9, 1, 0))
    assert sweep(held=frozenset({77})) == 2
    left = partitions()
    assert not {"audit_auditentry_202306", "audit_auditentry_202307", "audit_auditentry_202308"} & left
    assert "audit_auditentry_202309" in left
    assert list(AuditEntry.objects.order_by("pk")) == [kept, september]
    assert [(row.month, row.count) for row in SweptMonth.objects.all()] == [(date(2023, 8, 1), 2)]
    assert sweep() == 1
    assert list(AuditEntry.objects.all()) == [september]


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.usefixtures("empty")
def test_a_row_that_comes_while_a_month_is_walked_starts_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    db.keep_partitions_ahead(AuditEntry, today=date(2023, 8, 10))
    rows = written(*(moment(2023, 8, day) for day in range(1, 6)))
    monkeypatch.setattr(retention, "WALKED", 2)
    assert retention.sweep_some(NOW, 2, NOBODY) == 2
    late = AuditEntry(pk=rows[0].pk - 1, at=moment(2023, 8, 2), event=EVENT, actor_kind="person", detail={})
    late.save(force_insert=True)
    while retention.sweep_some(NOW, 1_000, NOBODY):
        pass
    (record,) = SweptMonth.objects.all()
    assert record.count == 6
    assert record.digest == retention.chain("", [late, *rows])
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("empty")
def test_a_first_hour_of_a_month_in_shanghai_is_that_months() -> None:
    """00:30 on 1 September in Shanghai is 31 August in UTC, and stays."""
    written(moment(2023, 9, 1, 0) + timedelta(minutes=30))
    assert sweep() == 0
    assert AuditEntry.objects.count() == 1
