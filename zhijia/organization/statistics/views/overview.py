"""A unit's figures, those below it on a table and a map, its groups, its place among its peers, twelve months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control

from zhijia.foundation.regions import boundaries, selectors as regions
from zhijia.foundation.ui import formats
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.kernel.indicators import Indicator
from zhijia.kernel.registry import registry
from zhijia.organization.statistics.rules import Reading
from zhijia.organization.statistics.selectors import indicators as reading, read_many
from zhijia.organization.statistics.selectors.indicators import Readings
from zhijia.organization.unions import selectors as unions

from .asking import Asked, behind, children_of, head, read, short, table_to_save
from .ranking import near

IN_TABLES: Final = ("members", "join_rate", "real_name", "new_form")
MAPPED: Final = {2: 4, 3: 6}
"""Level of a unit → digits of the divisions that its map shows."""


def named(*codes: str) -> list[Indicator]:
    """Indicators in the order in which they stand."""
    return [one for one in registry.indicators() if one.code in codes]


def drill(request: Request) -> HttpResponseBase:
    """A unit's figures, those of the units below it on a table and a map, its groups and its place among its peers."""
    asked = read(request, "drill")
    below = children_of(asked)
    columns = named(*IN_TABLES, asked.indicator.code)
    everything = registry.indicators()
    own = read_many(everything, [asked.unit], asked.moment)[asked.unit.id]
    before = read_many(everything, [asked.unit], asked.moment.month_before)[asked.unit.id]
    found = read_many(columns, below, asked.moment) if below else {}
    earlier = read_many(named("members"), below, asked.moment.month_before) if below else {}
    rows = _ordered(asked, below, found)
    if asked.form:
        return table_to_save(
            asked,
            "drill",
            f"{asked.unit.name}统计",
            ["单位", "编码", *(f"{one.label}（{one.unit}）" for one in columns)],
            [
                (union.name, union.code, *(reading.plain(one, values[one.code]) for one in columns))
                for union, values in [*((row, found[row.id]) for row in rows), (asked.unit, own)]
            ],
        )
    context = {
        **head(asked, "统计"),
        "figures": [_figure(asked, one, own, before) for one in everything if not one.within],
        "below": _below(asked, columns, [(one, found[one.id], earlier[one.id]) for one in rows], (own, before)),
        "map": _map(asked, columns) if rows and asked.unit.level in MAPPED else None,
        "groups": _groups(asked, own),
        "near": near(asked),
        **_line(asked),
        "file_href": reverse("unions:file", args=[asked.unit.public_id]),
    }
    return render(request, "statistics/drill.html", context)


def _ordered(asked: Asked, below: list[unions.UnionFacts], found: dict[int, Readings]) -> list[unions.UnionFacts]:
    """In the order of the tree, or by a column, what has no number last."""
    code, down = asked.order.lstrip("-"), asked.order.startswith("-")
    if not below or code not in found[below[0].id]:
        return below
    known = [union for union in below if found[union.id][code].number is not None]
    rest = [union for union in below if found[union.id][code].number is None]
    return sorted(known, key=lambda union: found[union.id][code].number or 0, reverse=down) + rest


def _figure(asked: Asked, one: Indicator, own: Readings, before: Readings) -> dict[str, Any]:
    """Shape of `ui/console/figures.html`."""
    found, old = own[one.code], before[one.code]
    if reading.is_flow(one):
        note = f"上月 {reading.text(one, old)}"
    else:
        change = reading.change_text(one, found, old)
        unit = "" if one.is_share else f" {one.unit}"
        note = f"较上月末 {change}{unit}" if change else f"单位：{one.unit}"
    if one.is_share and found.number is not None:
        note = f"{formats.number(found.count or 0)} ÷ {formats.number(found.whole or 0)}，{note}"
    return {
        "label": one.label,
        "value": reading.text(one, found),
        "note": note + ("，超过 100%，请核对" if found.exceeds else ""),
        "state": "soon" if found.exceeds else "",
        "definition": f"{one.definition}。单位：{one.unit}。",
        "href": behind(asked, asked.unit, one),
    }


