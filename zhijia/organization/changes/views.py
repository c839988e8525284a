"""Where a change is begun, by the member or for him; and who reaches retirement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.casework.fields import Choice
from zhijia.foundation.casework.pages import Fitted
from zhijia.foundation.ui.listing import Button, Column, Empty, Link, Listing, Query, To, answer
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.organization.members import selectors as members
from zhijia.organization.members.presenting import NAME
from zhijia.organization.members.views.units import unit_of
from zhijia.organization.unions import selectors as unions

from . import rules, selectors
from .cases import DOCUMENT, NOTE, ON, PAPERS, REASON, SINCE, keepers
from .panels import kinds_for
from .permissions import Permission
from .rules import Kind

THEN = {
    Kind.WITHDRAW.value: (
        ("退会自由。提交后有 7 天冷静期，期间随时可以反悔", True),
        ("期满后会员卡停用，工会的服务和优惠不再享受", False),
        ("以后可以重新申请入会，会员卡号不变", True),
    ),
    Kind.RETAIN.value: (
        ("由您的工会审核，同意后会籍保留，不用交会费", True),
        ("保留期间没有表决权、选举权和被选举权", False),
        ("重新就业后可以申请恢复；退休后再就业的继续保留", True),
    ),
    Kind.RESTORE.value: (("由您的工会审核，同意后恢复为在会会员", True),),
}
NOTES = {
    Kind.RETAIN.value: "由另一位同事审核；同意后不交会费，没有表决权、选举权和被选举权。",
    Kind.RESTORE.value: "由另一位同事审核；退休后再就业的继续保留会籍，不恢复。",
    Kind.TREATED.value: "六个月以上不交会费、不参加活动，经谈话无效的，由委员会决定后报上级工会备案。",
    Kind.EXPEL.value: "须有委员会决定文号和证明材料，报上级工会备案后生效；会员可在 30 天内申诉。",
    Kind.DECEASE.value: "须有证明材料，由另一位同事复核；会员卡和岗位授权随即停止。",
}


def _why(kind: str) -> tuple[list[Choice], dict[str, Any]]:
    """What is asked of the reasons of a kind, and what is said without a question where there is only one."""
    reasons = rules.reasons_for(kind)
    if len(reasons) == 1:
        return [], {"kind": kind, "reason": next(iter(reasons))}
    return [replace(REASON, choices=reasons)], {"kind": kind}


def fit_own(request: Request, kind: str) -> Fitted | HttpResponse:
    """Ask for my membership to be retained or restored, or give it up."""
    person_id = request.actor.require_person()
    stay = members.open_stay(person_id)
    if kind not in rules.BY_MEMBER or stay is None:
        raise NotFound
    under_way = selectors.open_change(person_id)
    if under_way is not None and request.method == "GET":
        messages.info(request, "您有一件会籍变更正在办理，请先查看进度。")
        return redirect("changes:case", pid=under_way.public_id)
    asks, given = _why(kind)
    places = {union.public_id: union.name for union in keepers(stay.union_id)} if kind == Kind.RETAIN else {}
    keep = [Choice("keep_at", "会籍保留在", "单位关闭、破产的才选", required=False, choices=places)] if places else []
    leaving = kind == Kind.WITHDRAW
    today = timezone.localdate(request.now)
    return Fitted(
        (*asks, NOTE) if leaving else (*asks, SINCE, *keep, NOTE, PAPERS),
        given | ({"on": today} if leaving else {}),
        {"on": today},
        {
            "title": f"申请{rules.KINDS[kind]}",
            "then": [{"text": text, "taken": taken} for text, taken in THEN[kind]],
            "leaving": leaving,
        },
    )


def fit_for_member(request: Request, pid: str, kind: str) -> Fitted:
    """A cadre asks for a change of one of his members; somebody else decides."""
    member = members.get_member(request.actor, pid)
    request.actor.require(Permission.ASK, member.union.path)
    if kind not in rules.BY_UNION:
        raise NotFound
    asks, given = _why(kind)
    document = [replace(DOCUMENT, required=True)] if kind in (Kind.EXPEL, Kind.TREATED) else []
    return Fitted(
        (*asks, ON, *document, NOTE, PAPERS),
        given | {"person": pid},
        {"on": timezone.localdate(request.now)},
        {
            "member": member,
            "title": rules.KINDS[kind],
            "note": NOTES[kind],
            "kinds": kinds_for(member.membership.state, member.person.public_id, kind),
        },
    )


def _retain(row: selectors.Reaching) -> tuple[str, str]:
    return "办理保留会籍", reverse("changes:ask", args=[row.person.public_id, "retain"])


RETIRING = Listing(
    "retiring",
    "到龄提示",
    head=Column("会员", NAME),
    opens=To("members:file", "person.public_id"),
    kept=("unit",),
    counted="人",
    ordered="先到龄的在前",
    columns=(Column("到龄日期", "retirement.on"), Column("年龄", "retirement.age_words"), Link("办理", _retain)),
    empty=Empty("近期没有到龄的会员", "每天更新。"),
)


def retiring(request: Request) -> HttpResponseBase:
    """Members of one grassroots union who reach the age soon, or have just done so: a prompt."""
    unit = unit_of(request, Permission.ASK, joinable=True)

    def read(_query: Query) -> Page[selectors.Reaching]:
        return selectors.list_reaching_retirement(request.actor, unit, today=timezone.localdate(request.now))

    roster = Button("会员名册", reverse("members:roster"), primary=True)
    choose = "到龄提示按基层工会查看：在“工会组织”中打开工会档案，或从会员名册进入会员档案办理。"
    empty = None if unit.type in unions.JOINABLE else Empty("请选择一个基层工会", choose, (roster,))
    return answer(RETIRING, request, read, note=unit.name, empty=empty, template="changes/retiring.html")
