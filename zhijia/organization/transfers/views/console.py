"""For cadres: many members at once, whom a union may claim, employers without a union."""

from __future__ import annotations

from collections.abc import Sequence
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
from zhijia.foundation.ui.form import REFUSED
from zhijia.foundation.ui.listing import Bulk, Button, Deed, Empty, Outcome, Query, Ticked, answer, outcomes
from zhijia.kernel.errors import Invalid
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.organization.members.views.units import unit_of
from zhijia.organization.transfers.cases import batches, claims
from zhijia.organization.transfers.cases.claims import CLAIMS
from zhijia.organization.transfers.cases.founding import FOUNDING
from zhijia.organization.transfers.forms import BatchForm
from zhijia.organization.transfers.permissions import Permission
from zhijia.organization.transfers.rules import transfers as rules
from zhijia.organization.transfers.selectors import claims as claim_reads
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

from . import lists


# --- Many at once
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
                _batch, rows = batches.propose_batch(
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
