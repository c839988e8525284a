"""Text messages on their way out: one task each, after the transaction that caused it; and what was left over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from zhijia.kernel import db

from .models import TextMessage, TextState
from .ports import NotDelivered, TextPort, current_port

MOST_TRIES = 5
KEEP_TEXTS = timedelta(days=7)


@task()
def deliver_text(public_id: str) -> None:
    """Runs at least once; a text that is out already is left alone."""
    deliver(public_id, now=timezone.now())


def deliver(public_id: str, *, now: datetime, port: TextPort | None = None) -> bool:
    """Hand one waiting text to the gateway; safe to run twice. Returns whether it is out."""
    text = TextMessage.objects.filter(public_id=public_id, state=TextState.WAITING).first()
    if text is None:
        return False
    keyring = settings.ZHIJIA_KEYS.keyring
    number = keyring.open_sealed(text.number_sealed, table_column="notify_textmessage.number", row=text.public_id)
    body = keyring.open_sealed(text.body_sealed, table_column="notify_textmessage.body", row=text.public_id)
    try:
        reference = (port or current_port()).send(number, body, text.public_id)
    except NotDelivered:
        tries = text.tries + 1
        state = TextState.FAILED if tries >= MOST_TRIES else TextState.WAITING
        db.change_rows(TextMessage, {"id": text.pk, "tries": text.tries}, {"tries": tries, "state": state})
        return False
    db.change_rows(
        TextMessage,
        {"id": text.pk, "state": TextState.WAITING},
        {"state": TextState.SENT, "reference": reference, "sent_at": now},
    )
    return True


def deliver_waiting(*, now: datetime, limit: int = 200) -> int:
    """Texts whose task was lost or whose gateway was down; called by the tick. Returns how many went out."""
    waiting = TextMessage.objects.filter(state=TextState.WAITING, created_at__lt=now - timedelta(seconds=60))
    return sum(
        deliver(key, now=now) for key in waiting.order_by("created_at").values_list("public_id", flat=True)[:limit]
    )


def erase_old_texts(*, now: datetime) -> int:
    """Number and wording of old texts go; the fact that one was sent stays."""
    return (
        TextMessage.objects.filter(created_at__lt=now - KEEP_TEXTS)
        .exclude(number_sealed=b"")
        .update(number_sealed=b"", body_sealed=b"")
    )


def drop_waiting(*, now: datetime) -> int:
    """Let waiting texts rest unsent, for a demonstration whose numbers belong to nobody. Returns how many."""
    waiting = TextMessage.objects.filter(state=TextState.WAITING)
    return waiting.update(state=TextState.FAILED, number_sealed=b"", body_sealed=b"")
