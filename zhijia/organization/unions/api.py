"""Unions: what anybody may know, and the tree for cadres and other systems."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Query
from pydantic import Field

from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.ui.listing import Query as ListQuery
from zhijia.kernel.api import NO_NUL, After, Limit, Out, PublicId, Routes, Who
from zhijia.kernel.errors import Invalid, NotFound
from zhijia.kernel.http import Request

from . import selectors
from .permissions import Permission
from .rules import JOINABLE_TYPES

public = Routes("public_unions", "找工会", who=Who.ANYONE)
tree = Routes("unions", "工会组织", who=Who.CADRE, surface="console")
ROUTES = (public, tree)

Search = Annotated[str, Query(max_length=40, pattern=NO_NUL, description="名称、首字母、工会编码或统一社会信用代码")]


class PublicUnion(Out):
    id: str
    code: str
    name: str
    type: str
    type_label: str
    place: str
    address: str
    hours: str
    joins: bool = Field(description="现在可以加入")


class PublicUnions(Out):
    items: list[PublicUnion]


class UnionOut(Out):
    id: str
    code: str
    name: str
    type: str
    level: int
    status: str
    region: str


class UnionList(Out):
    items: list[UnionOut]
    next: str = Field(description="下一页的 after，最后一页为空")


class UnionDetail(UnionOut):
    parent: str = Field(description="上级工会，没有则为空")
    address: str
    phone: str
    hours: str


class EmployerOut(Out):
    id: str
    name: str
    credit_code: str


class EmployerList(Out):
    items: list[EmployerOut]


def _public(rows: list[selectors.UnionFacts]) -> PublicUnions:
    names = regions.names_of(row.region for row in rows)
    return PublicUnions(
        items=[
            PublicUnion(
                id=row.public_id,
                code=row.code,
                name=row.name,
                type=row.type,
                type_label=row.type_label,
                place=names.get(row.region, ""),
                address=row.address,
                hours=row.hours,
                joins=row.is_open and row.type in JOINABLE_TYPES,
            )
            for row in rows
        ]
    )


def _facts(row: selectors.UnionFacts) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "code": row.code,
        "name": row.name,
        "type": row.type,
        "level": row.level,
        "status": row.status,
        "region": row.region,
    }


@public.read("/find-unions", PublicUnions)
def find(
    request: Request,
    q: Search = "",
    region: Annotated[str, Query(pattern="^([0-9]{12})?$", description="乡镇（街道）代码")] = "",
) -> PublicUnions:
    """按名称查找工会，或列出一个乡镇（街道）的网上会员之家和可加入的工会。"""
    if q:
        return _public(selectors.search_public(q, limit=20))
    if not region:
        words = "请填写要查找的名称，或选择乡镇（街道）。"
        raise Invalid("unions.nothing_asked", words, fields={"q": words})
    return _public([*selectors.homes_of_regions([region]), *selectors.list_public_in_region(region, limit=20)])


@public.read("/find-unions/{pid}", PublicUnion)
def page(request: Request, pid: PublicId) -> PublicUnion:
    """一个工会的公开信息。"""
    union = selectors.find_by_public_id(pid)
    if union is None:
        raise NotFound
    return _public([union]).items[0]


@tree.read("/unions", UnionList)
def unions(request: Request, q: Search = "", after: After = "", limit: Limit = 50) -> UnionList:
    """管理范围内的工会：带 q 为查找，不带为范围最高一级。"""
    request.actor.require_anywhere(Permission.VIEW)
    if q:
        found = selectors.list_unions(request.actor, ListQuery(search=q, after=after, limit=limit))
        return UnionList(items=[UnionOut(**_facts(row.union)) for row in found.rows], next=found.next)
    return _children(request, None, after, limit)


def _children(request: Request, parent: int | None, after: str, limit: int) -> UnionList:
    page = selectors.children(request.actor, parent, after=after, limit=limit)
    items = [
        UnionOut(
            id=row.public_id,
            code=row.code,
            name=row.name,
            type=row.type,
            level=row.level,
            status=row.status,
            region=row.region,
        )
        for row in page.rows
    ]
    return UnionList(items=items, next=page.next)


def _in_scope(request: Request, pid: str) -> selectors.UnionFacts:
    found = selectors.find_by_public_id(pid)
    if found is None:
        raise NotFound
    request.actor.require(Permission.VIEW, found.path)
    return found


@tree.read("/unions/{pid}", UnionDetail)
def union(request: Request, pid: PublicId) -> UnionDetail:
    """一个工会。"""
    found = _in_scope(request, pid)
    parent = selectors.get_facts(found.parent_id).public_id if found.parent_id else ""
    return UnionDetail(**_facts(found), parent=parent, address=found.address, phone=found.phone, hours=found.hours)


@tree.read("/unions/{pid}/children", UnionList)
def children(request: Request, pid: PublicId, after: After = "", limit: Limit = 50) -> UnionList:
    """直接下级工会，按顺序。"""
    return _children(request, _in_scope(request, pid).id, after, limit)


@tree.read("/employers", EmployerList)
def employers(
    request: Request,
    q: Annotated[str, Query(min_length=2, max_length=60, pattern=NO_NUL)],
    region: Annotated[str, Query(pattern="^([0-9]{2,12})?$", description="区划代码的前几位")] = "",
    limit: Literal[10, 20] = 10,
) -> EmployerList:
    """按名称查找登记的用人单位，用于核对入会申请。"""
    request.actor.require_anywhere(Permission.VIEW)
    rows = selectors.search_employers(q, region_prefix=region, limit=limit)
    return EmployerList(
        items=[EmployerOut(id=row.public_id, name=row.name, credit_code=row.credit_code or "") for row in rows]
    )
