"""For cadres: the queue and its decisions."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhijia.foundation.casework import pages, selectors as casework
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.ui.listing import NOTHING, Bulk, Button, Deed, Outcome, Query, Ticked, answer, outcomes, show
from zhijia.foundation.workflow import presenting as shapes, selectors as cases, services as workflow
from zhijia.kernel.errors import Invalid
from zhijia.kernel.http import Request
from zhijia.organization.joining import rules, selectors
from zhijia.organization.joining.cases import DISPUTES, read_mobiles
from zhijia.organization.joining.forms import DecisionForm
from zhijia.organization.joining.permissions import Permission
from zhijia.organization.joining.services import applications
from zhijia.organization.unions import selectors as unions

from . import lists, tables

_DECIDED_IN = (selectors.MINE, "WAITING")
QUEUE_BAR = (
    Deed("通过", value="approve", primary=True),
    Deed("要求补充", value="ask", needs="note"),
    Deed("不通过", value="reject", needs="reason"),
)


def queue(request: Request) -> HttpResponseBase:
    """Applications that wait in the actor's scope; several may be decided at once."""
    request.actor.require_anywhere(Permission.DECIDE)
    query = lists.QUEUE.query(request)
    if query.view not in _DECIDED_IN or request.GET.get("form"):
        return answer(lists.QUEUE, request, partial(selectors.list_queue, request.actor))
    try:
        return _waiting(request, query)
    except Invalid:  # a place that no page has
        return redirect("joining:queue")


def _waiting(
    request: Request, query: Query, ticked: Ticked = NOTHING, *, problem: str = "", question: str = "",
    flagged: int = 0, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """What waits; after a refusal with the ticks and words as they were."""
    page = selectors.list_queue(request.actor, query)
    waiting = cases.waiting(request.actor, rules.JOIN.code, now=request.now)
    first = reverse("joining:review", args=[waiting.first]) if waiting.first else ""
    begin = [Button("从第一件办起", first, primary=True)] if first else []
    bulk = Bulk(
        f"{reverse('joining:decide_batch')}{query.address()}", QUEUE_BAR,
        reasons=rules.REJECT_REASONS, says="说明，申请人会看到", problem=problem, question=question, flagged=flagged,
    )  # fmt: skip
    return show(
        lists.QUEUE, request, query, page, actions=begin, ticked=ticked, status=status, note=waiting.words or None,
        counts={selectors.MINE: waiting.count},
        bulk=bulk if any(row.his for row in page.rows) else None,
    )  # fmt: skip


def decide_batch(request: Request) -> HttpResponse:
    """The same decision on the ticked rows; the answer says what became of each.

    What still waits at unions below, and what is passed without all checks, only after he has agreed to their number.
    """
    if request.method != "POST":
        return redirect("joining:queue")
    request.actor.require_anywhere(Permission.DECIDE)
    said = Ticked.of(request)
    if not said.pids:
        messages.warning(request, "请先勾选要办理的申请。")
        return redirect("joining:queue")
    known = selectors.list_applications(request.actor, said.pids)
    below = sum(row.below for row in known.values())
    unsure = sum(not row.below and not row.all_passed for row in known.values()) if said.do == "approve" else 0
    query = lists.QUEUE.query(request)
    if not said.agrees(below + unsure):
        words = [f"{below} 件还在下级工会办理，由本级办理后下级工会不再办理"] if below else []
        words += [f"{unsure} 件自动核对没有全部通过"] if unsure else []
        question = f"勾选的 {len(said.pids)} 件中，有 {'；有 '.join(words)}。"
        return _waiting(request, query, said, question=question, flagged=below + unsure, status=422)
    try:
        results = applications.decide_many(
            request.actor, said.pids, decision=said.do, reason=said.reason, note=said.note, now=request.now
        )
    except Invalid as error:
        return _waiting(request, query, said, problem=error.message, status=422)
    found = [
        Outcome(known[row.public_id].person.masked_name, not row.code, row.message,
                reverse("joining:review", args=[row.public_id]))
        if row.public_id in known else Outcome("", not row.code, row.message)
        for row in results
    ]  # fmt: skip
    back = Button("回到入会审批", reverse("joining:queue"), primary=True)
    return outcomes(request, "批量办理结果", found, back, counted="件")


@once
def review(request: Request, pid: str) -> HttpResponse:
    """One application: what it says, what the rules say, and the decision; then the next one."""
    form = DecisionForm(request.POST or None)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            _decide(request, pid, form.cleaned_data)
            return _go_on(request, cases.find_next(request.actor, rules.JOIN, Permission.DECIDE, besides=pid))
    application = selectors.get_application(request.actor, pid)
    form.initial["version"] = application.case.version
    form.fit(application.case.state)
    context = {
        "item": application,
        "form": form,
        "moves": {move.name: move for move in workflow.allowed_moves(application.case, request.actor)},
        "described": cases.describe(application.case),
        "due": cases.due_words(application.case.due_at, now=request.now)[1],
        "below": application.below,
        "queue": {
            "label": "待审队列",
            "cases": tables.queue_items(
                selectors.list_queue(request.actor, Query(view=selectors.MINE, limit=20)).rows, pid, now=request.now
            ),
            "more": {"href": reverse("joining:queue"), "label": "全部申请"},
        },
        "columns": tables.case_facts(application),
        "checks": tables.checks(application),
        "entries": shapes.entries(cases.timeline(application.case)),
        "employers": _candidates(application),
    }
    return render(request, "joining/review.html", context, status=submission.status)


def _candidates(application: selectors.Application) -> list[Any]:
    text = application.application.employer_text
    if application.application.employer_id or not text:
        return []
    return unions.search_employers(text[:20], region_prefix=application.union.region[:6])


def _decide(request: Request, pid: str, said: dict[str, Any]) -> None:
    version = said.get("version")
    if said["decision"] == "approve":
        applications.approve(request.actor, pid, now=request.now, version=version)
        messages.success(request, "已通过，会员卡已发给申请人。")
    elif said["decision"] == "reject":
        applications.reject(
            request.actor, pid, reason=said["reason"], note=said["note"], now=request.now, version=version
        )
        messages.success(request, "已退回，申请人会看到原因。")
    else:
        applications.ask(request.actor, pid, note=said["note"], now=request.now, version=version)
        messages.success(request, "已请申请人补充。")


def _go_on(request: Request, following: str) -> HttpResponse:
    if following:
        return redirect("joining:review", pid=following)
    messages.info(request, "等待审核的申请都办完了。")
    return redirect("joining:queue")


@once
def match_employer(request: Request, pid: str) -> HttpResponse:
    """Say which recorded employer the applicant's words mean."""
    if request.method == "POST":
        applications.match_employer(request.actor, pid, request.POST.get("employer", "")[:16], now=request.now)
        messages.success(request, "已对应用人单位。")
    return redirect("joining:review", pid=pid)


@require_POST
def mobiles(request: Request, pid: str) -> HttpResponse:
    """The numbers to call about a disputed account, once; leaves a row. Not `once`: no answer with them is kept."""
    one = casework.get_case(DISPUTES, request.actor, pid)
    shown = read_mobiles(request.actor, pid, now=request.now)
    response = pages.review_page(DISPUTES, request, one, mobiles=shown, why_none="核实后，回到这一件办理。")
    response["Cache-Control"] = "no-store"
    return response
