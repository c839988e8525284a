"""For cadres: transfers, changes of memberships, claims, founding tasks, and who reaches retirement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.ui.form import REFUSED, Submission, sent
from zhijia.foundation.ui.places import read_place
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel.errors import Invalid, NotFound
from zhijia.kernel.http import Request
from zhijia.organization.members import selectors
from zhijia.organization.members.forms import BatchForm, CaseDecisionForm, MemberChangeForm, TransferDecisionForm
from zhijia.organization.members.permissions import Permission
from zhijia.organization.members.rules import changes as change_rules, transfers as rules
from zhijia.organization.members.selectors import changes as change_reads, claims as claim_reads, transfers as reads
from zhijia.organization.members.services import changes, claims, transfers
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

from . import desk


def _unit(request: Request, permission: str, *, joinable: bool = False) -> UnionFacts:
    """The union named by `?unit=`, else the first of the actor's own on which he holds the right."""
    named = request.GET.get("unit", "")
    if named:
        found = unions.find_by_public_id(named)
        if found is None:
            raise NotFound
        request.actor.require(permission, found.path)
        return found
    request.actor.require_anywhere(permission)
    paths = request.actor.scope_for(permission).paths
    facts = [unions.get_facts_by_path(path) for path in paths]
    return next((union for union in facts if not joinable or union.type in unions.JOINABLE), facts[0])


# --- Transfers
def _place_of_transfer(row: reads.TransferView) -> tuple[datetime, int]:
    return row.transfer.requested_at, row.transfer.pk


def transfer_list(request: Request) -> HttpResponse:
    request.actor.require_anywhere(Permission.TRANSFER_DECIDE)
    view = request.GET.get("view", "in")
    view = view if view in reads.STATES else "in"
    rows = reads.list_transfers(request.actor, view=view, after=read_place(request.GET.get("after", "")))
    context = desk.list_page(
        "转会",
        reads.STATES,
        view,
        desk.transfer_table(rows, now=request.now),
        desk.place_pager(
            rows, lambda row: (row.transfer.requested_at, row.transfer.pk), selectors.PAGE, {"view": view}
        ),
        empty=("没有这样的转会", "会员扫描本工会的二维码选择转会后，会出现在这里。"),
    )
    return render(request, "members/case_list.html", context)


@once
def transfer_review(request: Request, pid: str) -> HttpResponse:
    """One transfer: from, to, who; the target's decision."""
    view = reads.get_transfer(request.actor, pid)
    form = TransferDecisionForm(request.POST or None, initial={"version": view.case.version})
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            if said["decision"] == "accept":
                transfers.accept_transfer(request.actor, pid, now=request.now, version=said["version"])
            else:
                transfers.refuse_transfer(
                    request.actor,
                    pid,
                    reason=said["reason"],
                    note=said["note"],
                    now=request.now,
                    version=said["version"],
                )
            messages.success(request, "已办理，会员会收到通知。")
            return redirect("members:transfer_review", pid=pid)
    moves = {move.name for move in workflow.allowed_moves(view.case, request.actor)}
    context = desk.transfer_case(view, now=request.now)
    if moves & {"accept", "accept_above"}:
        context["decision"] = {
            "action": "",
            "title": "审核结论",
            "form": form,
            "submit": "提交",
            "note": "转出工会不需要审批；同意后会籍立即转入。",
        }
    elif "call_off" in moves:
        context["call_off"] = reverse("members:transfer_call_off", args=[pid])
    return render(request, "members/case_review.html", context, status=submission.status)


@require_POST
@once
def transfer_call_off(request: Request, pid: str) -> HttpResponse:
    transfers.call_off(request.actor, pid, note=request.POST.get("note", ""), now=request.now)
    messages.success(request, "已取消转接，会员会籍不变。")
    return redirect("members:transfer_review", pid=pid)


