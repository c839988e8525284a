"""A person's own transfers, for his copy and for what may be deleted of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhijia.kernel.personal import DataSubject, Kept
from zhijia.organization.transfers.models import Transfer
from zhijia.organization.transfers.rules.transfers import KINDS
from zhijia.organization.unions import selectors as unions


def export_moves(subject: DataSubject) -> list[Mapping[str, Any]]:
    """Oldest first."""
    transfers = list(Transfer.objects.filter(person_id__in=subject.persons).order_by("requested_at", "id"))
    ways = {key for row in transfers for key in (row.source_id, row.target_id)}
    names = {key: union.name for key, union in unions.facts_of(ways).items()}
    return [
        {
            "时间": row.requested_at,
            "从": names.get(row.source_id, ""),
            "到": names.get(row.target_id, ""),
            "内容": KINDS[row.kind],
            "说明": row.reason,
        }
        for row in transfers
    ]


def kept_moves(subject: DataSubject, now: datetime) -> list[Kept]:
    count = len(export_moves(subject))
    return [Kept(count, "转会的经过属于会籍档案，按规定永久保存。")] if count else []
