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
from zhijia.kernel.registry import registry
from zhijia.organization.members.permissions import Permission as MemberPermission
from zhijia.organization.unions import selectors as unions

from . import selectors
from .permissions import Permission
from .selectors import indicators, pivots

routes = Routes("figures", "数字", who=Who.CADRE, surface="console")
ROUTES = (routes,)
MOST_CHILDREN = 400
Dimension = Literal[
    "sex", "age", "education", "political", "work_form", "group", "migrant", "real_name", "activated", "union_type",
    "industry", "ownership",
]  # fmt: skip


class FiguresOut(Out):
    union: str
    name: str
    level: int
    members: int
    retained: int = Field(description="保留会籍，不在 members 之内")
    unions: int
    federations: int
    employers: int = Field(description="涵盖单位")
    workers: int = Field(description="涵盖单位申报的职工人数")
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


class IndicatorOut(Out):
    code: str
    label: str
    definition: str
    unit: str
    count: int | None
    whole: int | None = Field(description="比率的分母；不是比率的为空")
    value: float | None = Field(description="数值；比率按百分数，分母为 0 时为空，超过 100 不截断")


class FiguresOnDay(Out):
    total: FiguresOut
    day: date
    boundaries: str
    indicators: list[IndicatorOut]


class PivotRow(Out):
    label: str
    cells: list[int | str] = Field(description="＜5 表示 1 至 4，不显示")
    total: int | str


class PivotOut(Out):
    columns: list[str]
    rows: list[PivotRow]
    totals: list[int | str]
    total: int | str
    counted_on: date | None = Field(description="夜里统计的日期；空表示此刻")
    exact: bool = Field(description="false 表示各格和合计分别取整到 5 的倍数")


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


@routes.read("/figures/{pid}/on", FiguresOnDay)
def figures_on(
    request: Request, pid: PublicId, day: date | None = None, boundaries: Literal["then", "now"] = "then"
) -> FiguresOnDay:
    """一个工会连同全部下级，某一天结束时的数字和各项指标；不给日期为此刻。"""
    union = _union(request, pid)
    today = timezone.localdate(request.now)
    day = min(day or today, today)
    moment = selectors.Moment(day, today, boundaries)
    values = (
        selectors.current(union.id, union.path) if moment.is_now else selectors.figures_on(union.id, day, boundaries)
    )
    found = selectors.read_many(registry.indicators(), [union], moment)[union.id]
    return FiguresOnDay(
        total=_out(union, values),
        day=day,
        boundaries=boundaries,
        indicators=[
            IndicatorOut(
                code=one.code, label=one.label, definition=one.definition, unit=one.unit, count=found[one.code].count,
                whole=found[one.code].whole, value=indicators.plain(one, found[one.code]),
            )
            for one in registry.indicators()
        ],
    )  # fmt: skip


@routes.read("/figures/{pid}/pivot", PivotOut)
def pivot(request: Request, pid: PublicId, rows: Dimension = "group", columns: Dimension = "age") -> PivotOut:
    """在会会员按两项交叉；不能查看名册的，各格和合计分别取整到 5 的倍数。"""
    union = _union(request, pid)
    exact = request.actor.may(MemberPermission.VIEW, union.path)
    found = pivots.pivot(
        union.id, union.path, rows, columns, today=timezone.localdate(request.now), exact=exact
    )  # fmt: skip
    if found is None:
        raise NotFound("statistics.not_counted", "会员较多的工会每天夜里统计一次，明天就可以看了。")
    return PivotOut(
        columns=[label for _, label in found.columns],
        rows=[PivotRow(label=line.label, cells=list(line.cells), total=line.total) for line in found.lines],
        totals=list(found.totals),
        total=found.total,
        counted_on=found.day,
        exact=exact,
    )
