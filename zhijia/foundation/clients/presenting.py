"""Other systems as the console's parts want them: words and addresses, nothing decided here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from zhijia.foundation.ui import formats
from zhijia.kernel.registry import registry

from . import selectors
from .rules import REGISTRATION, State

_HUES = {State.ASKED: "soon", State.IN_FORCE: "done", State.SUSPENDED: "late", State.REFUSED: "late"}


def state_tag(client: selectors.Client, *, today: date) -> dict[str, str]:
    state = client.case.state
    if state == State.IN_FORCE and today < client.valid_from:
        return {"text": "还没开始", "state": "soon"}
    if state == State.IN_FORCE and today >= client.valid_until:
        return {"text": "有效期已过", "state": ""}
    return {"text": REGISTRATION.labels[state], "state": _HUES.get(State(state), "")}


def labels_of(codes: Iterable[str]) -> str:
    """`查看会员名册、审批入会申请`; a right whose capability is gone keeps its code."""
    return "、".join(registry.permissions[code].label if code in registry.permissions else code for code in codes)


def table(rows: Sequence[selectors.ClientRow], *, today: date) -> dict[str, Any]:
    """Shape of `ui/console/list_table.html`."""
    return {
        "label": "对接的系统列表",
        "first": {"label": "系统"},
        "columns": [
            {"label": "状态"},
            {"label": "能办什么"},
            {"label": "有效期"},
            {"label": "每分钟", "num": True, "hide": "mid"},
            {"label": "登记工会", "hide": "mid"},
        ],
        "pick": "",
        "rows": [
            {
                "pid": row.client.case.public_id,
                "label": row.client.name,
                "detail": row.client.public_id,
                "href": reverse("clients:case", args=[row.client.case.public_id]),
                "cells": [
                    {"tag": state_tag(row.client, today=today)},
                    {"text": labels_of(row.permissions), "wide": True, "wrap": True},
                    {"text": f"{row.client.valid_from} 至 {row.client.valid_until}", "dim": True},
                    {"text": formats.number(row.client.per_minute), "num": True},
                    {"text": row.unit_name, "dim": True, "wrap": True},
                ],
            }
            for row in rows
        ],
    }


def facts(client: selectors.Client, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Shape of `ui/console/facts.html`."""
    return [
        {"label": "客户端编号", "value": client.public_id, "code": True},
        {"label": "对方", "value": client.contact},
        {"label": "依据和用途", "value": client.reason},
        {"label": "登记工会", "value": names.get(client.unit_id, "")},
        {"label": "有效期", "value": f"{client.valid_from} 起，{client.valid_until} 止"},
        {"label": "每分钟最多", "value": f"{formats.number(client.per_minute)} 次"},
    ]


def scope_lines(scopes: Iterable[tuple[int, str]], names: Mapping[int, str]) -> list[dict[str, str]]:
    """One line a unit: `{"label": "莱阳市总工会", "value": "查看会员名册、审批入会申请"}`."""
    held: dict[int, list[str]] = {}
    for unit, code in scopes:
        held.setdefault(unit, []).append(code)
    return [{"label": names.get(unit, "已撤销的工会"), "value": labels_of(sorted(held[unit]))} for unit in held]


def why_nothing(client: selectors.Client, moves: Iterable[str]) -> str:
    """Where a reader finds nothing to press although the matter goes on: who acts next."""
    state, possible = client.case.state, set(moves)
    if state == State.SUSPENDED and "resume" not in possible:
        return "已停用，对方的调用会被拒绝。恢复须由停用人之外的另一位有权的同事办理。"
    if state == State.ASKED and "agree" not in possible:
        return "等待安全管理员复核，同意后登记人才能领到密钥。"
    return ""


def secret_lines(secrets: Sequence[Any], *, now: datetime) -> list[dict[str, str]]:
    """What was issued when, and until when it counts; shape of `ui/console/facts.html`."""
    lines, today = [], formats.local_day(now)
    for row in secrets:
        ended = row.until is not None and row.until <= now
        label = "已失效" if ended else "将换下" if row.until else "现行"
        words = f"{formats.moment(row.since, today)} 领取"
        if row.until:
            words += f"，{formats.moment(row.until, today)} {'失效' if ended else '前有效'}"
        lines.append({"label": label, "value": words})
    return lines
