"""Where Django looks for the backend."""

from __future__ import annotations

from django.db.backends.postgresql import base

from zhijia.kernel.db import rows, wire


class DatabaseWrapper(base.DatabaseWrapper):
    """Savepoints go by the wire as the statements between them do: a cursor for each costs more than the server's work.

    A rollback makes psycopg throw away all that the server keeps prepared, and no cursor sees it: the wire is told.
    """

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        wire.doubt(self)

    def _savepoint(self, sid: str) -> None:
        line = wire.over(self)
        if line is None:
            super()._savepoint(sid)  # type: ignore[misc]
            return
        rows.savepoint_begins()
        line.say(self, self.ops.savepoint_create_sql(sid))

    def _savepoint_commit(self, sid: str) -> None:
        line = wire.over(self)
        if line is None:
            super()._savepoint_commit(sid)  # type: ignore[misc]
        elif not rows.savepoint_stays():
            line.say(self, self.ops.savepoint_commit_sql(sid))

    def _savepoint_rollback(self, sid: str) -> None:
        line = wire.over(self)
        if line is None:
            super()._savepoint_rollback(sid)  # type: ignore[misc]
            return
        rows.savepoint_fails()
        line.say(self, self.ops.savepoint_rollback_sql(sid))
