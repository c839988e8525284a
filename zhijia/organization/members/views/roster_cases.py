"""Refused rows that wait in an inbox, and full exports that somebody else decides."""

from __future__ import annotations

import tempfile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.jobs import presenting, selectors as jobs
from zhijia.foundation.ui import rosters as frame
from zhijia.foundation.workflow import presenting as shapes, selectors as cases, services as workflow
from zhijia.kernel.errors import Duplicate, Expired, Invalid, RuleBroken, WrongState
from zhijia.kernel.http import Request
from zhijia.organization.members.forms import NotingForm
from zhijia.organization.members.permissions import Permission
from zhijia.organization.members.rules import rosters as rules
from zhijia.organization.members.selectors import rosters as selectors
from zhijia.organization.members.services.rosters import conflicts, exporting
from zhijia.organization.unions import selectors as unions

from .rosters import unit_for, units_for

_SHOWN = ("name", "id_number", "mobile", "union_code", "union_name", "employer_code", "employer_name", "joined_on")
_DONE = {"added": "已登记为会员。", "bound": "已登记为会员。", "same": "这位职工已经是本工会会员，本件办结。"}


@once
def conflict(request: Request, pid: str) -> HttpResponse:
    """One refused row: what is wrong with it, and the moves that settle it."""
    found = selectors.get_conflict(request.actor, pid)
    wrong: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            words = _settle(request, pid)
        except (Invalid, RuleBroken, Duplicate, Expired) as error:
            wrong, status = dict(error.fields) or {"": error.message}, error.status
        except WrongState as error:
            messages.error(request, error.message)
            return redirect("members:conflict", pid=pid)
        else:
            messages.success(request, words)
            return redirect("members:conflict", pid=pid)
    moves = {move.name: move for move in workflow.allowed_moves(found.case, request.actor)}
    texts = conflicts.read_row(request.actor, pid, now=request.now) if "mend" in moves else {}
    employer = texts.get("employer_name", "").strip()
    context = {
        "item": found,
        "described": cases.describe(found.case),
        "moves": moves,
        "mending": found.kind in ("data", "employer"),
        "faults": [{"label": rules.LABELS.get(c, c), "reason": reason} for c, _, reason in found.faults],
        "fields": [
            {
                "name": name,
                "label": rules.LABELS[name],
                "value": request.POST.get(name, texts.get(name, ""))[:120],
                "error": wrong.get(name, ""),
                "needed": name in rules.REQUIRED,
            }
            for name in rules.LABELS
            if name in texts or name in _SHOWN or name in wrong
        ],
        "wrong": list(wrong.values()),
        "employers": unions.search_employers(employer[:20], region_prefix=found.union.region[:6]) if employer else [],
        "entries": shapes.entries(cases.timeline(found.case)),
        "due": cases.due_words(found.case.due_at, now=request.now)[1],
    }
    return render(request, "members/conflict.html", context, status=status)


def _settle(request: Request, pid: str) -> str:
    """The move asked for; returns what to say."""
    asked = request.POST.get("move", "")
    if asked == "offer":
        conflicts.offer_transfer(request.actor, pid, now=request.now)
        return "已为他开好转会，等待本人确认；转入后本件自动办结。"
    if asked == "dismiss":
        conflicts.dismiss(request.actor, pid, note=request.POST.get("note", "")[:201], now=request.now)
        return "已记下，不再处理。"
    changes = {name: request.POST[name][:200] for name in rules.LABELS if name in request.POST}
    employer = request.POST.get("employer", "")[:16] if asked == "match" else ""
    if asked == "match":
        changes = {}
        if not employer:
            raise Invalid("employer.unnamed", "请选择单位。", fields={"employer": "请在列表中选择单位。"})
    outcome = conflicts.settle(request.actor, pid, changes, employer=employer, now=request.now)
    return _DONE.get(outcome.value, "更正后的号码是其他工会的会员，可以邀请本人转会。")


