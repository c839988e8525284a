"""For cadres: the queue and its decisions, the member list, the file, binding disputes."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.ui.listing import NOTHING, Bulk, Button, Deed, Outcome, Query, Ticked, answer, outcomes, show
from zhijia.foundation.workflow import presenting as shapes, selectors as cases, services as workflow
from zhijia.kernel.errors import Invalid
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry
from zhijia.organization.members import rules, selectors
from zhijia.organization.members.forms import DecisionForm, DisputeForm
from zhijia.organization.members.permissions import Permission
from zhijia.organization.members.services import binding, joining
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

from . import lists, tables
from .units import unit_of

QUEUE_BAR = (
    Deed("通过", value="approve", primary=True),
    Deed("要求补充", value="ask", needs="note"),
    Deed("不通过", value="reject", needs="reason"),
)


def queue(request: Request) -> HttpResponseBase:
    """Applications that wait in the actor's scope; several may be decided at once."""
    request.actor.require_anywhere(Permission.JOIN_DECIDE)
    query = lists.QUEUE.query(request)
    if query.view != lists.QUEUE.views[0].code or request.GET.get("form"):
        return answer(lists.QUEUE, request, partial(selectors.list_queue, request.actor))
    try:
        return _waiting(request, query)
    except Invalid:  # a place that no page has
        return redirect("members:queue")


def _waiting(
    request: Request, query: Query, ticked: Ticked = NOTHING, *, problem: str = "", question: str = "",
    flagged: int = 0, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """What waits; after a refusal with the ticks and words as they were."""
    page = selectors.list_queue(request.actor, query)
    first = next((row.case.public_id for row in page.rows if row.his and not row.below), "")
    begin = [Button("从第一件办起", reverse("members:review", args=[first]), primary=True)] if first else []
    bulk = Bulk(
        reverse("members:decide_batch"), QUEUE_BAR, reasons=rules.REJECT_REASONS, says="说明，申请人会看到",
        problem=problem, question=question, flagged=flagged,
    )  # fmt: skip
    return show(
        lists.QUEUE, request, query, page, actions=begin, ticked=ticked, status=status,
        bulk=bulk if any(row.his for row in page.rows) else None,
    )  # fmt: skip


def decide_batch(request: Request) -> HttpResponse:
    """The same decision on the ticked rows; the answer says what became of each.

    What still waits at unions below, and what is passed without all checks, only after he has agreed to their number.
    """
    if request.method != "POST":
        return redirect("members:queue")
    request.actor.require_anywhere(Permission.JOIN_DECIDE)
    said = Ticked.of(request)
    if not said.pids:
        messages.warning(request, "请先勾选要办理的申请。")
        return redirect("members:queue")
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
        results = joining.decide_many(
            request.actor, said.pids, decision=said.do, reason=said.reason, note=said.note, now=request.now
        )
    except Invalid as error:
        return _waiting(request, query, said, problem=error.message, status=422)
    found = [
        Outcome(known[row.public_id].person.masked_name if row.public_id in known else "", not row.code, row.message)
        for row in results
    ]
    back = Button("回到入会审批", reverse("members:queue"), primary=True)
    return outcomes(request, "批量办理结果", found, back, counted="件")


@once
def review(request: Request, pid: str) -> HttpResponse:
    """One application: what it says, what the rules say, and the decision; then the next one."""
    form = DecisionForm(request.POST or None)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            _decide(request, pid, form.cleaned_data)
            return _go_on(request, cases.find_next(request.actor, rules.JOIN, Permission.JOIN_DECIDE, besides=pid))
    application = selectors.get_application(request.actor, pid)
    form.initial["version"] = application.case.version
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
                selectors.list_queue(request.actor, Query(limit=20)).rows, pid, now=request.now
            ),
            "more": {"href": reverse("members:queue"), "label": "全部申请"},
        },
        "columns": tables.case_facts(application),
        "checks": tables.checks(application),
        "entries": shapes.entries(cases.timeline(application.case)),
        "employers": _candidates(application),
    }
    return render(request, "members/review.html", context, status=submission.status)


def _candidates(application: selectors.Application) -> list[Any]:
    text = application.application.employer_text
    if application.application.employer_id or not text:
        return []
    return unions.search_employers(text[:20], region_prefix=application.union.region[:6])


