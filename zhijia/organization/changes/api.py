"""A member's changes of his own membership and its history; those that a cadre asks for or decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.utils import timezone
from pydantic import Field

from zhijia.foundation.files import services as files
from zhijia.foundation.files.api import FileOut, file_out
from zhijia.foundation.ui.listing import Query as ListQuery
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.api import CaseId
from zhijia.kernel.api import After, Done, In, Limit, Out, PublicId, PublicIdField, Routes, Text, Who
from zhijia.kernel.http import Request
from zhijia.organization.changes import selectors as change_reads, services as changes
from zhijia.organization.changes.permissions import Permission
from zhijia.organization.people.api.shapes import PersonOut, person_out

own = Routes("changes", "我的会籍", who=Who.MEMBER, surface="member")
desk = Routes("changes_desk", "会籍变更", who=Who.CADRE, surface="console")
ROUTES = (own, desk)


class StayOut(Out):
    union: str
    since: date
    until: date | None
    state: str
    ended: str


class HappenedOut(Out):
    at: datetime
    on: date
    title: str
    note: str


class HistoryOut(Out):
    stays: list[StayOut]
    happened: list[HappenedOut]


class ChangeIn(In):
    kind: Literal["retain", "restore", "withdraw"]
    reason: Text = Field(min_length=1, max_length=24, examples=["retired"])
    on: date | None = Field(None, strict=False, description="起始日期，默认今天")
    note: Text = Field("", max_length=200)
    papers: list[PublicIdField] = Field([], max_length=5, description="用 POST /me/files 上传的证明材料")


class ChangeOut(Out):
    id: str
    state: str
    label: str
    kind: str
    reason: str
    union: str
    asked_at: datetime
    may_appeal_until: datetime | None
    papers: list[FileOut] = Field(description="证明材料，用 GET /me/files/{pid} 取得")


class OwnAppealIn(In):
    note: Text = Field(min_length=5, max_length=200)


def _label(case: Any) -> str:
    return str(cases.describe(case, own=True)["label"])


@own.read("/me/membership/history", HistoryOut)
def history(request: Request) -> HistoryOut:
    """我的会籍经过。"""
    stays, happened = change_reads.timeline(request.actor.require_person())
    return HistoryOut(
        stays=[
            StayOut(
                union=row.union_name, since=row.since, until=row.until, state=row.state_label, ended=row.ended_label
            )
            for row in stays
        ],
        happened=[HappenedOut(at=row.at, on=row.on, title=row.title, note=row.note) for row in happened],
    )


@own.write("/me/changes", CaseId)
def ask_own_change(request: Request, said: ChangeIn) -> CaseId:
    """申请保留、恢复会籍，或退会。"""
    request.actor.require_person()
    on = said.on or timezone.localdate(request.now)
    with files.open_drafts(request.actor, said.papers, now=request.now) as papers:
        given = changes.Given(said.kind, said.reason, on, note=said.note, papers=papers)
        return CaseId(id=changes.ask_own(request.actor, given, now=request.now).public_id)


@own.read("/me/changes/{pid}", ChangeOut)
def own_change(request: Request, pid: PublicId) -> ChangeOut:
    """我的一件会籍变更。"""
    view = change_reads.own_change(request.actor, pid)
    until = cases.window_end(view.case, "appeal", now=request.now) if view.may_be_appealed else None
    return ChangeOut(
        id=view.case.public_id,
        state=view.case.state,
        label=_label(view.case),
        kind=view.change.kind,
        reason=view.change.reason,
        union=view.union.name,
        asked_at=view.change.asked_at,
        may_appeal_until=until,
        papers=[file_out(file) for file in view.papers],
    )


@own.write("/me/changes/{pid}/take-back", Done)
def take_back_change(request: Request, pid: PublicId) -> Done:
    """撤回，会籍不变；退会在冷静期内可以撤回。"""
    changes.take_back(request.actor, pid, now=request.now)
    return Done()


@own.write("/me/changes/{pid}/appeal", Done)
def appeal_change(request: Request, pid: PublicId, said: OwnAppealIn) -> Done:
    """向上级工会申诉。"""
    changes.appeal(request.actor, pid, note=said.note, now=request.now)
    return Done()


# --- The desk
class ChangeRow(Out):
    id: str
    state: str
    label: str
    version: int
    person: PersonOut
    union: str
    kind: str
    reason: str
    on: date | None
    asked_at: datetime


class ChangeDetail(ChangeRow):
    note: str
    document: str
    papers: list[FileOut] = Field(description="证明材料，用 GET /files/{pid} 取得")


class ChangeList(Out):
    items: list[ChangeRow]
    next: str


class ChangeAskIn(In):
    kind: Literal["retain", "restore", "treated", "expel", "decease"]
    reason: Text = Field(min_length=1, max_length=24)
    on: date = Field(strict=False)
    document: Text = Field("", max_length=60, description="决定的文号")
    note: Text = Field("", max_length=200)
    papers: list[PublicIdField] = Field([], max_length=5, description="用 POST /files 上传的证明材料")


class ChangeMoveIn(In):
    version: int | None = Field(None, ge=1, le=1_000_000, description="看到的 version；之后有变化则为 409")


class AgreeIn(ChangeMoveIn):
    note: Text = Field("", max_length=200)


class SendBackIn(ChangeMoveIn):
    note: Text = Field(min_length=2, max_length=200)


class AppealIn(In):
    overturn: bool
    note: Text = Field(min_length=2, max_length=200)


def _change(view: change_reads.ChangeView) -> ChangeRow:
    return ChangeRow(
        id=view.case.public_id,
        state=view.case.state,
        label=str(cases.describe(view.case)["label"]),
        version=view.case.version,
        person=person_out(view.person),
        union=view.union.name,
        kind=view.change.kind,
        reason=view.change.reason,
        on=view.change.on,
        asked_at=view.change.asked_at,
    )


@desk.read("/changes", ChangeList)
def change_list(
    request: Request, view: Literal["open", "done"] = "open", after: After = "", limit: Limit = 50
) -> ChangeList:
    """会籍变更：保留、恢复、退会、开除、去世。"""
    request.actor.require_anywhere(Permission.DECIDE)
    page = change_reads.list_changes(request.actor, ListQuery(view=view, after=after, limit=limit))
    return ChangeList(items=[_change(row) for row in page.rows], next=page.next)


@desk.read("/changes/{pid}", ChangeDetail)
def change(request: Request, pid: PublicId) -> ChangeDetail:
    """一件会籍变更和它的证明材料。"""
    view = change_reads.get_change(request.actor, pid)
    return ChangeDetail(
        **_change(view).dict(),
        note=view.change.note,
        document=view.change.document,
        papers=[file_out(file) for file in view.papers],
    )


@desk.write("/members/{pid}/changes", CaseId)
def ask_change(request: Request, pid: PublicId, said: ChangeAskIn) -> CaseId:
    """为会员提出变更，由另一人审核。开除、去世等须附证明材料。"""
    with files.open_drafts(request.actor, said.papers, now=request.now) as papers:
        given = changes.Given(said.kind, said.reason, said.on, document=said.document, note=said.note, papers=papers)
        return CaseId(id=changes.ask_for(request.actor, pid, given, now=request.now).public_id)


@desk.write("/changes/{pid}/agree", Done)
def agree_change(request: Request, pid: PublicId, said: AgreeIn) -> Done:
    """同意。"""
    changes.agree(request.actor, pid, note=said.note, now=request.now, version=said.version)
    return Done()


@desk.write("/changes/{pid}/refuse", Done)
def refuse_change(request: Request, pid: PublicId, said: SendBackIn) -> Done:
    """不同意或退回。"""
    changes.refuse(request.actor, pid, note=said.note, now=request.now, version=said.version)
    return Done()


@desk.write("/changes/{pid}/appeal", Done)
def decide_appeal(request: Request, pid: PublicId, said: AppealIn) -> Done:
    """上级工会对申诉的决定。"""
    changes.decide_appeal(request.actor, pid, overturn=said.overturn, note=said.note, now=request.now)
    return Done()
