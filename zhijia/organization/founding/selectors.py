"""Who waits in online homes for a union of their employer's. Source: docs/rules/founding.md"""

from __future__ import annotations

from django.db.models import QuerySet

from zhijia.foundation.workflow import selectors as cases
from zhijia.organization.members.selectors import Membership
from zhijia.organization.transfers.rules.claims import CLAIM
from zhijia.organization.unions import selectors as unions


def waiting(employer_id: int) -> QuerySet[Membership]:
    """The open memberships of an employer's people in online homes."""
    return Membership.objects.filter(employer_id=employer_id, union__type="ONLINE_HOME", until__isnull=True)


def count_waiting(credit_code: str) -> int:
    employer = unions.find_employer(credit_code)
    return waiting(employer.pk).count() if employer is not None else 0


def count_offered(union_id: int) -> int:
    """Invitations of this union that wait for an answer."""
    return cases.count_open(CLAIM.code, union_id)


def waiting_after(employer_ids: list[int], after: int, *, limit: int) -> list[tuple[int, str]]:
    """The next of them: the membership's id, the person's public id."""
    rows = Membership.objects.filter(
        employer_id__in=employer_ids, union__type="ONLINE_HOME", until__isnull=True, pk__gt=after
    )
    return list(rows.order_by("pk").values_list("pk", "person__public_id")[:limit])
