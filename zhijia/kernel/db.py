"""Everything that talks to the database by hand, for both vendors; no other module branches on the vendor.

`insert_rows` and `change_rows` are the lean write path, `select_rows` and `find` the lean way to single rows: cached
SQL, which costs about a third of the ORM's time at the join. They convert values by the model's own fields, so both
databases store and give the same.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, migrations, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from .replica import note_write

P = ParamSpec("P")
R = TypeVar("R")
Row = Mapping[str, Any]

_MOST_PARAMETERS = 30_000
_RETRY_SQLSTATES = {"40001", "40P01"}


class KeyField(models.CharField):  # type: ignore[type-arg]
    """Text compared byte by byte: codes, keys, digests, tree paths.

    COLLATE "C" on PostgreSQL and BINARY on SQLite, so that ranges over it use the index and order alike everywhere.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else "BINARY"
        return parameters


@functools.lru_cache(maxsize=2048)
def _insert_sql(model: type[models.Model], names: tuple[str, ...], count: int, vendor: str, ignore: bool) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    meta = model._meta
    columns = ", ".join(quote(_column(model, name)) for name in names)
    one = "(" + ", ".join(["%s"] * len(names)) + ")"
    values = ", ".join([one] * count)
    conflict = " ON CONFLICT DO NOTHING" if ignore else ""
    returning = f" RETURNING {quote(_column(model, meta.pk.name))}"
    # Names come from the models and are quoted; values are parameters.
    return f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES {values}{conflict}{returning}"  # noqa: S608


@functools.lru_cache(maxsize=4096)
def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
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
    filled = [
        (attname, field) for attname, field in _defaults(model) if attname not in rows[0] and field.name not in rows[0]
    ]
    given = tuple(rows[0])
    names = given + tuple(attname for attname, _ in filled)
    per_statement = max(1, _MOST_PARAMETERS // max(1, len(names)))
    keys: list[int] = []
    with connection.cursor() as cursor:
        for start in range(0, len(rows), per_statement):
            part = rows[start : start + per_statement]
            parameters: list[Any] = []
            for row in part:
                parameters.extend(_prepared(model, name, row[name], connection) for name in given)
                parameters.extend(field.get_db_prep_save(field.get_default(), connection) for _, field in filled)
            cursor.execute(_insert_sql(model, names, len(part), connection.vendor, ignore_conflicts), parameters)
            keys.extend(key for (key,) in cursor.fetchall())
    return keys


def insert_row(model: type[models.Model], *, using: str = DEFAULT_DB_ALIAS, **values: Any) -> int:
    """Insert one row and return its primary key."""
    return insert_rows(model, [values], using=using)[0]


@functools.lru_cache(maxsize=2048)
def _update_sql(model: type[models.Model], names: tuple[str, ...], where: tuple[tuple[str, str], ...]) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    changes = ", ".join(f"{quote(_column(model, name))} = %s" for name in names)
    tests = []
    for name, kind in where:
        column = quote(_column(model, name))
        tests.append(f"{column} IS NULL" if kind == "null" else f"{column} = %s")
    return f"UPDATE {quote(model._meta.db_table)} SET {changes} WHERE {' AND '.join(tests)}"  # noqa: S608


def change_rows(model: type[models.Model], where: Row, values: Row, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """`UPDATE ... SET values WHERE` all of `where` are equal (None means IS NULL); returns how many rows changed.

    The conditional update is how a state changes on both databases: no row changed means somebody was quicker.
    """
    note_write()
    connection = connections[using]
    shape = tuple((name, "null" if value is None else "is") for name, value in where.items())
    parameters = [_prepared(model, name, value, connection) for name, value in values.items()]
    parameters += [_prepared(model, name, value, connection) for name, value in where.items() if value is not None]
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
    columns = ", ".join(quote(_column(model, name)) for name in names)
    tests = [f"{quote(_column(model, name))} {_TESTS.get(count) or _one_of(count)}" for name, count in where]
    text = f"SELECT {columns} FROM {quote(model._meta.db_table)} WHERE {' AND '.join(tests)}"  # noqa: S608
    if order:
        sides = [
            f"{quote(_column(model, name.lstrip('-')))}{' DESC' if name.startswith('-') else ''}" for name in order
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
        field = _field(model, name)
        column = field.get_col(model._meta.db_table)
        each = (*connection.ops.get_db_converters(column), *field.get_db_converters(connection))
        if each:
            found.append((place, column, each))
    return tuple(found)


_TESTS = {-1: "IS NULL", 0: "= %s"}


def _one_of(count: int) -> str:
    return f"IN ({', '.join(['%s'] * count)})"


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
            shape.append((name, len(value)))
            parameters += [_prepared(model, name, each, connection) for each in value]
        elif value is None:
            shape.append((name, -1))
        else:
            shape.append((name, 0))
            parameters.append(_prepared(model, name, value, connection))
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


def is_conflict_between_writers(error: BaseException) -> bool:
    """Whether the database gave up on this transaction only because of another one (deadlock, serialization, lock)."""
    cause = error.__cause__ or error
    state = getattr(cause, "sqlstate", None)
    return state in _RETRY_SQLSTATES or "database is locked" in str(cause)


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
def consistent_look() -> Iterator[None]:
    """A transaction whose every query sees the same moment; it must be the outermost one."""
    with transaction.atomic():
        connection = transaction.get_connection()
        if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


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
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {key} IN ({inner}) RETURNING {returning}", [limit])  # noqa: S608
        return list(cursor.fetchall())


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
            if cursor.fetchone()[0] is not None:
                continue
            cursor.execute(
                f'CREATE TABLE "{name}" PARTITION OF "{table}" '
                f"FOR VALUES FROM ('{begin} 00:00:00+08') TO ('{end} 00:00:00+08')"
            )
            made.append(name)
    return made


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


def subtree(field: str, path: str) -> models.Q:
    """The rows in the subtree of `path`: a range, since `startswith` would scan the table on SQLite."""
    return models.Q(**{f"{field}__gte": path, f"{field}__lt": path + "~"})


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
