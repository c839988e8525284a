"""For cadres: changes of memberships, and who reaches retirement."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.files.presenting import papers
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission, sent
from zhijia.foundation.ui.listing import Button, Empty, Query, answer
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.organization.changes import rules as change_rules, selectors as change_reads, services as changes
from zhijia.organization.changes.forms import MemberChangeForm
from zhijia.organization.changes.panels import kinds_for
from zhijia.organization.changes.permissions import Permission
from zhijia.organization.changes.selectors import ChangeView
from zhijia.organization.members import presenting, selectors
from zhijia.organization.members.forms import CaseDecisionForm
from zhijia.organization.members.views.units import unit_of
from zhijia.organization.unions import selectors as unions

from . import lists

CHANGE_NOTES = {
    change_rules.Kind.RETAIN.value: "由另一位同事审核；同意后不交会费，没有表决权、选举权和被选举权。",
    change_rules.Kind.RESTORE.value: "由另一位同事审核；退休后再就业的继续保留会籍，不恢复。",
    change_rules.Kind.TREATED.value: "六个月以上不交会费、不参加活动，经谈话无效的，由委员会决定后报上级工会备案。",
    change_rules.Kind.EXPEL.value: "须有委员会决定文号和证明材料，报上级工会备案后生效；会员可在 30 天内申诉。",
    change_rules.Kind.DECEASE.value: "须有证明材料，由另一位同事复核；会员卡和岗位授权随即停止。",
}


def change_case(view: ChangeView, *, now: datetime) -> dict[str, Any]:
    row = view.change
    about = [
        {"label": "变更", "value": view.kind_label},
        {"label": "原因", "value": view.reason_label},
        {"label": "日期", "value": row.on.isoformat()},
        {"label": "决定文号", "value": row.document},
        {"label": "保留在", "value": view.keeper.name if view.keeper else ""},
        {"label": "说明", "value": row.note},
    ]
    page = presenting.case_page(
        view.case, f"{view.kind_label}审核", view.union.name, (presenting.person_facts(view.person), about), now
    )
    page["files"] = papers(view.papers)
    page["member"] = reverse("members:file", args=[view.person.public_id])
    return page


def change_list(request: Request) -> HttpResponseBase:
    request.actor.require_anywhere(Permission.DECIDE)
    reaching = Button("到龄提示", reverse("changes:retiring"))
    return answer(lists.CHANGES, request, partial(change_reads.list_changes, request.actor), actions=[reaching])


@once
def change_review(request: Request, pid: str) -> HttpResponse:
    """One change: what is asked, its evidence, and whatever this cadre may decide."""
    view = change_reads.get_change(request.actor, pid)
    allowed = [
        move
        for move in workflow.allowed_moves(view.case, request.actor)
        if move.is_permission and (move.name != "readmit" or view.change.kind == change_rules.Kind.EXPEL)
    ]
    form = CaseDecisionForm(
        request.POST or None,
        moves=[(move.name, move.button) for move in allowed],
        initial={"version": view.case.version},
    )
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            _decide_change(request, pid, form.cleaned_data)
            messages.success(request, "已办理，会员会收到通知。")
            return redirect("changes:review", pid=pid)
    context = change_case(view, now=request.now)
    if allowed:
        context["decision"] = {"action": "", "title": "办理意见", "form": form, "submit": "提交", "note": ""}
    return render(request, "members/case_review.html", context, status=submission.status)


def _decide_change(request: Request, pid: str, said: dict[str, Any]) -> None:
    actor, now, note = request.actor, request.now, said["note"]
    decision = said["decision"]
    if decision in ("agree", "file"):
        changes.agree(actor, pid, note=note, now=now, version=said["version"])
    elif decision in ("refuse", "send_back"):
        changes.refuse(actor, pid, note=note, now=now, version=said["version"])
    elif decision == "talk":
        changes.note_talk(actor, pid, note=note, now=now)
    elif decision == "readmit":
        changes.readmit(actor, pid, note=note, now=now)
    else:
        changes.decide_appeal(actor, pid, overturn=decision == "overturn", note=note, now=now)


@once
def change_new(request: Request, pid: str, kind: str) -> HttpResponse:
    """A cadre asks for a change of one of his members; somebody else decides."""
    member = selectors.get_member(request.actor, pid)
    request.actor.require(Permission.ASK, member.union.path)
    if kind not in change_rules.BY_UNION:
        raise NotFound
    form = MemberChangeForm(
        *sent(request),
        reasons=change_rules.reasons_for(kind),
        document=kind in (change_rules.Kind.EXPEL, change_rules.Kind.TREATED),
        initial={"on": timezone.localdate(request.now)},
    )
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        given = changes.Given(
            kind,
            said["reason"],
            said["on"],
            document=said.get("document", ""),
            note=said["note"],
            papers=[(file.name or "", file.file) for file in said["papers"]],
        )
        with submission:
            case = changes.ask_for(request.actor, pid, given, now=request.now)
            messages.success(request, "已提交，由另一位同事或上级工会审核。")
            return redirect("changes:review", pid=case.public_id)
    context = {
        "member": member,
        "title": change_rules.KINDS[kind],
        "form": form,
        "note": CHANGE_NOTES[kind],
        "kinds": kinds_for(member.membership.state, member.person.public_id, kind),
    }
    return render(request, "changes/ask.html", context, status=submission.status)


def retiring(request: Request) -> HttpResponseBase:
    """Members of one grassroots union who reach the age soon, or have just done so: a prompt."""
    unit = unit_of(request, Permission.ASK, joinable=True)

    def read(_query: Query) -> Page[change_reads.Reaching]:
        return change_reads.list_reaching_retirement(request.actor, unit, today=timezone.localdate(request.now))

    roster = Button("会员名册", reverse("members:roster"), primary=True)
    choose = "到龄提示按基层工会查看：在“工会组织”中打开工会档案，或从会员名册进入会员档案办理。"
    empty = None if unit.type in unions.JOINABLE else Empty("请选择一个基层工会", choose, (roster,))
    return answer(lists.RETIRING, request, read, note=unit.name, empty=empty, template="changes/retiring.html")
