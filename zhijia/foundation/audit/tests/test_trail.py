"""The trail: what a row holds, keyed digests, refused tries, partitions on PostgreSQL."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.world import World
from zhijia.foundation.audit import services
from zhijia.foundation.audit.models import AuditEntry, Outcome
from zhijia.kernel import db
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.registry import registry

ACTOR = Actor(Kind.PERSON, account_id=7, person_id=8, address="192.0.2.1")
NOW = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)
EVENT = "parameters.value"


@pytest.mark.django_db
def test_a_row_tells_who_what_when_where_and_whom_it_concerns() -> None:
    services.record(
        ACTOR, EVENT, ("parameter", "a.b"), now=NOW, role="OPERATOR", unit_id=3, concerns=9, detail={"n": 1}
    )
    row = AuditEntry.objects.get(event=EVENT, at=NOW)
    assert (row.account_id, row.person_id, row.address, row.role, row.unit_id) == (7, 8, "192.0.2.1", "OPERATOR", 3)
    assert (row.subject_kind, row.subject_id, row.concerns_person_id, row.outcome) == (
        "parameter",
        "a.b",
        9,
        Outcome.DONE,
    )
    assert (row.before, row.after, row.detail) == ("", "", {"n": 1})


def test_a_digest_is_keyed_and_knows_no_order(settings: Any) -> None:
    one = services.digest({"name": "张三", "born": date(1990, 1, 1)})
    assert one == services.digest({"born": date(1990, 1, 1), "name": "张三"})
    assert len(one) == 32
    assert one != services.digest({"name": "张四", "born": date(1990, 1, 1)})
    assert services.digest(None) == ""
    assert services.digest({}) != ""
    settings.ZHIJIA_DIGEST_KEY = settings.ZHIJIA_DIGEST_KEY[::-1]
    assert one != services.digest({"name": "张三", "born": date(1990, 1, 1)})


@pytest.mark.django_db
def test_the_content_itself_is_not_in_the_row() -> None:
    services.record(ACTOR, EVENT, ("parameter", "a"), now=NOW, before={"name": "张三"}, after={"name": "李四"})
    row = AuditEntry.objects.get(event=EVENT, at=NOW)
    assert row.before != row.after
    assert "张三" not in str(vars(row))


@pytest.mark.django_db
def test_an_undeclared_event_is_refused() -> None:
    with pytest.raises(LookupError):
        services.record(ACTOR, "no.such", now=NOW)


@pytest.mark.django_db
def test_a_reading_keeps_its_reason_and_many_rows_are_one_statement(django_assert_num_queries: Any) -> None:
    services.record_read(ACTOR, EVENT, ("person", "x"), now=NOW, reason="核对身份", concerns=5)
    assert AuditEntry.objects.get(outcome=Outcome.READ, at=NOW).detail == {"reason": "核对身份"}
    with django_assert_num_queries(1):
        services.record_many(ACTOR, EVENT, [(("p", n), n, {"n": n}) for n in range(20)], now=NOW)
    rows = AuditEntry.objects.filter(event=EVENT, outcome=Outcome.DONE, at=NOW)
    assert {(row.subject_id, row.unit_id, row.after) for row in rows} >= {
        (str(n), n, services.digest({"n": n})) for n in range(20)
    }


@pytest.mark.django_db
def test_a_refused_try_stays_although_the_command_is_gone(world: World, client: Client, sign_in: Any) -> None:
    sign_in(client, world.staff_person("STATS", "county"), staff=True)
    assert client.get("/console/access").status_code == 403
    row = AuditEntry.objects.get(event="audit.denied")
    assert (row.outcome, row.subject_id, row.detail) == (Outcome.DENIED, "access:list", {"code": "auth.not_allowed"})


def test_every_declared_event_says_what_of_it_is_erased() -> None:
    assert {event.erases for event in registry.audit_events.values()} <= {"none", "person"}


def partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
            "WHERE inhparent = 'audit_auditentry'::regclass"
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_row_of_any_month_finds_a_place() -> None:
    assert any("default" in name for name in partitions())
    far = datetime(2041, 3, 1, tzinfo=UTC)
    services.record(ACTOR, EVENT, ("parameter", "a"), now=far)
    assert AuditEntry.objects.filter(at=far).count() == 1


@pytest.mark.postgres
@pytest.mark.django_db
def test_months_are_kept_ahead_and_asking_twice_makes_none() -> None:
    before = partitions()
    made = db.keep_partitions_ahead(AuditEntry, today=date(2031, 11, 5))
    assert len(made) >= 3
    assert partitions() == before | set(made)
    assert db.keep_partitions_ahead(AuditEntry, today=date(2031, 11, 5)) == []
    inside = datetime(2031, 12, 31, 23, 59, tzinfo=UTC)
    services.record(ACTOR, EVENT, ("parameter", "a"), now=inside)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_auditentry WHERE at = %s", [inside])
        (home,) = cursor.fetchone()
    assert home in made


@pytest.mark.postgres
@pytest.mark.django_db
def test_rows_that_came_before_their_month_move_into_it() -> None:
    """An installation writes before the clock first runs; a month that could not be made would keep all for ever."""
    early = [datetime(2033, 5, 1, tzinfo=UTC), datetime(2033, 5, 31, 15, 59, 59, tzinfo=UTC)]
    outside = [datetime(2033, 4, 30, 15, 59, tzinfo=UTC), datetime(2033, 9, 5, tzinfo=UTC)]
    for at in early + outside:
        services.record(ACTOR, EVENT, ("parameter", "a"), now=at)
    before = {row.pk: (row.at, row.event, row.detail) for row in AuditEntry.objects.filter(at__in=early + outside)}
    db.keep_partitions_ahead(AuditEntry, today=date(2033, 5, 5))
    with connection.cursor() as cursor:
        cursor.execute("SELECT at, tableoid::regclass::text FROM audit_auditentry WHERE at >= '2033-01-01'")
        homes = dict(cursor.fetchall())
    assert [homes[at] for at in early] == ["audit_auditentry_203305"] * 2
    assert [homes[at] for at in outside] == ["audit_auditentry_default"] * 2
    assert {
        row.pk: (row.at, row.event, row.detail) for row in AuditEntry.objects.filter(at__in=early + outside)
    } == before
    services.record(ACTOR, EVENT, ("parameter", "b"), now=early[0])
    assert AuditEntry.objects.filter(at=early[0]).count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_writes_while_a_month_is_made_waits_and_is_not_refused() -> None:
    at = datetime(2033, 5, 2, tzinfo=UTC)

    def write() -> None:
        services.record(ACTOR, EVENT, ("parameter", "a"), now=at)
        connection.close()

    writer = threading.Thread(target=write)
    try:
        with transaction.atomic():
            db.keep_partitions_ahead(AuditEntry, today=date(2033, 5, 5), months=0)
            writer.start()
            writer.join(timeout=0.5)
            assert writer.is_alive(), "it waits"
        writer.join(timeout=30)
        assert AuditEntry.objects.filter(at=at).count() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE audit_auditentry_203305")
