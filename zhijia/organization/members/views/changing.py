"""For cadres: transfers, changes of memberships, claims, founding tasks, and who reaches retirement."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.ui.form import REFUSED, Submission, sent
from zhijia.foundation.ui.listing import Bulk, Button, Deed, Empty, Outcome, Query, Ticked, answer, outcomes
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel.errors import Invalid, NotFound
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.organization.members import selectors
from zhijia.organization.members.forms import BatchForm, CaseDecisionForm, MemberChangeForm, TransferDecisionForm
from zhijia.organization.members.permissions import Permission
from zhijia.organization.members.rules import changes as change_rules, transfers as rules
from zhijia.organization.members.selectors import changes as change_reads, claims as claim_reads, transfers as reads
from zhijia.organization.members.services import changes, claims, transfers
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

from . import desk, lists


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
def transfer_list(request: Request) -> HttpResponseBase:
    request.actor.require_anywhere(Permission.TRANSFER_DECIDE)
    return answer(lists.TRANSFERS, request, partial(reads.list_transfers, request.actor))


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
    picked = Ticked.of(request).pids[: rules.MOST_IN_BATCH]
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
                found = [Outcome(row.name, not row.code, row.message) for row in rows]
                back = Button("查看进展", reverse("members:transfers") + "?view=noticed", primary=True)
                return outcomes(request, "批量转接结果", found, back, counted="人")
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
def change_list(request: Request) -> HttpResponseBase:
    request.actor.require_anywhere(Permission.CHANGE_DECIDE)
    reaching = Button("到龄提示", reverse("members:retiring"))
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


def retiring(request: Request) -> HttpResponseBase:
    """Members of one grassroots union who reach the age soon, or have just done so: a prompt."""
    unit = _unit(request, Permission.CHANGE_ASK, joinable=True)

    def read(_query: Query) -> Page[change_reads.Reaching]:
        return change_reads.list_reaching_retirement(request.actor, unit, today=timezone.localdate(request.now))

    roster = Button("会员名册", reverse("members:roster"), primary=True)
    choose = "到龄提示按基层工会查看：在“工会组织”中打开工会档案，或从会员名册进入会员档案办理。"
    empty = None if unit.type in unions.JOINABLE else Empty("请选择一个基层工会", choose, (roster,))
    return answer(lists.RETIRING, request, read, note=unit.name, empty=empty, template="members/retiring.html")


# --- Claims
def claim_list(request: Request) -> HttpResponseBase:
    """Members of online homes who work for the union's employer, and the invitations sent."""
    unit = _unit(request, Permission.CLAIM_OFFER)
    if request.GET.get("view") == "sent":
        return answer(lists.OFFERS, request, partial(claim_reads.list_offers, request.actor, unit), note=unit.name)
    bulk = Bulk(
        reverse("members:claim_offer"),
        (Deed("邀请转入", value="offer", primary=True),),
        "本人确认后会籍才会转入",
        hidden={"unit": unit.public_id},
    )
    read = partial(claim_reads.list_claimable, request.actor, unit)
    return answer(lists.CLAIMABLE, request, read, note=unit.name, bulk=bulk)


@require_POST
@once
def claim_offer(request: Request) -> HttpResponse:
    unit = unions.find_by_public_id(request.POST.get("unit", "")[:16])
    if unit is None:
        raise NotFound
    try:
        rows = claims.offer_claims(request.actor, unit.id, Ticked.of(request).pids, now=request.now)
    except Invalid as error:
        messages.warning(request, error.message)
        return redirect("members:claims")
    found = [Outcome(row.name, not row.code, row.message) for row in rows]
    back = Button("查看进展", reverse("members:claims") + "?view=sent", primary=True)
    return outcomes(request, "邀请结果", found, back, counted="人")


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
def uncovered(request: Request) -> HttpResponseBase:
    """Employers without a union whose people are many in an online home."""
    unit = _unit(request, Permission.FOUNDING_TASK)
    home = unit if unit.is_home else unions.home_of_region(unit.region)
    today = timezone.localdate(request.now)
    hint = int(parameters.value("claim.hint_members", on=today, region=unit.region))
    task = int(parameters.value("claim.founding_members", on=today, region=unit.region))
    if home is None:
        towns = desk.town_links(unions.children(request.actor, unit.id, limit=200).rows)
        return render(request, "members/towns.html", {"unit": unit, "towns": towns})

    def read(_query: Query) -> Page[claim_reads.EmployerCount]:
        if not request.actor.may(Permission.FOUNDING_TASK, home.path):
            return Page([])
        return claim_reads.list_uncovered_employers(request.actor, home, hint=hint, task=task)

    empty = Empty(
        "还没有这样的单位", f"职工加入网上会员之家时填写的单位，达到 {hint} 人，或有职工希望建会，就出现在这里。"
    )
    extra = {"home": home, "hint": hint, "task": task}
    template = "members/uncovered.html"
    return answer(lists.UNCOVERED, request, read, note=unit.name, empty=empty, template=template, extra=extra)


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
