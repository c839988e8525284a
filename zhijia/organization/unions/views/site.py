"""A union's public page: what it is, where it is, how to join."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhijia.foundation.regions import selectors as regions
from zhijia.kernel.doors import public
from zhijia.kernel.errors import Expired, NotFound
from zhijia.kernel.http import Request
from zhijia.organization.unions import selectors
from zhijia.organization.unions.rules import JOINABLE_TYPES

_WHO = {
    "GRASSROOTS": "本单位职工可以加入。",
    "JOINT": "所涵盖单位的职工可以加入。",
    "AREA_FED": "在这个区域工作、单位还没有工会的职工可以加入。",
    "IND_FED": "从事这个行业、单位还没有工会的职工可以加入。",
    "ONLINE_HOME": "在这里工作或居住、单位还没有工会的职工都可以加入，灵活就业和新就业形态劳动者也可以。",
}


@public
@require_safe
def page(request: Request, pid: str) -> HttpResponse:
    """Anyone may read it; a union that takes nobody says where to turn."""
    union = selectors.find_by_public_id(pid)
    if union is None:
        raise NotFound
    upper = selectors.get_facts(union.parent_id) if union.parent_id else None
    context = {
        "union": union,
        "facts": _facts(union, upper),
        "who": _WHO.get(union.type, ""),
        "joins": union.type in JOINABLE_TYPES and union.is_open,
        **_closed(union),
    }
    if union.type not in JOINABLE_TYPES and union.is_open:
        context["below"] = regions.find(union.region)
    return render(request, "unions/public.html", context)


def _facts(union: selectors.UnionFacts, upper: selectors.UnionFacts | None) -> list[dict[str, Any]]:
    rows = [
        ("类型", union.type_label, ""),
        ("上级工会", upper.name if upper else "", upper.public_id if upper else ""),
        ("所在地区", regions.full_name(union.region), ""),
        ("地址", union.address, ""),
        ("服务时间", union.hours, ""),
        ("工会编码", union.code, ""),
    ]
    return [{"label": label, "value": value, "pid": pid} for label, value, pid in rows if value]


def _closed(union: selectors.UnionFacts) -> dict[str, Any]:
    try:
        selectors.require_open(union)
    except Expired as error:
        nearest = selectors.find_by_public_id(str(error.facts.get("nearest") or ""))
        return {
            "closed": error.message,
            "nearest": nearest,
            "nearest_joins": bool(nearest and nearest.type in JOINABLE_TYPES),
        }
    return {"closed": ""}
