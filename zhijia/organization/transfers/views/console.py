"""For cadres: transfers, claims and founding tasks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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
from zhijia.foundation.ui.form import REFUSED, Submission
from zhijia.foundation.ui.listing import Bulk, Button, Deed, Empty, Outcome, Query, Ticked, answer, outcomes
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel.errors import Invalid
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.organization.members import presenting
from zhijia.organization.members.views.units import unit_of
from zhijia.organization.transfers.cases import claims
from zhijia.organization.transfers.cases.claims import CLAIMS
from zhijia.organization.transfers.cases.founding import FOUNDING
from zhijia.organization.transfers.forms import BatchForm, TransferDecisionForm
from zhijia.organization.transfers.permissions import Permission
from zhijia.organization.transfers.rules import transfers as rules
from zhijia.organization.transfers.selectors import claims as claim_reads, transfers as reads
from zhijia.organization.transfers.selectors.transfers import TransferView
from zhijia.organization.transfers.services import transfers
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

from . import lists


# --- Transfers
def transfer_list(request: Request) -> HttpResponseBase:
    request.actor.require_anywhere(Permission.DECIDE)
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
            return redirect("transfers:review", pid=pid)
    moves = {move.name for move in workflow.allowed_moves(view.case, request.actor)}
    context = transfer_case(view, now=request.now)
    if moves & {"accept", "accept_above"}:
        context["decision"] = {
            "action": "",
            "title": "审核结论",
            "form": form,
            "submit": "提交",
            "note": "转出工会不需要审批；同意后会籍立即转入。",
        }
    elif "call_off" in moves:
        context["call_off"] = reverse("transfers:call_off", args=[pid])
    return render(request, "members/case_review.html", context, status=submission.status)


@require_POST
@once
def transfer_call_off(request: Request, pid: str) -> HttpResponse:
    transfers.call_off(request.actor, pid, note=request.POST.get("note", ""), now=request.now)
    messages.success(request, "已取消转接，会员会籍不变。")
    return redirect("transfers:review", pid=pid)


@once
def transfer_batch(request: Request) -> HttpResponse:
    """Members ticked in the roster go to another union of the scope, after seven days of objection."""
    request.actor.require_anywhere(Permission.BATCH)
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
                back = Button("查看进展", reverse("transfers:list") + "?view=noticed", primary=True)
                return outcomes(request, "批量转接结果", found, back, counted="人")
    return render(request, "transfers/batch.html", {"form": form, "picked": picked}, status=status)


def _target(request: Request, text: str) -> UnionFacts:
    """By code or by its whole name, within the scope. Raises Invalid `transfer.target`."""
    scope = request.actor.scope_for(Permission.BATCH)
    found = unions.search(scope, text, types=unions.JOINABLE, limit=5)
    exact = [union for union in found if text.strip() in (union.code, union.name)]
    if len(exact) == 1:
        return exact[0]
    if len(found) == 1:
        return found[0]
    names = "、".join(union.name for union in found[:3])
    words = f"找到多个工会（{names}），请填写编码或全称。" if found else "在您的管辖范围内没有找到这个工会，请核对。"
    raise Invalid("transfer.target", words, fields={"target": words})


# --- Claims
def claimable(request: Request) -> HttpResponseBase:
    """Members of online homes who work for the union's employer; those ticked are invited."""
    unit = unit_of(request, Permission.OFFER)
    bulk = Bulk(
        reverse("transfers:claim_offer"),
        (Deed("邀请转入", value="offer", primary=True),),
        "本人确认后会籍才会转入",
        hidden={"unit": unit.public_id},
    )
    read = partial(claim_reads.list_claimable, request.actor, unit)
    sent = Button("已发出的邀请", reverse(CLAIMS.page("list")) + "?view=open")
    return answer(lists.CLAIMABLE, request, read, note=unit.name, bulk=bulk, actions=[sent])


@require_POST
@once
def claim_offer(request: Request) -> HttpResponse:
    unit = unions.get_by_public_id(request.POST.get("unit", "")[:16])
    try:
        rows = claims.offer_claims(request.actor, unit, Ticked.of(request).pids, now=request.now)
    except Invalid as error:
        messages.warning(request, error.message)
        return redirect("transfers:claimable")
    found = [Outcome(row.name, not row.code, row.message) for row in rows]
    back = Button("查看进展", reverse(CLAIMS.page("list")) + "?view=open", primary=True)
    return outcomes(request, "邀请结果", found, back, counted="人")


# --- Founding by joining
def uncovered(request: Request) -> HttpResponseBase:
    """Employers without a union whose people are many in an online home."""
    unit = unit_of(request, Permission.FOUND)
    home = unit if unit.is_home else unions.home_of_region(unit.region)
    today = timezone.localdate(request.now)
    hint = int(parameters.value("claim.hint_members", on=today, region=unit.region))
    task = int(parameters.value("claim.founding_members", on=today, region=unit.region))
    if home is None:
        towns = town_links(unions.children(request.actor, unit.id, limit=200).rows)
        return render(request, "transfers/towns.html", {"unit": unit, "towns": towns})

    def read(_query: Query) -> Page[claim_reads.EmployerCount]:
        if not request.actor.may(Permission.FOUND, home.path):
            return Page([])
        return claim_reads.list_uncovered_employers(request.actor, home, hint=hint, task=task)

    empty = Empty(
        "还没有这样的单位", f"职工加入网上会员之家时填写的单位，达到 {hint} 人，或有职工希望建会，就出现在这里。"
    )
    extra = {"home": home, "hint": hint, "task": task}
    actions = [Button("建会任务", reverse(FOUNDING.page("list")))]
    return answer(
        lists.UNCOVERED, request, read, note=unit.name, actions=actions, empty=empty,
        template="transfers/uncovered.html", extra=extra,
    )  # fmt: skip


TOWNSHIP_LEVEL = 5


def town_links(below: Sequence[Any]) -> list[dict[str, str]]:
    """Where a unit has no online home of its own: the general unions under it, to go down to one that has."""
    return [
        {"label": union.name, "href": f"{reverse('transfers:uncovered')}?unit={union.public_id}"}
        for union in below
        if union.level <= TOWNSHIP_LEVEL
    ]


def transfer_case(view: TransferView, *, now: datetime) -> dict[str, Any]:
    row = view.transfer
    about = [
        {"label": "转出", "value": view.source.name},
        {"label": "转入", "value": view.target.name},
        {"label": "方式", "value": view.kind_label},
        {"label": "说明", "value": row.reason},
        {"label": "借调期满", "value": row.until.isoformat() if row.until else ""},
        {"label": "会费自", "value": f"{row.dues_from:%Y-%m-%d} 起" if row.dues_from else ""},
    ]
    return presenting.case_page(
        view.case, "审核转会", view.target.name, (presenting.person_facts(view.person), about), now
    )
