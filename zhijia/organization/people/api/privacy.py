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
    Number,
    Out,
    PublicId,
    Routes,
    Text,
    Who,
)
from zhijia.kernel.http import Request
from zhijia.organization.people.permissions import Permission
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import rights as reads
from zhijia.organization.people.services import holds, rights

from .rights import CorrectionOut, PlanLine, RightsCaseId, plan_lines

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


class HoldIn(In):
    name: Text = Field(min_length=1, max_length=60)
    id_type: Text = Field("RESIDENT_ID", max_length=20)
    id_number: Number = Field(min_length=1, max_length=40)
    reason: Text = Field(max_length=200, description="依据的文书和原因，5 到 200 个字")


class HoldOut(Out):
    id: str
    state: str
    label: str
    version: int
    person: SubjectOut
    reason: str
    in_force: bool
    asked_at: datetime


class HoldList(Out):
    items: list[HoldOut]
    next: str


class HoldDecideIn(In):
    agree: bool
    note: Text = Field("", max_length=200, description="不同意时必填")
    version: int | None = Field(None, ge=1, le=1_000_000, description="看到的 version；之后有变化则为 409")


class HoldLiftIn(In):
    note: Text = Field(min_length=2, max_length=200)


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


# --- Holds
def _hold(view: reads.HoldView) -> HoldOut:
    return HoldOut(
        id=view.case.public_id,
        state=view.case.state,
        label=str(cases.describe(view.case)["label"]),
        version=view.case.version,
        person=_subject(view.person),
        reason=view.hold.reason,
        in_force=bool(view.hold.in_force),
        asked_at=view.hold.asked_at,
    )


@routes.read("/data-holds", HoldList)
def hold_list(request: Request, after: After = "") -> HoldList:
    """依法保全、不得删除的信息，最近申请的在前。"""
    request.actor.require_anywhere(Permission.HOLD)
    page = reads.list_holds(request.actor, Query(after=after))
    return HoldList(items=[_hold(view) for view in page.rows], next=page.next)


_LINKS: dict[str, Any] = {
    name: {"operationId": f"privacy_{name}", "parameters": {"pid": "$response.body#/id"}}
    for name in ("hold", "withdraw_hold")
}


@routes.write("/data-holds", RightsCaseId, links=_LINKS)
def propose_hold(request: Request, said: HoldIn) -> RightsCaseId:
    """申请保全一个人的信息，由另一人复核。"""
    request.actor.require_anywhere(Permission.HOLD)
    return RightsCaseId(
        id=holds.propose(request.actor, said.name, said.id_type, said.id_number, reason=said.reason, now=request.now)
    )


@routes.read("/data-holds/{pid}", HoldOut)
def hold(request: Request, pid: PublicId) -> HoldOut:
    """一件保全。"""
    return _hold(reads.get_hold(request.actor, pid))


@routes.write("/data-holds/{pid}/decide", Done)
def decide_hold(request: Request, pid: PublicId, said: HoldDecideIn) -> Done:
    """复核：同意后开始保全；不能复核自己的申请。"""
    holds.decide(request.actor, pid, agree=said.agree, note=said.note, now=request.now, version=said.version)
    return Done()


@routes.write("/data-holds/{pid}/withdraw", Done)
def withdraw_hold(request: Request, pid: PublicId) -> Done:
    """撤回自己还没有复核的申请。"""
    holds.withdraw(request.actor, pid, now=request.now)
    return Done()


@routes.write("/data-holds/{pid}/lift", Done)
def lift_hold(request: Request, pid: PublicId, said: HoldLiftIn) -> Done:
    """解除保全。"""
    holds.lift(request.actor, pid, note=said.note, now=request.now)
    return Done()
