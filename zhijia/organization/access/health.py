"""Whether the three administrators stand, and two who can check a role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from zhijia.kernel.health import Finding, bad, good, look, warn

from . import selectors
from .roles import ROLES, Role

_LEAST = {Role.OPERATOR: 1, Role.SECURITY_ADMIN: 2, Role.AUDIT_ADMIN: 1}


@look("access.administrators")
def administrators_stand(now: datetime) -> Iterator[Finding]:
    have = selectors.count_holders(_LEAST, today=timezone.localdate(now))
    if not any(have.values()):
        advice = "请运行 zhijia init，设立首批系统、安全、审计管理员。"
        yield bad("access.administrators", "平台还没有初始化，没有任何管理员。", advice)
        return
    short = [f"{ROLES[role].label}只有 {have[role]} 位" for role, least in _LEAST.items() if have[role] < least]
    if short:
        yield warn(
            "access.administrators",
            f"{'、'.join(short)}，办理须两人复核的事项会停住。",
            "请由安全管理员在“权限”里申请并复核授权。",
        )
    else:
        yield good("access.administrators", "系统、安全、审计管理员齐全。")
