"""The member's own transfers and invitations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.api import CaseId
from zhijia.kernel.api import Done, In, Out, PublicId, Routes, Text, UnionCodeField, Who
from zhijia.kernel.http import Request
from zhijia.organization.transfers.selectors import transfers as reads
from zhijia.organization.transfers.services import returns, transfers
from zhijia.organization.unions import selectors as unions

routes = Routes("transfers", "我的转会", who=Who.MEMBER, surface="member")


class TransferIn(In):
    union_code: UnionCodeField
    reason: Text = Field("", max_length=200)
    until: date | None = Field(None, strict=False, description="借调的结束日期；不借调则不填")


class TransferOut(Out):
    id: str
    state: str
    label: str
    source: str
    target: str
    requested_at: datetime
    until: date | None
    can_return: bool


_TRANSFER_LINKS: dict[str, Any] = {
    name: {"operationId": f"transfers_{name}", "parameters": {"pid": "$response.body#/id"}}
    for name in ("transfer", "cancel_transfer")
}


@routes.write("/me/transfers", CaseId, links=_TRANSFER_LINKS)
def request_transfer(request: Request, said: TransferIn) -> CaseId:
    """申请转到另一个工会。转出工会不需要审批，转入工会同意后会籍立即转入。"""
    request.actor.require_person()
    union = unions.get_by_code(said.union_code)
    case = transfers.request_transfer(request.actor, union.id, reason=said.reason, until=said.until, now=request.now)
    return CaseId(id=case.public_id)


@routes.read("/me/transfers/{pid}", TransferOut)
def transfer(request: Request, pid: PublicId) -> TransferOut:
    """我的一件转会。"""
    view = reads.own_transfer(request.actor, pid)
    return TransferOut(
        id=view.case.public_id,
        state=view.case.state,
        label=str(cases.describe(view.case, own=True)["label"]),
        source=view.source.name,
        target=view.target.name,
        requested_at=view.transfer.requested_at,
        until=view.transfer.until,
        can_return=view.can_return,
    )


@routes.write("/me/transfers/{pid}/confirm", Done)
def confirm_transfer(request: Request, pid: PublicId) -> Done:
    """同意工会的转会邀请，由转入的工会审核。"""
    transfers.confirm_transfer(request.actor, pid, now=request.now)
    return Done()


@routes.write("/me/transfers/{pid}/cancel", Done)
def cancel_transfer(request: Request, pid: PublicId) -> Done:
    """取消转会、对转接提出异议，或不接受邀请；会籍仍在原工会。"""
    transfers.cancel_transfer(request.actor, pid, now=request.now)
    return Done()


@routes.write("/me/transfers/{pid}/return", Done)
def return_home(request: Request, pid: PublicId) -> Done:
    """借调结束，转回原工会。"""
    returns.return_home(request.actor, pid, now=request.now)
    return Done()