def _below(
    asked: Asked,
    columns: Sequence[Indicator],
    rows: Sequence[tuple[unions.UnionFacts, Readings, Readings]],
    whole: tuple[Readings, Readings],
) -> dict[str, Any] | None:
    """Shape of `ui/console/drill_table.html`: the units below, each with what it told now and a month before."""
    if not rows:
        return None
    heads = [_head(asked, one) for one in columns]
    heads.insert(1, {"label": "较上月末（人）", "num": True})
    (members,) = named("members")

    def cells(union: unions.UnionFacts, now: Readings, before: Readings) -> list[dict[str, Any]]:
        told = [_cell(asked, one, now[one.code], union) for one in columns]
        told.insert(1, {"text": reading.change_text(members, now["members"], before["members"])})
        return told

    return {
        "id": "by-unit",
        "label": "下级单位数字",
        "columns": [{"label": "单位"}, *heads],
        "rows": [
            {
                "label": short(union),
                "href": asked.href(unit=union.public_id) if asked.sees(union) else "",
                "cells": cells(union, now, before),
            }
            for union, now, before in rows
        ],
        "total": {"label": "合计", "cells": cells(asked.unit, *whole)},
    }


def _head(asked: Asked, one: Indicator) -> dict[str, Any]:
    down = asked.order == f"-{one.code}"
    return {
        "label": one.label if one.is_share else f"{one.label}（{one.unit}）",
        "num": True,
        "href": asked.href(order=one.code if down else f"-{one.code}"),
        "sorted": "descending" if down else "ascending" if asked.order == one.code else "",
    }


def _cell(asked: Asked, one: Indicator, found: Reading, union: unions.UnionFacts) -> dict[str, Any]:
    return {
        "text": reading.text(one, found),
        "href": behind(asked, union, one) if one.code == "members" and asked.sees(union) else "",
        "warning": "超过 100%，按异常列出，不截断" if found.exceeds else "",
    }


def _map(asked: Asked, columns: Sequence[Indicator]) -> dict[str, Any]:
    """The units below on their outlines, by the chosen indicator."""
    one = asked.indicator
    place = columns.index(one) + 1
    return {
        "kind": "map",
        "table": "by-unit",
        "title": one.label,
        "note": f"{asked.as_of()}，分五级；点区域往下看，数据见表",
        "alt": f"{asked.unit.name}各下级{one.label}分级地图，数值见旁边的表",
        "size": "map",
        "geo": f"{reverse('statistics:outlines')}?unit={asked.unit.public_id}",
        "value": str(place if place == 1 else place + 1),  # the change stands in the second column
        "unit": one.unit if one.is_share else "",
    }


def _groups(asked: Asked, own: Readings) -> dict[str, Any]:
    """The parts of the indicators that have parts, as a table and bars."""
    parts = [one for one in registry.indicators() if one.within == "new_form"]
    return {
        "chart": {
            "kind": "hbar",
            "table": "groups",
            "title": "新就业形态会员",
            "note": f"人，{asked.as_of()}；各群体之和等于总数",
            "alt": "新就业形态会员按群体的条形图，数值见下表",
            "size": "",
        },
        "table": {
            "id": "groups",
            "label": "新就业形态各群体",
            "columns": [{"label": "群体"}, {"label": "会员（人）", "num": True}],
            "rows": [
                {
                    "label": one.label,
                    "cells": [{"text": reading.text(one, own[one.code]), "href": behind(asked, asked.unit, one)}],
                }
                for one in parts
            ],
            "total": {"label": "合计", "cells": [{"text": formats.number(own["new_form"].count or 0)}]},
        },
    }


def _line(asked: Asked) -> dict[str, Any]:
    """Twelve month ends of the chosen indicator, and the table they are drawn from."""
    one = asked.indicator
    months = reading.list_months(asked.unit, [one], until=asked.moment.day, boundaries=asked.moment.boundaries)
    rows = [
        {"label": f"{month.first_day:%Y-%m}", "cells": [{"text": reading.text(one, month.readings[one.code])}]}
        for month in months
    ]
    return {
        "line": {
            "kind": "line",
            "table": "by-month",
            "title": one.label,
            "size": "sm",
            "note": f"{one.unit}，{'各月' if reading.is_flow(one) else '月末'}",
            "unit": one.unit if one.is_share else "",
            "alt": f"{asked.unit.name}{one.label}近 {len(rows)} 个月的折线图，数值见下表",
        },
        "by_month": {
            "id": "by-month",
            "label": f"{one.label}各月",
            "rows": rows,
            "columns": [{"label": "月份"}, {"label": f"{one.label}（{one.unit}）", "num": True}],
        },
    }


@cache_control(private=True, max_age=86_400)
def outlines(request: Request) -> HttpResponseBase:
    """GeoJSON of the divisions directly below a unit; the file behind it is replaceable and carries no approval."""
    unit = read(request, "outlines").unit
    digits = MAPPED.get(unit.level)
    if digits is None:
        raise NotFound
    shapes = boundaries.outlines(unit.region[: digits - 2], digits)
    names = regions.short_names(shapes)
    return JsonResponse(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {"name": names[code]}, "geometry": shape}
                for code, shape in shapes.items()
                if code in names
            ],
        }
    )
