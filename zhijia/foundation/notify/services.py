"""Telling people. `send` writes rows in the caller's transaction; texts leave by a task afterwards."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from zhijia.foundation.audit import services as audit
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.parameters.services import touch
from zhijia.foundation.ui.site import current_site
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.personal import DataSubject
from zhijia.kernel.registry import MessageTemplate, registry

from . import delivery
from .models import Message, TemplateText, TextMessage, TextState


def wording(code: str) -> MessageTemplate:
    """The wording in force: the newest override, else the declared one. One set in another process counts here within
    five seconds, as a parameter does. Raises LookupError.
    """
    declared = registry.messages.get(code)
    if declared is None:
        raise LookupError(f"message {code} is declared by no scenario")
    return parameters.kept("notify.wordings", _own_wordings).get(code, declared)


def _own_wordings() -> dict[str, MessageTemplate]:
    rows = TemplateText.objects.order_by("version").values_list("code", "title", "body", "sms")
    return {code: MessageTemplate(code, title, body, sms) for code, title, body, sms in rows}


def wording_before(code: str, version: int) -> MessageTemplate:
    """An earlier own wording by its version; the declared one for version 0. Raises LookupError."""
    declared = registry.messages[code]
    own = TemplateText.objects.filter(code=code, version=version).first()
    return MessageTemplate(code, own.title, own.body, own.sms) if own else declared


def _fill(text: str, context: Mapping[str, Any]) -> str:
    named = {field for _, field, _, _ in string.Formatter().parse(text) if field}
    site = current_site()
    values = {"hotline": site.hotline, "site": site.name, **context}
    return text.format(**{key: values[key] for key in named})


def send(
    code: str, *, person_id: int, context: Mapping[str, Any], now: datetime, link: str = "", case_public_id: str = ""
) -> None:
    """One message to one person. Raises LookupError for an undeclared template, KeyError for a missing placeholder."""
    text = wording(code)
    message = {
        "public_id": new_public_id(),
        "person_id": person_id,
        "template": code,
        "title": _fill(text.title, context)[:60],
        "body": _fill(text.body, context)[:500],
        "link": link,
        "case_public_id": case_public_id,
        "at": now,
        "read_at": None,
    }
    db.insert_rows(Message, [message])
    if text.sms:
        number = registry.mobile_of(person_id)
        if number:
            send_text(code, number, _fill(text.sms, context), now=now)


def send_to_number(code: str, number: str, context: Mapping[str, Any], *, now: datetime) -> None:
    """A declared text to a number that need not be anybody's yet. Raises LookupError, KeyError as `send`."""
    send_text(code, number, _fill(wording(code).sms, context), now=now)


def send_text(code: str, number: str, body: str, *, now: datetime) -> None:
    """Put a text message into the outbox; it leaves when the transaction is done."""
    public_id = new_public_id()
    keyring = settings.ZHIJIA_KEYS.keyring
    text = {
        "public_id": public_id,
        "template": code,
        "number_sealed": keyring.seal(number, table_column="notify_textmessage.number", row=public_id),
        "body_sealed": keyring.seal(body, table_column="notify_textmessage.body", row=public_id),
        "state": TextState.WAITING,
        "created_at": now,
        "sent_at": None,
    }
    db.insert_rows(TextMessage, [text])
    delivery.deliver_text.enqueue(public_id)


@transaction.atomic
def mark_read(person_id: int, public_id: str | None, *, now: datetime) -> int:
    """One message, or all when `public_id` is None. Returns how many were unread."""
    messages = Message.objects.filter(person_id=person_id, read_at__isnull=True)
    if public_id is not None:
        messages = messages.filter(public_id=public_id)
    return messages.update(read_at=now)


@transaction.atomic
def set_wording(
    actor: Actor, code: str, *, title: str, body: str, sms: str, made_by: int | None, now: datetime
) -> TemplateText:
    """An operator's own wording, in force at once here and within five seconds everywhere. Who may, and whether the
    placeholders are known, is the editor's matter (`administration`). Raises LookupError for an undeclared message.
    """
    newest = TemplateText.objects.filter(code=code).order_by("-version").first()
    before = newest or registry.messages[code]
    text = TemplateText.objects.create(
        code=code,
        version=(newest.version if newest else 0) + 1,
        title=title,
        body=body,
        sms=sms,
        made_by=made_by,
        checked_by=actor.person_id,
        at=now,
    )
    touch()
    audit.record(
        actor,
        "notify.template",
        ("message", code[:40]),
        now=now,
        before={"title": before.title, "body": before.body, "sms": before.sms},
        after={"title": title, "body": body, "sms": sms},
        detail={"version": text.version},
    )
    return text


def erase_messages(subject: DataSubject, now: datetime) -> int:
    """His list is empty afterwards. Returns how many there were."""
    return Message.objects.filter(person_id__in=subject.persons).delete()[0]
