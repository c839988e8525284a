"""Refused rows that wait in an inbox, and full exports that somebody else decides."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.workflow import presenting as shapes, selectors as cases, services as workflow
from zhijia.kernel.errors import Duplicate, Expired, Invalid, RuleBroken, WrongState
from zhijia.kernel.http import Request
from zhijia.organization.rosters import selectors
from zhijia.organization.rosters.rules import rows as rules
from zhijia.organization.rosters.services import conflicts
from zhijia.organization.unions import selectors as unions

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
            return redirect("rosters:conflict", pid=pid)
        else:
            messages.success(request, words)
            return redirect("rosters:conflict", pid=pid)
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
    return render(request, "rosters/conflict.html", context, status=status)


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
