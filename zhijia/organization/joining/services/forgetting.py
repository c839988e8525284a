"""What is settled goes when its time is over. Source: docs/rules/rights.md#retention"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from zhijia.foundation.workflow import deadlines, services as workflow
from zhijia.foundation.workflow.keeping import over
from zhijia.kernel.personal import DataSubject, cut_off
from zhijia.organization.joining import rules
from zhijia.organization.joining.models import BindingDispute, JoinApplication
from zhijia.organization.joining.selectors.personal import DISPUTE_DAYS, REFUSED_DAYS, disputes_of, over_on

OVER = (rules.Join.REJECTED.value, rules.Join.WITHDRAWN.value)


def _forget(rows: Sequence[JoinApplication]) -> int:
    """The application goes; its case keeps state and days and names nobody any more."""
    JoinApplication.objects.filter(pk__in=[row.pk for row in rows]).delete()
    workflow.forget_cases([row.case_id for row in rows])
    return len(rows)


def forget_refused(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Refused and withdrawn applications of a year ago, but for persons in `held`; at most `limit`. How many went."""
    last_day = cut_off(timezone.localdate(now), REFUSED_DAYS)
    due = JoinApplication.objects.filter(case__state__in=OVER, case__closed_at__lt=deadlines.end_of(last_day))
    due = due.exclude(person_id__in=held) if held else due
    return _forget(list(due.order_by("case__closed_at", "id")[:limit]))


def erase_applications(subject: DataSubject, now: datetime) -> int:
    """A person's own ones that nothing keeps any more."""
    own = JoinApplication.objects.filter(person_id__in=subject.persons).select_related("case")
    return _forget([row for row in own if over_on(row, now)])


# --- Disputes
def _drop_disputes(rows: Sequence[BindingDispute]) -> int:
    BindingDispute.objects.filter(pk__in=[row.pk for row in rows]).delete()
    workflow.forget_cases([row.case_id for row in rows])
    return len(rows)


def erase_disputes(subject: DataSubject, now: datetime) -> int:
    """Settled ones whose three years are over."""
    return _drop_disputes([row for row in disputes_of(subject) if over(row.case, DISPUTE_DAYS, now)])


def forget_disputes(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Settled three years ago, but for persons in `held`; at most `limit`. How many went."""
    last_day = cut_off(timezone.localdate(now), DISPUTE_DAYS)
    due = BindingDispute.objects.filter(case__closed_at__lt=deadlines.end_of(last_day))
    due = due.exclude(person_id__in=held) if held else due
    return _drop_disputes(list(due.order_by("case__closed_at", "id")[:limit]))
