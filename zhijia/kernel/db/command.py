"""What belongs to one command while its transaction runs: rows to be written at its end, reads not to be repeated.

Only the bookkeeping stands here; `kernel.db` opens a command (`one_command`), writes and reads. Django's own statements
pass a watch there, so that nobody reads past rows that wait, and nothing remembered outlives a change of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models

MOST_SAVEPOINTS = 4

T = TypeVar("T")
Row = Mapping[str, Any]
Model = type[models.Model]


@dataclass(slots=True)
class Inserts:
    """Rows of one table with the same columns; `ignore` skips those that meet a unique constraint."""

    model: Model
    names: tuple[str, ...]
    ignore: bool
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Change:
    """`UPDATE` of `values` where all of `where` are equal; nobody asks how many rows it met."""

    model: Model
    where: Row
    values: Row


class Command:
    """One command's waiting writes, in order, and what it has read. `lean` is set while `kernel.db` itself asks.

    `untouched`: its transaction has seen nothing but lean reads so far, so that rolling it back as a whole is as good
    as going back to a savepoint; those in `unset` were therefore never set.
    """

    def __init__(self, *, untouched: bool = False) -> None:
        self.untouched = untouched
        self.unset: set[str] = set()
        self.waiting: list[Inserts | Change] = []
        self.known: dict[Model, dict[Hashable, Any]] = {}
        self.lean = False
        self.savepoints = 0

    def waits_for(self, touched: Iterable[Model]) -> bool:
        """Whether a row of one of these tables waits to be written or changed."""
        return bool(self.waiting) and not {each.model for each in self.waiting}.isdisjoint(touched)

    def join(self, model: Model, rows: Sequence[Row], *, ignore: bool) -> bool:
        """Put rows to those of the same table and shape that wait. False where none do."""
        names = tuple(rows[0])
        for each in self.waiting:
            if isinstance(each, Inserts) and (each.model, each.names, each.ignore) == (model, names, ignore):
                each.rows.extend(rows)
                return True
        return False

    def taken(self) -> list[Inserts | Change]:
        """What waits, which the caller now writes."""
        waiting, self.waiting = self.waiting, []
        return waiting

    def keeps_savepoint(self) -> bool:
        """Whether a savepoint that is done with may stay until the end, which saves a way to the server; a few may."""
        self.savepoints += 1
        return self.savepoints <= MOST_SAVEPOINTS

    def drop(self) -> None:
        """A savepoint was rolled back: what waits came after it, and what was read may have been its own writing."""
        self.waiting.clear()
        self.known.clear()

    def forget(self, model: Model | None = None) -> None:
        """What was read of a table is no longer sure; of any table without one."""
        if model is None:
            self.known.clear()
        else:
            self.known.pop(model, None)


_current: ContextVar[Command | None] = ContextVar("command", default=None)


def current() -> Command | None:
    return _current.get()


@contextmanager
def begun(command: Command) -> Iterator[None]:
    token = _current.set(command)
    try:
        yield
    finally:
        _current.reset(token)


def remembered(model: Model, key: Hashable, read: Callable[[], T]) -> T:
    """What `read` gives, asked once in a command for each `key` until a row of the table is written.

    Outside a command it is asked every time. The value is shared: it must not be changed.
    """
    command = _current.get()
    if command is None:
        return read()
    known = command.known.setdefault(model, {})
    if key not in known:
        value = read()
        command.known.setdefault(model, {})[key] = value
        return value
    return known[key]
