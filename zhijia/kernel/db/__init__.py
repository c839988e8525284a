"""Everything that talks to the database by hand, for both vendors; no other module branches on the vendor.

`rows` is the lean way to single rows, `bulk` writes thousands of rows at once, `guards` keeps tables that only grow,
`dumps` saves and restores all. Here: fields, retries, locks, partitions and conditions over the tree.
"""

from __future__ import annotations

import functools
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections, migrations, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from .bulk import copy_rows, holds_millions, last_key, reserve_keys, set_last_key
from .dumps import DumpFailed, dump_database, dump_name, is_empty_database, restore_database, server_time
from .guards import AppendOnly, unguarded
from .rows import (
    change_rows,
    find,
    find_rows,
    insert_row,
    insert_rows,
    select_rows,
    take_rows,
)

__all__ = [
    "AppendOnly", "DumpFailed", "KeyField", "PartitionedTable", "advisory_lock", "change_rows", "consistent_look",
    "copy_rows", "drop_month", "dump_database", "dump_name", "find", "find_rows", "holds_millions", "in_scope",
    "insert_row", "insert_rows", "instant", "is_away", "is_conflict_between_writers", "is_empty_database",
    "keep_partitions_ahead", "last_key", "oldest_month", "one_at_a_time", "partitioned_by", "reserve_keys",
    "restore_database", "retrying", "select_rows", "server_time", "set_last_key", "subtree", "subtree_bounds",
    "take_rows", "unguarded", "was_held_up",
]  # fmt: skip

P = ParamSpec("P")
R = TypeVar("R")

_RETRY_SQLSTATES = {"40001", "40P01"}
_AWAY_SQLSTATE_CLASSES = {"08", "53", "55", "57"}  # connection, resources, object in use, operator intervention
_AWAY_SQLSTATES = {"25006", "25P03"}  # a standby, which takes no writes; a transaction that asked nothing for too long
_AWAY_SQLITE = ("database is locked", "unable to open", "disk I/O", "database or disk is full")


class KeyField(models.CharField):  # type: ignore[type-arg]
    """Text compared byte by byte: codes, keys, digests, tree paths.

    COLLATE "C" on PostgreSQL and BINARY on SQLite, so that ranges over it use the index and order alike everywhere.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else "BINARY"
        return parameters


def is_conflict_between_writers(error: BaseException) -> bool:
    """Whether the database gave up on this transaction only because of another one (deadlock, serialization, lock)."""
    cause = error.__cause__ or error
    state = getattr(cause, "sqlstate", None)
    return state in _RETRY_SQLSTATES or "database is locked" in str(cause)


def was_held_up(error: BaseException) -> bool:
    """Whether nothing was done only because somebody else held a table or row for longer than one waits."""
    return getattr(error.__cause__ or error, "sqlstate", None) == "55P03" or is_conflict_between_writers(error)


def is_away(error: BaseException | None) -> bool:
    """Whether the database could not be reached, took no more work, or did not get to it in time; nothing is wrong with
    what was asked of it.
    """
    cause = getattr(error, "__cause__", None) or error
    state = getattr(cause, "sqlstate", None)
    if state in _AWAY_SQLSTATES:
        return True
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    if state is not None:
        return state[:2] in _AWAY_SQLSTATE_CLASSES or is_conflict_between_writers(error)
    return not isinstance(cause, sqlite3.Error) or any(words in str(cause) for words in _AWAY_SQLITE)


def retrying(tries: int = 3) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Run a whole command again when the database chose it as the victim of a deadlock.

    Only for the outermost, idempotent call: inside `atomic()` the transaction is already lost, so the error goes on.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            for attempt in range(1, tries + 1):
                try:
                    return function(*args, **kwargs)
                except OperationalError as error:
                    inside = transaction.get_connection().in_atomic_block
                    if inside or attempt == tries or not is_conflict_between_writers(error):
                        raise
                    time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311  a pause, not a secret
            raise AssertionError("unreachable")

        return wrapper

    return decorate


@contextmanager
def advisory_lock(name: str) -> Iterator[None]:
    """Serialize a short section over all processes until the transaction ends; inside `atomic()` only.

    PostgreSQL takes a transaction-level advisory lock; on SQLite an IMMEDIATE transaction is the only writer anyway.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("advisory_lock needs a transaction")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    yield


@contextmanager
def one_at_a_time(name: str, *, pause: Callable[[float], None]) -> Iterator[None]:
    """Serialize a command of many transactions over all machines: who comes second waits, asking every second.

    PostgreSQL keeps the lock in the connection, so not through a pooler, and lets it go when the process dies. On
    SQLite there is one machine.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
            if cursor.fetchone()[0]:
                break
            pause(1.0)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


@contextmanager
def consistent_look() -> Iterator[None]:
    """A transaction whose every query sees the same moment; it must be the outermost one."""
    with transaction.atomic():
        connection = transaction.get_connection()
        if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _months(first: date, count: int) -> Iterator[tuple[date, date]]:
    year, month = first.year, first.month
    for _ in range(count):
        begin = date(year, month, 1)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        yield begin, date(year, month, 1)


def keep_partitions_ahead(model: type[models.Model], *, today: date, months: int = 3) -> list[str]:
    """Create this month's partition and those of the next months where they are missing; returns the names made.

    Does nothing on SQLite. Rows outside every month land in the DEFAULT partition, so no write ever fails.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return []
    made = []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        for begin, end in _months(today, months + 1):
            name = f"{table}_{begin:%Y%m}"
            cursor.execute("SELECT to_regclass(%s)", [name])
            if cursor.fetchone()[0] is None:
                _add_month(cursor, table, name, f"{begin} 00:00:00+08", f"{end} 00:00:00+08")
                made.append(name)
    return made


