"""Lean writes and reads: cached SQL, on PostgreSQL by the wire, a quarter of the ORM's time at the join.

`insert_rows` and `change_rows` write, `select_rows` and `find` read single rows. They convert values by the model's own
fields, so both databases store and give the same. `insert_later` and `change_later` are for rows that nobody needs
before the command ends: inside `one_command` they wait and go to the server together, on PostgreSQL as one statement.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from zhijia.kernel.replica import note_write

from . import command as commands, wire
from .command import Change, Command, Inserts

Row = Mapping[str, Any]
Field = models.Field[Any, Any]
Rows = list[tuple[Any, ...]]

_MOST_PARAMETERS = 30_000


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """SQL with `%s` for each value, and the columns whose values they are; made once for each shape. `encoders` is None
    where one of them is of a kind that the wire does not know.
    """

    sql: str
    fields: tuple[Field, ...]
    encoders: tuple[wire.Encode, ...] | None
    formats: tuple[int, ...]


def _statement(sql: str, fields: Iterable[Field]) -> Statement:
    columns = tuple(fields)
    found = [_encoder(field) for field in columns]
    known = [each for each in found if each is not None]
    whole = len(known) == len(found)
    encoders = tuple(encode for encode, _ in known) if whole else None
    return Statement(sql, columns, encoders, tuple(kind for _, kind in known))


@functools.lru_cache(maxsize=4096)
def _encoder(field: Field) -> tuple[wire.Encode, int] | None:
    return wire.encoder(field)


@functools.lru_cache(maxsize=2048)
def _insert(model: type[models.Model], names: tuple[str, ...], count: int, ignore: bool, *, keys: bool) -> Statement:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    meta = model._meta
    columns = ", ".join(quote(_column(model, name)) for name in names)
    one = "(" + ", ".join(["%s"] * len(names)) + ")"
    values = ", ".join([one] * count)
    conflict = " ON CONFLICT DO NOTHING" if ignore else ""
    returning = f" RETURNING {quote(_column(model, meta.pk.name))}" if keys else ""
    # Names come from the models and are quoted; values are parameters.
    sql = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES {values}{conflict}{returning}"  # noqa: S608
    return _statement(sql, [_field(model, name) for name in names] * count)


@functools.lru_cache(maxsize=4096)
def _field(model: type[models.Model], name: str) -> Field:
    for field in model._meta.concrete_fields:
        if name in (field.name, field.attname):
            return field
    raise LookupError(f"{model.__name__} has no column {name}")


def _column(model: type[models.Model], name: str) -> str:
    return str(_field(model, name).column)


@functools.lru_cache(maxsize=512)
def _defaults(model: type[models.Model]) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (field.attname, field) for field in model._meta.concrete_fields if field.has_default() and not field.primary_key
    )


def _prepared(model: type[models.Model], name: str, value: Any, connection: BaseDatabaseWrapper) -> Any:
    return _field(model, name).get_db_prep_save(value, connection)


@functools.lru_cache(maxsize=2048)
def _filled(model: type[models.Model], given: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """The columns that take their default where only `given` are named: `((attname, field), ...)`."""
    return tuple((attname, field) for attname, field in _defaults(model) if {attname, field.name}.isdisjoint(given))


def _inserting(
    model: type[models.Model], rows: Sequence[Row], *, ignore: bool, keys: bool
) -> Iterator[tuple[Statement, list[Any]]]:
    """Statement by statement, with the values of its rows."""
    given = tuple(rows[0])
    filled = _filled(model, given)
    names = given + tuple(attname for attname, _ in filled)
    per_statement = max(1, _MOST_PARAMETERS // max(1, len(names)))
    for start in range(0, len(rows), per_statement):
        part = rows[start : start + per_statement]
        values: list[Any] = []
        for row in part:
            values += [row[name] for name in given]
            values += [field.get_default() for _, field in filled]
        yield _insert(model, names, len(part), ignore, keys=keys), values


def ready(*touched: type[models.Model], writes: bool = False) -> None:
    """What waits for a table that the next statement touches is written first, and what a command has read of a table
    that it writes is forgotten.
    """
    command = commands.current()
    if command is not None:
        if writes:
            command.forget(touched[0])
        if command.waits_for(touched):
            _write_waiting(command)


@contextmanager
def asking(connection: BaseDatabaseWrapper) -> Iterator[Any]:
    """A cursor for one statement of ours, where the wire does not serve; the watch lets it pass."""
    command = commands.current()
    if command is not None:
        command.lean = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        if command is not None:
            command.lean = False


def _ask(connection: BaseDatabaseWrapper, statement: Statement, values: Sequence[Any]) -> tuple[Rows, int]:
    """The rows, and how many were read or changed."""
    line = wire.over(connection) if statement.encoders is not None else None
    if line is not None and statement.encoders is not None:
        pairs = zip(statement.encoders, values, strict=True)
        encoded = [None if value is None else encode(value) for encode, value in pairs]
        return line.ask(connection, statement.sql, encoded, statement.formats)
    stored = [field.get_db_prep_save(value, connection) for field, value in zip(statement.fields, values, strict=True)]
    with asking(connection) as cursor:
        cursor.execute(statement.sql, stored)
        return (cursor.fetchall() if cursor.description else []), cursor.rowcount


def ask_plain(connection: BaseDatabaseWrapper, sql: str, values: Sequence[Any]) -> Rows:
    """The rows of a SELECT whose values belong to no column."""
    line = wire.over(connection)
    if line is not None:
        written = [wire.plain(value) for value in values]
        known = [each for each in written if each is not None]
        if len(known) == len(written):
            formats = [0] * len(known)
            return line.ask(connection, sql, [text for text, _ in known], formats, [kind for _, kind in known])[0]
    with asking(connection) as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


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
    ready(model, writes=True)
    keys: list[int] = []
    for statement, values in _inserting(model, rows, ignore=ignore_conflicts, keys=True):
        keys += [key for (key,) in _ask(connection, statement, values)[0]]
    return keys


def insert_row(model: type[models.Model], *, using: str = DEFAULT_DB_ALIAS, **values: Any) -> int:
    """Insert one row and return its primary key."""
    return insert_rows(model, [values], using=using)[0]


@functools.lru_cache(maxsize=2048)
def _update(model: type[models.Model], names: tuple[str, ...], where: tuple[tuple[str, bool], ...]) -> Statement:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    changes = ", ".join(f"{quote(_column(model, name))} = %s" for name in names)
    tests = [f"{quote(_column(model, name))} {'IS NULL' if is_null else '= %s'}" for name, is_null in where]
    sql = f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {' AND '.join(tests)}"  # noqa: S608
    return _statement(
        sql, [_field(model, name) for name in (*names, *(name for name, is_null in where if not is_null))]
    )


def change_rows(model: type[models.Model], where: Row, values: Row, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """`UPDATE ... SET values WHERE` all of `where` are equal (None means IS NULL); returns how many rows changed.

    The conditional update is how a state changes on both databases: no row changed means somebody was quicker.
    """
    note_write()
    ready(model, writes=True)
    return _ask(connections[using], *_changing(model, where, values))[1]


def _changing(model: type[models.Model], where: Row, values: Row) -> tuple[Statement, list[Any]]:
    shape = tuple((name, value is None) for name, value in where.items())
    given = [*values.values(), *(value for value in where.values() if value is not None)]
    return _update(model, tuple(values), shape), given


# --- One command ----------------------------------------------------------------------------------------------------
@contextmanager
def one_command() -> Iterator[None]:
    """Inside `atomic()`: rows given to `insert_later` and `change_later` are written together when this ends, and
    `remembered` reads are asked once.

    An error, a rollback to a savepoint begun before them and `set_rollback` drop what waits. Any statement that may
    need it, of the ORM or of a table that waits, has it written first, so nobody reads past it. Inside another command
    it is a part of that one.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("a command needs a transaction")
    if commands.current() is not None:
        yield
        return
    command = Command()
    with commands.begun(command):
        yield
        if not connection.needs_rollback:
            _write_waiting(command)


