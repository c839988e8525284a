"""Lean writes and reads: cached SQL, which costs about a third of the ORM's time at the join.

`insert_rows` and `change_rows` write, `select_rows` and `find` read single rows. They convert values by the model's own
fields, so both databases store and give the same. `insert_later` and `change_later` are for rows that nobody needs
before the command ends: inside `one_command` they wait and go to the server together, on PostgreSQL as one statement.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import RawCursor
from psycopg.pq import TransactionStatus

from zhijia.kernel.replica import note_write

from . import command as commands
from .columns import column_name, columns_of, field_of, filled, prepared
from .command import Change, Command, Inserts

Row = Mapping[str, Any]

_MOST_PARAMETERS = 30_000
_LONG = 200
"""From so many parameters on a statement is numbered here: the driver would take every `%s` apart each time."""


@functools.lru_cache(maxsize=2048)
def _insert_sql(
    model: type[models.Model], names: tuple[str, ...], count: int, ignore: bool, *, keys: bool = True
) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    meta = model._meta
    columns = ", ".join(quote(column_name(model, name)) for name in names)
    one = "(" + ", ".join(["%s"] * len(names)) + ")"
    values = ", ".join([one] * count)
    conflict = " ON CONFLICT DO NOTHING" if ignore else ""
    returning = f" RETURNING {quote(column_name(model, meta.pk.name))}" if keys else ""
    # Names come from the models and are quoted; values are parameters.
    return f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES {values}{conflict}{returning}"  # noqa: S608


def _inserting(
    model: type[models.Model], rows: Sequence[Row], connection: BaseDatabaseWrapper
) -> Iterator[tuple[tuple[str, ...], int, list[Any]]]:
    """Statement by statement: the columns, how many rows, the parameters."""
    given = tuple(rows[0])
    rest = filled(model, given)
    names = given + tuple(column.attname for column in rest)
    per_statement = max(1, _MOST_PARAMETERS // max(1, len(names)))
    columns = tuple(zip(given, columns_of(model, given), strict=True))
    for start in range(0, len(rows), per_statement):
        part = rows[start : start + per_statement]
        parameters: list[Any] = []
        for row in part:
            parameters += [column.prepared(row[name], connection) for name, column in columns]
            parameters += [column.default(connection) for column in rest]
        yield names, len(part), parameters


@contextmanager
def asking(connection: BaseDatabaseWrapper, *touched: type[models.Model], writes: bool = False) -> Iterator[Any]:
    """A cursor for one statement of ours. What waits for a table it touches is written first, and what a command has
    read of a table that it writes is forgotten.

    On PostgreSQL a connection keeps one cursor for this: opening another each time is a fifth of a short statement.
    """
    command = commands.current()
    if command is not None:
        if writes:
            command.forget(touched[0])
            command.untouched = False
        if command.waits_for(touched):
            _write_waiting(command)
        command.lean = True
    try:
        if connection.vendor != "postgresql" or connection.queries_logged:
            with connection.cursor() as cursor:
                yield cursor
            return
        connection.ensure_connection()
        kept = getattr(connection, "_zhijia_cursor", None)
        if kept is None or kept.closed or kept.connection is not connection.connection:
            kept = connection.cursor()
            connection._zhijia_cursor = kept  # type: ignore[attr-defined]
        yield kept
    finally:
        if command is not None:
            command.lean = False


def insert_rows(
    model: type[models.Model], rows: Sequence[Row], *, ignore_conflicts: bool = False, using: str = DEFAULT_DB_ALIAS
) -> list[int]:
    """Insert rows given as column values and return their primary keys, in order.

    All rows name the same columns; a column left out takes the field's default. With `ignore_conflicts` a row that
    meets a unique constraint is skipped, and the result lists only the keys of the rows written.
    """
    if not rows:
        return []
    note_write()
    connection = connections[using]
    keys: list[int] = []
    with asking(connection, model, writes=True) as cursor:
        for names, count, parameters in _inserting(model, rows, connection):
            sql = _insert_sql(model, names, count, ignore_conflicts)
            keys.extend(key for (key,) in _answers(connection, cursor, sql, parameters))
    return keys


def _answers(connection: BaseDatabaseWrapper, cursor: Any, sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    """What a statement answers, nothing where it returns no rows."""
    if len(parameters) < _LONG or connection.vendor != "postgresql" or connection.queries_logged:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if cursor.description else []
    with connection.wrap_database_errors, RawCursor(connection.connection) as long:
        long.execute(_numbered(sql), parameters)
        return long.fetchall() if long.description else []


def insert_row(model: type[models.Model], *, using: str = DEFAULT_DB_ALIAS, **values: Any) -> int:
    """Insert one row and return its primary key."""
    return insert_rows(model, [values], using=using)[0]


@functools.lru_cache(maxsize=2048)
def _update_sql(model: type[models.Model], names: tuple[str, ...], where: tuple[tuple[str, str], ...]) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    changes = ", ".join(f"{quote(column_name(model, name))} = %s" for name in names)
    tests = []
    for name, kind in where:
        column = quote(column_name(model, name))
        tests.append(f"{column} IS NULL" if kind == "null" else f"{column} = %s")
    return f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {' AND '.join(tests)}"  # noqa: S608


def change_rows(model: type[models.Model], where: Row, values: Row, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """`UPDATE ... SET values WHERE` all of `where` are equal (None means IS NULL); returns how many rows changed.

    The conditional update is how a state changes on both databases: no row changed means somebody was quicker.
    """
    note_write()
    connection = connections[using]
    sql, parameters = _changing(model, where, values, connection)
    with asking(connection, model, writes=True) as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def _changing(
    model: type[models.Model], where: Row, values: Row, connection: BaseDatabaseWrapper
) -> tuple[str, list[Any]]:
    shape = tuple((name, "null" if value is None else "is") for name, value in where.items())
    parameters = [prepared(model, name, value, connection) for name, value in values.items()]
    parameters += [prepared(model, name, value, connection) for name, value in where.items() if value is not None]
    return _update_sql(model, tuple(values), shape), parameters


# --- One command ----------------------------------------------------------------------------------------------------
@contextmanager
def one_command() -> Iterator[None]:
    """Inside `atomic()`: rows given to `insert_later` and `change_later` are written together when this ends, and
    `remembered` reads are asked once.

    An error, a rollback to a savepoint begun before them and `set_rollback` drop what waits. Any statement that may
    need it, of the ORM or of a table that waits, has it written first, so nobody reads past it. Inside another command
    it is a part of that one. On PostgreSQL a savepoint before the transaction's first write or lock is not set.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("a command needs a transaction")
    if commands.current() is not None:
        yield
        return
    command = Command(untouched=_has_not_begun(connection))
    with commands.begun(command), connection.execute_wrapper(functools.partial(_watch, command)):
        yield
        if not connection.needs_rollback:
            _write_waiting(command)


