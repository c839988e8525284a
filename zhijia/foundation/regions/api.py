"""Divisions for whoever fills in a form: children, search, the county around a point. Public."""

from __future__ import annotations

from typing import Annotated

from django.conf import settings
from ninja import Query
from pydantic import Field

from zhijia.kernel.api import NO_NUL, Out, Routes, Who
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request

from . import selectors

routes = Routes("regions", "行政区划", who=Who.ANYONE)
ROUTES = (routes,)

Code = Annotated[str, Query(pattern="^([0-9]{12})?$", description="12 位区划代码；留空为省级。")]


class RegionOut(Out):
    code: str
    name: str
    level: int = Field(description="2 省，3 市，4 县，5 乡镇街道")


class RegionList(Out):
    items: list[RegionOut]


class FoundRegion(RegionOut):
    full_name: str


class FoundRegions(Out):
    items: list[FoundRegion]


def _out(place: selectors.Place) -> RegionOut:
    return RegionOut(code=place.code, name=place.name, level=place.level)


@routes.read("/regions", RegionList)
def children(request: Request, parent: Code = "") -> RegionList:
    """下级区划。"""
    if parent and selectors.find(parent) is None:
        raise NotFound
    return RegionList(items=[_out(place) for place in selectors.children(parent)])


@routes.read("/regions/search", FoundRegions)
def search(request: Request, q: Annotated[str, Query(min_length=1, max_length=40, pattern=NO_NUL)]) -> FoundRegions:
    """按名称、拼音首字母或代码查找本省区划，最多 20 条。"""
    places = selectors.search(q, under=settings.ZHIJIA_PROVINCE, limit=20)
    names = selectors.names_of([place.code for place in places])
    items = [
        FoundRegion(code=place.code, name=place.name, level=place.level, full_name=names.get(place.code, place.name))
        for place in places
    ]
    return FoundRegions(items=items)


@routes.read("/regions/locate", RegionOut)
def locate(
    request: Request,
    lng: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
) -> RegionOut:
    """一个位置所在的县（市、区）。位置只用于这一次查找，不保存。"""
    return _out(selectors.locate(lng, lat).place)
