"""For cadres: the queue and its decisions, the member list, the file, binding disputes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.kernel.errors import Invalid, NotFound
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry
from zhijia.organization.members import rules, selectors
from zhijia.organization.members.forms import DecisionForm, DisputeForm
from zhijia.organization.members.permissions import Permission
from zhijia.organization.members.services import binding, joining
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

from . import desk, mending, tables


@dataclass(frozen=True)
class Batch:
    """What was ticked and said at the foot of the queue; `above` is how many he agreed to take from unions below."""

    picked: tuple[str, ...] = ()
    decision: str = ""
    reason: str = ""
    note: str = ""
    above: str = ""


NOTHING_SAID = Batch()


def queue(request: Request) -> HttpResponse:
    """Applications that wait in the actor's scope; several may be decided at once."""
    request.actor.require_anywhere(Permission.JOIN_DECIDE)
    return _queue_page(request, request.GET.get("state", ""))


def _queue_page(
    request: Request, state: str, said: Batch = NOTHING_SAID, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """The list; after a refusal with the ticks and words as they were."""
    rows = selectors.list_queue(request.actor, state=state)
    waiting = [row for row in rows if row.case.state in tables.OPEN and selectors.is_his_to_decide(request.actor, row)]
    below = _waiting_below(request, waiting)
    table = tables.queue_table(
        rows, {row.case.public_id for row in waiting}, below=below, picked=said.picked, now=request.now
    )
    first = next(
        (
            {"label": "从第一件办起", "href": reverse("members:review", args=[pid]), "primary": True}
            for pid in (row.case.public_id for row in waiting)
            if pid not in below
        ),
        None,
    )
    context = {
        "said": said,
        "problem": problem,
        "above": str(len(below.intersection(said.picked)) or ""),
        "states": [
            {"label": label, "href": f"?state={code}", "current": code == state} for code, label in tables.QUEUE_STATES
        ],
        "table": table,
        "bulk": {"form": tables.BULK} if waiting else None,
        "reasons": rules.REJECT_REASONS,
        "pager": {"shown": f"本页 {len(rows)} 件"},
        "head_actions": [first] if first else [],
        "empty": {"title": "没有这样的申请", "text": "职工扫描本工会的二维码提交后，申请会出现在这里。"},
    }
    return render(request, "members/queue.html", context, status=status)


def _waiting_below(request: Request, rows: Sequence[selectors.Application]) -> set[str]:
    beside = cases.deciders_beside(request.actor, [row.case.pk for row in rows])
    return {row.case.public_id for row in rows if row.case.pk in beside}


def decide_batch(request: Request) -> HttpResponse:
    """The same decision on the ticked rows; the answer says what became of each.

    What still waits at unions below is decided only after he has agreed to their number.
    """
    if request.method != "POST":
        return redirect("members:queue")
    request.actor.require_anywhere(Permission.JOIN_DECIDE)
    said = Batch(
        picked=tuple(dict.fromkeys(text for text in request.POST.getlist("pick") if len(text) <= 16)),
        decision=request.POST.get("decision", "")[:10],
        reason=request.POST.get("reason", "")[:16],
        note=request.POST.get("note", "")[:200],
        above=request.POST.get("above", "")[:4],
    )
    if not said.picked:
        messages.warning(request, "请先勾选要办理的申请。")
        return redirect("members:queue")
    below = cases.deciders_beside(request.actor, selectors.keys_of(request.actor, said.picked))
    if below and said.above != str(len(below)):
        return _queue_page(request, "", said, status=422)
    try:
        results = joining.decide_many(
            request.actor, said.picked, decision=said.decision, reason=said.reason, note=said.note, now=request.now
        )
    except Invalid as error:
        return _queue_page(request, "", said, problem=error.message, status=422)
    titles = selectors.titles_of(request.actor, [row.public_id for row in results])
    done = [row for row in results if not row.code]
    failed = [row for row in results if row.code]
    lines = [{"row": row, "title": titles.get(row.public_id, "—")} for row in results]
    return render(request, "members/batch_result.html", {"lines": lines, "done": len(done), "failed": len(failed)})


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
        "below": tables.BELOW if _waiting_below(request, [application]) else "",
        "queue": {
            "label": "待审队列",
            "cases": tables.queue_items(selectors.list_queue(request.actor, limit=20), pid, now=request.now),
            "more": {"href": reverse("members:queue"), "label": "全部申请"},
        },
        "columns": tables.case_facts(application),
        "checks": tables.checks(application),
        "entries": tables.steps(cases.timeline(application.case)),
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


def roster(request: Request) -> HttpResponse:
    """The member list of a unit: search, filters, pages by key; no total of a filter."""
    request.actor.require_anywhere(Permission.VIEW)
    unit = _unit(request)
    filters = {key: request.GET.get(key, "")[:16] for key in selectors.FILTERS}
    search = request.GET.get("q", "")[:40]
    page = selectors.list_members(
        request.actor, unit, search=search, filters=filters, after=request.GET.get("after", "")[:240]
    )
    query = {"unit": unit.public_id, "q": search, "after": request.GET.get("after", ""), **filters}
    may_move = request.actor.may(Permission.TRANSFER_BATCH, unit.path)
    context = {
        "unit": unit,
        "table": tables.roster_table(page, pick=tables.BULK if may_move else ""),
        "bulk": tables.move_bar() if may_move else None,
        "pager": tables.pager(page, query),
        "bar": tables.roster_bar(unit, query),
        "narrowed": bool(search or any(filters.values())),
        "may_load": request.actor.may(Permission.ROSTER_LOAD, unit.path),
        "may_export": request.actor.may(Permission.EXPORT, unit.path),
        "empty": {
            "title": "没有找到会员",
            "text": "可以换一个条件；姓名可按前几个字或拼音首字母查，证件和手机号须输入完整。",
        },
    }
    return render(request, "members/roster.html", context)


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
    names = {key: facts.name for key, facts in unions.facts_of(event.union_id for event in found.events).items()}
    may_merge = request.actor.may(Permission.MERGE_ASK, found.union.path)
    context = {
        "alike": mending.alike_rows(request.actor, found) if may_merge else [],
        "may_correct": request.actor.may(Permission.CORRECT, found.union.path),
        "file": found,
        "panels": panels,
        "facts": tables.file_facts(found),
        "entries": tables.file_events(found, names),
        "may_see": request.actor.may("people:numbers:see", found.union.path),
        "kinds": desk.change_kinds(found) if request.actor.may(Permission.CHANGE_ASK, found.union.path) else [],
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
        "entries": tables.steps(cases.timeline(dispute.case)),
        "moves": {move.name: move for move in workflow.allowed_moves(dispute.case, request.actor)},
    }
    return render(request, "members/dispute_review.html", context, status=submission.status)
