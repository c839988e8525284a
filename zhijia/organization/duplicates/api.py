"""For cadres: two files that may be one person, merged by two persons and parted again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from zhijia.foundation.files import services as files
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.api import CaseId
from zhijia.kernel.api import After, Done, In, Limit, Number, Out, PublicId, PublicIdField, Routes, Text, Who
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.duplicates import selectors as reads
from zhijia.organization.duplicates.permissions import Permission
from zhijia.organization.duplicates.services import corrections, merging as duplicates
from zhijia.organization.people import selectors as people
from zhijia.organization.people.api.shapes import PersonOut, person_out

routes = Routes("duplicates", "重复档案", who=Who.CADRE, surface="console")


class SideOut(Out):
    person: PersonOut
    union: str = Field(description="空为现在不是会员")
    joined_on: date | None
    state: str


class HintOut(Out):
    first: SideOut
    second: SideOut
    kind: str
    merge: str = Field(description="已提出的合并的编号；没有则为空")


class HintList(Out):
    items: list[HintOut]
    next: str


class PairIn(In):
    first: PublicIdField = Field(description="会员编号")
    second: PublicIdField = Field(description="会员编号")


class MergeIn(In):
    survivor: PublicIdField = Field(description="保留的档案")
    duplicate: PublicIdField = Field(description="并入的档案")
    reason: Text = Field(min_length=5, max_length=200)


class MergeOut(Out):
    id: str
    state: str
    label: str
    version: int
    survivor: SideOut
    duplicate: SideOut
    reason: str
    asked_at: datetime
    due_at: datetime | None


class DecideUndoIn(In):
    agree: bool
    note: Text = Field("", max_length=200, description="不同意时必填")


class DecideIn(DecideUndoIn):
    version: int | None = Field(None, ge=1, le=1_000_000, description="看到的 version；之后有变化则为 409")


class UndoIn(In):
    note: Text = Field(min_length=2, max_length=200)


class CorrectIn(In):
    """What should stand there; an empty number or mobile stays as it is."""

    name: Text = Field(max_length=60)
    id_type: Text = Field("", max_length=20)
    id_number: Number = Field("", max_length=40)
    mobile: Number = Field("", max_length=24)
    reason: Text = Field(max_length=200, description="5 到 200 个字")
    papers: list[PublicIdField] = Field(max_length=5, description="用 POST /files 上传的证件照片或证明")


def _side(side: reads.Side) -> SideOut:
    return SideOut(
        person=person_out(side.person),
        union=side.union.name if side.union else "",
        joined_on=side.joined_on,
        state=side.state_label,
    )


@routes.read("/duplicates", HintList)
def hint_list(request: Request, after: After = "", limit: Limit = 50) -> HintList:
    """系统查找到的可能重复的档案，须人工核实。"""
    request.actor.require_anywhere(Permission.MERGE_ASK)
    page = reads.list_hints(request.actor, Query(after=after, limit=limit))
    items = [
        HintOut(first=_side(row.first), second=_side(row.second), kind=row.kind_label, merge=row.case_public_id)
        for row in page.rows
    ]
    return HintList(items=items, next=page.next)


@routes.write("/duplicates/dismiss", Done)
def dismiss(request: Request, said: PairIn) -> Done:
    """标记为不同的人，不再提示。"""
    first, second = (people.find_by_public_id(pid) for pid in (said.first, said.second))
    hint = reads.find_hint_between(first.id, second.id) if first and second else None
    if hint is None:
        raise NotFound
    duplicates.dismiss_hint(request.actor, hint, now=request.now)
    return Done()


_LINKS: dict[str, Any] = {
    name: {"operationId": f"duplicates_{name}", "parameters": {"pid": "$response.body#/id"}}
    for name in ("merge", "take_back_merge")
}


@routes.write("/merges", CaseId, links=_LINKS)
def ask_merge(request: Request, said: MergeIn) -> CaseId:
    """提出合并两份档案，由另一人复核。"""
    for pid in (said.survivor, said.duplicate):
        reads.get_side(request.actor, pid)
    case = duplicates.ask_merge(request.actor, said.survivor, said.duplicate, reason=said.reason, now=request.now)
    return CaseId(id=case.public_id)


@routes.read("/merges/{pid}", MergeOut)
def merge(request: Request, pid: PublicId) -> MergeOut:
    """一件档案合并。"""
    view = reads.get_merge(request.actor, pid)
    return MergeOut(
        id=view.case.public_id,
        state=view.case.state,
        label=str(cases.describe(view.case)["label"]),
        version=view.case.version,
        survivor=_side(view.survivor),
        duplicate=_side(view.duplicate),
        reason=view.merge.reason,
        asked_at=view.merge.asked_at,
        due_at=view.case.due_at,
    )


@routes.write("/merges/{pid}/decide", Done)
def decide_merge(request: Request, pid: PublicId, said: DecideIn) -> Done:
    """复核合并。不能由提出人复核。"""
    duplicates.decide_merge(request.actor, pid, agree=said.agree, note=said.note, now=request.now, version=said.version)
    return Done()


@routes.write("/merges/{pid}/take-back", Done)
def take_back_merge(request: Request, pid: PublicId) -> Done:
    """提出人撤回。"""
    duplicates.take_back_merge(request.actor, pid, now=request.now)
    return Done()


@routes.write("/merges/{pid}/undo", Done)
def ask_undo(request: Request, pid: PublicId, said: UndoIn) -> Done:
    """合并后 30 天内提出撤销合并，由另一人复核。"""
    duplicates.ask_undo(request.actor, pid, note=said.note, now=request.now)
    return Done()


@routes.write("/merges/{pid}/undo/decide", Done)
def decide_undo(request: Request, pid: PublicId, said: DecideUndoIn) -> Done:
    """复核撤销合并：同意则两份档案分开，会籍恢复。"""
    duplicates.decide_undo(request.actor, pid, agree=said.agree, note=said.note, now=request.now)
    return Done()


@routes.write("/members/{pid}/correct", Done)
def correct(request: Request, pid: PublicId, said: CorrectIn) -> Done:
    """更正姓名、证件或手机号，须附证明材料；重新向实名源核验，并告知本人。"""
    with files.open_drafts(request.actor, said.papers, now=request.now) as papers:
        given = corrections.Correction(said.name, said.id_type, said.id_number, said.mobile, said.reason, papers)
        corrections.correct_member(request.actor, pid, given, now=request.now)
    return Done()


ROUTES = (routes,)
