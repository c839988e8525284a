"""One indicator month by month, and how the members of one month became those of the next."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponseBase
from django.shortcuts import render

from zhijia.foundation.ui import formats
from zhijia.kernel.http import Request
from zhijia.organization.statistics import rules
from zhijia.organization.statistics.selectors import indicators as reading

from .asking import head, read, table_to_save

TERMS: Final = (
    ("joined", "入会"),
    ("entered", "名册登记"),
    ("transferred_in", "转入"),
    ("restored", "恢复"),
    ("unmerged", "撤销并档"),
    ("reorganized_in", "组织调整转入"),
    ("transferred_out", "转出"),
    ("kept", "转为保留"),
    ("withdrawn", "退会"),
    ("expelled", "开除"),
    ("deceased", "去世"),
    ("merged", "并档"),
    ("reorganized_out", "组织调整转出"),
)
LENGTHS: Final = {"12": "12 个月", "24": "24 个月"}


def trend(request: Request) -> HttpResponseBase:
    """One indicator month by month, and how the members of each month became those of the next."""
    asked = read(request, "trend", keeps=("months",))
    months = dict(asked.kept)["months"]
    count = int(months) if months in LENGTHS else 12
    one = asked.indicator
    lines = reading.list_months(
        asked.unit, [one], until=asked.moment.day, boundaries=asked.moment.boundaries, count=count + 1
    )
    pairs = list(zip([None, *lines], lines, strict=False))[-count:]
    balance = reading.list_balances(asked.unit, until=asked.moment.day, boundaries=asked.moment.boundaries, count=count)
    shown = [term for term in TERMS if any(month.flows[term[0]] for month in balance)]
    if asked.form:
        return table_to_save(
            asked,
            "trend",
            f"{asked.unit.name}会员变动",
            ["月份", "月初会员", *(label for _, label in TERMS), "隶属调整", "月末会员"],
            [
                (
                    f"{month.first_day:%Y-%m}",
                    month.begin,
                    *(month.flows[code] for code, _ in TERMS),
                    month.moved,
                    month.end,
                )
                for month in balance
            ],
        )
    rows = [
        {
            "label": f"{line.first_day:%Y-%m}",
            "cells": [
                {"text": reading.text(one, line.readings[one.code])},
                {"text": reading.change_text(one, line.readings[one.code], old.readings[one.code] if old else None)},
            ],
        }
        for old, line in pairs
    ]
    moved = any(month.moved for month in balance)
    context = {
        **head(asked, "统计 · 趋势"),
        "lengths": [
            {"label": label, "href": asked.href(months=code), "current": code == str(count)}
            for code, label in LENGTHS.items()
        ],
        "line": {
            "kind": "line",
            "table": "by-month",
            "title": one.label,
            "size": "",
            "note": f"{one.unit}，{'各月' if reading.is_flow(one) else '各月末'}；快照，不再变动",
            "alt": f"{asked.unit.name}{one.label}近 {len(rows)} 个月的折线图，数值见旁边的表",
        },
        "by_month": {
            "id": "by-month",
            "label": f"{one.label}各月",
            "rows": rows,
            "columns": [
                {"label": "月份"},
                {"label": f"{one.label}（{one.unit}）", "num": True},
                {"label": "比上月", "num": True},
            ],
        },
        "balance": {
            "id": "balance",
            "label": "会员变动",
            "columns": [
                {"label": "月份"},
                {"label": "月初", "num": True},
                *(
                    {"label": f"{'+' if rules.SIGN_OF[code] > 0 else formats.MINUS} {label}", "num": True}
                    for code, label in shown
                ),
                *([{"label": "± 隶属调整", "num": True}] if moved else []),
                {"label": "月末", "num": True},
            ],
            "rows": [
                {
                    "label": f"{month.first_day:%Y-%m}",
                    "cells": [
                        {"text": formats.number(month.begin)},
                        *({"text": formats.number(month.flows[code])} for code, _ in shown),
                        *([{"text": formats.signed(month.moved)}] if moved else []),
                        {"text": formats.number(month.end)},
                    ],
                }
                for month in reversed(balance)
            ],
        },
    }
    return render(request, "statistics/trend.html", context)
