"""What lies beside a person's membership and names him: his document on a list, and what came of asking about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.registry import DataSubject, Kept
from zhijia.organization.members.models import DocumentCheck, ListedNumber
from zhijia.organization.members.rules import blacklist
from zhijia.organization.people import selectors as people
from zhijia.organization.people.rules import rights
from zhijia.organization.unions import selectors as unions

CHECK_DAYS: Final = 365
"""So long a settled look at a document is kept. Source: docs/rules/rights.md#retention"""
UNDER_WAY: Final = "这件事正在办理，办结之后才能删除。"
LISTED: Final = "为防止冒用和编造身份入会，这条记录到工会核对解除为止须保留；您可以携带证件到该工会核对。"
A_YEAR: Final = "办结后保存一年，便于您申诉和核对。"


def _names(union_ids: Sequence[int]) -> dict[int, str]:
    return {key: union.name for key, union in unions.facts_of(union_ids).items()}


def over(case: Case, days: int, now: datetime) -> bool:
    """Whether what was closed with this case may go today."""
    if case.closed_at is None:
        return False
    return rights.first_day_to_go(timezone.localdate(case.closed_at), days) <= timezone.localdate(now)


def kept_cases(rows: Sequence[Any], days: int, words: str, now: datetime) -> list[Kept]:
    """Of rows with a case: those open, and those settled less than `days` ago."""
    waiting = [row for row in rows if row.case.closed_at is None]
    lately = [row for row in rows if row.case.closed_at is not None and not over(row.case, days, now)]
    kept = [Kept(len(waiting), UNDER_WAY)] if waiting else []
    if lately:
        last = max(timezone.localdate(row.case.closed_at) for row in lately)
        kept.append(Kept(len(lately), words, rights.first_day_to_go(last, days), needs_him=False))
    return kept


# --- Documents to be looked at
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
    names = _names([row.batch.union_id for row in entries] + [row.case.unit_id for row in checks])
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
            "结果": blacklist.DOCUMENT_CHECK.labels[row.case.state],
        }
        for row in checks
    ]
    return rows


def kept_document(subject: DataSubject, now: datetime) -> list[Kept]:
    entries = _listed(subject)
    kept = [Kept(len(entries), LISTED, needs_him=False)] if entries else []
    return [*kept, *kept_cases(checks_of(subject), CHECK_DAYS, A_YEAR, now)]
