"""For cadres: two files of one person merged and parted, names and numbers corrected."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhijia.foundation.casework import services as casework
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission, sent
from zhijia.foundation.ui.listing import Button, answer
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.duplicates import lists, presenting, selectors as reads
from zhijia.organization.duplicates.cases import MERGES
from zhijia.organization.duplicates.forms import CorrectionForm, MergeForm
from zhijia.organization.duplicates.permissions import Permission
from zhijia.organization.duplicates.services import corrections, hints
from zhijia.organization.members import selectors


def duplicate_list(request: Request) -> HttpResponseBase:
    """What the nightly look found and nobody has settled."""
    request.actor.require_anywhere(Permission.MERGE_ASK)
    merges = Button("档案合并", reverse("duplicates:merges:list"))
    return answer(lists.HINTS, request, partial(reads.list_hints, request.actor), actions=[merges])


@require_POST
@once
def dismiss(request: Request) -> HttpResponse:
    """They are two different people."""
    text = request.POST.get("hint", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound
    hints.dismiss_hint(request.actor, int(text), now=request.now)
    messages.success(request, "已标记为不同的人，不再提示。")
    return redirect("duplicates:list")


@once
def compare(request: Request, pid: str, other: str) -> HttpResponse:
    """Two files side by side, and the proposal to merge them."""
    sides = [reads.get_side(request.actor, key) for key in (pid, other)]
    if sides[0].person.id == sides[1].person.id:
        raise NotFound
    form = MergeForm(
        request.POST or None,
        sides=[
            (side.person.public_id, f"第 {n} 份 · {presenting.side_words(side)}") for n, side in enumerate(sides, 1)
        ],
    )
    submission = Submission(request, form)
    if submission.is_right:
        keep = form.cleaned_data["keep"]
        gone = other if keep == pid else pid
        with submission:
            given = {"survivor": keep, "duplicate": gone, "reason": form.cleaned_data["reason"]}
            case = casework.open_case(MERGES, request.actor, given, now=request.now)
            messages.success(request, "已提出合并，由另一位同事复核。")
            return redirect("duplicates:merges:review", pid=case)
    context = {
        "form": form,
        "sides": presenting.beside(sides),
        "heads": ("第 1 份", "第 2 份"),
        "hint": reads.find_hint_between(sides[0].person.id, sides[1].person.id),
    }
    return render(request, "duplicates/compare.html", context, status=submission.status)


@once
def correct(request: Request, pid: str) -> HttpResponse:
    """Name, document or mobile of a member, with a paper; the authority is asked again and he is told."""
    member = selectors.get_member(request.actor, pid)
    request.actor.require(Permission.CORRECT, member.union.path)
    form = CorrectionForm(*sent(request), initial={"name": member.person.name, "id_type": member.person.id_type})
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        correction = corrections.Correction(
            said["name"],
            said["id_type"],
            said["id_number"],
            said["mobile"],
            said["reason"],
            [(file.name or "", file.file) for file in said["papers"]],
        )
        with submission:
            corrections.correct_member(request.actor, pid, correction, now=request.now)
            messages.success(request, "已更正，本人会收到通知。")
            return redirect("members:file", pid=pid)
    return render(request, "duplicates/correct.html", {"member": member, "form": form}, status=submission.status)
