"""A capability's part in a person's rights over his data: declared to the registry, done by whoever answers him."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from zhijia.kernel.actor import Actor


def first_day_to_go(closed_on: date, days: int) -> date:
    """The first day on which what was closed on a day may be deleted: closed 2025-09-15, 365 days, 2026-09-15."""
    return closed_on + timedelta(days=days)


def cut_off(today: date, days: int) -> date:
    """The last day whose data goes today: the other side of `first_day_to_go`."""
    return today - timedelta(days=days)


@dataclass(frozen=True, slots=True)
class DataSubject:
    """Whose data is asked about: `persons` his own id first, then those of duplicates merged into him.

    `asking` is the public id of the case by which he asks, which does not stand in its own way.
    """

    persons: tuple[int, ...]
    account_id: int | None
    asking: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows that must stay for now: how many, the reason as a whole sentence, the first day on which they may go.

    `until` None: for good, or as long as the reason holds. `needs_him`: they mean nothing without knowing who he is.
    """

    count: int
    reason: str
    until: date | None = None
    needs_him: bool = True


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A capability's part in a person's rights: what is kept, why, how long, how it is handed over and erased.

    `export` gives rows with Chinese column names, for himself only. `kept(subject, now)` tells what may not be erased
    at this moment; `erase(subject, now)` erases everything else and says how many rows that was. `last`: who he is, and
    so only erased where nothing that needs it is kept. Without `erase` all of it is kept, and `kept` says why.
    `tables` are the models that hold it, as `members.Membership`: one that names somebody stands in one part.
    """

    code: str
    label: str
    purpose: str
    retention: str
    export: Callable[[DataSubject], Sequence[Mapping[str, Any]]]
    kept: Callable[[DataSubject, datetime], Sequence[Kept]] | None = None
    erase: Callable[[DataSubject, datetime], int] | None = None
    last: bool = False
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correctable:
    """Something that a person may ask to have put right, with papers.

    `reads(person_id)` gives what stands there, empty for who has no such thing; `check(person_id, text, today)` the
    right value as it is kept, or raises Invalid with a sentence. `mask` is how it is shown; without it as it is.
    """

    code: str
    label: str
    reads: Callable[[int], str]
    check: Callable[[int, str, date], str]
    mask: Callable[[str], str] | None = None
    is_day: bool = False

    def shown(self, value: str) -> str:
        return self.mask(value) if self.mask else value


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a capability can put right. `carry_out(actor, person_id, values, reason, now)` does it in the caller's
    transaction, for somebody whose right the caller has checked; `values` holds the codes of its own fields alone.
    """

    fields: tuple[Correctable, ...]
    carry_out: Callable[[Actor, int, Mapping[str, str], str, datetime], None]
    order: int = 100


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is deleted by the clock when its time is over, `days` after it counts for nothing.

    `run(now, limit, held)` deletes at most `limit` rows, none of the persons in `held`, and says how many; fewer than
    `limit` means that it is through for today. `last_day(today)` is the last day whose data goes, where `days` does not
    say it.
    """

    code: str
    label: str
    days: int
    run: Callable[[datetime, int, frozenset[int]], int]
    last_day: Callable[[date], date] | None = None
