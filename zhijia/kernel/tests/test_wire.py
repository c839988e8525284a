"""PostgreSQL asked through libpq: plans come and go, and values are refused as a cursor refuses them."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.transaction import TransactionManagementError

from zhijia.foundation.notify.models import Message, TemplateText
from zhijia.kernel import db
from zhijia.kernel.db import KeyField, wire

NOW = datetime(2026, 11, 20, 2, 0, 0, 123456, tzinfo=UTC)
VALUES = ["public_id", "person_id", "template", "title", "body", "at", "read_at"]


def message(person_id: int, title: str = "您好") -> dict[str, Any]:
    public_id = f"{person_id:016d}"
    return dict(zip(VALUES, [public_id, person_id, "tests.one", title, "", NOW, None], strict=True))


def titles(person_id: int) -> list[tuple[Any, ...]]:
    return db.select_rows(Message, ["title", "at"], {"person_id": person_id})


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'zhijia%%'")
        return int(cursor.fetchone()[0])


def fail() -> None:
    raise ZeroDivisionError


@pytest.mark.django_db
def test_a_statement_answers_the_same_before_and_after_it_is_prepared():
    db.insert_rows(Message, [message(1)])
    assert [titles(1) for _ in range(8)] == [[("您好", NOW)]] * 8
    assert [db.change_rows(Message, {"person_id": 1}, {"title": str(n)}) for n in range(8)] == [1] * 8
    assert titles(1) == [("7", NOW)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_is_prepared_may_be_thrown_away_at_any_time():
    db.insert_rows(Message, [message(1)])
    for _ in range(8):
        titles(1)
    assert prepared() >= 1
    lost = [
        _roll_back,
        _roll_back_a_savepoint,
        lambda: _say("CREATE TABLE thrown (id int)", "ALTER TABLE thrown ADD COLUMN other int", "DROP TABLE thrown"),
        lambda: _say("DEALLOCATE ALL"),
        lambda: _say("DISCARD PLANS"),
    ]
    for lose in lost:
        list(TemplateText.objects.filter(code="a"))  # psycopg throws plans away where it has some itself
        lose()
        assert [titles(1) for _ in range(8)] == [[("您好", NOW)]] * 8


def _roll_back() -> None:
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        titles(1)
        fail()


def _roll_back_a_savepoint() -> None:
    with transaction.atomic():
        titles(1)
        with contextlib.suppress(ZeroDivisionError), transaction.atomic():
            titles(1)
            fail()
        assert titles(1) == [("您好", NOW)]


def _say(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_oldest_plan_gives_way(monkeypatch):
    monkeypatch.setattr(wire, "MOST_KEPT", 3)
    before = prepared()
    for limit in range(1, 9):
        for _ in range(6):
            assert db.select_rows(TemplateText, ["title"], {"code": "tests"}, limit=limit) == []
    assert prepared() <= before + 3


@pytest.mark.django_db
def test_wrong_values_are_refused_as_a_cursor_refuses_them():
    db.insert_rows(TemplateText, [_text(1)])
    for _ in range(6):
        with pytest.raises(IntegrityError), transaction.atomic():
            db.insert_rows(TemplateText, [_text(1)])
        with pytest.raises(ValueError, match=r"invalid|expected a number"):
            db.select_rows(Message, ["title"], {"person_id": "eins"})
    assert TemplateText.objects.count() == 1


def _text(version: int) -> dict[str, Any]:
    return {"code": "tests.one", "version": version, "title": "题", "body": "文", "sms": "", "at": NOW}


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_nul_ends_no_text():
    for _ in range(6):
        with pytest.raises(DataError), transaction.atomic():
            db.insert_rows(Message, [message(1, "前\0后")])
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_a_broken_transaction_is_left_alone():
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            titles(1)


def test_every_kind_of_column_has_its_writer_and_an_unknown_one_has_none():
    def written(field: models.Field[Any, Any], value: Any) -> bytes:
        found = wire.encoder(field)
        assert found is not None
        return found[0](value)

    assert written(KeyField(max_length=9), "编码") == "编码".encode()
    assert written(models.CharField(), 7) == b"7"
    assert written(models.BigIntegerField(), "7") == b"7"
    assert written(models.BooleanField(), "True") == b"t"
    assert written(models.BooleanField(), False) == b"f"
    assert written(models.DateTimeField(), NOW) == b"2026-11-20T02:00:00.123456+00:00"
    assert written(models.DateField(), date(2026, 3, 7)) == b"2026-03-07"
    assert written(models.DateField(), "2026-03-07") == b"2026-03-07"
    assert written(models.JSONField(), {"一": [1, None]}) == b'{"\\u4e00": [1, null]}'
    assert written(models.BinaryField(), memoryview(b"\0\1")) == b"\0\1"
    assert written(models.UUIDField(), "00000000000000000000000000000007") == str(UUID(int=7)).encode()
    assert wire.encoder(models.DecimalField()) is None


def test_values_without_a_column_are_written_by_their_type():
    assert [wire.plain(value) for value in (None, True, 7, date(2026, 3, 7), "字")] == [
        (None, 0), (b"t", 16), (b"7", 20), (b"2026-03-07", 0), ("字".encode(), 0),
    ]  # fmt: skip
    assert wire.plain("a\0b") is None
    assert wire.plain([1]) is None
