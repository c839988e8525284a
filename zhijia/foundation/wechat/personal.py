"""The WeChat user an account knows, in its owner's rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from zhijia.kernel.personal import DataSubject

from .models import WeChatIdentity


def export_binding(subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    """When it was bound and used; what is kept of the WeChat user leads back to nobody."""
    return [
        {"绑定时间": row.bound_at, "最近使用": row.used_at}
        for row in WeChatIdentity.objects.filter(account_id=subject.account_id or 0)
    ]


def erase_binding(subject: DataSubject, now: datetime) -> int:
    """WeChat opens the account no more."""
    return WeChatIdentity.objects.filter(account_id=subject.account_id or 0).delete()[0]
