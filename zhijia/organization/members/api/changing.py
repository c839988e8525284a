"""For cadres and other systems: transfers, changes of memberships and claims."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from zhijia.foundation.files import services as files
from zhijia.foundation.files.api import FileOut, file_out
from zhijia.foundation.ui.listing import Query as ListQuery
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.api import CaseId
from zhijia.kernel.api import (
    After,
    Done,
    In,
    Limit,
    Number,
    Out,
    PublicId,
    PublicIdField,
    Routes,
    Text,
    Who,
)
from zhijia.kernel.http import Request
from zhijia.organization.members.permissions import Permission
from zhijia.organization.members.selectors import changes as change_reads, claims as claim_reads, transfers as reads
from zhijia.organization.members.services import changes, claims, corrections, transfers
from zhijia.organization.people.api.shapes import PersonOut, person_out
from zhijia.organization.unions import selectors as unions

routes = Routes("changing", "会籍变动", who=Who.CADRE, surface="console")


class TransferRow(Out):
    id: str
    state: str
    label: str
    version: int
    person: PersonOut
    source: str
    target: str
    kind: str
    requested_at: datetime
    due_at: datetime | None


class TransferList(Out):
    items: list[TransferRow]
    next: str


class AcceptIn(In):
    version: int | None = Field(None, ge=1, le=1_000_000, description="看到的 version；之后有变化则为 409")


class RefuseIn(AcceptIn):
    reason: Text = Field(min_length=1, max_length=24)
    note: Text = Field("", max_length=200)


class ChangeNoteIn(In):
    note: Text = Field(min_length=2, max_length=200)


class BatchIn(In):
    ids: list[PublicIdField] = Field(min_length=1, max_length=200, description="会员编号")
    target: PublicIdField = Field(description="转入的工会")
    reason: Text = Field(min_length=1, max_length=200)


class ResultRow(Out):
    member: str
    name: str
    id: str = Field(description="事项编号；未办理则为空")
    code: str = Field(description="空为已办理")
    message: str


class ResultList(Out):
    items: list[ResultRow]


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


class CorrectIn(In):
    """What should stand there; an empty number or mobile stays as it is."""

    name: Text = Field(max_length=60)
    id_type: Text = Field("", max_length=20)
    id_number: Number = Field("", max_length=40)
    mobile: Number = Field("", max_length=24)
    reason: Text = Field(max_length=200, description="5 到 200 个字")
    papers: list[PublicIdField] = Field(max_length=5, description="用 POST /files 上传的证件照片或证明")


class AgreeIn(AcceptIn):
    note: Text = Field("", max_length=200)


class SendBackIn(AcceptIn):
    note: Text = Field(min_length=2, max_length=200)


class AppealIn(In):
    overturn: bool
    note: Text = Field(min_length=2, max_length=200)


class ClaimableOut(Out):
    person: PersonOut
    home: str
    employer: str
    offered: bool


class ClaimableList(Out):
    items: list[ClaimableOut]
    next: str


class OfferIn(In):
    ids: list[PublicIdField] = Field(min_length=1, max_length=200, description="会员编号")


# --- Transfers
def _transfer(view: reads.TransferView) -> TransferRow:
    return TransferRow(
        id=view.case.public_id,
        state=view.case.state,
        label=str(cases.describe(view.case)["label"]),
        version=view.case.version,
        person=person_out(view.person),
        source=view.source.name,
        target=view.target.name,
        kind=view.transfer.kind,
        requested_at=view.transfer.requested_at,
        due_at=view.case.due_at,
    )


@routes.read("/transfers", TransferList)
def transfer_list(
    request: Request,
    view: Literal["in", "out", "invited", "noticed", "done"] = "in",
    after: After = "",
    limit: Limit = 50,
) -> TransferList:
    """转会：in 待接收，out 转出中，invited 已邀请，noticed 异议期内，done 已办结。"""
    request.actor.require_anywhere(Permission.TRANSFER_DECIDE)
    page = reads.list_transfers(request.actor, ListQuery(view=view, after=after, limit=limit))
    return TransferList(items=[_transfer(row) for row in page.rows], next=page.next)


@routes.write("/transfers/batch", ResultList)
def transfer_batch(request: Request, said: BatchIn) -> ResultList:
    """批量转接，异议期七天，逐人答复。"""
    target = unions.get_by_public_id(said.target)
    _batch, rows = transfers.propose_batch(request.actor, said.ids, target.id, reason=said.reason, now=request.now)
    return ResultList(items=[_result(row) for row in rows])


def _result(row: Any) -> ResultRow:
    return ResultRow(member=row.person, name=row.name, id=row.case, code=row.code, message=row.message)


@routes.read("/transfers/{pid}", TransferRow)
def transfer(request: Request, pid: PublicId) -> TransferRow:
    """一件转会；转出工会可以看，转入工会审核。"""
    return _transfer(reads.get_transfer(request.actor, pid))


@routes.write("/transfers/{pid}/accept", Done)
def accept_transfer(request: Request, pid: PublicId, said: AcceptIn) -> Done:
    """同意转入，会籍立即转入。"""
    transfers.accept_transfer(request.actor, pid, now=request.now, version=said.version)
    return Done()


@routes.write("/transfers/{pid}/refuse", Done)
def refuse_transfer(request: Request, pid: PublicId, said: RefuseIn) -> Done:
    """不同意转入，会籍不变。"""
    transfers.refuse_transfer(
        request.actor, pid, reason=said.reason, note=said.note, now=request.now, version=said.version
    )
    return Done()


@routes.write("/transfers/{pid}/call-off", Done)
def call_off(request: Request, pid: PublicId, said: ChangeNoteIn) -> Done:
    """异议期内取消一人的批量转接。"""
    transfers.call_off(request.actor, pid, note=said.note, now=request.now)
    return Done()


# --- Changes
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


@routes.read("/changes", ChangeList)
def change_list(
    request: Request, view: Literal["open", "done"] = "open", after: After = "", limit: Limit = 50
) -> ChangeList:
    """会籍变更：保留、恢复、退会、开除、去世。"""
    request.actor.require_anywhere(Permission.CHANGE_DECIDE)
    page = change_reads.list_changes(request.actor, ListQuery(view=view, after=after, limit=limit))
    return ChangeList(items=[_change(row) for row in page.rows], next=page.next)


@routes.read("/changes/{pid}", ChangeDetail)
def change(request: Request, pid: PublicId) -> ChangeDetail:
    """一件会籍变更和它的证明材料。"""
    view = change_reads.get_change(request.actor, pid)
    return ChangeDetail(
        **_change(view).dict(),
        note=view.change.note,
        document=view.change.document,
        papers=[file_out(file) for file in view.papers],
    )


@routes.write("/members/{pid}/changes", CaseId)
def ask_change(request: Request, pid: PublicId, said: ChangeAskIn) -> CaseId:
    """为会员提出变更，由另一人审核。开除、去世等须附证明材料。"""
    with files.open_drafts(request.actor, said.papers, now=request.now) as papers:
        given = changes.Given(said.kind, said.reason, said.on, document=said.document, note=said.note, papers=papers)
        return CaseId(id=changes.ask_for(request.actor, pid, given, now=request.now).public_id)


@routes.write("/members/{pid}/correct", Done)
def correct(request: Request, pid: PublicId, said: CorrectIn) -> Done:
    """更正姓名、证件或手机号，须附证明材料；重新向实名源核验，并告知本人。"""
    with files.open_drafts(request.actor, said.papers, now=request.now) as papers:
        given = corrections.Correction(said.name, said.id_type, said.id_number, said.mobile, said.reason, papers)
        corrections.correct_member(request.actor, pid, given, now=request.now)
    return Done()


@routes.write("/changes/{pid}/agree", Done)
def agree_change(request: Request, pid: PublicId, said: AgreeIn) -> Done:
    """同意。"""
    changes.agree(request.actor, pid, note=said.note, now=request.now, version=said.version)
    return Done()


@routes.write("/changes/{pid}/refuse", Done)
def refuse_change(request: Request, pid: PublicId, said: SendBackIn) -> Done:
    """不同意或退回。"""
    changes.refuse(request.actor, pid, note=said.note, now=request.now, version=said.version)
    return Done()


@routes.write("/changes/{pid}/appeal", Done)
def decide_appeal(request: Request, pid: PublicId, said: AppealIn) -> Done:
    """上级工会对申诉的决定。"""
    changes.decide_appeal(request.actor, pid, overturn=said.overturn, note=said.note, now=request.now)
    return Done()


# --- Claims
@routes.read("/unions/{pid}/claimable", ClaimableList)
def claimable(request: Request, pid: PublicId, after: After = "", limit: Limit = 50) -> ClaimableList:
    """在网上会员之家、属于本工会涵盖单位的会员，可以邀请转入。"""
    page = claim_reads.list_claimable(request.actor, unions.get_by_public_id(pid), ListQuery(after=after, limit=limit))
    items = [
        ClaimableOut(person=person_out(row.person), home=row.home.name, employer=row.employer, offered=row.offered)
        for row in page.rows
    ]
    return ClaimableList(items=items, next=page.next)


@routes.write("/unions/{pid}/claims", ResultList)
def offer_claims(request: Request, pid: PublicId, said: OfferIn) -> ResultList:
    """邀请会员转入，本人确认后转入。"""
    rows = claims.offer_claims(request.actor, unions.get_by_public_id(pid).id, said.ids, now=request.now)
    return ResultList(items=[_result(row) for row in rows])


@routes.write("/claims/{pid}/take-back", Done)
def take_back_claim(request: Request, pid: PublicId) -> Done:
    """撤回邀请。"""
    claims.take_back_claim(request.actor, pid, now=request.now)
    return Done()
