"""From the texts of a roster's rows to what is written: understood, digested and, where asked, sealed.

Loads no tables, so that it can run in processes of its own; those of `Preparers` do nothing else.
"""

from __future__ import annotations

import gc
import marshal
import multiprocessing
import os
import secrets
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from functools import lru_cache
from types import TracebackType
from typing import Any, Final, NamedTuple

from zhijia.kernel.ids import new_public_id
from zhijia.kernel.names import initials, name_key
from zhijia.organization.members.rules.rosters import Entry, Fault, understand
from zhijia.organization.people.sealing import Identity, id_digest, sealed_columns

_SEALED: Final = (
    "id_type", "id_sealed", "id_digest", "id_masked", "born_sealed", "birth_year", "sex", "mobile_sealed",
    "mobile_digest", "mobile_masked",
)  # fmt: skip
PERSON: Final = (
    "public_id", *_SEALED, "name", "name_key", "initials", "ethnicity", "education", "political_status", "rural_hukou",
)  # fmt: skip
"""The columns of a new person that follow from his row."""


class Prepared(NamedTuple):
    """A row ready to be judged; a plain tuple, because millions of them go from process to process.

    `identity` and `digest` are empty where the number is wrong. `person` holds PERSON's values where they were sealed.
    """

    number: int
    faults: tuple[Fault, ...]
    identity: int | str
    digest: str
    name: str
    union_code: str
    union_name: str
    employer_code: str
    employer_name: str
    work_form: str
    new_form_group: str
    occupation: str
    rural: bool | None
    joined_on: date | None
    person: tuple[Any, ...] | None

    def __repr__(self) -> str:
        return f"<Prepared row {self.number}>"


Rows = Sequence[tuple[int, list[str]]]


def prepare(rows: Rows, mapping: Mapping[str, int], today: date, *, seal: bool) -> list[Prepared]:
    """Understand rows; `seal` also makes the columns of a person for each that has no fault."""
    return [_prepared(entry, seal=seal) for entry in understand(rows, mapping, today)]


def prepare_entry(entry: Entry) -> Prepared:
    """One understood row, sealed where it has no fault."""
    return _prepared(entry, seal=True)


def _prepared(entry: Entry, *, seal: bool) -> Prepared:
    person = None
    digest = ""
    if seal and not entry.faults:
        public_id = new_public_id(_randomness)
        identity = Identity(entry.name, entry.id_type, entry.id_number, entry.born_on, entry.sex)
        sealed = sealed_columns(public_id, identity, entry.mobile, randomness=_randomness)
        digest = sealed["id_digest"]
        person = (
            public_id, *(sealed[column] for column in _SEALED), entry.name, *_sounds(entry.name), entry.ethnicity,
            entry.education, entry.political_status, entry.rural,
        )  # fmt: skip
    elif entry.id_number:
        digest = id_digest(entry.id_type, entry.id_number)
    return Prepared(
        entry.number, tuple(entry.faults), entry.identity, digest, entry.name, entry.union_code, entry.union_name,
        entry.employer_code, entry.employer_name, entry.work_form, entry.new_form_group, entry.occupation, entry.rural,
        entry.joined_on, person,
    )  # fmt: skip


@lru_cache(maxsize=50_000)
def _sounds(name: str) -> tuple[str, str]:
    """Key of order and initials; many people share a name."""
    return name_key(name), initials(name)


class _Randomness:
    """Random bytes of the system, asked for a few thousand at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bytes, self._used = b"", 0

    def __call__(self, count: int) -> bytes:
        with self._lock:
            if self._used + count > len(self._bytes):
                self._bytes, self._used = secrets.token_bytes(4096), 0
            self._used += count
            return self._bytes[self._used - count : self._used]


_randomness: Final = _Randomness()


def _packed(rows: Rows, mapping: Mapping[str, int], today: date) -> bytes:
    """`prepare` for another process: plain values, which cost half as much on the way as objects do."""
    found = prepare(rows, mapping, today, seal=True)
    return marshal.dumps(
        [
            (row.number, [tuple(fault) for fault in row.faults], *row[2:-2], _ordinal(row.joined_on), row.person)
            for row in found
        ]
    )


def _ordinal(day: date | None) -> int:
    return day.toordinal() if day else 0


def unpack(packed: bytes) -> list[Prepared]:
    """What `_packed` made."""
    rows: list[tuple[Any, ...]] = marshal.loads(packed)  # noqa: S302  from our own process
    return [
        Prepared._make(
            (row[0], tuple(Fault(*fault) for fault in row[1]), *row[2:-2],
             date.fromordinal(row[-2]) if row[-2] else None, row[-1])
        )
        for row in rows
    ]  # fmt: skip


def _begin() -> None:
    """In a new process: rows hold no circles to look for, and whoever waits for a killed parent waits for ever."""
    gc.disable()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Preparers:
    """Processes that prepare rows, one for every core but this process's own.

    `with Preparers() as preparers: preparers.begin(rows, mapping, today)`. They are started anew, not forked: nothing
    of this process, such as its connections, goes along.
    """

    def __init__(self, processes: int | None = None) -> None:
        count = processes or max(1, min(3, (os.cpu_count() or 1) - 1))
        self.ahead: Final = count + 1
        started_anew = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(count, started_anew, initializer=_begin)

    def __enter__(self) -> Preparers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def begin(self, rows: Rows, mapping: Mapping[str, int], today: date) -> Future[bytes]:
        """Start on a chunk; the result is for `unpack`."""
        return self._pool.submit(_packed, rows, mapping, today)
