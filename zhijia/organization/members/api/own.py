"""The member's own membership: where it is, moving it, keeping it, giving it up, answering an invitation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.utils import timezone
from pydantic import Field

from zhijia.foundation.files import services as files
from zhijia.foundation.files.api import FileOut, file_out
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.api import CaseId
from zhijia.kernel.api import Done, In, Number, Out, PublicId, PublicIdField, Routes, Text, UnionCodeField, Who
from zhijia.kernel.http import Request
from zhijia.organization.members.applying import OwnData, Work
from zhijia.organization.members.selectors import changes as change_reads, claims as claim_reads, transfers as reads
from zhijia.organization.members.services import changes, claims, own_data, transfers
from zhijia.organization.people.rules import Profile
from zhijia.organization.unions import selectors as unions

from .joining import JoinNoteIn

routes = Routes("membership", "我的会籍", who=Who.MEMBER, surface="member")


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


class OwnDataIn(In):
    """没有会籍的，工作情况不填。"""

    work_form: Literal["", "platform", "employed", "dispatched", "part_time", "none"] = ""
    employer_text: Text = Field("", max_length=120)
    employer_credit_code: Number = Field("", max_length=40)
    new_form_group: Text = Field("", max_length=10, description="平台接单的必填")
    occupation: Text = Field("", max_length=40)
    education: Text = Field("", max_length=2, description="GB/T 4658；空为不填")
    political_status: Text = Field("", max_length=2, description="GB/T 4762；空为不填")
    ethnicity: Text = Field("", max_length=2, description="GB/T 3304；空为不填")
    rural_hukou: bool | None = None

    def read(self) -> OwnData:
        profile = Profile(self.ethnicity, self.education, self.political_status, self.rural_hukou)
        work = Work(self.work_form, self.employer_text, self.employer_credit_code, self.new_form_group, self.occupation)
        return OwnData(profile, work)


class OwnDataOut(Out):
    changed: list[str] = Field(description="改动了的字段")


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


class ClaimOut(Out):
    id: str
    state: str
    label: str
    home: str
    union: str


def _label(case: Any) -> str:
    return str(cases.describe(case, own=True)["label"])


@routes.write("/me/profile", OwnDataOut)
def change_own_data(request: Request, said: OwnDataIn) -> OwnDataOut:
    """修改自己的工作情况和自愿填写的内容，马上生效；姓名、号码、入会日期请用 POST /me/data/corrections。"""
    return OwnDataOut(changed=sorted(own_data.change_own(request.actor, said.read(), now=request.now)))


@routes.read("/me/membership/history", HistoryOut)
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


_TRANSFER_LINKS: dict[str, Any] = {
    name: {"operationId": f"membership_{name}", "parameters": {"pid": "$response.body#/id"}}
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
        label=_label(view.case),
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
    transfers.return_home(request.actor, pid, now=request.now)
    return Done()


@routes.write("/me/changes", CaseId)
def ask_change(request: Request, said: ChangeIn) -> CaseId:
    """申请保留、恢复会籍，或退会。"""
    request.actor.require_person()
    on = said.on or timezone.localdate(request.now)
    with files.open_drafts(request.actor, said.papers, now=request.now) as papers:
        given = changes.Given(said.kind, said.reason, on, note=said.note, papers=papers)
        return CaseId(id=changes.ask_own(request.actor, given, now=request.now).public_id)


@routes.read("/me/changes/{pid}", ChangeOut)
def change(request: Request, pid: PublicId) -> ChangeOut:
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


@routes.write("/me/changes/{pid}/take-back", Done)
def take_back_change(request: Request, pid: PublicId) -> Done:
    """撤回，会籍不变；退会在冷静期内可以撤回。"""
    changes.take_back(request.actor, pid, now=request.now)
    return Done()


@routes.write("/me/changes/{pid}/appeal", Done)
def appeal_change(request: Request, pid: PublicId, said: JoinNoteIn) -> Done:
    """向上级工会申诉。"""
    changes.appeal(request.actor, pid, note=said.note, now=request.now)
    return Done()


@routes.read("/me/claims/{pid}", ClaimOut)
def claim(request: Request, pid: PublicId) -> ClaimOut:
    """本单位工会的一份转入邀请。"""
    view = claim_reads.own_offer(request.actor, pid)
    return ClaimOut(
        id=view.case.public_id,
        state=view.case.state,
        label=_label(view.case),
        home=view.home.name,
        union=view.union.name,
    )


@routes.write("/me/claims/{pid}/confirm", Done)
def confirm_claim(request: Request, pid: PublicId) -> Done:
    """同意转入。"""
    claims.confirm_claim(request.actor, pid, now=request.now)
    return Done()


@routes.write("/me/claims/{pid}/decline", Done)
def decline_claim(request: Request, pid: PublicId) -> Done:
    """不转入，会籍不变。"""
    claims.decline_claim(request.actor, pid, now=request.now)
    return Done()