@transaction.atomic
def _add_month(cursor: Any, table: str, name: str, begin: str, end: str) -> None:
    """A partition, with the month's rows that came to the DEFAULT partition before it was there.

    Everybody else waits at the door of the whole table: who had found his way to the DEFAULT partition before would be
    refused there when the month has left it. A transaction that holds the table for longer than ten seconds makes this
    give up (OperationalError), so that it is tried again another night.
    """
    cursor.execute("SET LOCAL lock_timeout = '10s'")
    by = _partition_column(cursor, table)
    cursor.execute(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE')
    cursor.execute(f'CREATE TABLE "{name}" (LIKE "{table}" INCLUDING ALL EXCLUDING IDENTITY)')
    cursor.execute(f'ALTER TABLE "{table}_default" DISABLE TRIGGER USER')  # one that only grows lets rows move house
    cursor.execute(
        f'WITH early AS (DELETE FROM "{table}_default" WHERE {by} >= %s AND {by} < %s RETURNING *) '  # noqa: S608
        f'INSERT INTO "{name}" SELECT * FROM early',
        [begin, end],
    )
    cursor.execute(f'ALTER TABLE "{table}_default" ENABLE TRIGGER USER')
    cursor.execute(f"ALTER TABLE \"{table}\" ATTACH PARTITION \"{name}\" FOR VALUES FROM ('{begin}') TO ('{end}')")


def _partition_column(cursor: Any, table: str) -> str | None:
    cursor.execute("SELECT pg_get_partkeydef(%s::regclass)", [table])
    said = cursor.fetchone()[0]
    return None if said is None else str(said).removeprefix("RANGE (").removesuffix(")")


def partitioned_by(model: type[models.Model]) -> str | None:
    """The column by whose months the table is partitioned; None where it is not, and on SQLite."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        return _partition_column(cursor, model._meta.db_table)


def oldest_month(model: type[models.Model], *, before: date) -> date | None:
    """The first day of the oldest monthly partition that ends by `before`; None where there is none, and on SQLite."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return None
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
            "WHERE inhparent = %s::regclass",
            [table],
        )
        names = [name.removeprefix(f"{table}_") for (name,) in cursor.fetchall()]
    months = [date(int(name[:4]), int(name[4:]), 1) for name in names if name.isdigit()]
    behind = [begin for begin in months if next(_months(begin, 1))[1] <= before]
    return min(behind, default=None)


def drop_month(model: type[models.Model], month: date) -> int:
    """Drop the partition that begins with `month`, in the caller's transaction; returns how many rows it held.

    Writers to the whole table wait for a moment; whoever reads it for longer than two seconds makes this give up
    (OperationalError), so that it is tried again another night.
    """
    table = model._meta.db_table
    name = f"{table}_{month:%Y%m}"
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute(f'ALTER TABLE "{table}" DETACH PARTITION "{name}"')
        cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608  a name made here
        count = int(cursor.fetchone()[0])
        cursor.execute(f'DROP TABLE "{name}"')
    return count


class PartitionedTable(migrations.CreateModel):
    """CreateModel that on PostgreSQL makes a table partitioned by month, with a DEFAULT partition.

    `by` names the timestamp column; it joins the primary key there, as PostgreSQL asks. The table must have no unique
    constraint of its own and no foreign key may point to it. On SQLite it is a plain table.
    """

    def __init__(self, *args: Any, by: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        name, args, kwargs = super().deconstruct()
        return name, args, {**kwargs, "by": self.by}

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.name)
        sql, _parameters = schema_editor.table_sql(model)
        table, key, by = model._meta.db_table, model._meta.pk.column, model._meta.get_field(self.by).column
        sql = sql.replace(" PRIMARY KEY", "", 1).rstrip()
        if not sql.endswith(")"):
            raise RuntimeError("unexpected CREATE TABLE statement")
        sql = f'{sql[:-1]}, PRIMARY KEY ("{key}", "{by}")) PARTITION BY RANGE ("{by}")'
        schema_editor.execute(sql)
        schema_editor.execute(f'CREATE TABLE "{table}_default" PARTITION OF "{table}" DEFAULT')
        for statement in schema_editor._model_indexes_sql(model):  # type: ignore[attr-defined]
            if statement is not None:
                schema_editor.execute(statement)


def subtree_bounds(path: str) -> tuple[str, str]:
    """The first path of the subtree of `path`, and the first one behind it."""
    return path, path + "~"


def subtree(field: str, path: str) -> models.Q:
    """The rows in the subtree of `path`: a range, since `startswith` would scan the table on SQLite."""
    first, behind = subtree_bounds(path)
    return models.Q(**{f"{field}__gte": first, f"{field}__lt": behind})


def in_scope(field: str, scope: Any) -> models.Q:
    """`subtree` over every range of a `kernel.actor.Scope`; an empty scope matches nothing."""
    if scope.everything:
        return models.Q()
    condition = models.Q(pk__in=[])
    for path in scope.paths:
        condition |= subtree(field, path)
    return condition


def instant(value: datetime) -> datetime:
    """Refuse a naive time early, where the mistake is made."""
    if value.tzinfo is None:
        raise ValueError("a time without zone")
    return value
