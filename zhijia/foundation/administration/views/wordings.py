"""Wordings of messages: the list, one with its preview, and the form for another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.administration import presenting, rules, selectors
from zhijia.foundation.administration.cases import MESSAGES
from zhijia.foundation.administration.forms import WordingForm
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.casework.services import open_case
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.notify import selectors as notified, services as notify
from zhijia.foundation.ui.listing import Column, Listing, Query, Tag, To, answer
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.kernel.registry import MessageTemplate, registry


@dataclass(frozen=True, slots=True)
class _Message:
    """A message as it is worded now; `own` is the version of the own wording, 0 for the platform's."""

    room: str
    code: str
    worded: MessageTemplate
    own: int


def _sent_by(row: _Message) -> str:
    return _ways(row.worded)


def _wording(row: _Message) -> tuple[str, str]:
    return (f"自定 第 {row.own} 版", "done") if row.own else ("平台文案", "")


MESSAGE_LIST = Listing(
    "messages",
    "消息文案",
    note="发给会员和干部的消息；修改与复核须为两人",
    head=Column("消息", "worded.title"),
    detail="code",
    opens=To("administration:message", "code"),
    group="room",
    search="标题、内容或代码",
    counted="条",
    columns=(Column("内容", "worded.body", wraps=True), Column("发送", _sent_by, faint=True), Tag("文案", _wording)),
)


@require_safe
def message_list(request: Request) -> HttpResponseBase:
    """Every message that is sent, by the capability that sends it."""
    request.actor.require_anywhere(Permission.MESSAGE_PROPOSE)
    own = notified.own_versions()

    def read(query: Query) -> Page[_Message]:
        rows = [
            _Message(
                scenario.name,
                each.code,
                notify.wording(each.code) if each.code in own else each,
                own.get(each.code, 0),
            )
            for scenario in registry.scenarios
            for each in scenario.messages
        ]
        words = query.search.lower()
        found = [row for row in rows if words in f"{row.worded.title} {row.worded.body} {row.code}".lower()]
        return Page(found, total=len(found))

    extra = {
        "history": presenting.changes(MESSAGES, request.actor, selectors.list_message_changes()),
        "more": presenting.all_changes(MESSAGES),
    }
    return answer(MESSAGE_LIST, request, read, template="administration/messages.html", extra=extra)


def _ways(worded: Any) -> str:
    """A message with a code in it never lies in the app."""
    if not worded.sms:
        return "站内"
    return "短信" if "{code}" in worded.sms else "站内和短信"


@require_http_methods(["GET", "POST"])
@once
def message(request: Request, code: str) -> HttpResponse:
    """One message with samples put in, and the form. `preview` shows what was typed without proposing it."""
    request.actor.require_anywhere(Permission.MESSAGE_PROPOSE)
    declared = selectors.get_message(code)
    worded = notify.wording(code)
    may_propose = selectors.unit_for(request.actor, Permission.MESSAGE_PROPOSE, selectors.EVERYWHERE) is not None
    initial = {"title": worded.title, "body": worded.body, "sms": worded.sms}
    form = WordingForm(request.POST or None, has_sms=bool(declared.sms), initial=initial)
    if "preview" in request.POST:
        form.fields["reason"].required = False  # asked for when it is proposed
    status = 200
    shown = presenting.previews(worded.title, worded.body, worded.sms)
    if request.method == "POST":
        if not may_propose:
            raise NotAllowed
        valid = form.is_valid()
        said = {"sms": "", **form.cleaned_data}
        shown = presenting.previews(said.get("title", ""), said.get("body", ""), said.get("sms", ""))
        status = 200 if "preview" in request.POST and valid else 422
        if valid:
            try:
                if "preview" in request.POST:
                    rules.check_wording(declared, said["title"], said["body"], said["sms"])
                else:
                    pid = open_case(MESSAGES, request.actor, {"code": code, **said}, now=request.now)
                    messages.success(request, "已提交，等待另一位系统管理员复核。")
                    return redirect(MESSAGES.page("review"), pid=pid)
            except (Duplicate, Invalid) as error:
                form.take(error)
                status = error.status
    known = rules.placeholders(declared.title) | rules.placeholders(declared.body) | rules.placeholders(declared.sms)
    context = {
        "declared": declared,
        "form": form,
        "shown": shown,
        "placeholders": [f"{{{name}}}" for name in sorted(known | rules.ALWAYS_KNOWN)],
        "may_propose": may_propose,
        "own": selectors.message_version(code),
        "history": presenting.changes(MESSAGES, request.actor, selectors.list_message_changes(code)),
        "more": presenting.all_changes(MESSAGES),
    }
    return render(request, "administration/message.html", context, status=status)
