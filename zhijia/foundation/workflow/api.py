"""Cases as their owner follows them, and what waits for a cadre or another system."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from zhijia.kernel.api import After, Limit, Out, PublicId, Routes, Who
from zhijia.kernel.http import Request

from . import selectors, services

own = Routes("cases", "我的事项", who=Who.MEMBER, surface="member")
desk = Routes("desk", "工作台", who=Who.CADRE, surface="console")
ROUTES = (own, desk)


class CaseId(Out):
    id: str


class CaseOut(Out):
    id: str
    workflow: str = Field(examples=["joining.application"])
    name: str = Field(examples=["入会申请"])
    state: str
    label: str
    owner_acts: bool = Field(description="等我补充")
    note: str
    opened_at: datetime
    entered_at: datetime
    last_day: date | None = Field(description="最晚答复或补充的日子")


class CaseList(Out):
    items: list[CaseOut]
    next: str = Field(description="下一页的 after，最后一页为空")


class StepOut(Out):
    at: datetime
    title: str
    note: str
    who: str
    label: str


class MoveOut(Out):
    name: str
    button: str


class CaseDetail(CaseOut):
    steps: list[StepOut]
    moves: list[MoveOut] = Field(description="我现在可以办的")


class InboxOut(Out):
    id: str
    workflow: str
    name: str
    state: str
    label: str
    title: str
    note: str
    union_name: str
    permission: str
    opened_at: datetime
    due_at: datetime | None
    due: str = Field(description="late 逾期，today 今日，soon 五个工作日内，later 以后，none 没有期限")


class InboxList(Out):
    items: list[InboxOut]


def _out(case: selectors.Case) -> CaseOut:
    return CaseOut(**_facts(case))


def _facts(case: selectors.Case) -> dict[str, Any]:
    said = selectors.describe(case, own=True)
    return {
        "id": case.public_id,
        "workflow": case.workflow,
        "name": said["name"],
        "state": case.state,
        "label": said["label"],
        "owner_acts": said["owner_acts"],
        "note": case.note,
        "opened_at": case.opened_at,
        "entered_at": case.entered_at,
        "last_day": case.last_day if case.closed_at is None else None,
    }


@own.read("/me/cases", CaseList)
def my_cases(request: Request, after: After = "", limit: Limit = 20) -> CaseList:
    """我的全部事项，新的在前。"""
    if request.actor.person_id is None:
        return CaseList(items=[], next="")
    page = selectors.list_my_cases(request.actor, after=after, limit=limit)
    return CaseList(items=[_out(row) for row in page.rows], next=page.next)


@own.read("/me/cases/{pid}", CaseDetail)
def my_case(request: Request, pid: PublicId) -> CaseDetail:
    """一件事项的经过和我可以办的。"""
    case = selectors.get_my_case(request.actor, pid)
    steps = [
        StepOut(at=step.at, title=step.title, note=step.note, who=step.who, label=step.label)
        for step in selectors.timeline(case, own=True)
    ]
    moves = [MoveOut(name=move.name, button=move.button) for move in services.allowed_moves(case, request.actor)]
    return CaseDetail(**_facts(case), steps=steps, moves=moves)


@desk.read("/desk/inbox", InboxList)
def inbox(
    request: Request,
    workflow: Annotated[str, Query(pattern="^[a-z_.]{0,40}$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> InboxList:
    """等我办理的，最急的在前；系统对接得到的是其权限所在工会的。"""
    rows = selectors.list_inbox(request.actor, now=request.now, workflow=workflow, limit=limit)
    return InboxList(
        items=[
            InboxOut(
                id=row.case.public_id,
                workflow=row.workflow.code,
                name=row.workflow.name,
                state=row.case.state,
                label=row.label,
                title=row.case.title,
                note=row.case.note,
                union_name=row.unit_name,
                permission=row.permission,
                opened_at=row.opened_at,
                due_at=row.due_at,
                due=row.due,
            )
            for row in rows
        ]
    )
