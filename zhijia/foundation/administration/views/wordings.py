"""Wordings of messages: the list, one with its preview and form, a proposal and its decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.administration import rules, selectors
from zhijia.foundation.administration.forms import WordingForm
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.administration.services import wordings as services
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.notify import selectors as notified, services as notify
from zhijia.foundation.ui.listing import Column, Listing, Query, Tag, To, answer
from zhijia.foundation.ui.site import current_site
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.kernel.registry import MessageTemplate, registry

from . import deciding


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


MESSAGES = Listing(
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

    history = deciding.history(
        request.actor, selectors.list_message_changes(), "administration:message_case", selectors.MESSAGE_READERS
    )
    return answer(MESSAGES, request, read, template="administration/messages.html", extra={"history": history})


def _ways(worded: Any) -> str:
    """A message with a code in it never lies in the app."""
    if not worded.sms:
        return "站内"
    return "短信" if "{code}" in worded.sms else "站内和短信"


def _previews(title: str, body: str, sms: str) -> list[dict[str, str]]:
    site = current_site()
    values = {**rules.SAMPLES, "site": site.name, "hotline": site.hotline}
    parts = [("标题", title), ("站内消息", body), *([("短信", sms)] if sms else [])]
    shown = []
    for label, text in parts:
        try:
            words = rules.preview(text, values)
        except Invalid as error:
            words = error.message
        length = f"{len(words)} 个字" if label == "短信" else ""
        shown.append({"label": label, "value": words, "note": length})
    return shown


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
    shown = _previews(worded.title, worded.body, worded.sms)
    if request.method == "POST":
        if not may_propose:
            raise NotAllowed
        valid = form.is_valid()
        said = {"sms": "", **form.cleaned_data}
        shown = _previews(said.get("title", ""), said.get("body", ""), said.get("sms", ""))
        status = 200 if "preview" in request.POST and valid else 422
        if valid:
            try:
                if "preview" in request.POST:
                    rules.check_wording(declared, said["title"], said["body"], said["sms"])
                else:
                    pid = services.propose_wording(request.actor, code, **said, now=request.now)
                    messages.success(request, "已提交，等待另一位系统管理员复核。")
                    return redirect("administration:message_case", pid=pid)
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
        "history": deciding.history(
            request.actor,
            selectors.list_message_changes(code),
            "administration:message_case",
            selectors.MESSAGE_READERS,
        ),
    }
    return render(request, "administration/message.html", context, status=status)


@require_http_methods(["GET", "POST"])
@once
def case(request: Request, pid: str) -> HttpResponse:
    change = selectors.get_message_change(request.actor, pid)
    form = deciding.check_form(request, change.case, agree="立即生效，之后发出的消息用新文案")
    answer = deciding.decided(request, pid, form, services.decide_wording, page="administration:message_case")
    if not isinstance(answer, int):
        return answer
    before = notify.wording_before(change.code, change.base_version)
    context = deciding.case_context(request, change.case, form) | {
        "change": change,
        "facts": [{"label": "消息", "value": change.code, "code": True}, {"label": "修改原因", "value": change.reason}],
        "pairs": [
            {"label": label, "old": old, "new": new, "changed": old != new}
            for label, old, new in (
                ("标题", before.title, change.title),
                ("站内消息", before.body, change.body),
                ("短信", before.sms, change.sms),
            )
            if old or new
        ],
        "shown": _previews(change.title, change.body, change.sms),
    }
    return render(request, "administration/message_case.html", context, status=answer)


@require_POST
@once
def withdraw(request: Request, pid: str) -> HttpResponse:
    services.withdraw_wording(request.actor, pid, now=request.now)
    messages.success(request, "已撤回，可以修改后重新提交。")
    return redirect("administration:messages")
