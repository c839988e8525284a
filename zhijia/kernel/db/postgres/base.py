"""Where Django looks for the backend."""

from __future__ import annotations

from django.db.backends.postgresql import base

from zhijia.kernel.db import wire


class DatabaseWrapper(base.DatabaseWrapper):
    """A rollback makes psycopg throw away all that the server keeps prepared, and no cursor sees it."""

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        wire.doubt(self)
