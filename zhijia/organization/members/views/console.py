"""For cadres: the queue and its decisions, the member list, the file, binding disputes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

from .. import rules, selectors
from ..forms import DecisionForm, DisputeForm
from ..permissions import Permission
from ..services import binding, joining


def queue(request: Request) -> HttpResponse:
    """Applications that wait in the actor's scope; several may be decided at once."""
    request.actor.require_anywhere(Permission.JOIN_DECIDE)
    state = request.GET.get("state", "")
    rows = selectors.list_queue(request.actor, state=state)
    described = [(row, *cases.due_words(row.case.due_at, now=request.now)) for row in rows]
    context = {"rows": described, "state": state, "states": _QUEUE_STATES, "reasons": rules.REJECT_REASONS}
    return render(request, "members/queue.html", context)


_QUEUE_STATES = (
    ("", "等待审核"),
    (rules.Join.PENDING.value, "本级审核"),
    (rules.Join.ESCALATED.value, "转上级的"),
    (rules.Join.NEED_INFO.value, "待补充"),
    (rules.Join.SUBMITTED.value, "等待实名"),
    (rules.Join.APPROVED.value, "已通过"),
    (rules.Join.REJECTED.value, "未通过"),
)


def decide_batch(request: Request) -> HttpResponse:
    """The same decision on the ticked rows; the answer says what became of each."""
    if request.method != "POST":
        return redirect("members:queue")
    ids = [text for text in request.POST.getlist("case") if len(text) <= 16]
    if not ids:
        messages.warning(request, "请先勾选要办理的申请。")
        return redirect("members:queue")
    results = joining.decide_many(
        request.actor, ids, decision=request.POST.get("decision", "")[:10], reason=request.POST.get("reason", "")[:16],
        note=request.POST.get("note", "")[:200], now=request.now,
    )  # fmt: skip
    titles = selectors.titles_of(request.actor, [row.public_id for row in results])
    done = [row for row in results if not row.code]
    failed = [row for row in results if row.code]
    lines = [{"row": row, "title": titles.get(row.public_id, "—")} for row in results]
    return render(request, "members/batch_result.html", {"lines": lines, "done": len(done), "failed": len(failed)})


def review(request: Request, pid: str) -> HttpResponse:
    """One application: what it says, what the rules say, and the decision; then the next one."""
    application = selectors.get_application(request.actor, pid)
    form = DecisionForm(request.POST or None, initial={"version": application.case.version})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _decide(request, pid, form.cleaned_data)
            except (Invalid, RuleBroken) as error:
                form.take(error)
                status = error.status
            else:
                return _next(request, pid)
    context = {
        "item": application,
        "form": form,
        "moves": {move.name: move for move in workflow.allowed_moves(application.case, request.actor)},
        "described": cases.describe(application.case),
        "due": cases.due_words(application.case.due_at, now=request.now),
        "steps": cases.timeline(application.case),
        "queue": selectors.list_queue(request.actor, limit=12),
        "reasons": rules.REJECT_REASONS,
        "work_form": rules.WORK_FORMS.get(application.application.work_form, ""),
        "group": rules.NEW_FORM_GROUPS.get(application.application.new_form_group, ""),
        "employers": _candidates(application),
    }
    return render(request, "members/review.html", context, status=status)


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


def _next(request: Request, pid: str) -> HttpResponse:
    waiting = [row for row in selectors.list_queue(request.actor, limit=2) if row.case.public_id != pid]
    if waiting:
        return redirect("members:review", pid=waiting[0].case.public_id)
    messages.info(request, "等待审核的申请都办完了。")
    return redirect("members:queue")


@once
def match_employer(request: Request, pid: str) -> HttpResponse:
    """Say which recorded employer the applicant's words mean."""
    if request.method == "POST":
        joining.match_employer(request.actor, pid, request.POST.get("employer", "")[:16], now=request.now)
        messages.success(request, "已对应用人单位。")
    return redirect("members:review", pid=pid)


def roster(request: Request) -> HttpResponse:
    """The member list of a unit: search, filters, pages by key; no total of a filter."""
    request.actor.require_anywhere(Permission.VIEW)
    unit = _unit(request)
    filters = {key: request.GET.get(key, "")[:16] for key in selectors.FILTERS}
    search = request.GET.get("q", "")[:40]
    page = selectors.list_members(
        request.actor, unit, search=search, filters=filters, after=request.GET.get("after", "")[:240]
    )
    context = {
        "unit": unit, "page": page, "q": search, "filters": filters, "after": request.GET.get("after", ""),
        "work_forms": rules.WORK_FORMS, "groups": rules.NEW_FORM_GROUPS, "crumbs": unions.breadcrumb(unit.path),
    }  # fmt: skip
    part = bool(request.headers.get("HX-Request"))
    return render(request, "members/_roster_rows.html" if part else "members/roster.html", context)


def _unit(request: Request) -> unions.UnionFacts:
    """The unit named in the address, else the highest on which the actor may see members."""
    named = request.GET.get("unit", "")
    if named:
        found = unions.find_by_public_id(named)
        if found is None:
            raise NotFound
        request.actor.require(Permission.VIEW, found.path)
        return found
    paths = request.actor.scope_for(Permission.VIEW).paths
    return unions.get_facts_by_path(paths[0])


def file(request: Request, pid: str) -> HttpResponse:
    """A member's file with the panels of every capability."""
    found = selectors.get_member(request.actor, pid)
    panels = []
    for panel in registry.panels("member", request.actor):
        context = panel.build(request.actor, found.person.id)
        if context is not None:
            panels.append({"title": panel.title, "template": panel.template, "context": context})
    context = {"file": found, "panels": panels, "may_see": request.actor.may("people:numbers:see", found.union.path)}
    return render(request, "members/file.html", context)


def numbers(request: Request, pid: str) -> HttpResponse:
    """The full numbers, once, with a reason; leaves an audit row and is not stored by the browser."""
    found = selectors.get_member(request.actor, pid)
    request.actor.require("people:numbers:see", found.union.path)
    if request.method != "POST":
        return redirect("members:file", pid=pid)
    try:
        full = people.read_numbers(request.actor, found.person.id, reason=request.POST.get("reason", "")[:200], now=request.now)
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
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                binding.decide(
                    request.actor, pid, uphold=request.POST.get("decision") == "uphold", note=form.cleaned_data["note"], now=request.now
                )
            except (Invalid, RuleBroken) as error:
                form.take(error)
            else:
                messages.success(request, "已办理。")
                return redirect(reverse("members:dispute_review", args=[pid]))
    context = {
        "dispute": dispute, "form": form, "described": cases.describe(dispute.case), "steps": cases.timeline(dispute.case),
        "moves": {move.name: move for move in workflow.allowed_moves(dispute.case, request.actor)},
    }  # fmt: skip
    return render(request, "members/dispute_review.html", context, status=status)


