"""Units of one level beside one another, by their rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpResponseBase
from django.shortcuts import render

from zhijia.foundation.ui import formats
from zhijia.kernel.http import Request
from zhijia.kernel.indicators import Indicator
from zhijia.organization.statistics import rules
from zhijia.organization.statistics.permissions import Permission
from zhijia.organization.statistics.selectors import comparing, indicators as reading
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import kinds

from .asking import Asked, head, read, short, size_of, table_to_save

NEAR: Final = 4
MOST_PEERS: Final = 2_000
"""So many units are ranked or compared at once; a larger circle is asked to be made smaller."""
MOST_DRAWN: Final = 30


def ranking(request: Request) -> HttpResponseBase:
    """All peers of one level and type within an upper union, by one indicator."""
    asked = read(request, "ranking", keeps=("among",))
    circles = _circles(asked.unit)
    chosen = next((one for one in circles if one.public_id == dict(asked.kept)["among"]), _usual(circles))
    lines = _ranked(asked, chosen) if chosen else []
    one = asked.indicator
    if asked.form:
        return table_to_save(
            asked,
            "ranking",
            f"{asked.unit.name}同级排位",
            ["单位", "位次", "上月末位次", f"{one.label}（{one.unit}）"],
            [(line.union.name, line.rank, line.before, reading.plain(one, line.reading)) for line in lines],
        )
    context = {
        **head(asked, "统计 · 同级排位"),
        "circles": [
            {"label": f"{short(one)}内", "href": asked.href(among=one.public_id), "current": one == chosen}
            for one in circles
        ],
        "peers": f"{asked.unit.type_label} {len(lines)} 个，{asked.as_of()}；相同的并列，没有分母的不排",
        "table": _rank_table(asked, lines, chosen),
        "chart": bars(one, "ranks", asked, "同级单位", value="2", rows=len(lines))
        if len(lines) <= MOST_DRAWN
        else None,
    }
    return render(request, "statistics/ranking.html", context)


def _circles(unit: unions.UnionFacts) -> list[unions.UnionFacts]:
    """The upper unions within which a unit may be compared, the nearest first."""
    return unions.breadcrumb(unit.path)[:-1][::-1]


def _usual(circles: list[unions.UnionFacts]) -> unions.UnionFacts | None:
    """The upper union; of a township's single home or a village, the county."""
    return circles[0] if circles else None


def _ranked(asked: Asked, circle: unions.UnionFacts) -> list[comparing.RankLine]:
    peers = kinds.list_alike(circle.path, asked.unit.level, asked.unit.type, limit=MOST_PEERS)
    scope = asked.request.actor.scope_for(Permission.VIEW)
    return comparing.rank_peers(asked.indicator, peers, asked.moment, scope)


def _rank_table(asked: Asked, lines: Sequence[comparing.RankLine], circle: unions.UnionFacts | None) -> dict[str, Any]:
    one = asked.indicator
    most = max((line.reading.number or 0 for line in lines), default=0)
    if one.is_share:
        most = max(most, 100 * 10**one.decimals)
    return {
        "id": "ranks",
        "label": "同级排位",
        "columns": [
            {"label": "单位"},
            {"label": "位次", "num": True},
            {"label": f"{one.label}（{one.unit}）", "num": True},
            {"label": "上月末位次", "num": True},
            {"label": "对比", "num": True, "total": True},
        ],
        "rows": [
            {
                "label": short(line.union),
                "href": asked.href("drill", unit=line.union.public_id) if line.inside else "",
                "current": line.union.id == asked.unit.id,
                "cells": [
                    {"text": formats.number(line.rank) if line.rank else ""},
                    {"text": _told(one, line)},
                    {"text": formats.number(line.before) if line.before else ""},
                    {"text": " ", "bar": round(100 * (line.reading.number or 0) / most) if most else 0},
                ],
            }
            for line in lines
        ],
        "note": ""
        if all(line.inside for line in lines)
        else "本级范围以外的单位，数字取整到 5 的倍数，位次按实际数字排。",
    }


def _told(one: Indicator, line: comparing.RankLine) -> str:
    return rules.SMALL if line.small and not one.is_share else reading.text(one, line.reading)


def near(asked: Asked) -> dict[str, Any] | None:
    """Those around the unit among its peers, for the overview; nothing where it has none."""
    circle = _usual(_circles(asked.unit))
    lines = _ranked(asked, circle) if circle else []
    at = next((place for place, line in enumerate(lines) if line.union.id == asked.unit.id), None)
    if circle is None or at is None or len(lines) < 2:
        return None
    start = max(0, min(at - NEAR, len(lines) - 2 * NEAR))
    return {
        "title": f"同级排位 · {asked.indicator.label}",
        "note": f"{short(circle)}内 {len(lines)} 个，相同的并列",
        "table": {
            **_rank_table(asked, lines, circle),
            "rows": _rank_table(asked, lines, circle)["rows"][start:][: 2 * NEAR],
        },
        "all": asked.href("ranking"),
    }


def bars(one: Indicator, table: str, asked: Asked, what: str, *, value: str, rows: int) -> dict[str, Any]:
    return {
        "kind": "hbar",
        "table": table,
        "title": one.label,
        "note": f"{one.unit}，{asked.as_of()}",
        "value": value,
        "alt": f"{what}{one.label}条形图，数值见旁边的表",
        "size": size_of(rows),
        "unit": one.unit if one.is_share else "",
    }