@once
def transfer_batch(request: Request) -> HttpResponse:
    """Members ticked in the roster go to another union of the scope, after seven days of objection."""
    request.actor.require_anywhere(Permission.TRANSFER_BATCH)
    picked = [text for text in request.POST.getlist("pick") if len(text) == 16][: rules.MOST_IN_BATCH]
    if request.method != "POST" or not picked:
        messages.warning(request, "请先在会员名册中勾选要转接的会员。")
        return redirect("members:roster")
    chosen = "target" in request.POST
    form = BatchForm(request.POST if chosen else None)
    status = 200
    if chosen:
        status = 422
        if form.is_valid():
            try:
                target = _target(request, form.cleaned_data["target"])
                _batch, rows = transfers.propose_batch(
                    request.actor, picked, target.id, reason=form.cleaned_data["reason"], now=request.now
                )
            except REFUSED as error:
                form.take(error)
                status = error.status
            else:
                lines = [{"name": row.name, "code": row.code, "message": row.message} for row in rows]
                return render(
                    request,
                    "members/rows_result.html",
                    desk.rows_result("批量转接结果", lines, back=reverse("members:transfers") + "?view=noticed"),
                )
    return render(request, "members/batch.html", {"form": form, "picked": picked}, status=status)


def _target(request: Request, text: str) -> UnionFacts:
    """By code or by its whole name, within the scope. Raises Invalid `transfer.target`."""
    scope = request.actor.scope_for(Permission.TRANSFER_BATCH)
    found = unions.search(scope, text, types=unions.JOINABLE, limit=5)
    exact = [union for union in found if text.strip() in (union.code, union.name)]
    if len(exact) == 1:
        return exact[0]
    if len(found) == 1:
        return found[0]
    names = "、".join(union.name for union in found[:3])
    words = f"找到多个工会（{names}），请填写编码或全称。" if found else "在您的管辖范围内没有找到这个工会，请核对。"
    raise Invalid("transfer.target", words, fields={"target": words})


# --- Changes
def _place_of_change(row: change_reads.ChangeView) -> tuple[datetime, int]:
    return row.change.asked_at, row.change.pk


CHANGE_VIEWS = {"open": "待办理", "done": "已办结"}


def change_list(request: Request) -> HttpResponse:
    request.actor.require_anywhere(Permission.CHANGE_DECIDE)
    view = "done" if request.GET.get("view") == "done" else "open"
    rows = change_reads.list_changes(request.actor, view=view, after=read_place(request.GET.get("after", "")))
    context = desk.list_page(
        "会籍变更",
        CHANGE_VIEWS,
        view,
        desk.change_table(rows, now=request.now),
        desk.place_pager(rows, _place_of_change, selectors.PAGE, {"view": view}),
        empty=("没有这样的变更", "会员申请保留、恢复、退会，或工会提出的变更，会出现在这里。"),
        actions=[{"label": "到龄提示", "href": reverse("members:retiring")}],
    )
    return render(request, "members/case_list.html", context)


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
            return redirect("members:change_review", pid=pid)
    context = desk.change_case(view, now=request.now)
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
    request.actor.require(Permission.CHANGE_ASK, member.union.path)
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
            return redirect("members:change_review", pid=case.public_id)
    context = {
        "member": member,
        "title": change_rules.KINDS[kind],
        "form": form,
        "note": desk.CHANGE_NOTES[kind],
        "kinds": desk.change_kinds(member, kind),
    }
    return render(request, "members/change_ask.html", context, status=submission.status)


def retiring(request: Request) -> HttpResponse:
    """Members of one grassroots union who reach the age soon, or have just done so: a prompt."""
    unit = _unit(request, Permission.CHANGE_ASK, joinable=True)
    rows, more = (
        change_reads.list_reaching_retirement(request.actor, unit, today=timezone.localdate(request.now))
        if unit.type in unions.JOINABLE
        else ([], False)
    )
    context = {
        "unit": unit,
        "joinable": unit.type in unions.JOINABLE,
        "table": desk.retiring_table(rows),
        "more": more,
    }
    return render(request, "members/retiring.html", context)