def _decide(request: Request, pid: str, said: dict[str, Any]) -> None:
    version = said.get("version")
    if said["decision"] == "approve":
        joining.approve(request.actor, pid, now=request.now, version=version)
        messages.success(request, "已通过，会员卡已发给申请人。")
    elif said["decision"] == "reject":
        joining.reject(request.actor, pid, reason=said["reason"], note=said["note"], now=request.now, version=version)
        messages.success(request, "已退回，申请人会看到原因。")
    else:
        joining.ask(request.actor, pid, note=said["note"], now=request.now, version=version)
        messages.success(request, "已请申请人补充。")


def _go_on(request: Request, following: str) -> HttpResponse:
    if following:
        return redirect("members:review", pid=following)
    messages.info(request, "等待审核的申请都办完了。")
    return redirect("members:queue")


@once
def match_employer(request: Request, pid: str) -> HttpResponse:
    """Say which recorded employer the applicant's words mean."""
    if request.method == "POST":
        joining.match_employer(request.actor, pid, request.POST.get("employer", "")[:16], now=request.now)
        messages.success(request, "已对应用人单位。")
    return redirect("members:review", pid=pid)


def roster(request: Request) -> HttpResponseBase:
    """The member list of a unit: search, filters, pages by key; no total of a filter."""
    unit = unit_of(request, Permission.VIEW)
    actor, at = request.actor, f"?unit={unit.public_id}"
    may_export = actor.may(Permission.EXPORT, unit.path)
    offered = [deed for scenario in registry.scenarios for deed in scenario.beside_members]
    actions = [
        Button("本人更新的资料", reverse("members:updates")),
        *(
            Button(deed.label, reverse(deed.url_name) + at)
            for deed in sorted(offered, key=lambda deed: deed.order)
            if any(actor.may(right, unit.path) for right in deed.rights)
        ),
    ]
    deeds = [
        deed
        for scenario in registry.scenarios
        for deed in scenario.for_ticked_members
        if any(actor.may(right, unit.path) for right in deed.rights)
    ]
    bulk = Bulk(reverse(deeds[0].url_name), (Deed(deeds[0].label, value="go"),), deeds[0].group) if deeds else None
    read = partial(selectors.list_members, actor, unit)
    return answer(lists.ROSTER, request, read, note=unit.name, actions=actions, bulk=bulk, exports=may_export)


def file(request: Request, pid: str) -> HttpResponse:
    """A member's file with the panels of every capability."""
    found = selectors.get_member(request.actor, pid)
    panels = []
    for panel in registry.panels("member", request.actor):
        context = panel.build(request.actor, found.person.id)
        if context is not None:
            panels.append({"title": panel.title, "template": panel.template, "context": context})
    names = {key: facts.name for key, facts in unions.facts_of(event.union_id for event in found.events).items()}
    context = {
        "file": found,
        "panels": panels,
        "facts": tables.file_facts(found),
        "entries": tables.file_events(found, names),
        "may_see": request.actor.may("people:numbers:see", found.union.path),
    }
    return render(request, "members/file.html", context)


def numbers(request: Request, pid: str) -> HttpResponse:
    """The full numbers, once, with a reason; leaves an audit row and is not stored by the browser."""
    found = selectors.get_member(request.actor, pid)
    request.actor.require("people:numbers:see", found.union.path)
    if request.method != "POST":
        return redirect("members:file", pid=pid)
    try:
        full = people.read_numbers(
            request.actor, found.person.id, reason=request.POST.get("reason", "")[:200], now=request.now
        )
    except Invalid as error:
        messages.error(request, error.message)
        return redirect("members:file", pid=pid)
    response = render(request, "members/numbers.html", {"file": found, "numbers": full})
    response["Cache-Control"] = "no-store"
    return response


def dispute_review(request: Request, pid: str) -> HttpResponse:
    """Two accounts claim one person: the county's decision."""
    dispute = selectors.get_dispute(request.actor, pid)
    form = DisputeForm(request.POST or None)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            binding.decide(
                request.actor,
                pid,
                uphold=request.POST.get("decision") == "uphold",
                note=form.cleaned_data["note"],
                now=request.now,
            )
            messages.success(request, "已办理。")
            return redirect(reverse("members:dispute_review", args=[pid]))
    context = {
        "dispute": dispute,
        "form": form,
        "described": cases.describe(dispute.case),
        "entries": shapes.entries(cases.timeline(dispute.case)),
        "moves": {move.name: move for move in workflow.allowed_moves(dispute.case, request.actor)},
    }
    return render(request, "members/dispute_review.html", context, status=submission.status)
