"""From the texts of a roster's rows to what is written: understood, digested and, where asked, sealed."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from zhijia.kernel.ids import new_public_id
from zhijia.kernel.names import initials, name_key
from zhijia.organization.people.sealing import Identity, id_digest, sealed_columns
from zhijia.organization.rosters.rules.rows import Entry, Fault, understand

_SEALED: Final = (
    "id_type", "id_sealed", "id_digest", "id_masked", "born_sealed", "birth_year", "sex", "mobile_sealed",
    "mobile_digest", "mobile_masked",
)  # fmt: skip
PERSON: Final = (
    "public_id", *_SEALED, "name", "name_key", "initials", "ethnicity", "education", "political_status", "rural_hukou",
)  # fmt: skip
"""The columns of a new person that follow from his row."""


class Prepared(NamedTuple):
    """A row ready to be judged; a plain tuple, because a file has a million of them.

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
