"""For cadres and other systems: member lists and files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Query, Schema
from pydantic import Field

from zhijia.foundation.ui.listing import Query as ListQuery
from zhijia.kernel.api import (
    NO_NUL,
    After,
    In,
    Limit,
    Out,
    PublicId,
    Routes,
    Text,
    Who,
)
from zhijia.kernel.http import Request
from zhijia.organization.members import selectors
from zhijia.organization.members.permissions import Permission
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

routes = Routes("members", "会员", who=Who.CADRE, surface="console")


class MemberQuery(Schema):
    """Where, whom, and the fixed set of filters of `selectors.list_members`."""

    union: str = Field("", pattern="^([0-9a-hjkmnp-tv-z]{16})?$", description="工会编号；留空为最高一级")
    q: str = Field("", max_length=40, pattern=NO_NUL, description="姓名开头、首字母、会员卡号，或完整的证件、手机号")
    state: Literal["", "ACTIVE", "RETAINED"] = ""
    work_form: str = Field("", pattern="^[A-Za-z_]{0,16}$")
    new_form_group: str = Field("", pattern="^[A-Za-z_]{0,16}$")
    real_name: Literal["", "yes", "no"] = ""
    activated: Literal["", "yes", "no"] = ""
    sex: Literal["", "1", "2"] = ""


class MemberOut(Out):
    id: str
    name: str = Field(description="已遮盖", examples=["林*禾"])
    id_masked: str
    mobile_masked: str
    number: str
    union: str
    state: str
    work_form: str
    new_form_group: str
    joined_on: date
    real_name_level: int
    activated: bool


class MemberList(Out):
    items: list[MemberOut]
    next: str
    cut: bool = Field(description="按条件已查看 20,000 人，可用 next 继续")


class EventOut(Out):
    at: datetime
    kind: str
    union: str


class MemberDetail(MemberOut):
    sex: str
    birth_year: int | None
    union_id: str
    since: date
    occupation: str
    employer_text: str
    events: list[EventOut]


class ReasonIn(In):
    reason: Text = Field(min_length=5, max_length=200)


class NumbersOut(Out):
    id_number: str
    mobile: str


def _unit(request: Request, pid: str) -> unions.UnionFacts:
    """The union named, else the highest on which the caller may see members."""
    if not pid:
        request.actor.require_anywhere(Permission.VIEW)
        return unions.get_facts_by_path(request.actor.scope_for(Permission.VIEW).paths[0])
    return unions.get_by_public_id(pid)


def _member(stay: Any, person: people.PersonFacts, union: str) -> dict[str, Any]:
    return {
        "id": person.public_id,
        "name": person.masked_name,
        "id_masked": person.id_masked,
        "mobile_masked": person.mobile_masked,
        "number": stay.member_number,
        "union": union,
        "state": stay.state,
        "work_form": stay.work_form,
        "new_form_group": stay.new_form_group,
        "joined_on": stay.joined_on,
        "real_name_level": stay.real_name_level,
        "activated": stay.activated,
    }


@routes.read(
    "/members",
    MemberList,
    links={"member": {"operationId": "members_member", "parameters": {"pid": "$response.body#/items/0/id"}}},
)
def members(request: Request, said: Query[MemberQuery], after: After = "", limit: Limit = 50) -> MemberList:
    """一个工会及其下级的会员，按姓名拼音；号码已遮盖。"""
    unit, filters = _unit(request, said.union), said.model_dump(exclude={"union", "q"})
    query = ListQuery(search=said.q, filters=filters, after=after, limit=limit)
    page = selectors.list_members(request.actor, unit, query)
    items = [MemberOut(**_member(row.membership, row.person, row.union_name)) for row in page.rows]
    return MemberList(items=items, next=page.next, cut=bool(page.examined))


@routes.read("/members/{pid}", MemberDetail)
def member(request: Request, pid: PublicId) -> MemberDetail:
    """一名会员的档案；号码已遮盖。"""
    found = selectors.get_member(request.actor, pid)
    stay = found.membership
    names = {key: facts.name for key, facts in unions.facts_of(event.union_id for event in found.events).items()}
    return MemberDetail(
        **_member(stay, found.person, found.union.name),
        sex=found.person.sex,
        birth_year=found.person.birth_year,
        union_id=found.union.public_id,
        since=stay.since,
        occupation=stay.occupation,
        employer_text=stay.employer_text,
        events=[EventOut(at=event.at, kind=event.kind, union=names.get(event.union_id, "")) for event in found.events],
    )


@routes.write("/members/{pid}/numbers", NumbersOut, once=False)
def numbers(request: Request, pid: PublicId, said: ReasonIn) -> NumbersOut:
    """完整的证件和手机号，须写明原因，留下记录；不给对接的系统。"""
    found = selectors.get_member(request.actor, pid)
    request.actor.require("people:numbers:see", found.union.path)
    full = people.read_numbers(request.actor, found.person.id, reason=said.reason, now=request.now)
    return NumbersOut(id_number=full.id_number, mobile=full.mobile)
