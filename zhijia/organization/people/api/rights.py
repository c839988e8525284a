"""A person's rights about his own data: what is kept, who saw it, what he asks for and what he is answered.

Withdrawing a consent stands with the consents.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from zhijia.foundation.casework.services import act
from zhijia.foundation.files import services as files
from zhijia.foundation.files.api import FileOut, file_out
from zhijia.foundation.workflow import selectors as cases
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
from zhijia.organization.people.cases.requests import REQUESTS, ask as ask_for
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import rights as reads

routes = Routes("rights", "我的个人信息", who=Who.MEMBER, surface="member")


class KeptPartOut(Out):
    """A kind of data that is kept of people, why, and how long."""

    code: str
    label: str
    purpose: str
    retention: str
    can_be_asked_to_delete: bool


class KeptPartList(Out):
    items: list[KeptPartOut]


class PlanLine(Out):
    label: str
    count: int
    reason: str = Field(description="须保存的，为什么")
    until: date | None = Field(description="须保存的，保存到哪一天")


class PlanOut(Out):
    erased: list[PlanLine] = Field(description="可以删除的")
    kept: list[PlanLine] = Field(description="须继续保存的")


class LookOut(Out):
    at: datetime
    what: str
    unit: str
    role: str
    reason: str


class LookList(Out):
    items: list[LookOut]
    next: str


class RightsAskIn(In):
    kind: Literal["copy", "correct", "delete", "explain"]
    text: Text = Field("", max_length=500, description="索取副本以外的必填，5 到 500 个字")
    scope: Text = Field("", max_length=40, description="只删除一类信息时，填 GET /me/data 里的 code；空为全部")


class WantedIn(In):
    """更正后应当是什么；不更正的不填。"""

    name: Text = Field("", max_length=60, description="姓名")
    id_number: Number = Field("", max_length=40, description="证件号码，证件类型不变")
    joined_on: date | None = Field(None, strict=False, description="入会日期")
    member_number: Number = Field("", max_length=40, description="会员卡号")

    def read(self) -> dict[str, str]:
        """As the service takes it."""
        said = {"name": self.name, "id_number": self.id_number, "member_number": self.member_number}
        day = {"joined_on": self.joined_on.isoformat()} if self.joined_on else {}
        return {name: text for name, text in said.items() if text} | day


class CorrectionAskIn(In):
    text: Text = Field(max_length=500, description="哪里记错了，5 到 500 个字")
    wanted: WantedIn
    papers: list[PublicIdField] = Field(max_length=5, description="用 POST /me/files 上传的证件照片或证明")


class CorrectionOut(Out):
    """一项更正；证件号码只显示首尾。"""

    label: str
    old: str = Field(description="原来登记的")
    new: str = Field(description="更正为")


class RightsCaseId(Out):
    id: str


class RightsRow(Out):
    id: str
    kind: Literal["copy", "correct", "delete", "explain"]
    state: str
    label: str
    asked_at: datetime
    last_day: date | None = Field(description="最晚哪一天答复")


class RightsList(Out):
    items: list[RightsRow]


class RightsOut(RightsRow):
    scope: str
    text: str
    answer: str
    answered_at: datetime | None
    file: str = Field(description="副本，用 GET /me/files/{pid} 取得；没有或已过期则为空")
    file_until: date | None
    erased: list[PlanLine] = Field(description="已经删除的")
    kept: list[PlanLine] = Field(description="没有删除的和原因")
    corrections: list[CorrectionOut] = Field(description="请求更正的，办结后是已经更正的")
    papers: list[FileOut] = Field(description="证明材料，用 GET /me/files/{pid} 取得")


@routes.read("/me/data", KeptPartList)
def parts(request: Request) -> KeptPartList:
    """保存了我的哪些信息，为什么，保存多久。"""
    return KeptPartList(
        items=[
            KeptPartOut(
                code=part.code,
                label=part.label,
                purpose=part.purpose,
                retention=part.retention,
                can_be_asked_to_delete=part.erase is not None,
            )
            for part in reads.parts()
        ]
    )


def plan_lines(rows: Any) -> list[PlanLine]:
    """Lines as `rules.as_json` keeps them."""
    return [
        PlanLine(label=row["label"], count=row["count"], reason=row.get("reason", ""), until=row.get("until") or None)
        for row in rows
    ]


@routes.read("/me/data/deletion-plan", PlanOut)
def plan(request: Request) -> PlanOut:
    """今天申请删除的话，哪些可以删除，哪些依法须保存。"""
    found = reads.own_plan(request.actor, now=request.now)
    return PlanOut(erased=plan_lines(rules.as_json(found.erased)), kept=plan_lines(rules.as_json(found.kept)))


@routes.read("/me/data/looks", LookList)
def looks(request: Request, after: After = "", limit: Limit = 20) -> LookList:
    """谁看过我的完整信息：什么时候、哪个单位、什么用途，最近的在前。"""
    page = reads.list_looks(request.actor, after=after, limit=limit)
    return LookList(
        items=[
            LookOut(at=look.at, what=look.what, unit=look.unit, role=look.role, reason=look.reason)
            for look in page.rows
        ],
        next=page.next,
    )


_LINKS: dict[str, Any] = {
    name: {"operationId": f"rights_{name}", "parameters": {"pid": "$response.body#/id"}}
    for name in ("own_request", "withdraw")
}


@routes.write("/me/data/requests", RightsCaseId, links=_LINKS)
def ask(request: Request, said: RightsAskIn) -> RightsCaseId:
    """索取副本、请求更正、删除或说明。副本由系统马上准备，其余由个人信息保护岗在 15 个工作日内答复。"""
    return RightsCaseId(id=ask_for(request.actor, said.kind, text=said.text, scope=said.scope, now=request.now))


@routes.write("/me/data/corrections", RightsCaseId, links=_LINKS)
def ask_correction(request: Request, said: CorrectionAskIn) -> RightsCaseId:
    """附材料请求更正姓名、证件号码、入会日期或会员卡号；同意后马上更正，性别和出生日期由证件号码得出。"""
    with files.open_drafts(request.actor, said.papers, now=request.now) as papers:
        case = ask_for(
            request.actor, rules.Kind.CORRECT, text=said.text, wanted=said.wanted.read(), papers=papers, now=request.now
        )
    return RightsCaseId(id=case)


def _row(view: reads.RequestView) -> dict[str, Any]:
    waiting = view.case.closed_at is None
    return {
        "id": view.case.public_id,
        "kind": view.request.kind,
        "state": view.case.state,
        "label": str(cases.describe(view.case, own=True)["label"]),
        "asked_at": view.request.asked_at,
        "last_day": view.case.last_day if waiting else None,
    }


@routes.read("/me/data/requests", RightsList)
def own_requests(request: Request, limit: Limit = 20) -> RightsList:
    """我提出过的，最近的在前。"""
    return RightsList(items=[RightsRow(**_row(view)) for view in reads.list_own(request.actor, limit=limit)])


@routes.read("/me/data/requests/{pid}", RightsOut)
def own_request(request: Request, pid: PublicId) -> RightsOut:
    """一件请求、答复和副本。"""
    view = reads.own_request(request.actor, pid)
    asked = view.request
    here = bool(asked.file) and asked.answered_at is not None and not reads.copy_is_over(asked, now=request.now)
    return RightsOut(
        **_row(view),
        scope=asked.scope,
        text=asked.text,
        answer=asked.answer,
        answered_at=asked.answered_at,
        file=asked.file if here else "",
        file_until=reads.shown_until(asked.answered_at) if here and asked.answered_at else None,
        erased=plan_lines(asked.result.get("erased", [])),
        kept=plan_lines(asked.result.get("kept", [])),
        corrections=[CorrectionOut(**line) for line in reads.told_corrections(asked)],
        papers=[file_out(file) for file in view.papers],
    )


@routes.write("/me/data/requests/{pid}/withdraw", Done)
def withdraw(request: Request, pid: PublicId) -> Done:
    """撤回还没有答复的请求。"""
    act(REQUESTS, request.actor, pid, "withdraw", now=request.now)
    return Done()
