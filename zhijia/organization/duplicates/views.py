"""For cadres: two files of one person merged and parted, names and numbers corrected."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission, sent
from zhijia.foundation.ui.listing import answer
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.duplicates import lists, presenting, selectors as reads
from zhijia.organization.duplicates.forms import CorrectionForm, MergeForm
from zhijia.organization.duplicates.permissions import Permission
from zhijia.organization.duplicates.services import corrections, merging as duplicates
from zhijia.organization.members import selectors
from zhijia.organization.members.forms import CaseDecisionForm


def duplicate_list(request: Request) -> HttpResponseBase:
    """What the nightly look found and nobody has settled."""
    request.actor.require_anywhere(Permission.MERGE_ASK)
    return answer(lists.HINTS, request, partial(reads.list_hints, request.actor))


@require_POST
@once
def dismiss(request: Request) -> HttpResponse:
    """They are two different people."""
    text = request.POST.get("hint", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound
    duplicates.dismiss_hint(request.actor, int(text), now=request.now)
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
            case = duplicates.ask_merge(request.actor, keep, gone, reason=form.cleaned_data["reason"], now=request.now)
            messages.success(request, "已提出合并，由另一位同事复核。")
            return redirect("duplicates:merge", pid=case.public_id)
    context = {
        "form": form,
        "columns": [presenting.side_facts(side) for side in sides],
        "hint": reads.find_hint_between(sides[0].person.id, sides[1].person.id),
    }
    return render(request, "duplicates/compare.html", context, status=submission.status)


@once
def merge(request: Request, pid: str) -> HttpResponse:
    """A merger: decided by a second person, undone within thirty days by two."""
    view = reads.get_merge(request.actor, pid)
    allowed = [move for move in workflow.allowed_moves(view.case, request.actor) if move.name != "take_back"]
    own = any(move.name == "take_back" for move in workflow.allowed_moves(view.case, request.actor))
    form = CaseDecisionForm(
        request.POST or None,
        moves=[(move.name, move.button) for move in allowed],
        initial={"version": view.case.version},
    )
    if "take_back" in request.POST:
        duplicates.take_back_merge(request.actor, pid, now=request.now)
        messages.success(request, "已撤回。")
        return redirect("duplicates:merge", pid=pid)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            _decide(request, pid, form.cleaned_data)
            messages.success(request, "已办理。")
            return redirect("duplicates:merge", pid=pid)
    context = presenting.merge_case(view, now=request.now)
    if allowed:
        context["decision"] = {"action": "", "title": "办理意见", "form": form, "submit": "提交", "note": ""}
    elif own:
        context["plain_action"] = {"label": "撤回"}
        context["why_none"] = "等待另一位同事复核。"
    return render(request, "members/case_review.html", context, status=submission.status)


def _decide(request: Request, pid: str, said: dict[str, Any]) -> None:
    decision, note, now = said["decision"], said["note"], request.now
    if decision in ("merge", "refuse"):
        agree = decision == "merge"
        duplicates.decide_merge(request.actor, pid, agree=agree, note=note, now=now, version=said["version"])
    elif decision == "ask_undo":
        duplicates.ask_undo(request.actor, pid, note=note, now=now)
    else:
        duplicates.decide_undo(request.actor, pid, agree=decision == "undo", note=note, now=now)


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
