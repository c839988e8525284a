"""For cadres: two files that may be one person, merged by two persons and parted again."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from zhijia.foundation.casework import routing, selectors as cases
from zhijia.foundation.files import services as files
from zhijia.foundation.ui.listing import Query
from zhijia.kernel.api import After, Done, In, Limit, Number, Out, PublicId, PublicIdField, Routes, Text, Who
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.duplicates import selectors as reads
from zhijia.organization.duplicates.cases import MERGES
from zhijia.organization.duplicates.permissions import Permission
from zhijia.organization.duplicates.services import corrections, hints
from zhijia.organization.people import selectors as people
from zhijia.organization.people.api.shapes import PersonOut, person_out

routes = Routes("duplicates", "重复档案", who=Who.CADRE, surface="console")


class SideOut(Out):
    person: PersonOut
    union: str = Field(description="空为现在不是会员")
    joined_on: date | None
    state: str


class SidesOut(Out):
    survivor: SideOut = Field(description="保留的档案")
    duplicate: SideOut = Field(description="并入的档案")


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
    hints.dismiss_hint(request.actor, hint, now=request.now)
    return Done()


@routes.write("/members/{pid}/correct", Done)
def correct(request: Request, pid: PublicId, said: CorrectIn) -> Done:
    """更正姓名、证件或手机号，须附证明材料；重新向实名源核验，并告知本人。"""
    with files.open_drafts(request.actor, said.papers, now=request.now) as papers:
        given = corrections.Correction(said.name, said.id_type, said.id_number, said.mobile, said.reason, papers)
        corrections.correct_member(request.actor, pid, given, now=request.now)
    return Done()


(merges,) = routing.routes(MERGES)


@merges.read("/merges/{pid}/sides", SidesOut)
def sides(request: Request, pid: PublicId) -> SidesOut:
    """要合并的两份档案，号码已遮盖。"""
    row = cases.get_case(MERGES, request.actor, pid).row
    survivor, duplicate = (_side(reads.side_of(key)) for key in (row.survivor_id, row.duplicate_id))
    return SidesOut(survivor=survivor, duplicate=duplicate)


ROUTES = (routes, merges)
