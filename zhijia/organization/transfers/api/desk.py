"""For cadres and other systems: many members at once."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from zhijia.foundation.ui.listing import Query as ListQuery
from zhijia.kernel.api import (
    After,
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
from zhijia.organization.transfers.cases import batches, claims
from zhijia.organization.transfers.selectors import claims as claim_reads
from zhijia.organization.unions import selectors as unions

routes = Routes("moving_desk", "批量转接和认领", who=Who.CADRE, surface="console")


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


# --- Many at once
@routes.write("/transfers/batch", ResultList)
def transfer_batch(request: Request, said: BatchIn) -> ResultList:
    """批量转接，异议期七天，逐人答复。"""
    target = unions.get_by_public_id(said.target)
    _batch, rows = batches.propose_batch(request.actor, said.ids, target.id, reason=said.reason, now=request.now)
    return ResultList(items=[_result(row) for row in rows])


def _result(row: Any) -> ResultRow:
    return ResultRow(member=row.person, name=row.name, id=row.case, code=row.code, message=row.message)


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
