"""Queries of the ORM, compiled once and asked again with other values.

The ORM's own work on a query with joins is several times that of the database. What a query says must not depend on
the values: a `Question` is built with stand-ins in their places, and the text is kept for each database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

from .rows import asking


@dataclass(frozen=True, slots=True)
class _Built:
    """`places` holds for each parameter the place of its value, or a value of the query's own."""

    sql: str
    places: list[tuple[int | None, Any]]
    converters: list[tuple[int, Any, Any]]
    tables: list[type[models.Model]]


_MARK = "\x01"


class Question:
    """`_CARD = Question(lambda serial: MemberCard.objects.filter(serial=serial).values_list("person__name"), str)`

    The types of the values follow the builder: str, int, date or datetime. Calling it gives the rows as tuples,
    converted as the ORM does it. `values_list` of plain columns and annotations only, in the order that the ORM
    selects them.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Any]], *types: type) -> None:
        self._build = build
        self._stand_ins = [_stand_in(kind, place) for place, kind in enumerate(types)]
        self._model: type[models.Model] | None = None
        self._built: dict[str, _Built] = {}

    def __call__(self, *values: Any) -> list[tuple[Any, ...]]:
        if self._model is None:
            self._model = self._build(*self._stand_ins).model
        alias = router.db_for_read(self._model)
        connection = connections[alias]
        if alias not in self._built:
            self._built[alias] = self._compile(connection)
        built = self._built[alias]
        given = [_plain(value, connection) for value in values]
        parameters = [fixed if place is None else given[place] for place, fixed in built.places]
        with asking(connection, *built.tables) as cursor:
            cursor.execute(built.sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return [_converted(row, built.converters, connection) for row in rows] if built.converters else rows

    def first(self, *values: Any) -> tuple[Any, ...] | None:
        rows = self(*values)
        return rows[0] if rows else None

    def _compile(self, connection: BaseDatabaseWrapper) -> _Built:
        """Raises RuntimeError where a value does not come back out of the ORM as it went in."""
        stand_ins = [_plain(value, connection) for value in self._stand_ins]
        compiler = self._build(*self._stand_ins).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        places: list[tuple[int | None, Any]] = [
            (stand_ins.index(each), None) if each in stand_ins else (None, each) for each in parameters
        ]
        lost = any(place is None and isinstance(each, str) and _MARK in each for place, each in places)
        if lost or {place for place, _ in places if place is not None} != set(range(len(stand_ins))):
            raise RuntimeError("a value of the question is lost in its SQL")
        found = compiler.get_converters([column for column, _, _ in compiler.select])
        tables = [model for model in apps.get_models() if f'"{model._meta.db_table}"' in sql]
        return _Built(sql, places, [(place, each, column) for place, (each, column) in found.items()], tables)


def _stand_in(kind: type, place: int) -> Any:
    if kind is int:
        return 8_999_999_999_999_000_000 + place
    if kind is datetime:
        return datetime(9000, 1, 1 + place, tzinfo=UTC)
    return date(9000, 1, 1 + place) if kind is date else f"{_MARK}{place}{_MARK}"


def _plain(value: Any, connection: BaseDatabaseWrapper) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def _converted(row: tuple[Any, ...], converters: list[Any], connection: BaseDatabaseWrapper) -> tuple[Any, ...]:
    values = list(row)
    for place, each, column in converters:
        for convert in each:
            values[place] = convert(values[place], column, connection)
    return tuple(values)
