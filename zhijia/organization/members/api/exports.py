"""For cadres: member lists as files, masked at once, or whole after somebody else has agreed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from django.http import HttpResponseBase
from django.utils import timezone
from pydantic import Field

from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.api import CaseId
from zhijia.kernel.api import Done, In, Limit, Out, PublicId, Routes, Text, Who, file_answer
from zhijia.kernel.http import Request
from zhijia.organization.members.selectors import rosters as reads
from zhijia.organization.members.services.rosters import exporting
from zhijia.organization.unions import selectors as unions

from .rosters import ProgressOut, progress_of

routes = Routes("exports", "会员名册导出", who=Who.CADRE, surface="console")

Form = Literal["csv", "xlsx"]
_PIECE = 256 * 1024


class ExportAskIn(In):
    reason: Text = Field(min_length=5, max_length=200, description="为什么需要完整号码、作什么用")
    form: Form = "xlsx"


class ExportDecideIn(In):
    allow: bool
    note: Text = Field("", max_length=200, description="不同意时必填")


class ExportOut(Out):
    id: str
    state: str
    label: str
    union: str
    reason: str
    form: str
    asked_at: datetime
    rows: int = Field(description="已写入文件的人数")
    file: str = Field(description="备好后本人用 GET /files/{pid} 取得，保留一天；没有则为空")
    progress: ProgressOut | None = Field(description="文件准备到哪里；只给申请人")


class ExportList(Out):
    items: list[ExportOut]


def _out(found: Any, *, own: bool) -> ExportOut:
    return ExportOut(
        id=found.case.public_id,
        state=found.case.state,
        label=str(cases.describe(found.case)["label"]),
        union=found.unit.name,
        reason=found.reason,
        form=found.form,
        asked_at=found.case.opened_at,
        rows=found.rows,
        file=found.file if own else "",
        progress=progress_of(found.job) if own else None,
    )


@routes.fetch("/unions/{pid}/members-file", gone=False)
def masked(request: Request, pid: PublicId, form: Form = "csv") -> HttpResponseBase:
    """本工会及以下的会员名册，姓名和号码已遮盖。每次取得都会留下记录。"""
    union = unions.get_by_public_id(pid)
    exporting.record_masked(request.actor, union, form, now=request.now)
    name = f"{union.name[:40]}-会员名册-{timezone.localdate(request.now):%Y%m%d}.{form}"
    if form == "csv":
        return file_answer(name, exporting.masked_csv(union))
    return file_answer(name, _workbook(union))


def _workbook(union: Any) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as out:
        exporting.masked_xlsx(union, out)
        out.seek(0)
        while piece := out.read(_PIECE):
            yield piece


_LINKS: dict[str, Any] = {
    name: {"operationId": f"exports_{name}", "parameters": {"pid": "$response.body#/id"}}
    for name in ("export", "withdraw")
}


@routes.write("/unions/{pid}/exports", CaseId, links=_LINKS)
def ask(request: Request, pid: PublicId, said: ExportAskIn) -> CaseId:
    """申请导出完整号码的名册，由另一人复核；同意后在后台准备文件。"""
    union = unions.get_by_public_id(pid)
    return CaseId(id=exporting.ask_whole(request.actor, union, reason=said.reason, form=said.form, now=request.now))


@routes.read("/exports", ExportList)
def export_list(request: Request, limit: Limit = 20) -> ExportList:
    """我申请的，最近的在前。"""
    return ExportList(items=[_out(row, own=True) for row in reads.list_exports(request.actor, limit=limit)])


@routes.read("/exports/{pid}", ExportOut)
def export(request: Request, pid: PublicId) -> ExportOut:
    """一件申请：申请人和有权复核的人可以看。"""
    found = reads.get_export(request.actor, pid)
    return _out(found, own=found.person_id is not None and found.person_id == request.actor.person_id)


@routes.write("/exports/{pid}/decide", Done)
def decide(request: Request, pid: PublicId, said: ExportDecideIn) -> Done:
    """复核：同意则开始准备文件；不能复核自己的申请。"""
    exporting.decide_whole(request.actor, pid, allow=said.allow, note=said.note, now=request.now)
    return Done()


@routes.write("/exports/{pid}/withdraw", Done)
def withdraw(request: Request, pid: PublicId) -> Done:
    """撤回自己还没有复核的申请。"""
    exporting.withdraw_whole(request.actor, pid, now=request.now)
    return Done()
