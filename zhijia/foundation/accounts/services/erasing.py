"""An account in its owner's rights: what is kept of it, and closing it for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.utils import timezone

from zhijia.foundation.accounts.models import Account, SessionInfo, SignInCode, StaffInvitation
from zhijia.kernel.personal import DataSubject, Kept
from zhijia.kernel.registry import registry

UNUSABLE = "!"
STAFF = "您现在担任工会岗位，任职期间要用这个账号进入工作台；卸任后可以再提出。"


def export_account(subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    """The account, then the devices it is signed in on."""
    account = Account.objects.filter(pk=subject.account_id or 0).first()
    if account is None:
        return []
    devices = SessionInfo.objects.filter(account=account).order_by("-seen_at")
    return [
        {"类别": "账号", "设备": "", "网络": "", "开始": account.created_at, "最近使用": account.last_login},
        *(
            {"类别": "登录", "设备": row.device, "网络": row.address, "开始": row.created_at, "最近使用": row.seen_at}
            for row in devices
        ),
    ]


def kept_account(subject: DataSubject, now: datetime) -> list[Kept]:
    if subject.account_id is None or not registry.standing(subject.account_id, timezone.localdate(now)).is_staff:
        return []
    return [Kept(len(export_account(subject)), STAFF)]


def close_account(subject: DataSubject, now: datetime) -> int:
    """Nobody signs in with it again: number, password, factors, devices and codes go; an empty row stays."""
    account = Account.objects.filter(pk=subject.account_id or 0, is_active=True).first()
    if account is None:
        return 0
    devices = SessionInfo.objects.filter(account=account)
    Session.objects.filter(session_key__in=list(devices.values_list("session_digest", flat=True))).delete()
    gone = 1 + devices.delete()[0]
    Authenticator.objects.filter(user_id=account.pk).delete()
    if account.number_digest:
        SignInCode.objects.filter(number_digest=account.number_digest).delete()
        StaffInvitation.objects.filter(number_digest=account.number_digest).delete()
    Account.objects.filter(pk=account.pk).update(
        number_digest=None, is_active=False, password=UNUSABLE, last_login=None
    )
    return gone