def _has_not_begun(connection: BaseDatabaseWrapper) -> bool:
    """Whether the transaction is still to begin: psycopg begins one with its first statement."""
    if connection.vendor != "postgresql":
        return False
    return bool(connection.connection.info.transaction_status == TransactionStatus.IDLE)


def _watch(command: Command, execute: Callable[..., Any], sql: str, *others: Any) -> Any:
    """Every statement passes here; those that are not ours may touch anything."""
    if command.lean:
        return execute(sql, *others)
    if sql.startswith(("SAVEPOINT", "ROLLBACK TO", "RELEASE")):
        return _watch_savepoint(command, execute, sql, *others)
    _write_waiting(command)
    command.untouched = False
    if not sql.startswith("SELECT"):
        command.forget()
    return execute(sql, *others)


def _watch_savepoint(command: Command, execute: Callable[..., Any], sql: str, *others: Any) -> Any:
    name = sql.rpartition(" ")[2]
    if sql.startswith("SAVEPOINT"):
        _write_waiting(command)
        if command.untouched:
            command.unset.add(name)
            return None
    elif sql.startswith("RELEASE"):
        if name in command.unset or command.keeps_savepoint():
            return None
    else:
        command.drop()
        if name in command.unset:
            command.untouched = True
            return execute("ROLLBACK", *others)  # psycopg begins anew with the next statement
    return execute(sql, *others)


