"""A member keeps his membership, takes it up again or gives it up, and appeals."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission, sent
from zhijia.foundation.workflow import presenting as shapes, selectors as cases, services as workflow
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.changes import rules as change_rules, selectors as change_reads, services as changes
from zhijia.organization.changes.forms import ChangeForm
from zhijia.organization.changes.selectors import ChangeView
from zhijia.organization.members import presenting, selectors
from zhijia.organization.members.forms import NoteForm
from zhijia.organization.unions import selectors as unions


def change_consequences(kind: str) -> list[dict[str, Any]]:
    if kind == change_rules.Kind.WITHDRAW:
        return [
            {"text": "退会自由。提交后有 7 天冷静期，期间随时可以反悔", "taken": True},
            {"text": "期满后会员卡停用，工会的服务和优惠不再享受", "taken": False},
            {"text": "以后可以重新申请入会，会员卡号不变", "taken": True},
        ]
    if kind == change_rules.Kind.RETAIN:
        return [
            {"text": "由您的工会审核，同意后会籍保留，不用交会费", "taken": True},
            {"text": "保留期间没有表决权、选举权和被选举权", "taken": False},
            {"text": "重新就业后可以申请恢复；退休后再就业的继续保留", "taken": True},
        ]
    return [{"text": "由您的工会审核，同意后恢复为在会会员", "taken": True}]


def change_page(view: ChangeView, moves: Collection[str], *, appeal_until: date | None) -> dict[str, Any]:
    case, row = view.case, view.change
    page = presenting.my_case_page(
        case,
        view.kind_label,
        [
            {"label": "工会", "value": view.union.name},
            {"label": "原因", "value": view.reason_label},
            {"label": "日期", "value": row.on.isoformat()},
            {"label": "保留在", "value": view.keeper.name if view.keeper else ""},
            {"label": "文号", "value": row.document},
            {"label": "说明", "value": row.note},
        ],
    )
    page["files"] = [
        {
            "title": file.name,
            "detail": file.size_words,
            "href": reverse("files:mine", args=[file.public_id]),
            "icon": "photo" if file.is_picture else "file-text",
            "plain_icon": True,
        }
        for file in view.papers
    ]
    take_back = reverse("changes:take_back", args=[case.public_id])
    if "stay" in moves:
        page["step"] = {
            "lead": "退会将在冷静期满后生效，这之前都可以反悔",
            "at": case.last_day,
            "mine": True,
            "explain": presenting.explained(case),
        }
        page["primary"] = {"label": "不退会了", "href": take_back}
    elif not case.closed_at and case.due_at:
        page["step"] = {
            "lead": "由工会审核，最晚",
            "at": case.last_day,
            "after": "答复",
            "explain": presenting.explained(case),
        }
    if "take_back" in moves:
        page["links"].append({"title": "撤回申请", "href": take_back, "icon": "arrow-back-up", "plain_icon": True})
    if appeal_until is not None and "appeal" in moves:
        page["step"] = {
            "lead": "如有不同意见，可以向上级工会申诉一次，请在",
            "at": appeal_until,
            "after": "（含）前申诉",
            "mine": True,
        }
        page["primary"] = {"label": "向上级申诉", "href": reverse("changes:appeal", args=[case.public_id])}
    return page


def take_back_page(view: ChangeView) -> dict[str, Any]:
    leaving = view.case.state == "COOLING"
    return {
        "title": "不退会了" if leaving else f"撤回{view.kind_label}申请",
        "back": {"href": reverse("changes:case", args=[view.case.public_id]), "label": view.kind_label},
        "then": [{"text": "会籍不变，会员卡照常使用", "taken": True}],
        "then_title": "撤回之后",
        "submit": "继续做会员" if leaving else "撤回申请",
        "keep": "返回",
    }


def appeal_page(view: ChangeView) -> dict[str, Any]:
    return {
        "title": "向上级工会申诉",
        "back": {"href": reverse("changes:case", args=[view.case.public_id]), "label": view.kind_label},
        "then": [
            {"text": "由备案工会的上级重新审查，只能申诉一次", "taken": False},
            {"text": "申诉成立的，会籍恢复到原来的工会", "taken": True},
        ],
        "then_title": "提交之后",
        "submit": "提交申诉",
        "keep": "",
        "label": "申诉理由",
    }


@once
def new_change(request: Request, kind: str) -> HttpResponse:
    """Ask for my membership to be retained or restored, or give it up."""
    stay = selectors.open_stay(request.actor.require_person())
    if kind not in change_rules.BY_MEMBER or stay is None:
        raise NotFound
    keepers = _keepers(stay.union_id) if kind == change_rules.Kind.RETAIN else []
    form = ChangeForm(
        *sent(request),
        reasons=change_rules.reasons_for(kind),
        keepers=[(union.public_id, union.name) for union in keepers],
        evidence=kind != change_rules.Kind.WITHDRAW,
        initial={"on": timezone.localdate(request.now)},
    )
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        keeper = next((union for union in keepers if union.public_id == said.get("keep_at")), None)
        given = changes.Given(
            kind,
            said["reason"],
            said.get("on") or timezone.localdate(request.now),
            note=said["note"],
            papers=[(file.name or "", file.file) for file in said.get("papers", [])],
            keep_at_id=keeper.id if keeper else None,
        )
        with submission:
            case = changes.ask_own(request.actor, given, now=request.now)
            messages.success(request, "已提交。")
            return redirect("changes:case", pid=case.public_id)
        if open_one := shapes.own_open(request.actor, submission.refused):
            return presenting.see_progress(request, "会籍变更", open_one)
    context = {
        "kind": kind,
        "title": f"申请{change_rules.KINDS[kind]}",
        "form": form,
        "then": change_consequences(kind),
        "submit": "确认退会" if kind == change_rules.Kind.WITHDRAW else "提交申请",
    }
    return render(request, "changes/new.html", context, status=submission.status)


def _keepers(union_id: int) -> list[unions.UnionFacts]:
    """Where a membership may be kept whose employer is gone: the upper union, the township's online home."""
    union = unions.get_facts(union_id)
    upper = unions.get_facts(union.parent_id) if union.parent_id else None
    home = unions.home_of_region(union.region[:9] + "000")
    return [keeper for keeper in (home, upper) if keeper is not None and keeper.is_open and keeper.id != union.id]


def my_change(request: Request, pid: str) -> HttpResponse:
    view = change_reads.own_change(request.actor, pid)
    moves = {move.name for move in workflow.allowed_moves(view.case, request.actor)}
    until = cases.last_day_of_window(view.case, "appeal", now=request.now) if view.may_be_appealed else None
    return render(request, "members/my_case.html", change_page(view, moves, appeal_until=until))


@once
def take_back_change(request: Request, pid: str) -> HttpResponse:
    view = change_reads.own_change(request.actor, pid)
    if request.method == "POST":
        changes.take_back(request.actor, pid, now=request.now)
        messages.success(request, "已撤回，会籍不变。")
        return redirect("changes:case", pid=pid)
    return render(request, "members/confirm.html", take_back_page(view))


@once
def appeal_change(request: Request, pid: str) -> HttpResponse:
    view = change_reads.own_change(request.actor, pid)
    form = NoteForm(request.POST or None)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            changes.appeal(request.actor, pid, note=form.cleaned_data["note"], now=request.now)
            messages.success(request, "申诉已提交，由上级工会办理。")
            return redirect("changes:case", pid=pid)
    return render(request, "members/confirm.html", {**appeal_page(view), "form": form}, status=submission.status)
