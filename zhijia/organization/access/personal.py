"""The roles a person holds and held: for his copy, and for what may be deleted of it when its time is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.workflow import deadlines, services as workflow
from zhijia.kernel.personal import DataSubject, Kept, cut_off, first_day_to_go
from zhijia.organization.unions import selectors as unions

from . import rules
from .models import RoleGrant
from .roles import ROLES

DAYS: Final = 3 * 365
"""So long a grant is kept after its end. Source: docs/rules/rights.md#retention"""
LIVING: Final = "授权正在申请或生效中，收回或到期之后才能删除。"
PROOF: Final = "结束后保存三年，用来证明谁在什么时候有权查看和办理，供监督和您本人核对。"


def _of(subject: DataSubject) -> list[RoleGrant]:
    rows = RoleGrant.objects.filter(person_id__in=subject.persons).select_related("case")
    return list(rows.order_by("since", "id"))


def ended_on(grant: RoleGrant) -> date | None:
    """The day a grant came to its end, or was never given; None while it waits or counts."""
    if grant.in_force:
        return None
    if grant.revoked_at is not None:
        return timezone.localdate(grant.revoked_at)
    closed = grant.case.closed_at if grant.case is not None else None
    return timezone.localdate(closed) if closed is not None else None


def _over(grant: RoleGrant, now: datetime) -> bool:
    ended = ended_on(grant)
    return ended is not None and first_day_to_go(ended, DAYS) <= timezone.localdate(now)


def export_grants(subject: DataSubject) -> list[Mapping[str, Any]]:
    rows = _of(subject)
    names = {key: union.name for key, union in unions.facts_of([row.union_id for row in rows]).items()}
    return [
        {
            "角色": ROLES[row.role].label if row.role in ROLES else row.role,
            "工会": names.get(row.union_id, ""),
            "自": row.since,
            "至": row.until - timedelta(days=1),
            "依据": row.reason,
            "状态": rules.GRANT.labels[row.case.state] if row.case else "生效中" if row.in_force else "已结束",
            "结束原因": row.revoke_reason,
        }
        for row in rows
    ]


def kept_grants(subject: DataSubject, now: datetime) -> list[Kept]:
    rows = _of(subject)
    living = [row for row in rows if ended_on(row) is None]
    ended = [ended_on(row) for row in rows if not _over(row, now)]
    lately = [day for day in ended if day is not None]
    kept = [Kept(len(living), LIVING)] if living else []
    if lately:
        kept.append(Kept(len(lately), PROOF, first_day_to_go(max(lately), DAYS)))
    return kept


def _drop(rows: Sequence[RoleGrant]) -> int:
    """The grant goes; its case keeps state and days and names nobody any more."""
    RoleGrant.objects.filter(pk__in=[row.pk for row in rows]).delete()
    workflow.forget_cases([row.case_id for row in rows if row.case_id is not None])
    return len(rows)


def erase_grants(subject: DataSubject, now: datetime) -> int:
    """Ended ones whose three years are over."""
    return _drop([row for row in _of(subject) if _over(row, now)])


def forget_grants(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Ended three years ago, but for persons in `held`; at most `limit`. How many went."""
    behind = deadlines.end_of(cut_off(timezone.localdate(now), DAYS))
    never = Q(revoked_at__isnull=True, case__closed_at__lt=behind)
    due = RoleGrant.objects.filter(Q(revoked_at__lt=behind) | never, in_force=False)
    due = due.exclude(person_id__in=held) if held else due
    return _drop(list(due.order_by("id")[:limit]))
