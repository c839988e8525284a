"""The roles of DOMAIN's permission table: their words, the levels of union they fit, and which exclude each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    GRASS_CHAIR = "GRASS_CHAIR"
    GRASS_ADMIN = "GRASS_ADMIN"
    TOWN_WORKER = "TOWN_WORKER"
    ORG = "ORG"
    STATS = "STATS"
    PRIVACY = "PRIVACY"
    OPERATOR = "OPERATOR"
    SECURITY_ADMIN = "SECURITY_ADMIN"
    AUDIT_ADMIN = "AUDIT_ADMIN"
    AUDITOR = "AUDITOR"
    FINANCE = "FINANCE"


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """`levels` of the union it may be granted on; `strong` needs a second factor that is not a text message."""

    role: Role
    label: str
    sees: str
    levels: frozenset[int]
    strong: bool = True
    business: bool = True


_COUNTY_UP = frozenset({2, 3, 4})

ROLES: dict[str, RoleSpec] = {
    spec.role.value: spec
    for spec in (
        RoleSpec(Role.GRASS_CHAIR, "基层工会主席", "本工会会员，证件号码已遮盖", frozenset({6, 7}), strong=False),
        RoleSpec(Role.GRASS_ADMIN, "基层工会管理员", "本工会会员，证件号码已遮盖", frozenset({6, 7}), strong=False),
        RoleSpec(Role.TOWN_WORKER, "乡镇（街道）工会工作者", "本乡镇（街道）及以下", frozenset({5}), strong=False),
        RoleSpec(Role.ORG, "组织岗", "本级及以下的组织和会员", _COUNTY_UP),
        RoleSpec(Role.STATS, "统计岗", "本级及以下的数字", _COUNTY_UP),
        RoleSpec(Role.PRIVACY, "个人信息保护岗", "本级及以下的个人信息请求", _COUNTY_UP),
        RoleSpec(Role.FINANCE, "财务岗", "本级及以下的经费", _COUNTY_UP),
        RoleSpec(Role.AUDITOR, "经审", "本级及以下的经费，只读", _COUNTY_UP),
        RoleSpec(Role.OPERATOR, "系统管理员", "参数、账号、任务，不看个人内容", frozenset({2, 3}), business=False),
        RoleSpec(Role.SECURITY_ADMIN, "安全管理员", "授权与安全策略，不看业务", frozenset({2, 3, 4}), business=False),
        RoleSpec(Role.AUDIT_ADMIN, "审计管理员", "日志，不看业务", frozenset({2, 3}), business=False),
    )
}

_SEPARATE_ADMINS = frozenset({Role.OPERATOR, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


def conflict(held: str, asked: str) -> str | None:
    """Why the two roles may not be one person's, as a sentence; None where they may.

    Three separate admins exclude each other and any business role; an auditor holds no finance role.
    Source: docs/rules/access.md#conflicts
    """
    if held == asked:
        return None
    pair = {held, asked}
    if pair & _SEPARATE_ADMINS:
        return f"“{ROLES[held].label}”与“{ROLES[asked].label}”须由不同的人担任。"
    if pair == {Role.AUDITOR, Role.FINANCE}:
        return "经审和财务须由不同的人担任。"
    return None
