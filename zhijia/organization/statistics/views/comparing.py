"""Two days of a unit and those below it, and who stands out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponseBase
from django.shortcuts import render

from zhijia.foundation.ui import formats
from zhijia.kernel.http import Request
from zhijia.kernel.indicators import Indicator
from zhijia.kernel.registry import registry
from zhijia.organization.statistics import rules
from zhijia.organization.statistics.rules import Reading
from zhijia.organization.statistics.selectors import Moment, comparing, indicators as reading, read_many
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import kinds

from .asking import children_of, day_of, head, read, short, table_to_save
from .ranking import MOST_DRAWN, MOST_PEERS, bars

LEAST_APART: Final = 7
"""Days between the two where only one is named: in the first week of a month the last one is passed over."""


def comparison(request: Request) -> HttpResponseBase:
    """One indicator of the units below on two days, and every indicator of the unit itself."""
    asked = read(request, "comparison", keeps=("from",))
    earlier_day = day_of(dict(asked.kept)["from"], asked.today)
    if earlier_day >= asked.moment.day:
        earlier_day = rules.last_month_end(asked.moment.day - timedelta(days=LEAST_APART))
    earlier = Moment(earlier_day, asked.today, asked.moment.boundaries)
    one, below = asked.indicator, children_of(asked)
    now, old = read_many([one], below, asked.moment), read_many([one], below, earlier)
    pairs = [(union, now[union.id][one.code], old[union.id][one.code]) for union in below]
    everything = registry.indicators()
    own, own_old = _two(asked.unit, everything, asked.moment, earlier)
    heads = ["单位", f"{earlier_day:%Y-%m-%d}", f"{asked.moment.day:%Y-%m-%d}", "增减", "增减 %"]
    if asked.form:
        return table_to_save(
            asked,
            "comparison",
            f"{asked.unit.name}{one.label}两日比较",
            heads[:3],
            [
                (union.name, reading.plain(one, before), reading.plain(one, after))
                for union, after, before in [*pairs, (asked.unit, own[one.code], own_old[one.code])]
            ],
        )
    context = {
        **head(asked, "统计 · 两日比较"),
        "from": earlier_day.isoformat(),
        "until": asked.moment.day.isoformat(),
        "table": {
            "id": "two-days",
            "label": "下级两日比较",
            "columns": _numeric(heads),
            "rows": [
                {
                    "label": short(union),
                    "href": asked.href(unit=union.public_id) if asked.sees(union) else "",
                    "cells": _change_cells(one, before, after),
                }
                for union, after, before in pairs
            ],
            "total": {"label": "合计", "cells": _change_cells(one, own_old[one.code], own[one.code])},
        },
        "chart": {
            **bars(one, "two-days", asked, "下级", value="3", rows=len(pairs)),
            "title": f"{one.label}增减",
            "unit": "",
            "note": f"{'百分点' if one.is_share else one.unit}，{earlier_day:%m-%d} 至 {asked.moment.day:%m-%d}",
        }
        if len(pairs) <= MOST_DRAWN
        else None,
        "own": {
            "id": "own",
            "label": "本单位各指标两日比较",
            "columns": _numeric(["指标", *heads[1:]]),
            "rows": [
                {
                    "label": f"{each.label}（{each.unit}）",
                    "cells": _change_cells(each, own_old[each.code], own[each.code]),
                }
                for each in everything
            ],
        },
    }
    return render(request, "statistics/comparison.html", context)


def _two(
    union: unions.UnionFacts, asked: Sequence[Indicator], now: Moment, old: Moment
) -> tuple[dict[str, Reading], dict[str, Reading]]:
    return read_many(asked, [union], now)[union.id], read_many(asked, [union], old)[union.id]


def _numeric(labels: Sequence[str]) -> list[dict[str, Any]]:
    first, *others = labels
    return [{"label": first}, *({"label": label, "num": True} for label in others)]


def _change_cells(one: Indicator, before: Reading, after: Reading) -> list[dict[str, str]]:
    return [
        {"text": reading.text(one, before)},
        {"text": reading.text(one, after)},
        {"text": reading.change_text(one, after, before)},
        {"text": "" if one.is_share else _percent(rules.jump(after.number, before.number))},
    ]


def _percent(change: Any) -> str:
    """A change as per cent with its sign; nothing where it is not known."""
    if change is None:
        return ""
    tenths = round(change * 1000)
    return ("+" if tenths > 0 else "") + reading.percent(tenths, 1)


def outliers(request: Request) -> HttpResponseBase:
    """Units of one kind below that jumped in the month or stand far from their peers."""
    asked = read(request, "outliers", keeps=("kind",))
    known = {f"{level}-{kind}": (level, kind, label) for level, kind, label in kinds.below(asked.unit.path)}
    mine = (asked.unit.level, asked.unit.type, asked.unit.type_label)
    level, kind, label = known.get(dict(asked.kept)["kind"]) or next(iter(known.values()), mine)
    peers = kinds.list_alike(asked.unit.path, level, kind, limit=MOST_PEERS + 1)
    too_many = len(peers) > MOST_PEERS
    found = [] if too_many else comparing.outliers(asked.indicator, peers, asked.moment)
    one = asked.indicator
    if asked.form:
        return table_to_save(
            asked,
            "outliers",
            f"{asked.unit.name}{one.label}异常",
            ["单位", "编码", f"{one.label}（{one.unit}）", "上月末", "增减 %", "偏离（稳健标准差）", "原因"],
            [
                (
                    each.union.name,
                    each.union.code,
                    reading.plain(one, each.reading),
                    reading.plain(one, each.before),
                    None if each.change is None else float(round(each.change * 100, 1)),
                    None if each.z is None else round(each.z, 1),
                    _why(each),
                )
                for each in found
            ],
        )
    context = {
        **head(asked, "统计 · 异常"),
        "kinds": [
            {
                "label": LEVELS.get(each[0], "") + each[2],
                "href": asked.href(kind=key),
                "current": each == (level, kind, label),
            }
            for key, each in known.items()
        ],
        "too_many": too_many,
        "few": len(peers) < rules.LEAST_PEERS,
        "count": len(peers),
        "table": {
            "id": "outliers",
            "label": "异常单位",
            "columns": _numeric(["单位", f"{one.label}（{one.unit}）", "上月末", "增减 %", "偏离", "原因"]),
            "rows": [
                {
                    "label": short(each.union),
                    "href": asked.href("drill", unit=each.union.public_id),
                    "cells": [
                        {"text": reading.text(one, each.reading)},
                        {"text": reading.text(one, each.before)},
                        {"text": _percent(each.change)},
                        {"text": "" if each.z is None else f"{each.z:+.1f}".replace("-", formats.MINUS)},
                        {"text": _why(each)},
                    ],
                }
                for each in found
            ],
        },
        "chart": {
            **bars(one, "outliers", asked, "异常单位", value="3", rows=len(found)),
            "title": "增减 %",
            "unit": "%",
            "note": f"比上月末，{asked.as_of()}",
        }
        if 0 < len(found) <= MOST_DRAWN
        else None,
    }
    return render(request, "statistics/outliers.html", context)


LEVELS: Final = {3: "市级", 4: "县级", 5: "乡镇（街道）级", 6: "", 7: ""}


def _why(each: comparing.Outlier) -> str:
    reasons = []
    if each.jumped:
        reasons.append("比上月末变动超过 30%")
    if each.strange:
        reasons.append("与同类同级差得远")
    return "；".join(reasons)
