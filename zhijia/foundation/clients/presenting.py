"""Other systems as the console's parts want them: words and addresses, nothing decided here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Cell, Column, Empty, Listing, Moment, Number, Tag
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


def _address(row: selectors.ClientRow) -> str:
    return reverse("clients:case", args=[row.client.case.public_id])


def _client_id(row: selectors.ClientRow) -> str:
    return row.client.public_id


def _rights(row: selectors.ClientRow) -> str:
    return labels_of(row.permissions)


def _period(row: selectors.ClientRow) -> str:
    return f"{row.client.valid_from} 至 {row.client.valid_until}"


def _in_words(row: selectors.ClientRow) -> tuple[str, str]:
    return REGISTRATION.labels[row.client.case.state], ""


class _State(Tag):
    """The case's state, or what the day makes of it."""

    def cell(self, row: selectors.ClientRow, at: Moment) -> Cell:
        tag = state_tag(row.client, today=at.today)
        return Cell(tag["text"], tag["state"], tag=True)


CLIENTS = Listing(
    "clients",
    "系统对接",
    note="其他系统按给定的工会、权限和有效期调用接口；登记与复核须为两人",
    counted="个",
    ordered="最近登记的在前",
    search="系统名称或客户端编号",
    head=Column("系统", "client.name"),
    opens=_address,
    detail=_client_id,
    columns=(
        _State("状态", _in_words),
        Column("能办什么", _rights, wraps=True),
        Column("有效期", _period, faint=True),
        Number("每分钟", "client.per_minute", narrow="mid"),
        Column("登记工会", "unit_name", narrow="mid", wraps=True, faint=True),
    ),
    empty=Empty(
        "还没有对接的系统",
        "登记后由安全管理员复核，再领取密钥。系统只能在给定的工会、权限和有效期内调用，每次调用都有记录。",
    ),
)


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
