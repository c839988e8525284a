"""What is kept of a person about his document, for his own copy, and when it goes.

Source: docs/rules/rights.md#retention
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from zhijia.foundation.workflow import deadlines, services as workflow
from zhijia.kernel.personal import DataSubject, Kept, cut_off
from zhijia.kernel.registry import registry
from zhijia.organization.documents import rules
from zhijia.organization.documents.models import DocumentCheck, ListedNumber
from zhijia.organization.people import selectors as people

LISTED: Final = "为防止冒用和编造身份入会，这条记录到工会核对解除为止须保留；您可以携带证件到该工会核对。"


def _listed(subject: DataSubject) -> list[ListedNumber]:
    digests = [people.digest_of(key) for key in subject.persons]
    rows = ListedNumber.objects.filter(digest__in=digests, in_force=True).select_related("batch__case")
    return list(rows.order_by("id"))


def export_listed(subject: DataSubject) -> list[Mapping[str, Any]]:
    """That his document goes to the counter, and where; why is the union's to tell him there."""
    entries = _listed(subject)
    names = registry.units.names([row.batch.case.unit_id for row in entries])
    return [
        {"证件号码": row.masked, "工会": names.get(row.batch.case.unit_id, ""), "时间": row.batch.begun_at}
        for row in entries
    ]


def kept_listed(subject: DataSubject, now: datetime) -> list[Kept]:
    entries = _listed(subject)
    return [Kept(len(entries), LISTED, needs_him=False)] if entries else []


def forget_numbers(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Numbers that have counted for nothing for a year, with what was asked about them; the batch keeps its count."""
    last_day = cut_off(timezone.localdate(now), rules.ENDED_DAYS)
    ended = ListedNumber.objects.filter(ended_at__lt=deadlines.end_of(last_day))
    ended = ended.exclude(checks__case__owner_person_id__in=held) if held else ended
    keys = list(ended.order_by("ended_at", "id").values_list("pk", flat=True)[:limit])
    asked = DocumentCheck.objects.filter(number_id__in=keys)
    checks = list(asked.values_list("case_id", flat=True))
    asked.delete()
    workflow.forget_cases(checks)
    ListedNumber.objects.filter(pk__in=keys).delete()
    return len(keys)
