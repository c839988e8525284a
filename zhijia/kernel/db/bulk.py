"""Thousands of rows at once: keys known beforehand, COPY on PostgreSQL, one statement on SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

from zhijia.kernel.replica import note_write

from .columns import column_name, default, field_of, fields_left_out, prepared


def holds_millions(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether the database is one for a province; SQLite serves a county."""
    return connections[using].vendor == "postgresql"


def reserve_keys(model: type[models.Model], count: int, *, using: str = DEFAULT_DB_ALIAS) -> list[int]:
    """`count` primary keys of a table, for rows that name one another before they are written (`copy_rows`).

    In a transaction; keys that are not used stay a gap.
    """
    connection = connections[using]
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT array_agg(nextval(named.series)) FROM generate_series(1, %s), "
                "(SELECT pg_get_serial_sequence(%s, %s)::regclass AS series OFFSET 0) AS named",
                [count, table, key],
            )
            return list(cursor.fetchone()[0] or [])
    # The transaction is the only writer, and writing a key moves the sequence behind it.
    last = last_key(model, using=using)
    return list(range(last + 1, last + 1 + count))


def last_key(model: type[models.Model], *, using: str) -> int:
    """The highest primary key that an SQLite table ever gave, 0 where none; rows that are gone count."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        return int((cursor.fetchone() or (0,))[0])


def set_last_key(model: type[models.Model], last: int, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """PostgreSQL gives the next row the key after it."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)",
            [model._meta.db_table, model._meta.pk.column, max(last, 1), last > 0],
        )


def copy_rows(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]], *, using: str = DEFAULT_DB_ALIAS
) -> None:
    """Write many rows of the same columns as fast as the vendor can: COPY on PostgreSQL, one statement on SQLite.

    Columns left out take the field's default; JSON is given as text. Rows that are made as they are asked for are made
    while PostgreSQL writes those before them; making them must not ask the database. Raises IntegrityError as an
    insert does.
    """
    if not rows:
        return
    note_write()
    connection = connections[using]
    left = fields_left_out(model, tuple(names))
    rest = tuple(default(field, connection) for field in left)
    columns = (*names, *(field.attname for field in left))
    listed = ", ".join(connection.ops.quote_name(column_name(model, name)) for name in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row((*row, *rest))
            return
        marks = ", ".join(["%s"] * len(columns))
        moments = [p for p, name in enumerate(names) if isinstance(field_of(model, name), models.DateField)]
        statement = f"INSERT INTO {table} ({listed}) VALUES ({marks})"  # noqa: S608
        cursor.executemany(statement, [_stored(model, names, row, moments, connection) + rest for row in rows])


def _stored(
    model: type[models.Model], names: Sequence[str], row: Sequence[Any], places: Sequence[int], connection: Any
) -> tuple[Any, ...]:
    """The row with days and moments as SQLite keeps them."""
    values = list(row)
    for place in places:
        values[place] = prepared(model, names[place], values[place], connection)
    return tuple(values)