# --- Claims
def claim_list(request: Request) -> HttpResponse:
    """Members of online homes who work for the union's employer, and the invitations sent."""
    unit = _unit(request, Permission.CLAIM_OFFER)
    view = "sent" if request.GET.get("view") == "sent" else "open"
    if view == "sent":
        rows = claim_reads.list_offers(request.actor, unit, before=read_place(request.GET.get("after", "")))
        table = desk.offer_table(rows, now=request.now)
        pager = {"shown": f"最近 {len(rows)} 份"}
        bulk = None
    else:
        after = request.GET.get("after", "")
        if after and not (after.isascii() and after.isdigit() and len(after) <= 18):
            raise Invalid("request.page", "翻页位置不正确，请从第一页重新查看。")
        found = claim_reads.list_claimable(request.actor, unit, after=int(after or 0))
        table = desk.claimable_table(found)
        pager = {"shown": f"本页 {len(found)} 人"}
        bulk = {
            "form": desk.BULK,
            "action": reverse("members:claim_offer"),
            "buttons": [{"label": "邀请转入", "primary": True, "small": True, "name": "do", "value": "offer"}],
            "note": "本人确认后会籍才会转入",
            "hidden": [{"name": "unit", "value": unit.public_id}],
        }
    context = desk.list_page(
        "认领会员",
        {"open": "可认领", "sent": "已邀请"},
        view,
        table,
        pager,
        empty=(
            ("还没有发出邀请", "在“可认领”里勾选会员后发出邀请。")
            if view == "sent"
            else ("没有可以认领的会员", "本工会涵盖单位的职工如果加入了网上会员之家，会出现在这里。")
        ),
        note=unit.name,
    )
    return render(request, "members/case_list.html", {**context, "bulk": bulk if table["rows"] else None})


@require_POST
@once
def claim_offer(request: Request) -> HttpResponse:
    unit = unions.find_by_public_id(request.POST.get("unit", "")[:16])
    if unit is None:
        raise NotFound
    picked = [text for text in request.POST.getlist("pick") if len(text) == 16]
    try:
        rows = claims.offer_claims(request.actor, unit.id, picked, now=request.now)
    except Invalid as error:
        messages.warning(request, error.message)
        return redirect("members:claims")
    lines = [{"name": row.name, "code": row.code, "message": row.message} for row in rows]
    return render(
        request,
        "members/rows_result.html",
        desk.rows_result("邀请结果", lines, back=reverse("members:claims") + "?view=sent"),
    )


@once
def claim(request: Request, pid: str) -> HttpResponse:
    view = claim_reads.get_offer(request.actor, pid)
    if request.method == "POST":
        claims.take_back_claim(request.actor, pid, now=request.now)
        messages.success(request, "已撤回邀请。")
        return redirect("members:claim", pid=pid)
    context = desk.claim_case(view, now=request.now)
    moves = {move.name for move in workflow.allowed_moves(view.case, request.actor)}
    context["plain_action"] = {"label": "撤回邀请"} if "take_back" in moves else None
    return render(request, "members/case_review.html", context)


# --- Founding by joining
def uncovered(request: Request) -> HttpResponse:
    """Employers without a union whose people are many in an online home."""
    unit = _unit(request, Permission.FOUNDING_TASK)
    home = unit if unit.is_home else unions.home_of_region(unit.region)
    today = timezone.localdate(request.now)
    hint = int(parameters.value("claim.hint_members", on=today, region=unit.region))
    task = int(parameters.value("claim.founding_members", on=today, region=unit.region))
    rows = (
        claim_reads.list_uncovered_employers(request.actor, home, hint=hint, task=task)
        if home is not None and request.actor.may(Permission.FOUNDING_TASK, home.path)
        else []
    )
    context = {
        "unit": unit,
        "home": home,
        "table": desk.uncovered_table(rows),
        "towns": desk.town_links(unions.children(request.actor, unit.id, limit=200)) if home is None else [],
        "hint": hint,
        "task": task,
    }
    return render(request, "members/uncovered.html", context)


@once
def founding(request: Request, pid: str) -> HttpResponse:
    view = claim_reads.get_founding_task(request.actor, pid)
    allowed = [move for move in workflow.allowed_moves(view.case, request.actor) if move.is_permission]
    form = CaseDecisionForm(
        request.POST or None,
        moves=[(move.name, move.button) for move in allowed],
        initial={"version": view.case.version},
    )
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            claims.close_founding_task(
                request.actor, pid, founded=said["decision"] == "found", note=said["note"], now=request.now
            )
            messages.success(request, "已办结。")
            return redirect("members:founding", pid=pid)
    context = desk.founding_case(view, now=request.now)
    if allowed:
        context["decision"] = {"action": "", "title": "办理意见", "form": form, "submit": "办结", "note": ""}
    return render(request, "members/case_review.html", context, status=submission.status)
