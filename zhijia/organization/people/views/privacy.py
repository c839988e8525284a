"""The privacy desk: requests to answer, and what was deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.files.presenting import papers
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.form import REFUSED, Submission
from zhijia.foundation.ui.places import read_place, write_place
from zhijia.foundation.workflow import presenting, selectors as cases, services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.http import Request
from zhijia.organization.people.forms import RightsAnswerForm
from zhijia.organization.people.permissions import Permission
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import rights as reads
from zhijia.organization.people.services import rights

EXECUTE = "execute"


def _table(label: str, first: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "label": label,
        "first": {"label": first},
        "columns": [{"label": column} for column in columns],
        "pick": "",
        "rows": rows,
    }


def _line(label: str, href: str, cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {"pid": "", "label": label, "href": href, "cells": cells, "locked": ""}


def _due(case: Case, now: datetime) -> dict[str, Any]:
    due, words = cases.due_words(None if case.closed_at else case.due_at, now=now)
    return {"text": words, "state": {"late": "late", "today": "soon"}.get(due, "")}


def _state(case: Case) -> dict[str, Any]:
    told = cases.describe(case)
    return {"tag": {"text": told["label"], "state": "" if told["hue"] == "still" else told["hue"]}}


def _tabs(current: str, *tabs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"label": label, "href": href, "current": href == current} for label, href in tabs]


def _pages(current: str) -> list[dict[str, Any]]:
    desk = reverse("people:rights_desk")
    return _tabs(current, ("待答复", desk), ("已办结", f"{desk}?view=done"), ("删除记录", reverse("people:deletions")))


@require_safe
def desk(request: Request) -> HttpResponse:
    """What waits, the first due first; or what is done, newest first."""
    request.actor.require_anywhere(Permission.RIGHTS_ANSWER)
    done = request.GET.get("view") == "done"
    after = read_place(request.GET.get("after", ""))
    found = reads.list_done(request.actor, after=after) if done else reads.list_open(request.actor, now=request.now)
    today = formats.local_day(request.now)
    rows = [
        _line(
            view.person.masked_name,
            reverse("people:rights_review", args=[view.case.public_id]),
            [
                {"text": view.kind_label},
                _due(view.case, request.now)
                if not done
                else {"text": formats.short_day(view.request.answered_at or request.now, today), "dim": True},
                {"text": view.unit, "wide": True, "wrap": True},
                {"text": formats.short_day(view.request.asked_at, today), "dim": True},
                _state(view.case),
            ],
        )
        for view in found
    ]
    onward = ""
    if done and len(found) == reads.PAGE and found[-1].request.answered_at:
        place = write_place(found[-1].request.answered_at, found[-1].request.pk)
        onward = f"?{urlencode({'view': 'done', 'after': place})}"
    here = reverse("people:rights_desk")
    context = {
        "title": "个人信息请求",
        "note": "15 个工作日内答复本人",
        "views": _pages(f"{here}?view=done" if done else here),
        "table": _table("个人信息请求", "本人", ("请求", "答复" if done else "期限", "办理单位", "提出", "状态"), rows),
        "pager": {"shown": f"本页 {len(rows)} 件", "previous": "", "next": onward},
        "empty": {
            "title": "没有办结的请求" if done else "没有等待答复的请求",
            "text": "职工在手机上“我的数据”里提出更正、删除、说明后，会出现在这里；副本由系统直接提供。",
        },
    }
    return render(request, "people/privacy_list.html", context)


@require_safe
def deletions(request: Request) -> HttpResponse:
    """What was deleted, by request at this desk or by the clock: kinds and counts, nothing of anybody."""
    found = reads.list_deletions(request.actor, after=read_place(request.GET.get("after", "")))
    rows = [
        _line(
            row.label,
            "",
            [
                {"text": formats.number(row.count), "num": True},
                {"text": "本人请求" if row.case else "到期自动"},
                {"text": row.cut_off.isoformat() if row.cut_off else "", "dim": True},
                {"text": f"{row.case[:4]}-{row.case[4:8]}", "href": reverse("people:rights_review", args=[row.case])}
                if row.case
                else {"text": ""},
                {"text": formats.short_moment(row.at, formats.local_day(request.now)), "dim": True},
            ],
        )
        for row in found
    ]
    onward = f"?{urlencode({'after': write_place(found[-1].at, found[-1].pk)})}" if len(found) == reads.PAGE else ""
    context = {
        "title": "删除记录",
        "note": "只记种类和条数，不记个人",
        "views": _pages(reverse("people:deletions")),
        "table": _table("删除记录", "信息", ("条数", "原因", "截止日期", "请求编号", "时间"), rows),
        "pager": {"shown": f"本页 {len(rows)} 条", "previous": "", "next": onward},
        "empty": {"title": "还没有删除记录", "text": "系统每天凌晨删除到期的信息，执行删除请求后也会记在这里。"},
    }
    return render(request, "people/privacy_list.html", context)


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
