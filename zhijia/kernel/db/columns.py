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


@functools.lru_cache(maxsize=2048)
def fields_left_out(model: Model, given: tuple[str, ...]) -> tuple[Field, ...]:
    """The fields that take their default where only `given` are named."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if field.has_default() and not field.primary_key and {field.attname, field.name}.isdisjoint(given)
    )


def prepared(model: Model, name: str, value: Any, connection: BaseDatabaseWrapper) -> Any:
    """What the field hands to the driver."""
    return field_of(model, name).get_db_prep_save(value, connection)


def default(field: Field, connection: BaseDatabaseWrapper) -> Any:
    return field.get_db_prep_save(field.get_default(), connection)
