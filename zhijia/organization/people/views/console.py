"""Wordings in the console: what is in force, a proposal with its comparison, the second person's decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.ui.listing import Column, Listing, Query, Tag, To, answer
from zhijia.foundation.workflow import presenting, services as workflow
from zhijia.foundation.workflow.forms import CheckForm
from zhijia.kernel.errors import NotAllowed
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.organization.people import rules, selectors, services
from zhijia.organization.people.forms import TextForm
from zhijia.organization.people.permissions import Permission


def _from(text: Any) -> str:
    return "随平台发布" if text.version == 1 and text.checked_by is None else f"{formats.local_day(text.valid_from)} 起"


@dataclass(frozen=True, slots=True)
class _Purpose:
    """What consent is asked for: the wording in force, the next one, whether a proposal waits."""

    code: str
    label: str
    current: Any
    coming: Any
    waits: bool


def _version(row: _Purpose) -> str:
    return f"第 {row.current.version} 版" if row.current else ""


def _since(row: _Purpose) -> str:
    return _from(row.current) if row.current else ""


def _next(row: _Purpose) -> str:
    return f"第 {row.coming.version} 版，{_from(row.coming)}" if row.coming else ""


def _standing(row: _Purpose) -> tuple[str, str]:
    return ("待复核", "soon") if row.waits else ("现行", "done")


TEXTS = Listing(
    "consent_texts",
    "同意书",
    note="全省统一的文字，按日期生效；起草与复核须为两人",
    head=Column("用途", "label"),
    opens=To("people:text", "code"),
    counted="份",
    columns=(Column("现行", _version), Column("生效", _since), Column("下一版", _next), Tag("状态", _standing)),
)


@require_safe
def texts(request: Request) -> HttpResponseBase:
    """The purposes with the wording in force, the next one, and proposals under way."""
    request.actor.require_anywhere(Permission.CONSENT_EDIT)
    drafts = selectors.list_drafts(request.actor)
    waiting = {draft.purpose for draft in drafts if draft.case.closed_at is None}

    def read(_query: Query) -> Page[_Purpose]:
        rows = []
        for purpose, label in selectors.purposes():
            newest = selectors.newest_text(purpose)
            coming = newest if newest is not None and newest.valid_from > request.now else None
            current = selectors.current_text(purpose, now=request.now)
            rows.append(_Purpose(purpose, label, current, coming, purpose in waiting))
        return Page(rows)

    history = [
        {
            "label": draft.case.title,
            "href": reverse("people:text_case", args=[draft.case.public_id]),
            "end": rules.CONSENT_TEXT.labels[draft.case.state],
        }
        for draft in drafts[:8]
    ]
    may_edit = selectors.top_unit(request.actor, Permission.CONSENT_EDIT) is not None
    extra = {"history": history, "may_edit": may_edit}
    return answer(TEXTS, request, read, template="people/texts.html", extra=extra)


@require_http_methods(["GET", "POST"])
@once
def text(request: Request, purpose: str) -> HttpResponse:
    """One wording with its versions, and the form that proposes the next."""
    request.actor.require_anywhere(Permission.CONSENT_EDIT)
    published = selectors.list_texts(purpose)
    newest = published[0] if published else None
    may_edit = selectors.top_unit(request.actor, Permission.CONSENT_EDIT) is not None
    initial = {"title": newest.title, "body": newest.body} if newest else {}
    form = TextForm(request.POST or None, initial=initial)
    if request.method == "POST" and not may_edit:
        raise NotAllowed
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            draft = services.draft_text(request.actor, purpose, **form.cleaned_data, now=request.now)
            messages.success(request, "已提交，等待另一位同事复核。")
            return redirect("people:text_case", pid=draft.case.public_id)
    waiting = next(
        (d for d in selectors.list_drafts(request.actor) if d.purpose == purpose and d.case.closed_at is None), None
    )
    values = [
        {
            "value": f"第 {row.version} 版",
            "span": _from(row),
            "state": "next" if row.valid_from > request.now else "now" if row == _current(published, request) else "",
            "note": "即将生效"
            if row.valid_from > request.now
            else "现行"
            if row == _current(published, request)
            else "",
        }
        for row in reversed(published[:6])
    ]
    context = {
        "label": dict(selectors.purposes())[purpose],
        "purpose": purpose,
        "values": values,
        "parts": rules.paragraphs(newest.body) if newest else [],
        "newest": newest,
        "form": form,
        "may_edit": may_edit,
        "waiting": reverse("people:text_case", args=[waiting.case.public_id]) if waiting else "",
        "buttons": [{"label": "提交复核", "primary": True}],
        "public_href": reverse("people:consent_text", args=[purpose]),
    }
    return render(request, "people/text.html", context, status=submission.status)


def _current(published: list[Any], request: Request) -> Any:
    return next((row for row in published if row.valid_from <= request.now), None)


@require_http_methods(["GET", "POST"])
@once
def text_case(request: Request, pid: str) -> HttpResponse:
    """A proposal beside the wording it replaces, and the decision."""
    draft = selectors.get_draft(request.actor, pid)
    since = formats.local_day(draft.valid_from)
    form = CheckForm(
        request.POST or None, agree=f"到 {since} 零时自动生效，会员须重新同意", initial={"version": draft.case.version}
    )
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            services.decide_text(
                request.actor, pid, agree=form.agrees, note=said["note"], now=request.now, version=said["version"]
            )
            messages.success(request, f"已同意，{since} 起生效。" if form.agrees else "已退回起草人。")
            return redirect("people:text_case", pid=pid)
    moves = {move.name for move in workflow.allowed_moves(draft.case, request.actor)}
    old = selectors.find_text(draft.purpose, draft.base_version)
    context = {
        "draft": draft,
        "head": presenting.head(draft.case, now=request.now),
        "changes": rules.compare(old.body if old else "", draft.body),
        "diff": {
            "old": {
                "label": f"现有，第 {draft.base_version} 版" if old else "现有",
                "value": old.title if old else "没有",
                "note": _from(old) if old else "",
            },
            "new": {
                "label": f"拟改为，第 {draft.base_version + 1} 版",
                "value": draft.title,
                "note": f"{since} 起，会员须重新同意",
            },
        },
        "facts": [
            {"label": "修改原因", "value": draft.reason},
            {"label": "正文", "value": f"{len(draft.body)} 个字"},
        ],
        "checks": [presenting.two_persons(draft.case, request.actor)],
        "decision": {"action": "", "title": "复核", "form": form, "submit": "提交复核"} if "publish" in moves else None,
        "may_withdraw": "withdraw" in moves,
    }
    return render(request, "people/text_case.html", context, status=submission.status)


@require_POST
@once
def withdraw_draft(request: Request, pid: str) -> HttpResponse:
    services.withdraw_draft(request.actor, pid, now=request.now)
    messages.success(request, "已撤回，可以修改后重新提交。")
    return redirect("people:texts")
