"""A model's columns as the lean statements need them, and how a value becomes a parameter."""

from __future__ import annotations

import functools
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

Model = type[models.Model]
Field = models.Field[Any, Any]


@functools.lru_cache(maxsize=4096)
def field_of(model: Model, name: str) -> Field:
    """Raises LookupError."""
    for field in model._meta.concrete_fields:
        if name in (field.name, field.attname):
            return field
    raise LookupError(f"{model.__name__} has no column {name}")


def column_name(model: Model, name: str) -> str:
    return str(field_of(model, name).column)


class Column:
    """One column. Values of its `plain` type, and nothing at all, go to the driver without the field's dozen steps,
    which are a tenth of a join; `integer` names the size that PostgreSQL's driver is told.
    """

    __slots__ = ("attname", "field", "integer", "plain")

    def __init__(self, field: Field) -> None:
        self.field, self.attname = field, field.attname
        self.plain, self.integer = _plain(field)

    def prepared(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """What the field itself makes of it (`get_db_prep_save`)."""
        if type(value) is self.plain:
            return connection.ops.adapt_integerfield_value(value, self.integer) if self.integer else value
        if value is None and self.plain is not None:
            return None
        return self.field.get_db_prep_save(value, connection)

    def default(self, connection: BaseDatabaseWrapper) -> Any:
        return self.prepared(self.field.get_default(), connection)


def _plain(field: Field) -> tuple[type | None, str]:
    """The type whose values Django's own field would hand on as they are, and the size of an integer; None for a field
    that has a way of its own.
    """
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    own = type(field)
    if own.get_db_prep_save is not models.Field.get_db_prep_save:
        return None, ""
    if isinstance(field, models.AutoField):
        return int, ""
    if own.get_db_prep_value is models.IntegerField.get_db_prep_value:
        plain = own.get_prep_value is models.IntegerField.get_prep_value
        return (int, field.get_internal_type()) if plain else (None, "")
    if own.get_db_prep_value is not models.Field.get_db_prep_value:
        return None, ""
    return next((kind for base, kind in _KINDS.items() if own.get_prep_value is base.get_prep_value), None), ""


_KINDS: dict[type[Field], type] = {models.CharField: str, models.TextField: str, models.BooleanField: bool}


@functools.lru_cache(maxsize=4096)
def column_of(model: Model, name: str) -> Column:
    return Column(field_of(model, name))


@functools.lru_cache(maxsize=2048)
def columns_of(model: Model, names: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(column_of(model, name) for name in names)


@functools.lru_cache(maxsize=2048)
def filled(model: Model, given: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns that take their default where only `given` are named."""
    return tuple(
        column_of(model, field.attname)
        for field in model._meta.concrete_fields
        if field.has_default() and not field.primary_key and {field.attname, field.name}.isdisjoint(given)
    )


def prepared(model: Model, name: str, value: Any, connection: BaseDatabaseWrapper) -> Any:
    return column_of(model, name).prepared(value, connection)
