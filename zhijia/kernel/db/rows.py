"""Lean writes and reads: cached SQL, which costs about half of the ORM's time at the join.

`insert_rows` and `change_rows` write, `select_rows` and `find` read single rows. They convert values by the model's own
fields, so both databases store and give the same.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from zhijia.kernel.replica import note_write

from .columns import column_name, default, field_of, fields_left_out, prepared

Row = Mapping[str, Any]

_MOST_PARAMETERS = 30_000


@functools.lru_cache(maxsize=2048)
def _insert_sql(model: type[models.Model], names: tuple[str, ...], count: int, ignore: bool) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    meta = model._meta
    columns = ", ".join(quote(column_name(model, name)) for name in names)
    one = "(" + ", ".join(["%s"] * len(names)) + ")"
    values = ", ".join([one] * count)
    conflict = " ON CONFLICT DO NOTHING" if ignore else ""
    key = quote(column_name(model, meta.pk.name))
    # Names come from the models and are quoted; values are parameters.
    return f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES {values}{conflict} RETURNING {key}"  # noqa: S608


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
    given = tuple(rows[0])
    rest = fields_left_out(model, given)
    names = given + tuple(field.attname for field in rest)
    per_statement = max(1, _MOST_PARAMETERS // max(1, len(names)))
    keys: list[int] = []
    with connection.cursor() as cursor:
        for start in range(0, len(rows), per_statement):
            part = rows[start : start + per_statement]
            parameters: list[Any] = []
            for row in part:
                parameters += [prepared(model, name, row[name], connection) for name in given]
                parameters += [default(field, connection) for field in rest]
            cursor.execute(_insert_sql(model, names, len(part), ignore_conflicts), parameters)
            keys.extend(key for (key,) in cursor.fetchall())
    return keys


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
    shape = tuple((name, "null" if value is None else "is") for name, value in where.items())
    parameters = [prepared(model, name, value, connection) for name, value in values.items()]
    parameters += [prepared(model, name, value, connection) for name, value in where.items() if value is not None]
    with connection.cursor() as cursor:
        cursor.execute(_update_sql(model, tuple(values), shape), parameters)
        return int(cursor.rowcount)


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
    with connection.cursor() as cursor:
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
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {key} IN ({inner}) RETURNING {returning}", [limit])  # noqa: S608
        return list(cursor.fetchall())