def savepoint_begins() -> None:
    """What waits was asked for before it."""
    command = commands.current()
    if command is not None:
        _write_waiting(command)


def savepoint_stays() -> bool:
    """Whether a savepoint that is done with need not be released, which saves a way to the server."""
    command = commands.current()
    return command is not None and command.keeps_savepoint()


def savepoint_fails() -> None:
    """What waits came after it."""
    command = commands.current()
    if command is not None:
        command.drop()


def _watch(
    execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: Mapping[str, BaseDatabaseWrapper]
) -> Any:
    """Every statement of a cursor passes here; those that are not ours may touch anything."""
    connection = context["connection"]
    command = commands.current()
    if command is not None and not command.lean and connection.alias == DEFAULT_DB_ALIAS:
        if sql.startswith("ROLLBACK TO"):
            savepoint_fails()
        elif sql.startswith("RELEASE"):
            if savepoint_stays():
                return None
        else:
            _write_waiting(command)
            if not sql.startswith(("SELECT", "SAVEPOINT")):
                command.forget()
    done = execute(sql, parameters, many, context)
    if isinstance(sql, str):
        wire.note_statement(connection, sql)
    return done


wire.watch_statements(_watch)


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
    connection = transaction.get_connection()
    statements: list[tuple[Statement, list[Any]]] = []
    for each in waiting:
        if isinstance(each, Inserts):
            statements += _inserting(each.model, each.rows, ignore=each.ignore, keys=False)
        else:
            statements.append(_changing(each.model, each.where, each.values))
    values = [value for _, some in statements for value in some]
    if connection.vendor == "postgresql" and len(statements) > 1 and len(values) < _MOST_PARAMETERS:
        _ask(connection, _together(tuple(statement for statement, _ in statements)), values)
        return
    for statement, some in statements:
        _ask(connection, statement, some)