# --- Exports --------------------------------------------------------------------------------------------------------
@once
def export(request: Request) -> HttpResponseBase:
    """Masked at once, or full numbers with a reason."""
    request.actor.require_anywhere(Permission.EXPORT)
    unit = unit_for(request, Permission.EXPORT)
    wrong: dict[str, str] = {}
    status = 200
    form = request.POST.get("format", "")[:8]
    if request.method == "POST":
        try:
            if request.POST.get("numbers") == "whole":
                reason = request.POST.get("reason", "")[:201]
                case = exporting.ask_whole(request.actor, unit, reason=reason, form=form, now=request.now)
                messages.success(request, "申请已提交，由另一位同事复核，同意后开始准备文件。")
                return redirect("members:export_case", pid=case)
            exporting.record_masked(request.actor, unit, form, now=request.now)
            return _masked(unit, form, request)
        except (Invalid, RuleBroken, Duplicate) as error:
            wrong, status = dict(error.fields) or {"": error.message}, error.status
    context = {
        "unit": unit,
        "units": units_for(request, Permission.EXPORT),
        "wrong": wrong,
        "reason": request.POST.get("reason", ""),
        "whole": request.POST.get("numbers") == "whole",
        "most": exporting.most_whole(request.now),
        "most_in_a_book": exporting.MOST_IN_A_BOOK,
        "exports": [
            {
                "href": reverse("members:export_case", args=[row.case.public_id]),
                "unit": row.unit.name,
                "reason": row.reason,
                "at": row.case.opened_at,
                **{key: cases.describe(row.case)[key] for key in ("label", "hue")},
            }
            for row in selectors.list_exports(request.actor)
        ],
    }
    return render(request, "members/export.html", context, status=status)


def _masked(unit: Any, form: str, request: Request) -> HttpResponseBase:
    name = f"{unit.name[:40]}-会员名册-{timezone.localdate(request.now):%Y%m%d}.{form}"
    if form == "csv":
        return frame.named(StreamingHttpResponse(exporting.masked_csv(unit), content_type=frame.CSV), name)
    out = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    exporting.masked_xlsx(unit, out)
    out.seek(0)
    return frame.named(FileResponse(out, content_type=frame.XLSX), name)


@once
def export_case(request: Request, pid: str) -> HttpResponse:
    """A wish for full numbers: decided by somebody else, fetched by its maker."""
    found = selectors.get_export(request.actor, pid)
    form = NotingForm(request.POST or None)
    status = 200
    if request.method == "POST":
        try:
            _decide_export(request, pid)
        except (Invalid, RuleBroken) as error:
            form.is_valid()
            form.take(error)
            status = error.status
        except WrongState as error:
            messages.error(request, error.message)
            return redirect("members:export_case", pid=pid)
        else:
            return redirect("members:export_case", pid=pid)
    own = found.person_id == request.actor.person_id
    job = jobs.find_by_public_id(found.job) if found.job and own else None
    living = job is not None and job.state in {"queued", "running", "failed", "cancelled"}
    context = {
        "export": found,
        "unit": found.unit,
        "described": cases.describe(found.case),
        "moves": {move.name: move for move in workflow.allowed_moves(found.case, request.actor)},
        "form": form,
        "own": own,
        "job": presenting.progress(job, now=request.now) if job is not None and living else None,
        "entries": shapes.entries(cases.timeline(found.case)),
        "due": cases.due_words(found.case.due_at, now=request.now)[1],
        "ready": bool(found.file) and own,
    }
    return render(request, "members/export_case.html", context, status=status)


def _decide_export(request: Request, pid: str) -> None:
    asked = request.POST.get("move", "")
    if asked == "withdraw":
        exporting.withdraw_whole(request.actor, pid, now=request.now)
        messages.info(request, "申请已撤回。")
        return
    exporting.decide_whole(
        request.actor, pid, allow=asked == "allow", note=request.POST.get("note", "")[:201], now=request.now
    )
    messages.success(
        request, "已同意，文件准备好后申请人可以下载。" if asked == "allow" else "已退回，申请人会看到原因。"
    )


@require_safe
def export_of_job(request: Request, public_id: str) -> HttpResponse:
    """From a finished job to its case."""
    export = selectors.get_export_of_job(request.actor, public_id)
    return redirect("members:export_case", pid=export.case.public_id)
