"""Partitions of the trail are kept ahead, so that no month begins without one."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from zhijia.kernel import db
from zhijia.kernel.clockwork import daily

from .models import AuditEntry


@daily("02:00")
def keep_partitions_ahead(now: datetime) -> None:
    db.keep_partitions_ahead(AuditEntry, today=timezone.localdate(now))
