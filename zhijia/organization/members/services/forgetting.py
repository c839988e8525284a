"""Applications that came to nothing are deleted a year later, or earlier never. Source: docs/rules/rights.md"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from zhijia.foundation.workflow import deadlines, services as workflow
from zhijia.kernel.registry import DataSubject
from zhijia.organization.members import rules
from zhijia.organization.members.models import DocumentCheck, JoinApplication, ListedNumber
from zhijia.organization.members.rules import blacklist
from zhijia.organization.members.selectors import personal_matters as matters
from zhijia.organization.members.selectors.personal import REFUSED_DAYS, over_on
from zhijia.organization.people.rules import rights

OVER = (rules.Join.REJECTED.value, rules.Join.WITHDRAWN.value)


def _forget(rows: Sequence[JoinApplication]) -> int:
    """The application goes; its case keeps state and days and names nobody any more."""
    JoinApplication.objects.filter(pk__in=[row.pk for row in rows]).delete()
    workflow.forget_cases([row.case_id for row in rows])
    return len(rows)


def forget_refused(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Refused and withdrawn applications of a year ago, but for persons in `held`; at most `limit`. How many went."""
    last_day = rights.cut_off(timezone.localdate(now), REFUSED_DAYS)
    due = JoinApplication.objects.filter(case__state__in=OVER, case__closed_at__lt=deadlines.end_of(last_day))
    due = due.exclude(person_id__in=held) if held else due
    return _forget(list(due.order_by("case__closed_at", "id")[:limit]))


def erase_applications(subject: DataSubject, now: datetime) -> int:
    """A person's own ones that nothing keeps any more."""
    own = JoinApplication.objects.filter(person_id__in=subject.persons).select_related("case")
    return _forget([row for row in own if over_on(row, now)])


# --- Documents on the list, and what came of asking about them
def _drop_checks(rows: Sequence[DocumentCheck]) -> int:
    DocumentCheck.objects.filter(pk__in=[row.pk for row in rows]).delete()
    workflow.forget_cases([row.case_id for row in rows])
    return len(rows)


def erase_checks(subject: DataSubject, now: datetime) -> int:
    """His own settled ones that nothing keeps any more."""
    return _drop_checks([row for row in matters.checks_of(subject) if matters.over(row.case, matters.CHECK_DAYS, now)])


def forget_checks(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Settled looks at a document of a year ago; at most `limit`. How many went."""
    last_day = rights.cut_off(timezone.localdate(now), matters.CHECK_DAYS)
    due = DocumentCheck.objects.filter(case__closed_at__lt=deadlines.end_of(last_day))
    due = due.exclude(person_id__in=held) if held else due
    return _drop_checks(list(due.order_by("case__closed_at", "id")[:limit]))


def forget_numbers(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Numbers that have counted for nothing for a year, with what was asked about them; the batch keeps its count."""
    last_day = rights.cut_off(timezone.localdate(now), blacklist.ENDED_DAYS)
    ended = ListedNumber.objects.filter(ended_at__lt=deadlines.end_of(last_day))
    ended = ended.exclude(checks__person_id__in=held) if held else ended
    keys = list(ended.order_by("ended_at", "id").values_list("pk", flat=True)[:limit])
    _drop_checks(list(DocumentCheck.objects.filter(number_id__in=keys)))
    ListedNumber.objects.filter(pk__in=keys).delete()
    return len(keys)
