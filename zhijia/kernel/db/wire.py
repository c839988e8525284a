"""PostgreSQL asked through libpq: what `kernel.db` asks again and again leaves out the layers between.

A cursor of Django over a cursor of psycopg takes several times the processor that a short statement takes libpq. Here a
statement is prepared under a name from its third time on, its values go out as the text or bytes that PostgreSQL
reads, and rows come back by psycopg's own loaders, so that they are those a cursor gives. Connecting, transactions,
savepoints and whatever the ORM asks stay with Django; both share the connection.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg import errors
from psycopg.abc import Buffer
from psycopg.adapt import Loader, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

MOST_KEPT = 200
"""Statements a connection keeps prepared; the oldest gives way."""
_TEXT, _BYTES = 0, 1
_MARK = re.compile(r"%[s%]")
_LOSES_PLANS = ("DROP", "ALTER", "ROLLBACK", "DISCARD", "DEALLOCATE")
"""After these psycopg has the server forget all that is prepared, ours too."""

Encode = Callable[[Any], bytes]
Encoded = list[bytes | None]


class _MomentLoader(Loader):
    """`2026-11-20 02:00:00.123456+00`: in UTC as Django has its connections; much faster than the driver."""

    def load(self, data: Buffer) -> datetime:
        return datetime.fromisoformat(bytes(data).decode())


class Wire:
    """One connection of psycopg, and what is prepared on it."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._pgconn = driver.pgconn
        reader = driver.cursor()
        reader.adapters.register_loader("timestamptz", _MomentLoader)
        self._loaders = Transformer(reader)
        self._after = driver.prepare_threshold
        level = driver.isolation_level
        self._begin = f"BEGIN ISOLATION LEVEL {level.name.replace('_', ' ')}".encode() if level else b"BEGIN"
        self._asked: dict[str, int] = {}
        self._names: dict[str, bytes] = {}
        self._serial = 0
        self.is_doubtful = False

    def ask(
        self,
        connection: BaseDatabaseWrapper,
        sql: str,
        values: Encoded,
        formats: Sequence[int],
        types: Sequence[int] | None = None,
    ) -> tuple[list[tuple[Any, ...]], int]:
        """The rows, and how many were read or changed. `sql` has `%s` for each value, of the server's choice of type
        unless `types` names its number. Raises Django's database errors.
        """
        if connection.needs_rollback:
            connection.validate_no_broken_transaction()
        pgconn = self._pgconn
        try:
            self._begin_where_due(connection)
            name = self._prepared(connection, sql, types)
            if name:
                result = pgconn.exec_prepared(name, values, formats)  # type: ignore[arg-type]  # None is NULL
            else:
                result = pgconn.exec_params(_numbered(sql), values, types, formats)
        except psycopg.Error:
            with connection.wrap_database_errors:
                raise
        if result.status == ExecStatus.TUPLES_OK:
            self._loaders.set_pgresult(result)
            return self._loaders.load_rows(0, result.ntuples, tuple), result.ntuples
        self._checked(connection, result)
        return [], result.command_tuples or 0

    def say(self, connection: BaseDatabaseWrapper, command: str) -> None:
        """A command without values that is never the same twice. Raises Django's database errors."""
        try:
            self._begin_where_due(connection)
            result = self._pgconn.exec_(command.encode())
        except psycopg.Error:
            with connection.wrap_database_errors:
                raise
        self._checked(connection, result)

    def _begin_where_due(self, connection: BaseDatabaseWrapper) -> None:
        if not connection.autocommit and self._pgconn.transaction_status == TransactionStatus.IDLE:
            self._checked(connection, self._pgconn.exec_(self._begin))

    def _checked(self, connection: BaseDatabaseWrapper, result: Any) -> None:
        if result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            return
        with connection.wrap_database_errors:
            if self._pgconn.status == ConnStatus.BAD:
                raise psycopg.OperationalError("the connection to the database is lost")
            raise errors.error_from_result(result)

    def _prepared(self, connection: BaseDatabaseWrapper, sql: str, types: Sequence[int] | None) -> bytes | None:
        """The name under which the statement is prepared, None before its third time."""
        if self.is_doubtful:
            self._look_what_is_left()
        name = self._names.get(sql)
        if name is not None or self._after is None:
            return name
        times = self._asked[sql] = self._asked.get(sql, 0) + 1
        if times <= self._after:
            return None
        self._serial += 1
        name = f"zhijia_{self._serial}".encode()
        self._checked(connection, self._pgconn.prepare(name, _numbered(sql), types))
        if len(self._names) >= MOST_KEPT:
            oldest = next(iter(self._names))
            self._pgconn.exec_(b"DEALLOCATE " + self._names.pop(oldest))
            self._asked.pop(oldest, None)
        self._names[sql] = name
        return name

    def _look_what_is_left(self) -> None:
        result = self._pgconn.exec_(b"SELECT name FROM pg_prepared_statements")
        left = {result.get_value(row, 0) for row in range(result.ntuples)}
        self._names = {sql: name for sql, name in self._names.items() if name in left}
        self._asked = {sql: times for sql, times in self._asked.items() if sql in self._names}
        self.is_doubtful = False