def insert_later(model: type[models.Model], rows: Sequence[Row], *, ignore_conflicts: bool = False) -> None:
    """`insert_rows` for rows whose keys nobody needs and that can meet no constraint: history, audit, messages.

    Outside a command they are written at once.
    """
    command = commands.current()
    if command is None or not rows:
        insert_rows(model, rows, ignore_conflicts=ignore_conflicts)
        return
    note_write()
    command.forget(model)
    if command.join(model, rows, ignore=ignore_conflicts):
        return
    if command.waits_for((model,)):
        _write_waiting(command)
    command.waiting.append(Inserts(model, tuple(rows[0]), ignore_conflicts, list(rows)))


def change_later(model: type[models.Model], where: Row, values: Row) -> None:
    """`change_rows` where nobody asks how many rows it met. Outside a command at once."""
    command = commands.current()
    if command is None:
        change_rows(model, where, values)
        return
    note_write()
    command.forget(model)
    if command.waits_for((model,)):
        _write_waiting(command)
    command.waiting.append(Change(model, where, values))


def _write_waiting(command: Command) -> None:
    waiting = command.taken()
    if not waiting:
        return
    command.untouched = False
    connection = transaction.get_connection()
    statements: list[tuple[str, list[Any]]] = []
    for each in waiting:
        if isinstance(each, Inserts):
            for names, count, parameters in _inserting(each.model, each.rows, connection):
                statements.append((_insert_sql(each.model, names, count, each.ignore, keys=False), parameters))
        else:
            statements.append(_changing(each.model, each.where, each.values, connection))
    total = sum(len(parameters) for _, parameters in statements)
    if connection.vendor == "postgresql" and len(statements) > 1 and total < _MOST_PARAMETERS:
        _write_together(connection, statements)
        return
    with asking(connection) as cursor:
        for sql, parameters in statements:
            _answers(connection, cursor, sql, parameters)


def _write_together(connection: BaseDatabaseWrapper, statements: Sequence[tuple[str, list[Any]]]) -> None:
    """One statement with PostgreSQL's own `$1`: the driver would take a hundred `%s` apart each time."""
    sql = _together(tuple(sql for sql, _ in statements))
    parameters = [each for _, some in statements for each in some]
    if connection.queries_logged:
        with asking(connection) as cursor:
            cursor.execute(sql, parameters)
        return
    with connection.wrap_database_errors, RawCursor(connection.connection) as cursor:
        cursor.execute(_numbered(sql), parameters)


@functools.lru_cache(maxsize=512)
def _numbered(sql: str) -> str:
    pieces = sql.split("%s")
    return "".join(f"{piece}${place}" for place, piece in enumerate(pieces[:-1], start=1)) + pieces[-1]


@functools.lru_cache(maxsize=512)
def _together(statements: tuple[str, ...]) -> str:
    """One statement that does all: a common table expression each, in no order, so no table stands in it twice."""
    parts = ", ".join(f"w{place} AS ({sql})" for place, sql in enumerate(statements))
    return f"WITH {parts} SELECT 1"


@functools.lru_cache(maxsize=2048)
def _select_sql(
    model: type[models.Model],
    names: tuple[str, ...],
    where: tuple[tuple[str, int], ...],
    order: tuple[str, ...],
    limit: int | None,
) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns = ", ".join(quote(column_name(model, name)) for name in names)
    tests = [f"{quote(column_name(model, name))} {_TESTS.get(count) or _one_of(count)}" for name, count in where]
    text = f"SELECT {columns} FROM {quote(model._meta.db_table)} WHERE {' AND '.join(tests)}"  # noqa: S608
    if order:
        sides = [
            f"{quote(column_name(model, name.lstrip('-')))}{' DESC' if name.startswith('-') else ''}" for name in order
        ]
        text += f" ORDER BY {', '.join(sides)}"
    return text if limit is None else f"{text} LIMIT {limit:d}"


