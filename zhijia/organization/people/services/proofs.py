"""What has proved something for long enough: consents taken back, requests answered. Source: docs/rules/rights.md"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.workflow import deadlines, services as workflow
from zhijia.kernel.personal import cut_off
from zhijia.organization.people.models import Consent, Person, RightsRequest
from zhijia.organization.people.selectors.personal import PROOF

DAYS: Final = PROOF.days


def _behind(now: datetime) -> datetime:
    return deadlines.end_of(cut_off(timezone.localdate(now), DAYS))


def forget_consents(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Taken back three years ago, but for persons in `held`; at most `limit`. What still counts stays.

    Returns how many went.
    """
    due = Consent.objects.filter(withdrawn_at__lt=_behind(now))
    if held:
        accounts = Person.objects.filter(id__in=held, account__isnull=False).values("account_id")
        due = due.exclude(Q(person_id__in=held) | Q(account_id__in=accounts))
    keys = list(due.order_by("withdrawn_at", "id").values_list("pk", flat=True)[:limit])
    return Consent.objects.filter(pk__in=keys).delete()[0]


def forget_requests(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Settled, and made three years ago, but for persons in `held`; at most `limit`. How many went."""
    due = RightsRequest.objects.filter(asked_at__lt=_behind(now), case__closed_at__isnull=False)
    due = due.exclude(person_id__in=held) if held else due
    rows = list(due.order_by("asked_at", "id").values_list("pk", "case_id")[:limit])
    RightsRequest.objects.filter(pk__in=[key for key, _ in rows]).delete()
    workflow.forget_cases([case for _, case in rows])
    return len(rows)
