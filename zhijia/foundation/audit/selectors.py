"""Reading the trail: what a person may know of who looked at his data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from zhijia.kernel.personal import DataSubject, Kept
from zhijia.kernel.registry import registry

from .models import AuditEntry, Outcome

REASON = "谁看过您的信息，按网络安全等级保护要求保存，供您和监督部门查询，到期前不能删除。"


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody saw a person's full data: when, for which unit and in which role, what for; never who by name."""

    id: int
    at: datetime
    what: str
    unit: str
    role: str
    reason: str


def _by_others(subject: DataSubject) -> QuerySet[AuditEntry]:
    own = Q(person_id__in=subject.persons)
    if subject.account_id is not None:
        own |= Q(account_id=subject.account_id)
    return AuditEntry.objects.filter(concerns_person_id__in=subject.persons, outcome=Outcome.READ).exclude(
        own & Q(person_id__isnull=False)
    )


def list_looks(subject: DataSubject, *, after: tuple[datetime, int] | None = None, limit: int = 20) -> list[Look]:
    """What others saw of him, newest first; `after` is the last line of the page before."""
    rows = _by_others(subject)
    if after is not None:
        at, key = after
        rows = rows.filter(at__lte=at).exclude(at=at, id__gte=key)
    found = list(rows.order_by("-at", "-id")[:limit])
    names = registry.units.names({row.unit_id for row in found if row.unit_id})
    return [
        Look(
            row.pk,
            row.at,
            registry.audit_events[row.event].label if row.event in registry.audit_events else row.event,
            names.get(row.unit_id or 0, ""),
            registry.role_label(row.role) if row.role else "",
            str(row.detail.get("reason", "")),
        )
        for row in found
    ]


def export_looks(subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    """For his copy; the newest 5,000."""
    return [
        {"时间": look.at, "事项": look.what, "单位": look.unit, "岗位": look.role, "用途": look.reason}
        for look in list_looks(subject, limit=5_000)
    ]


def kept_looks(subject: DataSubject, now: datetime) -> list[Kept]:
    count = _by_others(subject).count()
    return [Kept(count, REASON, needs_him=False)] if count else []
