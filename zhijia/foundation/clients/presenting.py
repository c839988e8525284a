"""Other systems as the console's parts want them: words, nothing decided here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Cell, Column, Moment
from zhijia.kernel.registry import registry

from .models import Client


def labels_of(codes: Iterable[str]) -> str:
    """`查看会员名册、审批入会申请`; a right whose capability is gone keeps its code."""
    return "、".join(registry.permissions[code].label if code in registry.permissions else code for code in codes)


class Period(Column):
    """From when to when a system may call, and what today makes of it."""

    def cell(self, row: Any, at: Moment) -> Cell:
        client: Client = row.row
        if at.today < client.valid_from:
            return Cell(f"{self.value(row)}，还没开始", "soon")
        return Cell(f"{self.value(row)}，已过" if at.today >= client.valid_until else self.value(row))

    def value(self, row: Any) -> str:
        return f"{row.row.valid_from} 至 {row.row.valid_until}"


def scope_lines(scopes: Iterable[tuple[int, str]], names: Mapping[int, str]) -> list[dict[str, str]]:
    """One line a unit: `{"label": "莱阳市总工会", "value": "查看会员名册、审批入会申请"}`."""
    held: dict[int, list[str]] = {}
    for unit, code in scopes:
        held.setdefault(unit, []).append(code)
    return [{"label": names.get(unit, "已撤销的工会"), "value": labels_of(sorted(held[unit]))} for unit in held]


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
