"""What is kept of a person as one of two files, for his own copy, and when it goes.

Source: docs/rules/rights.md#retention
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.workflow import deadlines
from zhijia.kernel.personal import DataSubject, Kept, cut_off
from zhijia.organization.duplicates import rules
from zhijia.organization.duplicates.models import DuplicateHint, PersonMerge

HINT_DAYS: Final = 365
IN_DOUBT: Final = "系统比对发现疑似重复，工会核实之后才能删除。"
ARCHIVE: Final = "档案合并的经过属于会籍档案，按规定永久保存。"


def hints_of(subject: DataSubject) -> list[DuplicateHint]:
    about = Q(first_id__in=subject.persons) | Q(second_id__in=subject.persons)
    return list(DuplicateHint.objects.filter(about).order_by("found_at", "id"))


def _merges(subject: DataSubject) -> list[PersonMerge]:
    about = Q(survivor_id__in=subject.persons) | Q(duplicate_id__in=subject.persons)
    return list(PersonMerge.objects.filter(about).select_related("case").order_by("id"))


def may_go(hint: DuplicateHint) -> bool:
    """A pair that was looked at and is two: nobody needs it any more."""
    return hint.dismissed_at is not None and hint.merged_at is None


def export_duplicates(subject: DataSubject) -> list[Mapping[str, Any]]:
    """What a machine found and what people made of it; never who the other one is."""
    rows: list[Mapping[str, Any]] = [
        {
            "类别": "系统比对线索",
            "时间": row.found_at,
            "内容": rules.KINDS[row.kind],
            "结果": "已合并" if row.merged_at else "核实是不同的人" if row.dismissed_at else "等待工会核实",
        }
        for row in hints_of(subject)
    ]
    rows += [
        {
            "类别": "档案合并",
            "时间": row.case.opened_at,
            "内容": row.reason,
            "结果": rules.MERGE.labels[row.case.state],
        }
        for row in _merges(subject)
    ]
    return rows


def kept_duplicates(subject: DataSubject, now: datetime) -> list[Kept]:
    hints, merges = hints_of(subject), _merges(subject)
    open_ones = [row for row in hints if row.dismissed_at is None and row.merged_at is None]
    archive = len(merges) + sum(row.merged_at is not None for row in hints)
    kept = [Kept(len(open_ones), IN_DOUBT)] if open_ones else []
    return [*kept, Kept(archive, ARCHIVE)] if archive else kept


def erase_hints(subject: DataSubject, now: datetime) -> int:
    """Pairs that were looked at and are two."""
    keys = [row.pk for row in hints_of(subject) if may_go(row)]
    DuplicateHint.objects.filter(pk__in=keys).delete()
    return len(keys)


def forget_hints(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Pairs that were told apart a year ago; at most `limit`. How many went."""
    last_day = cut_off(timezone.localdate(now), HINT_DAYS)
    due = DuplicateHint.objects.filter(dismissed_at__lt=deadlines.end_of(last_day), merged_at__isnull=True)
    due = due.exclude(first_id__in=held).exclude(second_id__in=held) if held else due
    keys = list(due.order_by("dismissed_at", "id").values_list("pk", flat=True)[:limit])
    DuplicateHint.objects.filter(pk__in=keys).delete()
    return len(keys)
