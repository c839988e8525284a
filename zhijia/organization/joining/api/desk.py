"""For cadres and other systems: applications and their decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from zhijia.foundation.ui.listing import Query as ListQuery
from zhijia.kernel.api import (
    After,
    Done,
    In,
    Limit,
    Out,
    PublicId,
    PublicIdField,
    Routes,
    Text,
    Who,
)
from zhijia.kernel.http import Request
from zhijia.organization.joining import selectors
from zhijia.organization.joining.permissions import Permission
from zhijia.organization.joining.services import applications as deciding
from zhijia.organization.people.api.shapes import PersonOut, person_out

routes = Routes("joining", "入会", who=Who.CADRE, surface="console")

QueueState = Literal["", "PENDING", "ESCALATED", "NEED_INFO", "SUBMITTED", "APPROVED", "REJECTED", "WITHDRAWN"]


class CheckOut(Out):
    passed: bool
    text: str


class QueueRow(Out):
    id: str
    state: str
    name: str
    union: str
    note: str
    submitted_at: datetime
    due_at: datetime | None
    all_passed: bool


class QueueList(Out):
    items: list[QueueRow]
    next: str


class ApplicationDetail(QueueRow):
    version: int
    person: PersonOut
    work_form: str
    new_form_group: str
    employer_text: str
    employer_matched: bool
    checks: list[CheckOut]


class ApproveIn(In):
    version: int | None = Field(None, ge=1, le=1_000_000, description="看到的 version；之后有变化则为 409")


class RejectIn(ApproveIn):
    reason: Text = Field(min_length=1, max_length=16, examples=["NOT_EMPLOYEE"])
    note: Text = Field("", max_length=200)


class SupplementIn(ApproveIn):
    note: Text = Field(min_length=5, max_length=200)


class DecideManyIn(In):
    ids: list[PublicIdField] = Field(min_length=1, max_length=200)
    decision: Literal["approve", "reject", "ask"]
    reason: Text = Field("", max_length=16)
    note: Text = Field("", max_length=200)


class RowOut(Out):
    id: str
    code: str = Field(description="空为已办理")
    message: str


class RowList(Out):
    items: list[RowOut]


class EmployerIn(In):
    employer: PublicIdField


def _queue_row(row: selectors.Application) -> dict[str, Any]:
    return {
        "id": row.case.public_id,
        "state": row.case.state,
        "name": row.person.masked_name,
        "union": row.union.name,
        "note": row.case.note,
        "submitted_at": row.application.submitted_at,
        "due_at": row.case.due_at,
        "all_passed": row.all_passed,
    }


@routes.read(
    "/applications",
    QueueList,
    links={
        "application": {
            "operationId": "joining_application",
            "parameters": {"pid": "$response.body#/items/0/id"},
        }
    },
)
def applications(request: Request, state: QueueState = "", after: After = "", limit: Limit = 50) -> QueueList:
    """入会申请，等得最久的在前；不带 state 为等待审核的。"""
    request.actor.require_anywhere(Permission.DECIDE)
    page = selectors.list_queue(request.actor, ListQuery(view=state, after=after, limit=limit))
    return QueueList(items=[QueueRow(**_queue_row(row)) for row in page.rows], next=page.next)


@routes.write("/applications/decide", RowList)
def decide_many(request: Request, said: DecideManyIn) -> RowList:
    """对多件申请作同一个决定，逐件答复。"""
    rows = deciding.decide_many(
        request.actor, said.ids, decision=said.decision, reason=said.reason, note=said.note, now=request.now
    )
    return RowList(items=[RowOut(id=row.public_id, code=row.code, message=row.message) for row in rows])


@routes.read("/applications/{pid}", ApplicationDetail)
def application(request: Request, pid: PublicId) -> ApplicationDetail:
    """一件入会申请和自动核对的结果。"""
    row = selectors.get_application(request.actor, pid)
    said = row.application
    return ApplicationDetail(
        **_queue_row(row),
        version=row.case.version,
        person=person_out(row.person),
        work_form=said.work_form,
        new_form_group=said.new_form_group,
        employer_text=said.employer_text,
        employer_matched=said.employer_id is not None,
        checks=[CheckOut(passed=passed, text=text) for passed, text in row.checks],
    )


@routes.write("/applications/{pid}/approve", Done)
def approve(request: Request, pid: PublicId, said: ApproveIn) -> Done:
    """审核通过：会籍、卡号、会员卡同时生成。"""
    deciding.approve(request.actor, pid, now=request.now, version=said.version)
    return Done()


@routes.write("/applications/{pid}/reject", Done)
def reject(request: Request, pid: PublicId, said: RejectIn) -> Done:
    """审核不通过，申请人看到原因，可以申诉。"""
    deciding.reject(request.actor, pid, reason=said.reason, note=said.note, now=request.now, version=said.version)
    return Done()


@routes.write("/applications/{pid}/ask", Done)
def ask(request: Request, pid: PublicId, said: SupplementIn) -> Done:
    """要求申请人补充。"""
    deciding.ask(request.actor, pid, note=said.note, now=request.now, version=said.version)
    return Done()


@routes.write("/applications/{pid}/employer", Done)
def match_employer(request: Request, pid: PublicId, said: EmployerIn) -> Done:
    """把申请人填写的单位对应到登记单位。"""
    deciding.match_employer(request.actor, pid, said.employer, now=request.now)
    return Done()