@functools.lru_cache(maxsize=512)
def _together(statements: tuple[Statement, ...]) -> Statement:
    """One statement that does all: a common table expression each, in no order, so no table stands in it twice."""
    parts = ", ".join(f"w{place} AS ({each.sql})" for place, each in enumerate(statements))
    return _statement(f"WITH {parts} SELECT 1", [field for each in statements for field in each.fields])


@functools.lru_cache(maxsize=2048)
def _select(
    model: type[models.Model],
    names: tuple[str, ...],
    where: tuple[tuple[str, int], ...],
    order: tuple[str, ...],
    limit: int | None,
) -> Statement:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns = ", ".join(quote(_column(model, name)) for name in names)
    tests = [f"{quote(_column(model, name))} {_TESTS.get(count) or _one_of(count)}" for name, count in where]
    text = f"SELECT {columns} FROM {quote(model._meta.db_table)} WHERE {' AND '.join(tests)}"  # noqa: S608
    if order:
        sides = [
            f"{quote(_column(model, name.lstrip('-')))}{' DESC' if name.startswith('-') else ''}" for name in order
        ]
        text += f" ORDER BY {', '.join(sides)}"
    if limit is not None:
        text += f" LIMIT {limit:d}"
    fields: list[Field] = []
    for name, count in where:
        fields += [_AS_IT_IS] if count in (_ARRAY, _JSON_LIST) else [_field(model, name)] * (count or 1) * (count >= 0)
    return _statement(text, fields)


@functools.lru_cache(maxsize=2048)
def _converters(
    model: type[models.Model], names: tuple[str, ...], using: str
) -> tuple[tuple[int, models.expressions.Col, tuple[Callable[..., Any], ...]], ...]:
    """What turns the driver's values into the field's, for the columns that need it: `(place, column, converters)`."""
    connection = connections[using]
    found = []
    for place, name in enumerate(names):
        field = _field(model, name)
        column = field.get_col(model._meta.db_table)
        each = (*connection.ops.get_db_converters(column), *field.get_db_converters(connection))
        if each:
            found.append((place, column, each))
    return tuple(found)


class _AsItIs(models.Field[Any, Any]):
    """For a value that the driver takes as it is."""

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        return value


_AS_IT_IS = _AsItIs()
_NULL, _ARRAY, _JSON_LIST = -1, -2, -3
_TESTS = {
    _NULL: "IS NULL", 0: "= %s", _ARRAY: "= ANY(%s)", _JSON_LIST: "IN (SELECT value FROM json_each(%s))",
}  # fmt: skip
_MANY = 200
"""From so many values on they go to the server as one parameter."""


def _one_of(count: int) -> str:
    return f"IN ({', '.join(['%s'] * count)})"


def _as_one(values: tuple[Any, ...], connection: BaseDatabaseWrapper) -> tuple[int, Any]:
    if connection.vendor == "postgresql":
        return _ARRAY, list(values)
    return _JSON_LIST, json.dumps(values)


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
    shape: list[tuple[str, int]] = []
    given: list[Any] = []
    for name, value in where.items():
        if isinstance(value, tuple):
            if not value:
                return []
            if len(value) > _MANY and isinstance(value[0], (str, int)):
                kind, one = _as_one(value, connection)
                shape.append((name, kind))
                given.append(one)
                continue
            shape.append((name, len(value)))
            given += value
        elif value is None:
            shape.append((name, _NULL))
        else:
            shape.append((name, 0))
            given.append(value)
    ready(model)
    rows, _ = _ask(connection, _select(model, names, tuple(shape), tuple(order), limit), given)
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
    returning = ", ".join(quote(_field(model, name).column) for name in columns)
    lock = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    inner = f"SELECT {key} FROM {table} ORDER BY {quote(_field(model, order).column)} LIMIT %s{lock}"  # noqa: S608
    ready(model, writes=True)
    with asking(connection) as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {key} IN ({inner}) RETURNING {returning}", [limit])  # noqa: S608
        return list(cursor.fetchall())
