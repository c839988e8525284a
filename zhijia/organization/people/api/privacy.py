"""For the privacy desk: requests and their answers, data held back from deletion, and what was deleted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from zhijia.foundation.files.api import FileOut, file_out
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import selectors as cases
from zhijia.kernel.api import (
    After,
    Done,
    In,
    Out,
    PublicId,
    Routes,
    Text,
    Who,
)
from zhijia.kernel.http import Request
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import rights as reads
from zhijia.organization.people.services import rights

from .rights import CorrectionOut, PlanLine, plan_lines

routes = Routes("privacy", "个人信息保护", who=Who.CADRE, surface="console")


class SubjectOut(Out):
    """Whom it is about; numbers are masked."""

    name: str
    id_masked: str
    mobile_masked: str


class PrivacyRow(Out):
    id: str
    kind: Literal["copy", "correct", "delete", "explain"]
    state: str
    label: str
    version: int
    person: SubjectOut
    union: str
    asked_at: datetime
    answered_at: datetime | None
    due_at: datetime | None


class PrivacyList(Out):
    items: list[PrivacyRow]
    next: str


class PrivacyOut(PrivacyRow):
    scope: str = Field(description="请求删除的范围")
    text: str
    answer: str
    erased: list[PlanLine] = Field(description="按规则可以删除的，办结后是已经删除的")
    kept: list[PlanLine] = Field(description="须继续保存的和原因")
    corrections: list[CorrectionOut] = Field(description="请求更正的，办结后是已经更正的")
    papers: list[FileOut] = Field(description="证明材料，用 GET /files/{pid} 取得")


class PrivacyAgreeIn(In):
    answer: Text = Field("", max_length=500, description="答复本人的话；不填的，写明更正了哪几项")
    version: int | None = Field(None, ge=1, le=1_000_000, description="看到的 version；之后有变化则为 409")


class PrivacyAnswerIn(In):
    decision: Literal["answer", "answer_part", "refuse"]
    answer: Text = Field(max_length=500, description="答复本人的话，5 到 500 个字")
    version: int | None = Field(None, ge=1, le=1_000_000, description="看到的 version；之后有变化则为 409")


class PrivacyExecuteIn(In):
    answer: Text = Field(max_length=500, description="答复本人的话，5 到 500 个字")
    version: int | None = Field(None, ge=1, le=1_000_000, description="看到的 version；之后有变化则为 409")


class DeletionOut(Out):
    at: datetime
    label: str
    count: int
    cut_off: date | None
    request: str = Field(description="因本人请求的，请求编号；到期自动删除的为空")


class DeletionList(Out):
    items: list[DeletionOut]
    next: str


def _subject(person: Any) -> SubjectOut:
    return SubjectOut(name=person.masked_name, id_masked=person.id_masked, mobile_masked=person.mobile_masked)


# --- Requests
def _row(view: reads.RequestView) -> dict[str, Any]:
    return {
        "id": view.case.public_id,
        "kind": view.request.kind,
        "state": view.case.state,
        "label": str(cases.describe(view.case)["label"]),
        "version": view.case.version,
        "person": _subject(view.person),
        "union": view.unit,
        "asked_at": view.request.asked_at,
        "answered_at": view.request.answered_at,
        "due_at": view.case.due_at,
    }


@routes.read("/data-requests", PrivacyList)
def request_list(request: Request, view: Literal["open", "done"] = "open", after: After = "") -> PrivacyList:
    """职工提出的个人信息请求：open 待答复，最急的在前；done 已办结，最近的在前。"""
    page = reads.list_requests(request.actor, Query(view=view, after=after), now=request.now)
    return PrivacyList(items=[PrivacyRow(**_row(one)) for one in page.rows], next=page.next)


@routes.read("/data-requests/{pid}", PrivacyOut)
def one_request(request: Request, pid: PublicId) -> PrivacyOut:
    """一件请求；请求删除的，同时给出按规则可以删除的和须保存的。"""
    view = reads.get_request(request.actor, pid)
    asked = view.request
    deleting = asked.kind == rules.Kind.DELETE and not view.case.closed_at
    plan = reads.plan_of(view, now=request.now) if deleting else None
    return PrivacyOut(
        **_row(view),
        scope=view.scope_label if asked.kind == rules.Kind.DELETE else "",
        text=asked.text,
        answer=asked.answer,
        erased=plan_lines(rules.as_json(plan.erased) if plan else asked.result.get("erased", [])),
        kept=plan_lines(rules.as_json(plan.kept) if plan else asked.result.get("kept", [])),
        corrections=[CorrectionOut(**line) for line in reads.told_corrections(asked)],
        papers=[file_out(file) for file in view.papers],
    )


@routes.write("/data-requests/{pid}/answer", Done)
def answer(request: Request, pid: PublicId, said: PrivacyAnswerIn) -> Done:
    """答复更正、说明的请求，或不予办理。"""
    rights.answer(request.actor, pid, said.decision, text=said.answer, now=request.now, version=said.version)
    return Done()


@routes.write("/data-requests/{pid}/agree", Done)
def agree(request: Request, pid: PublicId, said: PrivacyAgreeIn) -> Done:
    """同意本人写明的更正：马上更正并答复，姓名和证件号码重新实名核验。"""
    rights.agree(request.actor, pid, text=said.answer, now=request.now, version=said.version)
    return Done()


@routes.write("/data-requests/{pid}/execute", Done)
def execute(request: Request, pid: PublicId, said: PrivacyExecuteIn) -> Done:
    """按规则执行删除，并答复本人；不能恢复。"""
    rights.execute(request.actor, pid, text=said.answer, now=request.now, version=said.version)
    return Done()


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
