"""For cadres and other systems: applications and their decisions, member lists, files, binding disputes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Query, Schema
from pydantic import Field

from zhijia.foundation.ui.listing import Query as ListQuery
from zhijia.foundation.workflow import selectors as cases
from zhijia.kernel.api import (
    NO_NUL,
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
from zhijia.organization.members import selectors
from zhijia.organization.members.permissions import Permission
from zhijia.organization.members.services import binding, joining
from zhijia.organization.people import selectors as people
from zhijia.organization.people.api.shapes import PersonOut, person_out
from zhijia.organization.unions import selectors as unions

routes = Routes("members", "会员", who=Who.CADRE, surface="console")

QueueState = Literal["", "PENDING", "ESCALATED", "NEED_INFO", "SUBMITTED", "APPROVED", "REJECTED", "WITHDRAWN"]


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


class CheckOut(Out):
    passed: bool
    text: str


class QueueRow(Out):
    id: str
    state: str
    name: str
    union: str
    note: str
    submitted_at: datetime
    due_at: datetime | None
    all_passed: bool


class QueueList(Out):
    items: list[QueueRow]
    next: str


class ApplicationDetail(QueueRow):
    version: int
    person: PersonOut
    work_form: str
    new_form_group: str
    employer_text: str
    employer_matched: bool
    checks: list[CheckOut]


class ApproveIn(In):
    version: int | None = Field(None, ge=1, le=1_000_000, description="看到的 version；之后有变化则为 409")


class RejectIn(ApproveIn):
    reason: Text = Field(min_length=1, max_length=16, examples=["NOT_EMPLOYEE"])
    note: Text = Field("", max_length=200)


class SupplementIn(ApproveIn):
    note: Text = Field(min_length=5, max_length=200)


class DecideManyIn(In):
    ids: list[PublicIdField] = Field(min_length=1, max_length=200)
    decision: Literal["approve", "reject", "ask"]
    reason: Text = Field("", max_length=16)
    note: Text = Field("", max_length=200)


class RowOut(Out):
    id: str
    code: str = Field(description="空为已办理")
    message: str


class RowList(Out):
    items: list[RowOut]


class EmployerIn(In):
    employer: PublicIdField


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


class DisputeOut(Out):
    id: str
    state: str
    label: str
    person: PersonOut
    union: str
    new_mobile: str


class DisputeVerdictIn(In):
    uphold: bool
    note: Text = Field(min_length=5, max_length=200)


def _queue_row(row: selectors.Application) -> dict[str, Any]:
    return {
        "id": row.case.public_id,
        "state": row.case.state,
        "name": row.person.masked_name,
        "union": row.union.name,
        "note": row.case.note,
        "submitted_at": row.application.submitted_at,
        "due_at": row.case.due_at,
        "all_passed": row.all_passed,
    }


@routes.read(
    "/applications",
    QueueList,
    links={
        "application": {
            "operationId": "members_application",
            "parameters": {"pid": "$response.body#/items/0/id"},
        }
    },
)
def applications(request: Request, state: QueueState = "", after: After = "", limit: Limit = 50) -> QueueList:
    """入会申请，等得最久的在前；不带 state 为等待审核的。"""
    request.actor.require_anywhere(Permission.JOIN_DECIDE)
    page = selectors.list_queue(request.actor, ListQuery(view=state, after=after, limit=limit))
    return QueueList(items=[QueueRow(**_queue_row(row)) for row in page.rows], next=page.next)


@routes.write("/applications/decide", RowList)
def decide_many(request: Request, said: DecideManyIn) -> RowList:
    """对多件申请作同一个决定，逐件答复。"""
    rows = joining.decide_many(
        request.actor, said.ids, decision=said.decision, reason=said.reason, note=said.note, now=request.now
    )
    return RowList(items=[RowOut(id=row.public_id, code=row.code, message=row.message) for row in rows])


@routes.read("/applications/{pid}", ApplicationDetail)
def application(request: Request, pid: PublicId) -> ApplicationDetail:
    """一件入会申请和自动核对的结果。"""
    row = selectors.get_application(request.actor, pid)
    said = row.application
    return ApplicationDetail(
        **_queue_row(row),
        version=row.case.version,
        person=person_out(row.person),
        work_form=said.work_form,
        new_form_group=said.new_form_group,
        employer_text=said.employer_text,
        employer_matched=said.employer_id is not None,
        checks=[CheckOut(passed=passed, text=text) for passed, text in row.checks],
    )


@routes.write("/applications/{pid}/approve", Done)
def approve(request: Request, pid: PublicId, said: ApproveIn) -> Done:
    """审核通过：会籍、卡号、会员卡同时生成。"""
    joining.approve(request.actor, pid, now=request.now, version=said.version)
    return Done()


@routes.write("/applications/{pid}/reject", Done)
def reject(request: Request, pid: PublicId, said: RejectIn) -> Done:
    """审核不通过，申请人看到原因，可以申诉。"""
    joining.reject(request.actor, pid, reason=said.reason, note=said.note, now=request.now, version=said.version)
    return Done()


@routes.write("/applications/{pid}/ask", Done)
def ask(request: Request, pid: PublicId, said: SupplementIn) -> Done:
    """要求申请人补充。"""
    joining.ask(request.actor, pid, note=said.note, now=request.now, version=said.version)
    return Done()


@routes.write("/applications/{pid}/employer", Done)
def match_employer(request: Request, pid: PublicId, said: EmployerIn) -> Done:
    """把申请人填写的单位对应到登记单位。"""
    joining.match_employer(request.actor, pid, said.employer, now=request.now)
    return Done()


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


@routes.read("/disputes/{pid}", DisputeOut)
def dispute(request: Request, pid: PublicId) -> DisputeOut:
    """一件账号绑定核实。"""
    found = selectors.get_dispute(request.actor, pid)
    said = cases.describe(found.case)
    return DisputeOut(
        id=found.case.public_id,
        state=found.case.state,
        label=said["label"],
        person=person_out(found.person),
        union=found.union.name if found.union else "",
        new_mobile=found.new_mobile,
    )


@routes.write("/disputes/{pid}/decide", Done)
def decide_dispute(request: Request, pid: PublicId, said: DisputeVerdictIn) -> Done:
    """核实后改绑或维持，写明怎样核实的。"""
    binding.decide(request.actor, pid, uphold=said.uphold, note=said.note, now=request.now)
    return Done()
