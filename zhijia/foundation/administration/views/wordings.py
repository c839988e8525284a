"""Wordings of messages: the list, one with its preview, and the form for another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.administration import presenting, rules, selectors
from zhijia.foundation.administration.cases import MESSAGES
from zhijia.foundation.administration.forms import WordingForm
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.casework.services import open_case
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.notify import selectors as notified, services as notify
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry


@require_safe
def message_list(request: Request) -> HttpResponse:
    """Every message that is sent, by the capability that sends it."""
    request.actor.require_anywhere(Permission.MESSAGE_PROPOSE)
    own = notified.own_versions()
    groups = []
    for scenario in registry.scenarios:
        if scenario.messages:
            rows = [_row(declared.code, own) for declared in scenario.messages]
            groups.append({"title": scenario.name, "table": _table(scenario.name, rows)})
    context = {
        "groups": groups,
        "history": presenting.changes(MESSAGES, request.actor, selectors.list_message_changes()),
        "more": presenting.all_changes(MESSAGES),
    }
    return render(request, "administration/messages.html", context)


def _row(code: str, own: dict[str, int]) -> dict[str, Any]:
    worded = notify.wording(code) if code in own else registry.messages[code]
    tag = {"text": f"自定 第 {own[code]} 版", "state": "done"} if code in own else {"text": "平台文案", "state": ""}
    return {
        "pid": code,
        "label": worded.title,
        "detail": code,
        "href": reverse("administration:message", args=[code]),
        "cells": [
            {"text": worded.body, "wrap": True, "wide": True},
            {"text": _ways(worded), "dim": True},
            {"tag": tag},
        ],
    }


def _ways(worded: Any) -> str:
    """A message with a code in it never lies in the app."""
    if not worded.sms:
        return "站内"
    return "短信" if "{code}" in worded.sms else "站内和短信"


def _table(title: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "label": f"{title}的消息",
        "first": {"label": "消息"},
        "columns": [{"label": "内容"}, {"label": "发送"}, {"label": "文案"}],
        "rows": rows,
        "pick": "",
    }


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
