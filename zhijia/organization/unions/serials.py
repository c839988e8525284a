"""Running numbers in blocks: one write for many numbers; a process that dies leaves a gap and never a double."""

from __future__ import annotations

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
    """The next number of a series, from 1. With `block` > 1 the process keeps the rest for its next calls."""
    with _lock:
        first, end = _blocks.get(name, (0, 0))
        if first >= end:
            first = _reserve(name, block)
            end = first + block
        _blocks[name] = (first + 1, end)
        return first


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
    """Drop what this process reserved: after a fork, and between tests."""
    with _lock:
        _blocks.clear()


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
