"""Figures of a union with its subtree, of the unions below it, and month by month."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.utils import timezone
from ninja import Query
from pydantic import Field

from zhijia.kernel.api import Out, PublicId, Routes, Who
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.unions import selectors as unions

from . import selectors
from .permissions import Permission

routes = Routes("figures", "数字", who=Who.CADRE, surface="console")
ROUTES = (routes,)
MOST_CHILDREN = 400


class FiguresOut(Out):
    union: str
    name: str
    level: int
    members: int
    unions: int
    real_name: int
    activated: int
    female: int
    migrant: int
    new_form: int
    dispatched: int
    joined: int = Field(description="累计入会，不含名册登记的老会员")
    entered: int = Field(description="累计名册登记：登记时早已入会的人次")
    left: int = Field(description="累计离会")


class FiguresBelow(Out):
    total: FiguresOut
    items: list[FiguresOut]


class MonthOut(Out):
    on: date
    members: int
    unions: int
    real_name: int
    activated: int


class MonthList(Out):
    items: list[MonthOut]


def _union(request: Request, pid: str) -> unions.UnionFacts:
    found = unions.find_by_public_id(pid)
    if found is None:
        raise NotFound
    request.actor.require(Permission.VIEW, found.path)
    return found


def _out(union: unions.UnionFacts, values: dict[str, int]) -> FiguresOut:
    measures = {name: values[name] for name in FiguresOut.model_fields if name in values}
    return FiguresOut(union=union.public_id, name=union.name, level=union.level, **measures)


@routes.read("/figures/{pid}", FiguresOut)
def figures(request: Request, pid: PublicId) -> FiguresOut:
    """一个工会连同全部下级，此刻的数字。"""
    union = _union(request, pid)
    return _out(union, selectors.current(union.id, union.path))


@routes.read("/figures/{pid}/children", FiguresBelow)
def below(request: Request, pid: PublicId) -> FiguresBelow:
    """直接下级各自的数字，最多 400 个。"""
    union = _union(request, pid)
    rows = unions.list_children(union.id, limit=MOST_CHILDREN)
    values = selectors.current_many([(row.id, row.path) for row in rows])
    return FiguresBelow(
        total=_out(union, selectors.current(union.id, union.path)), items=[_out(row, values[row.id]) for row in rows]
    )


@routes.read("/figures/{pid}/months", MonthList)
def months(
    request: Request,
    pid: PublicId,
    count: Annotated[int, Query(ge=1, le=24)] = 12,
    boundaries: Literal["then", "now"] = "then",
) -> MonthList:
    """每月 1 日的数字；boundaries 为 then 按当时的下级，now 按现在的下级。"""
    union = _union(request, pid)
    first = timezone.localdate(request.now).replace(day=1)
    days = [first]
    while len(days) < count:
        last = days[-1]
        days.append(last.replace(year=last.year - (last.month == 1), month=last.month - 1 or 12))
    found = selectors.months_of(union.id, sorted(days), boundaries)
    return MonthList(
        items=[
            MonthOut(
                on=day,
                members=row["members"],
                unions=row["unions"],
                real_name=row["real_name"],
                activated=row["activated"],
            )
            for day, row in found.items()
        ]
    )
