"""Made-up documents: batches listed and lifted by two persons, and whoever holds one asking to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhijia.foundation.accounts import services as accounts
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission, sent
from zhijia.foundation.ui.listing import Button, answer
from zhijia.foundation.workflow import presenting, services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.kernel.paging import write_place
from zhijia.organization.documents import lists, presenting as listing, selectors as reads, services as blacklist
from zhijia.organization.documents.forms import BlacklistForm, LiftNumberForm
from zhijia.organization.members.forms import CaseDecisionForm
from zhijia.organization.people import services as people_services
from zhijia.organization.unions import selectors as unions

from .permissions import Permission


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


@require_safe
def batch_list(request: Request) -> HttpResponseBase:
    """Batches of the actor's units, newest first."""
    propose = Button("提出一批", reverse("documents:new"), primary=True)
    return answer(lists.BATCHES, request, partial(reads.list_batches, request.actor), actions=[propose])


@once
def batch_new(request: Request) -> HttpResponse:
    """Propose a batch; another person decides."""
    request.actor.require_anywhere(Permission.DECIDE)
    form = BlacklistForm(*sent(request))
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        proposal = blacklist.Proposal(
            said["reason"],
            said["id_type"],
            said["numbers"],
            said["table"].file if said["table"] else None,
            [(file.name or "", file.file) for file in said["papers"]],
        )
        with submission:
            pid = blacklist.propose(request.actor, proposal, now=request.now)
            messages.success(request, "已提交，由另一位同事复核后生效。")
            return redirect("documents:batch", pid=pid)
    response = render(request, "documents/new.html", {"form": form}, status=submission.status)
    response["Cache-Control"] = "no-store"
    return response


def _decision(
    request: Request, case: Case, title: str, decide: Callable[[dict[str, Any]], None]
) -> tuple[CaseDecisionForm | None, bool, int]:
    """The form of what the actor may do with a case, whether it was done, and the answer's status."""
    allowed = workflow.allowed_moves(case, request.actor)
    form = CaseDecisionForm(
        request.POST or None,
        moves=[(move.name, move.button) for move in allowed],
        initial={"version": case.version},
    )
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            decide(form.cleaned_data)
            messages.success(request, f"{title}已办理。")
            return form, True, 200
    return (form if allowed or request.method == "POST" else None), False, submission.status


@once
def batch(request: Request, pid: str) -> HttpResponse:
    """One batch: its numbers, masked, who holds such a document, and what may be done with it."""
    view = reads.get_batch(request.actor, pid, after=request.GET.get("after", ""))

    def decide(said: dict[str, Any]) -> None:
        decision, note, version = said["decision"], said["note"], said["version"]
        if decision == "withdraw":
            blacklist.withdraw(request.actor, pid, now=request.now)
        elif decision == "ask_lift":
            blacklist.ask_lift(request.actor, pid, note=note, now=request.now)
        elif decision in ("agree", "refuse"):
            agree = decision == "agree"
            blacklist.decide(request.actor, pid, agree=agree, note=note, now=request.now, version=version)
        else:
            agree = decision == "lift"
            blacklist.decide_lift(request.actor, pid, agree=agree, note=note, now=request.now, version=version)

    form, done, status = _decision(request, view.case, "名单", decide)
    if done:
        return redirect("documents:batch", pid=pid)
    context = listing.batch_page(view, form, now=request.now)
    context["checks"] = [presenting.two_persons(view.case, request.actor)] if view.case.closed_at is None else []
    return render(request, "documents/batch.html", context, status=status)


@once
def lift_number(request: Request, pid: str) -> HttpResponse:
    """One number of a batch was a mistake: asked here, decided by another person."""
    view = reads.get_batch(request.actor, pid, after=write_place(_key(request.GET.get("number", "")) - 1))
    asked = _key(request.POST.get("number", "") or request.GET.get("number", ""))
    row = next((row for row in view.numbers.rows if row.entry.pk == asked and row.entry.in_force), None)
    if request.method != "POST" and row is None:
        raise NotFound
    form = LiftNumberForm(request.POST or None, initial={"number": asked})
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            case = blacklist.ask_lift_number(request.actor, pid, said["number"], note=said["note"], now=request.now)
            messages.success(request, "已提出解除，由另一位同事复核。")
            return redirect("documents:check", pid=case)
    context = {"view": view, "row": row, "form": form}
    return render(request, "documents/number.html", context, status=submission.status)


@once
def check(request: Request, pid: str) -> HttpResponse:
    """One number looked at again; `reveal` shows the number to call, once, and leaves a row."""
    view = reads.get_check(request.actor, pid)
    if request.method == "POST" and "reveal" in request.POST:
        mobile = blacklist.read_mobile(request.actor, pid, now=request.now)
        page = listing.check_page(view, None, now=request.now, mobile=mobile)
        response = render(request, "members/case_review.html", page)
        response["Cache-Control"] = "no-store"
        return response

    def decide(said: dict[str, Any]) -> None:
        blacklist.decide_check(
            request.actor, pid, said["decision"], note=said["note"], now=request.now, version=said["version"]
        )

    form, done, status = _decision(request, view.case, "证件核对", decide)
    if done:
        return redirect("documents:check", pid=pid)
    return render(request, "members/case_review.html", listing.check_page(view, form, now=request.now), status=status)


# --- On the phone
@once
@require_POST
def ask_check(request: Request, code: str = "") -> HttpResponse:
    """Ask the union that listed the document to look at it."""
    if code:
        unions.get_by_code(code)
    identity = None
    if request.actor.person_id is None:
        identity = people_services.read_identity(
            request.POST.get("name", "")[:60],
            request.POST.get("id_type", "")[:20],
            request.POST.get("id_number", "")[:40],
            today=timezone.localdate(request.now),
        )
    case = blacklist.ask_check(request.actor, identity, mobile=accounts.verified_mobile(request), now=request.now)
    if request.actor.person_id is not None:
        return redirect("documents:my_check", pid=case)
    return render(request, "documents/check_asked.html", {"home": reverse("portal:home")})


@require_safe
def my_check(request: Request, pid: str) -> HttpResponse:
    """What became of it."""
    return render(request, "members/my_case.html", listing.own_check_page(reads.own_check(request.actor, pid)))