@functools.lru_cache(maxsize=2048)
def _converters(
    model: type[models.Model], names: tuple[str, ...], using: str
) -> tuple[tuple[int, models.expressions.Col, tuple[Callable[..., Any], ...]], ...]:
    """What turns the driver's values into the field's, for the columns that need it: `(place, column, converters)`."""
    connection = connections[using]
    found = []
    for place, name in enumerate(names):
        field = field_of(model, name)
        column = field.get_col(model._meta.db_table)
        each = (*connection.ops.get_db_converters(column), *field.get_db_converters(connection))
        if each:
            found.append((place, column, each))
    return tuple(found)


_TESTS = {-1: "IS NULL", 0: "= %s", -2: "= ANY(%s)", -3: "IN (SELECT value FROM json_each(%s))"}
_MANY = 200
"""From so many values on they go to the server as one parameter."""


def _one_of(count: int) -> str:
    return f"IN ({', '.join(['%s'] * count)})"


def _as_one(values: tuple[Any, ...], connection: BaseDatabaseWrapper) -> tuple[int, Any]:
    if connection.vendor == "postgresql":
        return -2, list(values)
    return -3, json.dumps(values)


def select_rows(
    model: type[models.Model],
    columns: Sequence[str],
    where: Row,
    *,
    order: Sequence[str] = (),
    limit: int | None = None,
    using: str | None = None,
) -> list[tuple[Any, ...]]:
    """The columns of the rows where all of `where` are equal, in `order` (`-at` downwards). None means IS NULL, a tuple
    one of its values.

    For rows found by a key on the way of a command; lists with filters and joins belong to the ORM.
    """
    alias = using or router.db_for_read(model)
    connection = connections[alias]
    names = tuple(columns)
    shape, parameters = [], []
    for name, value in where.items():
        if isinstance(value, tuple):
            if not value:
                return []
            if len(value) > _MANY and isinstance(value[0], (str, int)):
                kind, one = _as_one(value, connection)
                shape.append((name, kind))
                parameters.append(one)
                continue
            shape.append((name, len(value)))
            parameters += [prepared(model, name, each, connection) for each in value]
        elif value is None:
            shape.append((name, -1))
        else:
            shape.append((name, 0))
            parameters.append(prepared(model, name, value, connection))
    with asking(connection, model) as cursor:
        cursor.execute(_select_sql(model, names, tuple(shape), tuple(order), limit), parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    converters = _converters(model, names, alias)
    if not converters or not rows:
        return rows
    converted = []
    for row in rows:
        values = list(row)
        for place, column, each in converters:
            for convert in each:
                values[place] = convert(values[place], column, connection)
        converted.append(tuple(values))
    return converted


@functools.lru_cache(maxsize=512)
def _all_columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


M = TypeVar("M", bound=models.Model)


def find_rows(model: type[M], where: Row, *, order: Sequence[str] = (), limit: int | None = None) -> list[M]:
    """`select_rows` of all columns, as the model's instances."""
    alias = router.db_for_read(model)
    names = _all_columns(model)
    rows = select_rows(model, names, where, order=order, limit=limit, using=alias)
    return [model.from_db(alias, names, row) for row in rows]


def find(model: type[M], *, order: Sequence[str] = (), **where: Any) -> M | None:
    """The first row where all of `where` are equal, as the model's instance; None where there is none."""
    rows = find_rows(model, where, order=order, limit=1)
    return rows[0] if rows else None


def take_rows(
    model: type[models.Model], columns: Sequence[str], *, limit: int, order: str = "id"
) -> list[tuple[Any, ...]]:
    """DELETE up to `limit` rows and return their values: every row is taken by exactly one caller.

    On PostgreSQL rows that another caller is taking right now are skipped.
    """
    note_write()
    connection = transaction.get_connection()
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    returning = ", ".join(quote(field_of(model, name).column) for name in columns)
    lock = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    inner = f"SELECT {key} FROM {table} ORDER BY {quote(field_of(model, order).column)} LIMIT %s{lock}"  # noqa: S608
    with asking(connection, model, writes=True) as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {key} IN ({inner}) RETURNING {returning}", [limit])  # noqa: S608
        return list(cursor.fetchall())
