"""A person's own messages."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from zhijia.kernel.api import After, Done, Limit, Out, PublicId, Routes, Who
from zhijia.kernel.http import Request

from . import selectors, services

routes = Routes("messages", "消息", who=Who.MEMBER, surface="member")
ROUTES = (routes,)


class MessageOut(Out):
    id: str
    title: str
    body: str
    at: datetime
    read: bool
    case_id: str = Field(description="说到的事项，没有则为空")


class MessageList(Out):
    items: list[MessageOut]
    next: str = Field(description="下一页的 after，最后一页为空")
    unread: int = Field(description="未读条数，最多数到 100")


class ReadOut(Out):
    read: int


def _out(row: selectors.Message) -> MessageOut:
    return MessageOut(
        id=row.public_id,
        title=row.title,
        body=row.body,
        at=row.at,
        read=row.read_at is not None,
        case_id=row.case_public_id,
    )


@routes.read("/me/messages", MessageList)
def messages(request: Request, after: After = "", limit: Limit = 20) -> MessageList:
    """我的消息，新的在前。"""
    page = selectors.list_messages(request.actor, after=after, limit=limit)
    return MessageList(
        items=[_out(row) for row in page.rows],
        next=page.next,
        unread=selectors.count_unread(request.actor),
    )


@routes.write("/me/messages/read", ReadOut)
def read_all(request: Request) -> ReadOut:
    """全部标为已读。"""
    return ReadOut(read=services.mark_read(request.actor.require_person(), None, now=request.now))


@routes.read("/me/messages/{pid}", MessageOut)
def message(request: Request, pid: PublicId) -> MessageOut:
    """一条消息；读取不改变已读状态。"""
    return _out(selectors.get_message(request.actor, pid))


@routes.write("/me/messages/{pid}/read", Done)
def read_one(request: Request, pid: PublicId) -> Done:
    """标为已读。"""
    selectors.get_message(request.actor, pid)
    services.mark_read(request.actor.require_person(), pid, now=request.now)
    return Done()
