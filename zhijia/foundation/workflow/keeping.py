"""How long what was settled with a case is kept, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from zhijia.kernel.personal import Kept, first_day_to_go

from .selectors import Case

A_YEAR: Final = "办结后保存一年，便于您申诉和核对。"
UNDER_WAY: Final = "这件事正在办理，办结之后才能删除。"


def over(case: Case, days: int, now: datetime) -> bool:
    """Whether what was closed with this case may go today."""
    if case.closed_at is None:
        return False
    return first_day_to_go(timezone.localdate(case.closed_at), days) <= timezone.localdate(now)


def kept_cases(rows: Sequence[Any], days: int, words: str, now: datetime) -> list[Kept]:
    """Of rows with a case: those open, and those settled less than `days` ago."""
    waiting = [row for row in rows if row.case.closed_at is None]
    lately = [row for row in rows if row.case.closed_at is not None and not over(row.case, days, now)]
    kept = [Kept(len(waiting), UNDER_WAY)] if waiting else []
    if lately:
        last = max(timezone.localdate(row.case.closed_at) for row in lately)
        kept.append(Kept(len(lately), words, first_day_to_go(last, days), needs_him=False))
    return kept
