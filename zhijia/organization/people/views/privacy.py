"""The privacy desk: requests to answer, and what was deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.files.presenting import papers
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.form import REFUSED, Submission
from zhijia.foundation.ui.listing import (
    Choice,
    Column,
    Day,
    Empty,
    Link,
    Listing,
    Number,
    Query,
    To,
    When,
    answer,
)  # fmt: skip
from zhijia.foundation.workflow import presenting, services as workflow
from zhijia.foundation.workflow.columns import DUE, PID, STATE, number_of
from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.organization.people.forms import RightsAnswerForm
from zhijia.organization.people.permissions import Permission
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import rights as reads
from zhijia.organization.people.services import rights

EXECUTE = "execute"


_ABOUT = (Column("请求", "kind_label"), Column("办理单位", "unit", wraps=True),
          Day("提出", "request.asked_at", faint=True), STATE)  # fmt: skip
_NO_REQUEST = "职工在手机上“我的数据”里提出更正、删除、说明后，会出现在这里；副本由系统直接提供。"
OPEN = Listing(
    "data_requests",
    "个人信息请求",
    note="15 个工作日内答复本人",
    head=Column("本人", "person.masked_name"),
    opens=To("people:rights_review", PID),
    counted="件",
    ordered="先到期的在前",
    columns=(DUE, *_ABOUT),
    empty=Empty("没有等待答复的请求", _NO_REQUEST),
)
DONE = replace(
    OPEN,
    ordered="最近办结的在前",
    kept=("view",),
    columns=(Day("答复", "request.answered_at", faint=True), *_ABOUT),
    empty=Empty("没有办结的请求", _NO_REQUEST),
)


def _cause(row: reads.DeletionRecord) -> str:
    return "本人请求" if row.case else "到期自动"


def _request(row: reads.DeletionRecord) -> tuple[str, str]:
    return (number_of(row.case), reverse("people:rights_review", args=[row.case])) if row.case else ("", "")


DELETIONS = Listing(
    "data_deletions",
    "删除记录",
    note="只记种类和条数，不记个人",
    head=Column("信息", "label"),
    counted="条",
    ordered="最近的在前",
    columns=(
        Number("条数", "count"),
        Column("原因", _cause),
        Column("截止日期", "cut_off", faint=True),
        Link("请求编号", _request),
        When("时间", "at", faint=True),
    ),
    empty=Empty("还没有删除记录", "系统每天凌晨删除到期的信息，执行删除请求后也会记在这里。"),
)
HOLDS = Listing(
    "data_holds",
    "信息保全",
    note="保全期间不因请求或到期删除，须两人办理",
    head=Column("本人", "person.masked_name"),
    opens=To("people:hold", PID),
    counted="件",
    ordered="最近申请的在前",
    columns=(Column("依据和原因", "hold.reason", wraps=True), DUE, Day("提出", "hold.asked_at", faint=True), STATE),
    empty=Empty("没有保全的信息", "司法机关等依法要求保存某人的信息时，在这里申请，由另一位同事复核。"),
)


def _tabs(current: str) -> list[Choice]:
    desk = reverse("people:rights_desk")
    tabs = (("open", "待答复", desk), ("done", "已办结", f"{desk}?view=done"),
            ("deletions", "删除记录", reverse("people:deletions")))  # fmt: skip
    return [Choice(code, label, code == current, href) for code, label, href in tabs]


@require_safe
def desk(request: Request) -> HttpResponseBase:
    """What waits, the first due first; or what is done, newest first."""
    request.actor.require_anywhere(Permission.RIGHTS_ANSWER)
    view = "done" if request.GET.get("view") == "done" else "open"

    def read(query: Query) -> Page[reads.RequestView]:
        return reads.list_requests(request.actor, replace(query, view=view), now=request.now)

    return answer(DONE if view == "done" else OPEN, request, read, tabs=_tabs(view))


@require_safe
def deletions(request: Request) -> HttpResponseBase:
    """What was deleted, by request at this desk or by the clock: kinds and counts, nothing of anybody."""
    return answer(DELETIONS, request, partial(reads.list_deletions, request.actor), tabs=_tabs("deletions"))


@require_http_methods(["GET", "POST"])
@once
def review(request: Request, pid: str) -> HttpResponse:
    """One request: what is asked, what the rules say may be deleted, and the answer."""
    view = reads.get_request(request.actor, pid)
    form = _answer_form(request, view)
    if "agree" in request.POST:
        refused = _agree(request, pid)
        if refused is not None:
            return _review_page(request, view, _answer_form(request, view, empty=True), refused=refused)
        messages.success(request, "已更正并答复，本人会收到通知。")
        return redirect("people:rights_review", pid=pid)
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            _answer(request, pid, said)
            messages.success(request, "已办理并答复，本人会收到通知。")
            return redirect("people:rights_review", pid=pid)
    return _review_page(request, view, form, status=submission.status)


@require_POST
def review_numbers(request: Request, pid: str) -> HttpResponse:
    """The same page with the correction in full, to compare with the papers. Not `once`: no answer with numbers in it
    is kept, and every look leaves its row.
    """
    view = reads.get_request(request.actor, pid)
    if not view.request.wanted_sealed:
        return redirect("people:rights_review", pid=pid)
    lines = reads.show_wanted(request.actor, view, now=request.now)
    corrections = [{"label": line.label, "old": line.old, "new": line.new} for line in lines]
    return _review_page(request, view, _answer_form(request, view, empty=True), corrections=corrections)


def _answer_form(request: Request, view: reads.RequestView, *, empty: bool = False) -> RightsAnswerForm:
    moves = {move.name: move for move in workflow.allowed_moves(view.case, request.actor)}
    if view.request.kind == rules.Kind.DELETE:
        choices = [(EXECUTE, "按规则执行删除，并答复本人")]
    else:
        names = ("refuse",) if view.request.wanted_sealed else ("answer", "answer_part", "refuse")
        choices = [(name, moves[name].button) for name in names if name in moves]
    return RightsAnswerForm(
        None if empty else request.POST or None,
        moves=choices,
        initial={"version": view.case.version, "decision": choices[0][0] if len(choices) == 1 else None},
    )


def _review_page(
    request: Request,
    view: reads.RequestView,
    form: RightsAnswerForm,
    *,
    status: int = 200,
    refused: ZhijiaError | None = None,
    corrections: list[dict[str, str]] | None = None,
) -> HttpResponse:
    may_answer = "answer" in {move.name for move in workflow.allowed_moves(view.case, request.actor)}
    deleting = view.request.kind == rules.Kind.DELETE and not view.case.closed_at
    plan = reads.plan_of(view, now=request.now) if deleting else None
    decision = {
        "action": reverse("people:rights_review", args=[view.case.public_id]),
        "title": "不能办理的" if view.request.wanted_sealed else "办理",
        "form": form,
        "submit": "提交",
    }
    context = {
        "view": view,
        "head": presenting.head(view.case, now=request.now),
        "explained": "" if view.case.closed_at else view.case.due_explained,
        "facts": _request_facts(view, request.now),
        "erased": rules.as_json(plan.erased) if plan else view.request.result.get("erased", []),
        "kept": rules.as_json(plan.kept) if plan else view.request.result.get("kept", []),
        "planned": plan is not None,
        "corrections": corrections or reads.told_corrections(view.request),
        "in_full": corrections is not None,
        "refused": refused.message if refused else "",
        "files": papers(view.papers),
        "may_agree": bool(view.request.wanted_sealed) and may_answer,
        "decision": decision if may_answer else None,
    }
    return render(request, "people/rights_review.html", context, status=refused.status if refused else status)


def _agree(request: Request, pid: str) -> ZhijiaError | None:
    """Carry the correction out; what was in the way is told on the page."""
    said = request.POST.get("version", "")
    version = int(said) if said.isascii() and said.isdigit() and len(said) <= 7 else None
    try:
        rights.agree(request.actor, pid, now=request.now, version=version)
    except REFUSED as error:
        return error
    return None


def _request_facts(view: reads.RequestView, now: datetime) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": "请求", "value": view.kind_label},
        {"label": "本人", "value": view.person.masked_name},
        {"label": "证件", "value": view.person.id_masked, "code": True},
        {"label": "手机", "value": view.person.mobile_masked, "code": True},
        {"label": "办理单位", "value": view.unit},
        {"label": "提出", "value": formats.moment(view.request.asked_at, formats.local_day(now))},
        {"label": "范围", "value": view.scope_label if view.request.kind == rules.Kind.DELETE else ""},
    ]
    return [fact for fact in facts if fact["value"]]


def _answer(request: Request, pid: str, said: dict[str, Any]) -> None:
    if said["decision"] == EXECUTE:
        rights.execute(request.actor, pid, text=said["answer"], now=request.now, version=said["version"])
        return
    rights.answer(request.actor, pid, said["decision"], text=said["answer"], now=request.now, version=said["version"])
