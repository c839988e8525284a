"""Figures by unit: every number leads down to the units it is made of, within the caller's scope."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.ui import formats
from zhijia.kernel import money
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.unions import selectors as unions

from . import selectors
from .permissions import Permission

STOCKS = (
    ("members", "会员数"),
    ("unions", "基层工会"),
    ("female", "女会员"),
    ("migrant", "农民工"),
    ("new_form", "新就业形态"),
)
SHARES = (("real_name", "实名率"), ("activated", "激活率"))
MOST_CHILDREN = 400


def drill(request: Request) -> HttpResponse:
    """A unit's figures, and those of the units directly below it. `?unit=` goes down; true at this moment."""
    request.actor.require_anywhere(Permission.VIEW)
    unit = _unit(request)
    below = unions.list_children(unit.id, limit=MOST_CHILDREN)
    figures = selectors.current_many([(child.id, child.path) for child in below])
    figures[unit.id] = selectors.current(unit.id, unit.path)
    scope = request.actor.scope_for(Permission.VIEW)
    crumbs = [facts for facts in unions.breadcrumb(unit.path)[:-1] if scope.covers(facts.path)]
    context = {
        "unit": unit,
        "crumbs": [{"label": facts.name, "href": f"?unit={facts.public_id}"} for facts in crumbs],
        "headlines": selectors.headlines(unit.id, unit.path, today=timezone.localdate(request.now)),
        "table": _table(unit, below, figures),
        **_trend(selectors.list_months(unit.id, today=timezone.localdate(request.now)), unit.name),
        "file_href": reverse("unions:file", args=[unit.public_id]),
    }
    return render(request, "statistics/drill.html", context)


def _unit(request: Request) -> unions.UnionFacts:
    named = request.GET.get("unit", "")
    if not named:
        return unions.get_facts_by_path(request.actor.scope_for(Permission.VIEW).paths[0])
    found = unions.find_by_public_id(named)
    if found is None:
        raise NotFound
    request.actor.require(Permission.VIEW, found.path)
    return found


def _trend(months: list[selectors.Month], name: str) -> dict[str, Any]:
    """The members of the last twelve months as a line, and the table it is drawn from."""
    rows = [
        {
            "label": f"{month.first_day:%Y-%m}",
            "cells": [
                {"text": formats.number(month.members)},
                *({"text": formats.DASH if n is None else formats.number(n)} for n in (month.joined, month.left)),
            ],
        }
        for month in months
    ]
    columns = [{"label": "月份"}, {"label": "月末会员", "num": True}, {"label": "当月入会", "num": True},
               {"label": "当月退出", "num": True}]  # fmt: skip
    note = f"{name}（含下级），各月末；快照，不再变动"
    alt = f"{name}最近 {len(months)} 个月末的会员数，数字在下面的表里"
    return {
        "trend": {"kind": "line", "table": "by-month", "title": "会员数", "note": note, "alt": alt, "size": ""},
        "months": {"id": "by-month", "label": "最近十二个月", "columns": columns, "rows": rows},
    }


def _table(
    unit: unions.UnionFacts, below: list[unions.UnionFacts], figures: dict[int, dict[str, int]]
) -> dict[str, Any]:
    """Shape of `ui/console/drill_table.html`."""
    return {
        "id": "by-unit",
        "label": "下级单位数字",
        "columns": [{"label": "单位"}, *({"label": label, "num": True} for _, label in (*STOCKS, *SHARES))],
        "rows": [
            {
                "label": child.name,
                "href": f"?unit={child.public_id}"
                if child.level < 6
                else reverse("unions:file", args=[child.public_id]),
                "cells": _cells(figures[child.id]),
            }
            for child in below
        ],
        "total": {"label": f"{unit.name}（含下级）", "cells": _cells(figures[unit.id])},
    }


def _cells(values: dict[str, int]) -> list[dict[str, str]]:
    stocks = [{"text": formats.number(values[name])} for name, _ in STOCKS]
    shares = [money.ratio_bp(values[name], values["members"]) for name, _ in SHARES]
    return stocks + [{"text": formats.DASH if share is None else formats.share(share)} for share in shares]
