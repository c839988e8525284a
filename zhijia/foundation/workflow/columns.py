"""Columns of lists whose rows hold a case as `row.case`."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from django.db.models import Q

from zhijia.foundation.ui.listing import Cell, Column, Moment, Tag

from .selectors import Case, describe, due_words


class HasCase(Protocol):
    @property
    def case(self) -> Case: ...


class Due(Column):
    """When a case is due, late ones in red; nothing for a closed one."""

    def cell(self, row: HasCase, at: Moment) -> Cell:
        how, words = due_words(None if row.case.closed_at else row.case.due_at, now=at.now)
        return Cell(words, {"late": "late", "today": "soon"}.get(how, ""))

    def value(self, row: HasCase) -> date | None:
        return None if row.case.closed_at else row.case.last_day


def _state(row: HasCase) -> tuple[str, str]:
    told = describe(row.case)
    return told["label"], "" if told["hue"] == "still" else told["hue"]


PID = "case.public_id"


def case_number(row: HasCase) -> str:
    """The number as people read it out: `7h2k-9v0c`."""
    return number_of(row.case.public_id)


def number_of(public_id: str) -> str:
    return f"{public_id[:4]}-{public_id[4:8]}"


def number_typed(words: str) -> str:
    """The beginning of a public id as somebody types or reads it out: `7H2K-9v0c` is `7h2k9v0c`."""
    return "".join(words.lower().replace("-", " ").split())


def numbered(words: str) -> Q:
    """Rows whose case has this number, or one that begins like it."""
    number = number_typed(words)
    return Q(case__public_id__gte=number, case__public_id__lt=f"{number}~") if number else Q(pk__in=[])


DUE = Due("期限", "case.last_day")
STATE = Tag("状态", _state)
