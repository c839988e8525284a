"""Grants as the console's parts want them: words, cells and addresses, nothing decided here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from zhijia.foundation.ui.listing import Cell, Column, Empty, Filter, Listing, Moment, Tag, To
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.kernel.registry import registry
from zhijia.organization.people.selectors import PersonFacts
from zhijia.organization.unions.selectors import UnionFacts

from . import rules, selectors
from .roles import ROLES, conflict

SOON_DAYS = 30


def matrix(roles: Sequence[str], *, held: bool = False) -> dict[str, Any]:
    """Shape of `ui/console/matrix.html`: what may be done by group, roles across; `held` leaves out what none may."""
    carried = [registry.permissions_of(role) for role in roles]
    groups: dict[str, list[dict[str, Any]]] = {}
    for spec in selectors.list_permissions():
        kind = selectors.kind_of(spec.code)
        cells = [kind if spec.code in codes else "no" for codes in carried]
        if not held or any(spec.code in codes for codes in carried):
            groups.setdefault(spec.group or "其他", []).append({"label": spec.label, "cells": cells})
    return {
        "corner": "事项",
        "columns": [ROLES[role].label for role in roles],
        "groups": [{"title": title, "rows": rows} for title, rows in groups.items()],
    }


def grants() -> Listing:
    """Its filters name every permission there is, which stand only once all capabilities are ready."""
    return Listing(
        "grants",
        "谁能办什么",
        head=Column("人员", "person.masked_name"),
        opens=To("access:person", "person.public_id"),
        search="姓名、拼音首字母或工会",
        counted="项",
        ordered="按工会和姓名",
        filters=(
            Filter("may", "谁可以：不限事项", {spec.code: spec.label for spec in selectors.list_permissions()}),
            Filter("role", "全部角色", {code: spec.label for code, spec in ROLES.items()}),
        ),
        columns=(Column("角色", "role_label"), Column("工会及下级", "union.name", wraps=True),
                 Column("自", "since", faint=True), Column("至（当日止）", "last_day", faint=True),
                 Column("依据", "reason", wraps=True, narrow="1024")),
        empty=Empty("没有授权", "不在您管理范围内的授权不会显示。"),
    )  # fmt: skip


class _State(Tag):
    """The case's state, or what the day makes of it."""

    def cell(self, row: selectors.GrantRow, at: Moment) -> Cell:
        tag = state_tag(row, today=at.today)
        return Cell(tag["text"], tag["state"], tag=True)


GRANTS_OF_ONE = Listing(
    "grants_of_one",
    "授权记录",
    head=Column("角色", "role_label"),
    opens=To("access:grants:review", "case_public_id"),
    columns=(
        Column("工会及下级", "union.name", wraps=True),
        Column("自", "since", faint=True),
        Column("至（当日止）", "last_day", faint=True),
        Column("依据", "reason", wraps=True),
        _State("状态", "state"),
    ),
)


def short_list(rows: Sequence[selectors.GrantRow], *, case: bool) -> list[dict[str, Any]]:
    """Shape of `ui/console/recent.html`."""
    return [
        {
            "label": f"{row.person.masked_name} · {row.role_label}",
            "href": reverse("access:grants:review", args=[row.case_public_id])
            if case
            else reverse("access:person", args=[row.person.public_id]),
            "end": f"至 {row.last_day}" if case else f"{row.last_day:%m-%d}",
        }
        for row in rows
    ]


def check_lines(found: Sequence[selectors.Check]) -> list[dict[str, str]]:
    """Shape of `ui/console/rule_checks.html`."""
    return [{"state": c.state, "text": c.text, "value": c.value, "detail": c.detail} for c in found]


def state_tag(row: selectors.GrantRow, *, today: date) -> dict[str, str]:
    if row.in_force and row.since > today:
        return {"text": f"{row.since} 开始", "state": "run"}
    if row.in_force and row.until > today:
        return {"text": "生效中", "state": "done"}
    state = rules.ENDED if row.state == TwoPersons.IN_FORCE else row.state
    hue = str(rules.GRANT.hues[state])
    return {"text": rules.GRANT.labels[state], "state": "" if hue == "still" else hue}


def case_facts(row: selectors.GrantRow, *, linked: bool) -> list[dict[str, Any]]:
    """Shape of `ui/console/facts.html`; `linked` to all that this person holds."""
    spec = ROLES[row.role]
    href = reverse("access:person", args=[row.person.public_id]) if linked else ""
    return [
        {"label": "人员", "value": row.person.masked_name, "href": href},
        {"label": "角色", "value": spec.label},
        {"label": "工会及下级", "value": row.union.name},
        {"label": "手机", "value": row.person.mobile_masked, "code": True},
        {"label": "可以看到", "value": spec.sees},
        {"label": "登录", "value": "须用动态码或通行密钥" if spec.strong else "密码加短信"},
        {"label": "期限", "value": f"{row.since} 至 {row.last_day}（当日止）"},
        {"label": "依据", "value": row.reason},
    ]


def person_checks(
    person: PersonFacts, held: Sequence[tuple[str, int]], role: str, *, is_self: bool
) -> list[dict[str, str]]:
    """What the rules say of this person for this role, before it is asked for; shape of `rule_checks.html`."""
    real = person.real_name_level >= 3
    lines = [
        {
            "state": "ok" if real else "bad",
            "text": "本人已实名",
            "value": "已核验" if real else "未核验",
            "detail": "" if real else "请本人先登录完成实名认证。",
        },
        {
            "state": "ok" if person.account_id else "bad",
            "text": "已绑定本人账号",
            "value": "符合" if person.account_id else "未绑定",
            "detail": "手机尾号请当面或电话向本人核对。" if person.account_id else "请本人先用手机号登录并完成实名。",
        },
        {
            "state": "bad" if is_self else "ok",
            "text": "不给自己授权",
            "value": "本人" if is_self else "符合",
            "detail": "请由其他管理员办理。" if is_self else "",
        },
    ]
    clash = next((said for own, _ in held if role and (said := conflict(own, role))), "")
    words = "、".join(dict.fromkeys(ROLES[own].label for own, _ in held)) or "没有"
    lines.append(
        {
            "state": "bad" if clash else "ok",
            "text": "与现有角色不冲突",
            "value": "冲突" if clash else "符合",
            "detail": clash or f"现有角色：{words}",
        }
    )
    return lines


def union_choices(found: Sequence[UnionFacts], person: str) -> list[dict[str, str]]:
    address = reverse("access:ask")
    return [
        {
            "label": union.name,
            "href": f"{address}?{urlencode({'person': person, 'union': union.public_id})}",
            "end": union.type_label,
        }
        for union in found
    ]
