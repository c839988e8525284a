"""Tables that only grow: the database itself refuses to change a row of them.

A trigger, so that neither a slip nor an injected statement changes the past. Its owner can take it away, which the
sealed log then shows. On SQLite nothing hinders a DELETE, which Django's own `flush` needs there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, migrations, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

_FUNCTION = """
CREATE OR REPLACE FUNCTION zhijia_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$
"""


def _create(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    if connection.vendor == "postgresql":
        return [
            _FUNCTION,
            (
                f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}" '
                "FOR EACH ROW EXECUTE FUNCTION zhijia_append_only()"
            ),
        ]
    refused = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return [f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE ON "{table}" {refused}']


def _drop(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    if connection.vendor == "postgresql":
        return [f'DROP TRIGGER append_only ON "{table}"']
    return [f'DROP TRIGGER "{table}_append_only"']


class AppendOnly(migrations.operations.base.Operation):
    """Guard the table of a model, its partitions included."""

    reversible = True

    def __init__(self, name: str) -> None:
        self.name = name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models stay as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        for statement in _create(schema_editor.connection, table):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = from_state.apps.get_model(app_label, self.name)._meta.db_table
        for statement in _drop(schema_editor.connection, table):
            schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Let {self.name} only grow"


@contextmanager
def unguarded(model: type[models.Model]) -> Iterator[None]:
    """In a transaction of its own: rows that came to their end may go. Other writers of the table wait meanwhile."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    table = model._meta.db_table
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in _drop(connection, table):
                cursor.execute(statement)
        yield
        with connection.cursor() as cursor:
            for statement in _create(connection, table):
                cursor.execute(statement)
