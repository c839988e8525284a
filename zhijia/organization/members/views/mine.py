"""A member's own membership: where it is, moving it, keeping it, giving it up, and answering an invitation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.ui.form import Submission, sent
from zhijia.foundation.workflow import presenting as shapes, selectors as cases, services as workflow
from zhijia.kernel.errors import Expired, NotFound, RuleBroken
from zhijia.kernel.http import Request
from zhijia.organization.members import presenting, selectors
from zhijia.organization.members.forms import ChangeForm, NoteForm, TransferForm
from zhijia.organization.members.rules import changes as change_rules
from zhijia.organization.members.selectors import changes as change_reads, claims as claim_reads, transfers as reads
from zhijia.organization.members.services import changes, claims, transfers
from zhijia.organization.unions import selectors as unions

from . import phone

SHOWN = 20
"""Unions that a search lists."""


def mine(request: Request) -> HttpResponse:
    """Where my membership is, what I can do with it, and what became of it so far."""
    person_id = request.actor.require_person()
    stay = selectors.open_stay(person_id)
    stays, happened = change_reads.timeline(person_id)
    context: dict[str, Any] = {"stays": stays, "happened": phone.happened(happened), "stay": stay}
    if stay is None:
        context["standing"] = selectors.standing(request.actor, now=request.now)
    if stay is not None:
        context |= {
            "union": unions.get_facts(stay.union_id),
            "facts": presenting.stay_facts(stay),
            "rows": phone.things_to_do(stay, transfer=reads.open_transfer(person_id)),
            "waiting": presenting.waiting_rows(
                reads.open_transfer(person_id), change_reads.open_change(person_id), claim_reads.open_offer(person_id)
            ),
            "retirement": phone.retirement_words(change_reads.own_retirement(person_id)),
        }
    return render(request, "members/mine.html", context)


# --- Transfer
def transfer(request: Request) -> HttpResponse:
    """Find the union to go to: by name, pinyin or code; or scan its code."""
    person_id = request.actor.require_person()
    stay = selectors.open_stay(person_id)
    under_way = reads.open_transfer(person_id)
    if under_way is not None and under_way.state != "INVITED":
        return presenting.see_progress(request, "转会", reverse("members:my_transfer", args=[under_way.public_id]))
    text = request.GET.get("q", "")[:40]
    found = unions.search_public(text, types=unions.JOINABLE, limit=SHOWN + 1) if text.strip() else []
    places = regions.places_of(union.region for union in found)
    context = {
        "stay": stay,
        "standing": selectors.standing(request.actor, now=request.now) if stay is None else None,
        "more": len(found) > SHOWN,
        "most": SHOWN,
        "union": unions.get_facts(stay.union_id) if stay else None,
        "q": text,
        "rows": [
            {
                "title": union.name,
                "detail": places[union.region],
                "note": union.type_label,
                "href": reverse("members:transfer_to", args=[union.code]),
                "icon": "building",
            }
            for union in found[:SHOWN]
            if stay is None or union.id != stay.union_id
        ],
    }
    return render(request, "members/transfer.html", context)


@once
def transfer_to(request: Request, code: str) -> HttpResponse:
    """From, to, and one button: the transfer. What else may be said is folded away."""
    union = unions.get_by_code(code)
    stay = selectors.open_stay(request.actor.require_person())
    if stay is None:
        return redirect("members:landing", code=union.code)
    if stay.union_id == union.id:
        return redirect("members:mine")
    present = unions.get_facts(stay.union_id)
    places = regions.places_of((present.region, union.region))
    form = TransferForm(request.POST or None)
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            case = transfers.request_transfer(
                request.actor, union.id, reason=said["reason"], until=said["until"], now=request.now
            )
            messages.success(request, f"已提交，等待{union.name}审核。")
            return redirect("members:my_transfer", pid=case.public_id)
        if open_one := shapes.own_open(request.actor, submission.refused):
            return presenting.see_progress(request, "转会", open_one)
    context = {
        "form": form,
        "left": {"label": "现在的工会", "name": present.name, "place": places[present.region]},
        "right": {"label": "转入的工会", "name": union.name, "place": places[union.region]},
        "union": union,
        "then": phone.transfer_consequences(),
        "said_more": bool(form.is_bound and (form.errors or form["until"].value())),
    }
    return render(request, "members/transfer_confirm.html", context, status=submission.status)


@once
def my_transfer(request: Request, pid: str) -> HttpResponse:
    """A transfer under way; where it is an invitation, the tap that confirms it or not."""
    view = reads.own_transfer(request.actor, pid)
    if request.method == "POST":
        try:
            if request.POST.get("answer") == "confirm":
                transfers.confirm_transfer(request.actor, pid, now=request.now)
                messages.success(request, f"已确认，等待{view.target.name}审核。")
            else:
                transfers.cancel_transfer(request.actor, pid, now=request.now)
                messages.success(request, "好的，会籍不变。")
        except (RuleBroken, Expired) as error:
            messages.error(request, error.message)
        return redirect("members:my_transfer", pid=pid)
    return render(request, "members/my_case.html", phone.transfer_page(view, request.actor))


@once
def cancel_transfer(request: Request, pid: str) -> HttpResponse:
    view = reads.own_transfer(request.actor, pid)
    if request.method == "POST":
        transfers.cancel_transfer(request.actor, pid, now=request.now)
        messages.success(request, "已取消，会籍仍在原工会。")
        return redirect("members:my_transfer", pid=pid)
    return render(request, "members/confirm.html", phone.cancel_page(view))


@once
def return_home(request: Request, pid: str) -> HttpResponse:
    view = reads.own_transfer(request.actor, pid)
    if request.method == "POST":
        transfers.return_home(request.actor, pid, now=request.now)
        messages.success(request, f"会籍已转回{view.source.name}。")
        return redirect("members:mine")
    return render(request, "members/confirm.html", phone.return_page(view))


# --- Changes
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
            return redirect("members:my_change", pid=case.public_id)
        if open_one := shapes.own_open(request.actor, submission.refused):
            return presenting.see_progress(request, "会籍变更", open_one)
    context = {
        "kind": kind,
        "title": f"申请{change_rules.KINDS[kind]}",
        "form": form,
        "then": phone.change_consequences(kind),
        "submit": "确认退会" if kind == change_rules.Kind.WITHDRAW else "提交申请",
    }
    return render(request, "members/change_new.html", context, status=submission.status)


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
    return render(request, "members/my_case.html", phone.change_page(view, moves, appeal_until=until))


@once
def take_back_change(request: Request, pid: str) -> HttpResponse:
    view = change_reads.own_change(request.actor, pid)
    if request.method == "POST":
        changes.take_back(request.actor, pid, now=request.now)
        messages.success(request, "已撤回，会籍不变。")
        return redirect("members:my_change", pid=pid)
    return render(request, "members/confirm.html", phone.take_back_page(view))


@once
def appeal_change(request: Request, pid: str) -> HttpResponse:
    view = change_reads.own_change(request.actor, pid)
    form = NoteForm(request.POST or None)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            changes.appeal(request.actor, pid, note=form.cleaned_data["note"], now=request.now)
            messages.success(request, "申诉已提交，由上级工会办理。")
            return redirect("members:my_change", pid=pid)
    return render(request, "members/confirm.html", {**phone.appeal_page(view), "form": form}, status=submission.status)


# --- Claims
@once
def my_claim(request: Request, pid: str) -> HttpResponse:
    """An invitation of the own employer's union: yes or no."""
    view = claim_reads.own_offer(request.actor, pid)
    if request.method == "POST":
        if request.POST.get("answer") == "confirm":
            claims.confirm_claim(request.actor, pid, now=request.now)
            messages.success(request, f"会籍已转入{view.union.name}。")
        else:
            claims.decline_claim(request.actor, pid, now=request.now)
            messages.success(request, "好的，会籍不变。")
        return redirect("members:my_claim", pid=pid)
    moves = {move.name for move in workflow.allowed_moves(view.case, request.actor)}
    return render(request, "members/my_case.html", phone.claim_page(view, moves))
