"""Running numbers in blocks: one write for many numbers; a process that dies leaves a gap and never a double."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import F

from zhijia.kernel.db import insert_row, insert_rows

from . import rules
from .models import Serial

_lock = threading.Lock()
_blocks: dict[str, tuple[int, int]] = {}


def take(name: str, *, block: int = 1) -> int:
    """The next number of a series, from 1. With `block` > 1 the process keeps the rest for its next calls.

    The rest is kept only when the reservation has been committed: one that is rolled back is handed out again by the
    database. Nobody waits for the database while holding the process's own lock, or two transactions of one process
    could wait for each other where the database sees no circle.
    """
    if block > 1:
        with _lock:
            first, end = _blocks.get(name, (0, 0))
            if first < end:
                _blocks[name] = (first + 1, end)
                return first
    first = _reserve(name, block)
    if block > 1:
        transaction.on_commit(lambda: _keep(name, first + 1, first + block))
    return first


def _keep(name: str, first: int, end: int) -> None:
    with _lock:
        known = _blocks.get(name, (0, 0))
        if known[0] >= known[1]:  # what is left of another thread's block is used up first; ours becomes a gap
            _blocks[name] = (first, end)


def take_many(name: str, count: int) -> int:
    """Reserve `count` numbers in a row and return the first."""
    return _reserve(name, count)


def code_series(region: str, union_type: str) -> str:
    """The series of union codes of a township and type: `union:370682101:09`."""
    return f"union:{region[:9]}:{rules.TYPE_DIGITS[union_type]}"


def take_counts(names: Iterable[str]) -> dict[str, int]:
    """Reserve as many numbers of each series as it is named; the first of each. In a transaction, some 1,000 series."""
    wanted = Counter(names)
    insert_rows(Serial, [{"name": name, "next": 1} for name in sorted(wanted)], ignore_conflicts=True)
    for count in sorted(set(wanted.values())):
        named = [name for name, number in wanted.items() if number == count]
        Serial.objects.filter(name__in=named).update(next=F("next") + count)
    after = Serial.objects.filter(name__in=list(wanted)).values_list("name", "next")
    return {name: following - wanted[name] for name, following in after}


def forget() -> None:
    """Drop what this process reserved: the numbers become a gap."""
    with _lock:
        _blocks.clear()


def _forget_in_child() -> None:
    """A child would hand out its parent's numbers a second time, and inherit a lock that nobody opens."""
    global _lock  # noqa: PLW0603  the inherited one may be held by a thread that the child does not have
    _lock = threading.Lock()
    _blocks.clear()


os.register_at_fork(after_in_child=_forget_in_child)


def _reserve(name: str, count: int) -> int:
    while True:
        with transaction.atomic():
            if Serial.objects.filter(name=name).update(next=F("next") + count):
                return int(Serial.objects.values_list("next", flat=True).get(name=name)) - count
        try:
            with transaction.atomic():
                insert_row_named(name, count)
        except IntegrityError:
            continue
        return 1


def insert_row_named(name: str, count: int) -> None:
    """The series' first row."""
    insert_row(Serial, name=name, next=1 + count)
