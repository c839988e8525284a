"""Going through a roster's file once, row by row, from wherever the work stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import IO, Final

from zhijia.kernel.tables import Sheet, judged_rows
from zhijia.organization.rosters.rules.rows import typed_places, understand
from zhijia.organization.unions.selectors import UnionFacts

from .judging import Desk, Seen
from .preparing import Rows

_SKIP: Final = 5_000
_KEPT: Final = 4
_DESK_S: Final = 60


class Pass:
    """One going through an opened sheet. `position` is the number of the last row handed out, `seen` who stands up to
    there. Closing it closes `file`, where one is given.
    """

    def __init__(
        self, sheet: Sheet, mapping: Mapping[str, int], *, today: date, after: int = 0, file: IO[bytes] | None = None
    ) -> None:
        self._file = file
        self.mapping = mapping
        self.today = today
        self.position = 0
        self.seen = Seen()
        self._rows = judged_rows(sheet, typed_places(mapping))
        self._waiting: Rows = ()
        self._desk: tuple[float, Desk] | None = None
        if after:
            self._skip(after)

    def _skip(self, after: int) -> None:
        """Rows that are done are only noted: who stands in them."""
        while part := list(islice(self._rows, _SKIP)):
            done = [row for row in part if row[0] <= after]
            self.note(done)
            if len(done) < len(part):
                self._waiting = part[len(done) :]
                break
        self.position = after

    def note(self, rows: Rows) -> None:
        entries = understand(rows, self.mapping, self.today)
        self.seen.note_identities((entry.identity, entry.number) for entry in entries)

    def take(self, count: int) -> Rows:
        """The next rows, at most `count`; none at the end. Raises Invalid `table.…` for what is wrong so far down."""
        waiting, self._waiting = list(self._waiting), ()
        rows = waiting[:count]
        if len(waiting) > count:
            self._waiting = waiting[count:]
        rows += islice(self._rows, count - len(rows))
        if rows:
            self.position = rows[-1][0]
        return rows

    def desk(self, unit: UnionFacts) -> Desk:
        """What was read of unions and employers for the rows before, for a minute."""
        if self._desk is None or time.monotonic() - self._desk[0] > _DESK_S:
            self._desk = (time.monotonic(), Desk(unit))
        return self._desk[1]

    def close(self) -> None:
        self._rows.close()
        if self._file is not None:
            self._file.close()


_passes: dict[tuple[int, str], Pass] = {}
_lock = threading.Lock()


@contextmanager
def going_on(key: tuple[int, str], after: int, begin: Callable[[int], Pass]) -> Iterator[Pass]:
    """The pass that stopped behind row `after`, or `begin(after)`: chunks of one worker read the file once.

    Where the chunk fails, what was read ahead of the database is forgotten.
    """
    with _lock:
        found = _passes.pop(key, None)
    if found is not None and found.position != after:
        found.close()
        found = None
    reading = found or begin(after)
    try:
        yield reading
    except BaseException:
        reading.close()
        raise
    with _lock:
        _passes[key] = reading
        while len(_passes) > _KEPT:
            _passes.pop(next(iter(_passes))).close()


def finished(key: tuple[int, str]) -> None:
    """The file is through: close it."""
    with _lock:
        found = _passes.pop(key, None)
    if found is not None:
        found.close()