_KEPT = "_zhijia_wire"


def over(connection: BaseDatabaseWrapper) -> Wire | None:
    """The wire of a connection; None where a cursor must be used: another vendor, or somebody watches statements."""
    if connection.vendor != "postgresql" or connection.queries_logged or len(connection.execute_wrappers) > 1:
        return None
    connection.ensure_connection()
    driver = connection.connection
    found: Wire | None = getattr(driver, _KEPT, None)
    if found is None:
        found = Wire(driver)
        setattr(driver, _KEPT, found)
    return found


def note_statement(connection: BaseDatabaseWrapper, sql: str) -> None:
    """Told of every statement that a cursor has executed."""
    if sql.startswith(_LOSES_PLANS):
        doubt(connection)


def doubt(connection: BaseDatabaseWrapper) -> None:
    """What is prepared may be gone; the next statement looks."""
    found: Wire | None = getattr(connection.connection, _KEPT, None)
    if found is not None:
        found.is_doubtful = True


@functools.lru_cache(maxsize=1024)
def _numbered(sql: str) -> bytes:
    """With PostgreSQL's own `$1`, and `%` where a cursor wants `%%`."""
    places = iter(range(1, sql.count("%") + 1))
    return _MARK.sub(lambda mark: f"${next(places)}" if mark[0] == "%s" else "%", sql).encode()


# --- Values as PostgreSQL reads them --------------------------------------------------------------------------------
def _text(value: Any) -> bytes:
    return (value if isinstance(value, str) else str(value)).encode()


def _number(value: Any) -> bytes:
    return b"%d" % (value if isinstance(value, int) else int(value))


def _by_field(field: models.Field[Any, Any], plain: type, write: Encode) -> Encode:
    """Other values than the plain ones become them by the field, as the ORM has it."""

    def encode(value: Any) -> bytes:
        return write(value if type(value) is plain else field.get_prep_value(value))

    return encode


def _moment(field: models.Field[Any, Any]) -> Encode:
    def encode(value: Any) -> bytes:
        aware = type(value) is datetime and value.tzinfo is not None
        return str((value if aware else field.get_prep_value(value)).isoformat()).encode()

    return encode


def _json(field: models.Field[Any, Any]) -> Encode:
    encoder = getattr(field, "encoder", None)
    return lambda value: json.dumps(value, cls=encoder).encode()


def _truth(value: Any) -> bytes:
    return b"t" if value else b"f"


def _day(value: date) -> bytes:
    return value.isoformat().encode()


_WRITERS: dict[str, tuple[int, Callable[[models.Field[Any, Any]], Encode]]] = {
    # Text goes as bytes, so that a NUL in it is refused and does not end it.
    **dict.fromkeys(("CharField", "TextField", "SlugField"), (_BYTES, lambda _: _text)),
    "BinaryField": (_BYTES, lambda _: bytes),
    **dict.fromkeys(
        ("AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField",
         "PositiveIntegerField", "PositiveBigIntegerField", "PositiveSmallIntegerField"),
        (_TEXT, lambda _: _number),
    ),
    "BooleanField": (_TEXT, lambda field: _by_field(field, bool, _truth)),
    "DateTimeField": (_TEXT, _moment),
    "DateField": (_TEXT, lambda field: _by_field(field, date, _day)),
    "JSONField": (_TEXT, _json),
    "UUIDField": (_TEXT, lambda field: _by_field(field, UUID, _text)),
}  # fmt: skip


def encoder(field: models.Field[Any, Any]) -> tuple[Encode, int] | None:
    """What writes a column's values (None apart), and in which of the two formats. None for a kind not known here."""
    if isinstance(field, models.ForeignKey):
        return encoder(field.target_field)
    known = _WRITERS.get(field.get_internal_type())
    own = type(field).get_db_prep_save, type(field).get_db_prep_value, type(field).get_prep_value
    if known is None or not all(method.__module__.startswith("django.db.models") for method in own):
        return None
    return known[1](field), known[0]


_INT8, _BOOL, _UNKNOWN = 20, 16, 0


def plain(value: Any) -> tuple[bytes | None, int] | None:
    """A value without a column, and the number of its type; None for a kind not known here."""
    if value is None:
        return None, _UNKNOWN
    if isinstance(value, bool):
        return _truth(value), _BOOL
    if isinstance(value, int):
        return b"%d" % value, _INT8
    if isinstance(value, (date, datetime)):
        return value.isoformat().encode(), _UNKNOWN
    return (value.encode(), _UNKNOWN) if isinstance(value, str) and "\0" not in value else None


def watch_statements(watch: Callable[..., Any]) -> None:
    """Have every statement of every cursor pass `watch`, as Django's `execute_wrapper` does for a while."""

    def install(connection: BaseDatabaseWrapper, **_named: Any) -> None:
        if watch not in connection.execute_wrappers:
            connection.execute_wrappers.append(watch)

    connection_created.connect(install, weak=False, dispatch_uid="zhijia.kernel.db.wire")
