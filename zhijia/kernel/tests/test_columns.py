"""Values that skip the field on their way to the driver are those that it would hand on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from zhijia.foundation.jobs.models import State
from zhijia.kernel.db.columns import Column, _plain

COLUMNS = [field for model in apps.get_models() for field in model._meta.concrete_fields]
VALUES = [
    "",
    "王芳",
    0,
    7,
    True,
    False,
    None,
    1.5,
    date(2026, 11, 20),
    datetime(2026, 11, 20, tzinfo=UTC),
    b"1",
    State.QUEUED,
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_every_column_of_ours_makes_of_a_value_what_its_field_makes(value: Any, db: None) -> None:
    for field in COLUMNS:
        plain = _plain(field)[0]
        if plain is None or (value is not None and type(value) is not plain):
            continue
        wanted, got = field.get_db_prep_save(value, connection), Column(field).prepared(value, connection)
        assert (type(got), got) == (type(wanted), wanted), field


def test_most_columns_have_a_short_way_and_their_own_ways_stay() -> None:
    kinds = [_plain(field)[0] for field in COLUMNS]
    assert {str, int, bool, None} == set(kinds)
    assert sum(kind is not None for kind in kinds) > len(kinds) / 2
    own = (models.DateField, models.JSONField, models.BinaryField, models.UUIDField)
    assert not any(_plain(field)[0] for field in COLUMNS if isinstance(field, own))


class Upper(models.CharField[str, str]):
    def get_prep_value(self, value: Any) -> Any:
        return value.upper()


class Sealed(models.TextField[str, str]):
    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return value[::-1]


@pytest.mark.parametrize(("field", "wanted"), [(Upper(), "AB"), (Sealed(), "ba")])
def test_a_field_with_a_way_of_its_own_is_asked(field: Any, wanted: str) -> None:
    field.set_attributes_from_name("own")
    assert Column(field).prepared("ab", connection) == wanted
