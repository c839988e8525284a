"""One command: rows written last and together, reads asked once; and compiled questions. Both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.test.utils import CaptureQueriesContext

from zhijia.foundation.notify.models import Message, TemplateText
from zhijia.kernel import db
from zhijia.kernel.ids import new_public_id

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def message(person_id: int, title: str = "您好") -> dict[str, Any]:
    return {
        "public_id": new_public_id(), "person_id": person_id, "template": "tests.one", "title": title, "body": "",
        "at": NOW, "read_at": None,
    }  # fmt: skip


def text(version: int, code: str = "tests.one") -> dict[str, Any]:
    return {"code": code, "version": version, "title": "题", "body": "文", "sms": "", "at": NOW}


def written(asked: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in asked if "INSERT" in query["sql"] or "UPDATE" in query["sql"]]


def fail_after(write: Callable[[], None]) -> None:
    write()
    raise ZeroDivisionError


def test_rows_of_several_tables_are_written_at_the_end_and_in_order():
    with CaptureQueriesContext(connection) as asked, transaction.atomic(), db.one_command():
        db.insert_later(Message, [message(1, "一")])
        db.insert_later(TemplateText, [text(1)])
        db.insert_later(Message, [message(1, "二"), message(1, "三")])
        before = len(written(asked))
    assert before == 0
    assert len(written(asked)) == (1 if connection.vendor == "postgresql" else 2)
    assert list(Message.objects.order_by("id").values_list("title", flat=True)) == ["一", "二", "三"]
    assert TemplateText.objects.get().title == "题"


def test_an_error_drops_what_waited():
    with pytest.raises(ZeroDivisionError), transaction.atomic(), db.one_command():
        fail_after(lambda: db.insert_later(Message, [message(1)]))
    assert not Message.objects.exists()


def test_an_answer_that_rolls_back_drops_what_waited():
    with transaction.atomic(), db.one_command():
        db.insert_later(Message, [message(1)])
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_a_savepoint_rolled_back_drops_what_came_after_it_alone():
    def write_two() -> None:
        db.insert_later(Message, [message(1, "二")])
        with transaction.atomic():
            db.insert_later(Message, [message(1, "三")])

    with transaction.atomic(), db.one_command():
        db.insert_later(Message, [message(1, "一")])
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            fail_after(write_two)
        db.insert_later(Message, [message(1, "四")])
    assert list(Message.objects.order_by("id").values_list("title", flat=True)) == ["一", "四"]


def test_nobody_reads_past_a_row_that_waits():
    with transaction.atomic(), db.one_command():
        db.insert_later(Message, [message(1)])
        assert Message.objects.filter(person_id=1).exists()
        db.insert_later(Message, [message(2)])
        assert db.select_rows(Message, ["title"], {"person_id": 2})
        db.insert_later(Message, [message(3)])
        assert db.change_rows(Message, {"person_id": 3}, {"title": "改"}) == 1
        db.insert_later(Message, [message(4)])
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM notify_message")
            assert cursor.fetchone() == (4,)


def test_a_lean_read_of_another_table_lets_them_wait():
    with transaction.atomic(), db.one_command(), CaptureQueriesContext(connection) as asked:
        db.insert_later(Message, [message(1)])
        assert db.select_rows(TemplateText, ["title"], {"code": "tests.one"}) == []
        assert written(asked) == []


def test_a_change_sees_what_was_inserted_before_it_and_not_what_comes_after():
    with transaction.atomic(), db.one_command():
        db.insert_later(Message, [message(1, "前")])
        db.change_later(Message, {"person_id": 1, "read_at": None}, {"read_at": NOW})
        db.insert_later(Message, [message(1, "后")])
        db.change_later(TemplateText, {"code": "tests.none"}, {"title": "无"})
    read = dict(Message.objects.values_list("title", "read_at"))
    assert read == {"前": NOW, "后": None}


def write_taken() -> None:
    db.insert_later(Message, [message(1)])
    db.insert_later(TemplateText, [text(1)])


def test_conflicts_are_skipped_where_told_and_errors_elsewhere():
    with transaction.atomic(), db.one_command():
        db.insert_later(TemplateText, [text(1)])
        db.insert_later(TemplateText, [text(1)], ignore_conflicts=True)
    assert TemplateText.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic(), db.one_command():
        write_taken()
    assert not Message.objects.exists()


def test_outside_a_command_rows_are_written_at_once():
    db.insert_later(Message, [message(1)])
    db.change_later(Message, {"person_id": 1}, {"title": "改"})
    assert Message.objects.get().title == "改"
    db.insert_later(Message, [])
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_command_needs_a_transaction():
    with pytest.raises(RuntimeError), db.one_command():
        raise AssertionError("never begun")


def test_a_command_within_a_command_is_a_part_of_it():
    with transaction.atomic(), db.one_command():
        with transaction.atomic(), db.one_command():
            db.insert_later(Message, [message(1)])
        with CaptureQueriesContext(connection) as asked:
            pass
        assert not written(asked)
    assert Message.objects.count() == 1


def insert(person_id: int, *, on_commit: Callable[[], None] | None = None) -> None:
    db.insert_row(Message, **message(person_id))
    if on_commit is not None:
        transaction.on_commit(on_commit)


@pytest.mark.django_db(transaction=True)
def test_a_savepoint_before_the_first_write_is_not_set_and_holds_all_the_same():
    """Outermost, as in a request; on SQLite every savepoint is set."""
    sent: list[str] = []

    def listen(execute: Any, sql: str, *others: Any) -> Any:
        sent.append(sql.split(maxsplit=1)[0])
        return execute(sql, *others)

    kept: list[str] = []
    with transaction.atomic(), db.one_command(), connection.execute_wrapper(listen):
        assert db.select_rows(Message, ["title"], {"person_id": 1}) == []
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            fail_after(lambda: insert(1, on_commit=lambda: kept.append("failed")))
        with pytest.raises(IntegrityError), transaction.atomic(), transaction.atomic():
            fail_after(lambda: db.insert_rows(TemplateText, [text(1), text(1)]))
        assert "SAVEPOINT" not in sent or connection.vendor == "sqlite"
        with transaction.atomic():
            insert(2, on_commit=lambda: kept.append("done"))
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                fail_after(lambda: insert(3, on_commit=lambda: kept.append("failed")))
    if connection.vendor == "postgresql":
        assert sent.count("SAVEPOINT") == 1
    assert list(Message.objects.values_list("person_id", flat=True)) == [2]
    assert not TemplateText.objects.exists()
    assert kept == ["done"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["write", "later", "orm", "lock"])
def test_what_came_before_a_savepoint_outlives_it(first: str):
    """`later` waits to be written, and a lock is held by whoever read for it."""
    before = {
        "write": lambda: insert(1),
        "later": lambda: db.insert_later(Message, [message(1)]),
        "orm": lambda: Message.objects.create(**message(1)),
        "lock": lambda: list(Message.objects.select_for_update()),
    }
    sent: list[str] = []

    def listen(execute: Any, sql: str, *others: Any) -> Any:
        sent.append(" ".join(sql.split()[:2]))
        return execute(sql, *others)

    with transaction.atomic(), db.one_command():
        before[first]()
        with connection.execute_wrapper(listen), pytest.raises(ZeroDivisionError), transaction.atomic():
            fail_after(lambda: insert(2))
    assert [sql for sql in sent if "ROLLBACK" in sql] == ["ROLLBACK TO"]
    assert Message.objects.filter(person_id=1).count() == (first != "lock")
    assert not Message.objects.filter(person_id=2).exists()


def read_titles() -> tuple[str, ...]:
    return db.remembered(
        Message, "titles", lambda: tuple(row[0] for row in db.select_rows(Message, ["title"], {"person_id": 1}))
    )


def change_title() -> None:
    db.change_rows(Message, {"person_id": 1}, {"title": "四"})
    assert read_titles() == ("四",)


def test_a_read_is_remembered_until_its_table_is_written():
    assert read_titles() == ()
    with transaction.atomic(), db.one_command():
        assert read_titles() == ()
        with CaptureQueriesContext(connection) as asked:
            assert read_titles() == ()
        assert len(asked) == 0
        db.insert_row(Message, **message(1, "一"))
        assert read_titles() == ("一",)
        db.change_rows(Message, {"person_id": 1}, {"title": "二"})
        assert read_titles() == ("二",)
        Message.objects.update(title="三")
        assert read_titles() == ("三",)
        db.insert_later(Message, [message(2)])
        assert read_titles() == ("三",)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            fail_after(change_title)
        assert read_titles() == ("三",)
    Message.objects.update(title="五")
    assert read_titles() == ("五",)


def _latest(code: str, at: datetime, person_id: int) -> QuerySet[TemplateText, Any]:
    seen = Message.objects.filter(person_id=person_id, template=OuterRef("code"), at__lte=at)
    return TemplateText.objects.filter(code=code).annotate(seen=Exists(seen)).order_by("-version").values_list(
        "version", "at", "seen"
    )[:1]  # fmt: skip


def test_a_question_answers_as_the_orm_does_for_every_value():
    ask = db.Question(_latest, str, datetime, int)
    db.insert_rows(TemplateText, [text(1), text(2), text(5, "tests.two")])
    db.insert_rows(Message, [message(7)])
    for values in (("tests.one", NOW, 7), ("tests.two", NOW, 7), ("tests.one", NOW, 8), ("tests.no", NOW, 7)):
        assert ask(*values) == [tuple(row) for row in _latest(*values)]
    assert ask.first("tests.one", NOW, 7) == (2, NOW, True)
    assert ask.first("tests.no", NOW, 7) is None


def test_a_question_has_waiting_rows_written_that_it_may_need():
    ask = db.Question(_latest, str, datetime, int)
    with transaction.atomic(), db.one_command():
        db.insert_later(TemplateText, [text(1)])
        assert ask.first("tests.one", NOW, 7) == (1, NOW, False)
        db.insert_later(Message, [message(7)])
        assert ask.first("tests.one", NOW, 7) == (1, NOW, True)


def test_a_value_that_the_orm_changes_is_refused():
    ask = db.Question(lambda part: TemplateText.objects.filter(code__startswith=part).values_list("code"), str)
    with pytest.raises(RuntimeError):
        ask("tests")
