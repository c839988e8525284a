"""For the privacy desk: what belongs to a request, and what was deleted."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from zhijia.foundation.casework.selectors import get_case
from zhijia.foundation.files import selectors as files
from zhijia.foundation.files.api import FileOut, file_out
from zhijia.foundation.ui.listing import Query
from zhijia.kernel.api import (
    After,
    Out,
    PublicId,
    Routes,
    Who,
)
from zhijia.kernel.http import Request
from zhijia.organization.people.cases.requests import REQUESTS
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import rights as reads

from .rights import CorrectionOut, PlanLine, plan_lines

routes = Routes("privacy", "个人信息保护", who=Who.CADRE, surface="console")


class RequestDetail(Out):
    erased: list[PlanLine] = Field(description="按规则可以删除的，办结后是已经删除的")
    kept: list[PlanLine] = Field(description="须继续保存的和原因")
    corrections: list[CorrectionOut] = Field(description="请求更正的，办结后是已经更正的")
    papers: list[FileOut] = Field(description="证明材料，用 GET /files/{pid} 取得")


class DeletionOut(Out):
    at: datetime
    label: str
    count: int
    cut_off: date | None
    request: str = Field(description="因本人请求的，请求编号；到期自动删除的为空")


class DeletionList(Out):
    items: list[DeletionOut]
    next: str


@routes.read("/data-requests/{pid}/detail", RequestDetail)
def detail(request: Request, pid: PublicId) -> RequestDetail:
    """一件请求的细目：更正哪几项，按规则可以删除哪些、须保存哪些。"""
    one = get_case(REQUESTS, request.actor, pid)
    plan = reads.plan_of(one.row, now=request.now) if one.case.state == rules.Rights.TO_DELETE else None
    result = one.row.result
    return RequestDetail(
        erased=plan_lines(rules.as_json(plan.erased) if plan else result.get("erased", [])),
        kept=plan_lines(rules.as_json(plan.kept) if plan else result.get("kept", [])),
        corrections=[CorrectionOut(**line) for line in reads.told_corrections(one.row)],
        papers=[file_out(file) for file in files.list_about("case", [pid]).get(pid, ())],
    )


@routes.read("/data-deletions", DeletionList)
def deletions(request: Request, after: After = "") -> DeletionList:
    """删除记录，最近的在前；只有种类和条数，没有个人。"""
    page = reads.list_deletions(request.actor, Query(after=after))
    return DeletionList(
        items=[
            DeletionOut(at=row.at, label=row.label, count=row.count, cut_off=row.cut_off, request=row.case)
            for row in page.rows
        ],
        next=page.next,
    )
