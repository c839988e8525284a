"""The cadre's own messages: the bell counts what is new, the list opens what each one speaks of."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.notify import selectors as messages, services as notify
from zhijia.foundation.notify.selectors import Message
from zhijia.foundation.ui.listing import Column, Empty, Listing, Tag, View, When, answer
from zhijia.foundation.workflow import selectors as cases
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry


def _address(message: Message) -> str:
    return reverse("portal:news_item", args=[message.public_id])


def _state(message: Message) -> tuple[str, str]:
    return ("已读", "") if message.read_at else ("未读", "soon")


NEWS = Listing(
    "portal.news",
    "消息",
    note="提醒和办理结果",
    ordered="最近的在前",
    views=(View("all", "全部"), View("unread", "未读", Empty("没有未读的消息"))),
    head=Column("标题", "title"),
    columns=(Column("内容", "body", wraps=True), When("时间", "at", faint=True), Tag("状态", _state)),
    opens=_address,
    empty=Empty("还没有消息", "您经办的事项有了结果、下级有事项逾期时，会在这里提醒。"),
    exports=False,
)


@require_safe
def news(request: Request) -> HttpResponseBase:
    request.actor.require_person()
    unread = messages.count_unread(request.actor)
    read = partial(messages.list_page, request.actor)
    return answer(NEWS, request, read, template="portal/news.html", extra={"unread": unread}, counts={"unread": unread})


@require_POST
@once
def all_read(request: Request) -> HttpResponse:
    notify.mark_read(request.actor.require_person(), None, now=request.now)
    return redirect("portal:news")


@require_safe
def item(request: Request, pid: str) -> HttpResponse:
    """Opening a message marks it as read and leads to the case it speaks of; else it is shown here."""
    found = messages.get_message(request.actor, pid)
    notify.mark_read(request.actor.require_person(), pid, now=request.now)
    workflow = cases.workflow_of(found.case_public_id) if found.case_public_id else ""
    name = registry.case_link(workflow).console if workflow else ""
    if name:
        return redirect(name, pid=found.case_public_id)
    return render(request, "portal/news_item.html", {"message": found})
