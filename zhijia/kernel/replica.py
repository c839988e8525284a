"""Reading from a streaming replica where one is configured, and never seeing an older state than one's own.

Only pages read there, and only while nothing was written: a request reads the primary inside a transaction, for the
rest of its life once it has written, and its browser for five seconds after. Jobs, the clock and commands always read
the primary, and so are the tables of `ZHIJIA_PRIMARY_READS`: inbox, sign-in, grants, idempotency, jobs.

Source: docs/rules/kernel.md#replica
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models

REPLICA: Final = "replica"
SECONDS: Final = 5

_primary: ContextVar[bool] = ContextVar("reads_primary", default=True)
_wrote: ContextVar[bool] = ContextVar("has_written", default=False)


def is_configured() -> bool:
    return REPLICA in connections.databases


@contextmanager
def reading(*, primary: bool) -> Iterator[None]:
    """For the length of a request: whether its pages must read the primary from the start."""
    first, second = _primary.set(primary), _wrote.set(False)
    try:
        yield
    finally:
        _primary.reset(first)
        _wrote.reset(second)


def note_write() -> None:
    """What follows in this request must see it."""
    _wrote.set(True)


def has_written() -> bool:
    return _wrote.get()


def reads_primary(model: type[models.Model]) -> bool:
    """Whether this table is read where it is written, whoever asks."""
    named = settings.ZHIJIA_PRIMARY_READS
    return model._meta.app_label in named or model._meta.label_lower in named


class ReplicaRouter:
    """Named by DATABASE_ROUTERS."""

    def db_for_read(self, model: type[models.Model], **_hints: Any) -> str | None:
        if not is_configured():
            return None
        busy = connections[DEFAULT_DB_ALIAS].in_atomic_block
        return DEFAULT_DB_ALIAS if _primary.get() or _wrote.get() or busy or reads_primary(model) else REPLICA

    def db_for_write(self, _model: type[models.Model], **_hints: Any) -> str:
        note_write()
        return DEFAULT_DB_ALIAS

    def allow_relation(self, _one: models.Model, _other: models.Model, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool | None:
        return False if db == REPLICA else None
