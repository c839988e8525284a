"""What is kept of a person about his document, for his own copy, and when it goes.

Source: docs/rules/rights.md#retention
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from zhijia.foundation.workflow import deadlines, services as workflow
from zhijia.foundation.workflow.keeping import A_YEAR, kept_cases, over
from zhijia.kernel.personal import DataSubject, Kept, cut_off
from zhijia.kernel.registry import registry
from zhijia.organization.documents import rules
from zhijia.organization.documents.models import DocumentCheck, ListedNumber
from zhijia.organization.people import selectors as people

CHECK_DAYS: Final = 365
LISTED: Final = "为防止冒用和编造身份入会，这条记录到工会核对解除为止须保留；您可以携带证件到该工会核对。"


def _listed(subject: DataSubject) -> list[ListedNumber]:
    digests = [people.digest_of(key) for key in subject.persons]
    rows = ListedNumber.objects.filter(digest__in=digests, in_force=True).select_related("batch")
    return list(rows.order_by("id"))


def checks_of(subject: DataSubject) -> list[DocumentCheck]:
    rows = DocumentCheck.objects.filter(person_id__in=subject.persons)
    return list(rows.select_related("case").order_by("asked_at", "id"))


def export_document(subject: DataSubject) -> list[Mapping[str, Any]]:
    """That his document goes to the counter, and where; why is the union's to tell him there."""
    entries, checks = _listed(subject), checks_of(subject)
    names = registry.units.names([row.batch.union_id for row in entries] + [row.case.unit_id for row in checks])
    rows: list[Mapping[str, Any]] = [
        {
            "类别": "须到工会核对的证件",
            "证件号码": row.masked,
            "工会": names.get(row.batch.union_id, ""),
            "时间": row.batch.begun_at,
        }
        for row in entries
    ]
    rows += [
        {
            "类别": "证件核对",
            "工会": names.get(row.case.unit_id, ""),
            "时间": row.asked_at,
            "结果": rules.DOCUMENT_CHECK.labels[row.case.state],
        }
        for row in checks
    ]
    return rows


def kept_document(subject: DataSubject, now: datetime) -> list[Kept]:
    entries = _listed(subject)
    kept = [Kept(len(entries), LISTED, needs_him=False)] if entries else []
    return [*kept, *kept_cases(checks_of(subject), CHECK_DAYS, A_YEAR, now)]


# --- Documents on the list, and what came of asking about them
def _drop_checks(rows: Sequence[DocumentCheck]) -> int:
    DocumentCheck.objects.filter(pk__in=[row.pk for row in rows]).delete()
    workflow.forget_cases([row.case_id for row in rows])
    return len(rows)


def erase_checks(subject: DataSubject, now: datetime) -> int:
    """His own settled ones that nothing keeps any more."""
    return _drop_checks([row for row in checks_of(subject) if over(row.case, CHECK_DAYS, now)])


def forget_checks(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Settled looks at a document of a year ago; at most `limit`. How many went."""
    last_day = cut_off(timezone.localdate(now), CHECK_DAYS)
    due = DocumentCheck.objects.filter(case__closed_at__lt=deadlines.end_of(last_day))
    due = due.exclude(person_id__in=held) if held else due
    return _drop_checks(list(due.order_by("case__closed_at", "id")[:limit]))


def forget_numbers(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Numbers that have counted for nothing for a year, with what was asked about them; the batch keeps its count."""
    last_day = cut_off(timezone.localdate(now), rules.ENDED_DAYS)
    ended = ListedNumber.objects.filter(ended_at__lt=deadlines.end_of(last_day))
    ended = ended.exclude(checks__person_id__in=held) if held else ended
    keys = list(ended.order_by("ended_at", "id").values_list("pk", flat=True)[:limit])
    _drop_checks(list(DocumentCheck.objects.filter(number_id__in=keys)))
    ListedNumber.objects.filter(pk__in=keys).delete()
    return len(keys)
