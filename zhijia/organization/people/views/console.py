"""Wordings in the console: what is in force, and the form that proposes the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.casework.services import open_case
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.ui.listing import Column, Listing, Query, Tag, To, answer
from zhijia.kernel.errors import NotAllowed
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.organization.people import presenting, rules, selectors
from zhijia.organization.people.cases.texts import TEXTS
from zhijia.organization.people.forms import TextForm
from zhijia.organization.people.permissions import Permission


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
    return presenting.since(row.current) if row.current else ""


def _next(row: _Purpose) -> str:
    return f"第 {row.coming.version} 版，{presenting.since(row.coming)}" if row.coming else ""


def _standing(row: _Purpose) -> tuple[str, str]:
    return ("待复核", "soon") if row.waits else ("现行", "done")


TEXT_LIST = Listing(
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
            "href": reverse(TEXTS.page("review"), args=[draft.case.public_id]),
            "end": rules.CONSENT_TEXT.labels[draft.case.state],
        }
        for draft in drafts[:8]
    ]
    may_edit = selectors.top_unit(request.actor, Permission.CONSENT_EDIT) is not None
    extra = {
        "history": history,
        "may_edit": may_edit,
        "more": {"href": reverse(TEXTS.page("list")), "label": "全部"} if history else "",
    }
    return answer(TEXT_LIST, request, read, template="people/texts.html", extra=extra)


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
            pid = open_case(TEXTS, request.actor, {"purpose": purpose, **form.cleaned_data}, now=request.now)
            messages.success(request, "已提交，等待另一位同事复核。")
            return redirect(TEXTS.page("review"), pid=pid)
    waiting = next(
        (d for d in selectors.list_drafts(request.actor) if d.purpose == purpose and d.case.closed_at is None), None
    )
    values = [
        {
            "value": f"第 {row.version} 版",
            "span": presenting.since(row),
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
        "waiting": reverse(TEXTS.page("review"), args=[waiting.case.public_id]) if waiting else "",
        "buttons": [{"label": "提交复核", "primary": True}],
        "public_href": reverse("people:consent_text", args=[purpose]),
    }
    return render(request, "people/text.html", context, status=submission.status)


def _current(published: list[Any], request: Request) -> Any:
    return next((row for row in published if row.valid_from <= request.now), None)
