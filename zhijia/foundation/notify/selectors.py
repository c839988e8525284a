"""A person's own messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from zhijia.foundation.ui.listing import Query
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.personal import DataSubject

from .models import Message as Message, TemplateText, TextMessage, TextState  # noqa: PLC0414  the type others name


def list_messages(actor: Actor, *, after: str = "", limit: int = 20) -> Page[Message]:
    """Newest first. Raises Invalid `request.page`."""
    own = Message.objects.filter(person_id=actor.require_person())
    return page_of(own, ("-at", "-id"), after=after, limit=limit)


def list_page(actor: Actor, query: Query) -> Page[Message]:
    """Newest first; the view `unread` has what is new."""
    messages = Message.objects.filter(person_id=actor.require_person())
    if query.view == "unread":
        messages = messages.filter(read_at__isnull=True)
    return page_of(messages, ("-at", "-id"), after=query.after, limit=query.limit)


def get_message(actor: Actor, public_id: str) -> Message:
    """Raises NotFound also for other people's messages."""
    message = Message.objects.filter(person_id=actor.require_person(), public_id=public_id).first()
    if message is None:
        raise NotFound
    return message


def count_unread(actor: Actor, *, most: int = 100) -> int:
    """How many are unread, counted up to `most`."""
    if actor.person_id is None:
        return 0
    return Message.objects.filter(person_id=actor.person_id, read_at__isnull=True)[:most].count()


def own_versions() -> dict[str, int]:
    """Code to the newest version of an operator's own wording: `{"joining.approved": 2}`. One query."""
    return dict(TemplateText.objects.order_by("code", "version").values_list("code", "version"))


def export_messages(subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    """For his copy, oldest first."""
    rows = Message.objects.filter(person_id__in=subject.persons).order_by("at", "id")
    return [
        {"时间": at, "标题": title, "内容": body, "已读": read_at}
        for at, title, body, read_at in rows.values_list("at", "title", "body", "read_at")
    ]


def count_waiting_texts(*, before: datetime) -> int:
    """Text messages that should have left by `before`."""
    return TextMessage.objects.filter(state=TextState.WAITING, created_at__lt=before).count()
