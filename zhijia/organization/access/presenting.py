"""Grants as the console's parts want them: words, cells and addresses, nothing decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.kernel.registry import PermissionSpec, registry
from zhijia.organization.people.selectors import PersonFacts
from zhijia.organization.unions.selectors import UnionFacts

from . import rules, selectors
from .roles import ROLES, conflict

SOON_DAYS = 30


def matrix(rows: Sequence[selectors.GrantRow], *, today: date) -> dict[str, Any]:
    """Shape of `ui/console/matrix.html`: persons by union, permissions across."""
    columns = selectors.columns()
    kinds = {spec.code: selectors.kind_of(spec.code) for spec in columns}
    bands: list[dict[str, Any]] = []
    heads = []
    for spec in columns:
        group = spec.group or "其他"
        first = not bands or bands[-1]["label"] != group
        if first:
            bands.append({"label": group, "span": 0})
        bands[-1]["span"] += 1
        heads.append({"label": spec.short or spec.label, "band": first})
    groups = []
    for _path, of_union in groupby(rows, key=lambda row: row.union.path):
        union_rows = list(of_union)
        groups.append(
            {
                "title": union_rows[0].union.name,
                "rows": [
                    _person_row(list(of_person), columns, kinds, today=today)
                    for _person, of_person in groupby(union_rows, key=lambda row: row.person.id)
                ],
            }
        )
    return {
        "label": "授权矩阵",
        "corner": "人员 · 角色",
        "bands": bands,
        "columns": heads,
        "groups": groups,
        "width": len(columns) + 1,
    }


def _person_row(
    grants: Sequence[selectors.GrantRow], columns: Sequence[PermissionSpec], kinds: Mapping[str, str], *, today: date
) -> dict[str, Any]:
    held = frozenset().union(*(registry.permissions_of(grant.role) for grant in grants))
    first_end = min(grant.last_day for grant in grants)
    later = [grant for grant in grants if grant.since > today]
    note = ""
    if (first_end - today).days <= SOON_DAYS:
        note = f"{first_end:%m-%d} 到期"
    elif later:
        note = f"{later[0].since:%m-%d} 开始"
    return {
        "label": grants[0].person.masked_name,
        "href": reverse("access:person", args=[grants[0].person.public_id]),
        "role": "、".join(grant.role_label for grant in grants),
        "note": note,
        "note_soon": bool(note) and not later,
        "cells": [kinds[spec.code] if spec.code in held else "no" for spec in columns],
    }


def filter_bar(query: Mapping[str, str]) -> dict[str, Any]:
    """Shape of `ui/console/filter_bar.html`."""

    def select(name: str, label: str, options: Sequence[tuple[str, str]]) -> dict[str, Any]:
        rows = [("", label), *options]
        return {
            "name": name,
            "label": label,
            "options": [{"value": key, "label": text, "chosen": query.get(name, "") == key} for key, text in rows],
        }

    permissions = [(spec.code, spec.label) for spec in selectors.columns()]
    return {
        "label": "授权筛选",
        "name": "q",
        "value": query.get("q", ""),
        "placeholder": "姓名、拼音首字母或工会",
        "selects": [
            select("may", "谁可以：不限事项", permissions),
            select("role", "全部角色", [(code, spec.label) for code, spec in ROLES.items()]),
        ],
    }


def pager(page: selectors.GrantPage, query: Mapping[str, str]) -> dict[str, Any]:
    kept = {key: value for key, value in query.items() if value and key != "after"}
    return {
        "shown": f"本页 {len(page.rows)} 项，按工会和姓名",
        "previous": f"?{urlencode(kept)}" if query.get("after") else "",
        "next": f"?{urlencode({**kept, 'after': page.after})}" if page.after else "",
    }


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


def person_table(rows: Sequence[selectors.GrantRow], *, today: date) -> dict[str, Any]:
    """Shape of `ui/console/list_table.html`: grants of all times."""
    return {
        "label": "授权记录",
        "first": {"label": "角色"},
        "columns": [
            {"label": "工会及下级"},
            {"label": "自"},
            {"label": "至（当日止）"},
            {"label": "依据"},
            {"label": "状态"},
        ],
        "pick": "",
        "rows": [
            {
                "pid": row.case_public_id,
                "label": row.role_label,
                "href": reverse("access:grants:review", args=[row.case_public_id]) if row.case_public_id else "",
                "cells": [
                    {"text": row.union.name, "wide": True, "wrap": True},
                    {"text": row.since.isoformat(), "dim": True},
                    {"text": row.last_day.isoformat(), "dim": True},
                    {"text": row.reason or "—", "wrap": True},
                    {"tag": state_tag(row, today=today)},
                ],
            }
            for row in rows
        ],
    }


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
