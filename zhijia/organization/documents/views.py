"""Made-up documents: what a batch is made of, one number to be lifted, and whoever holds one asking to be looked at."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhijia.foundation.accounts import services as accounts
from zhijia.foundation.casework import pages, selectors as cases
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission, sent
from zhijia.foundation.ui.listing import Query, answer
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.kernel.paging import write_place
from zhijia.organization.people import services as people_services
from zhijia.organization.unions import selectors as unions

from . import lists, selectors
from .cases import CHECKS, batches, checks
from .forms import BlacklistForm, LiftNumberForm
from .permissions import Permission


@once
def batch_new(request: Request) -> HttpResponse:
    """Propose a batch; another person decides."""
    request.actor.require_anywhere(Permission.DECIDE)
    form = BlacklistForm(*sent(request))
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        proposal = batches.Proposal(
            said["reason"],
            said["id_type"],
            said["numbers"],
            said["table"].file if said["table"] else None,
            [(file.name or "", file.file) for file in said["papers"]],
        )
        with submission:
            pid = batches.propose(request.actor, proposal, now=request.now)
            messages.success(request, "已提交，由另一位同事复核后生效。")
            return redirect("documents:review", pid=pid)
    response = render(request, "documents/new.html", {"form": form}, status=submission.status)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def numbers(request: Request, pid: str) -> HttpResponseBase:
    """All numbers of a batch, masked, and who holds such a document."""
    return answer(lists.NUMBERS, request, partial(selectors.list_numbers, request.actor, pid))


def _key(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


@once
def lift_number(request: Request, pid: str) -> HttpResponse:
    """One number of a batch was a mistake: asked here, decided by another person."""
    asked = _key(request.POST.get("number", "") or request.GET.get("number", ""))
    page = selectors.list_numbers(request.actor, pid, Query(after=write_place(asked - 1), limit=1))
    row = next((row for row in page.rows if row.entry.pk == asked and row.entry.in_force), None)
    if request.method != "POST" and row is None:
        raise NotFound
    form = LiftNumberForm(request.POST or None, initial={"number": asked})
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            case = checks.ask_lift_number(request.actor, pid, said["number"], note=said["note"], now=request.now)
            messages.success(request, "已提出解除，由另一位同事复核。")
            return redirect("documents:checks:review", pid=case)
    context = {"batch": pid, "row": row, "form": form}
    return render(request, "documents/number.html", context, status=submission.status)


@require_POST
@once
def mobile(request: Request, pid: str) -> HttpResponse:
    """The number to call, once; leaves a row."""
    one = cases.get_case(CHECKS, request.actor, pid)
    shown = checks.read_mobile(request.actor, pid, now=request.now)
    response = pages.review_page(CHECKS, request, one, mobile=shown, why_none="约定核对后，回到这一件办理。")
    response["Cache-Control"] = "no-store"
    return response


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
    case = checks.ask_check(request.actor, identity, mobile=accounts.verified_mobile(request), now=request.now)
    if request.actor.person_id is not None:
        return redirect("documents:checks:case", pid=case)
    return render(request, "documents/check_asked.html", {"home": reverse("portal:home")})
