"""For cadres and other systems: transfers and claims."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from zhijia.foundation.ui.listing import Query as ListQuery
from zhijia.foundation.workflow import selectors as cases
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
from zhijia.organization.people.api.shapes import PersonOut, person_out
from zhijia.organization.transfers.cases import claims
from zhijia.organization.transfers.permissions import Permission
from zhijia.organization.transfers.selectors import claims as claim_reads, transfers as reads
from zhijia.organization.transfers.services import transfers
from zhijia.organization.unions import selectors as unions

routes = Routes("transfers_desk", "转会和认领", who=Who.CADRE, surface="console")


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
    request.actor.require_anywhere(Permission.DECIDE)
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
    rows = claims.offer_claims(request.actor, unions.get_by_public_id(pid), said.ids, now=request.now)
    return ResultList(items=[_result(row) for row in rows])
