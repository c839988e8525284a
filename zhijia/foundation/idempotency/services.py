"""Keeping the answer under its key, giving it again, forgetting it after two days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from zhijia.kernel import db
from zhijia.kernel.errors import Duplicate, WrongState

from . import selectors
from .models import Answer

KEPT = timedelta(hours=48)
_PLACE = "idempotency_answer.body"


class KeyReused(Duplicate):
    """The key belongs to another request of this actor."""

    def __init__(self) -> None:
        super().__init__("request.key_reused", "这个页面已经提交过另一份内容，请刷新页面后重新填写提交。")


class RightsChanged(WrongState):
    """The command was carried out before, by rights that have changed since."""

    def __init__(self) -> None:
        super().__init__("request.rights_changed", "这一步之前已经提交过，您的权限后来有变化，请刷新页面后查看。")


@dataclass(frozen=True, slots=True)
class Kept:
    """An earlier answer, to be given again."""

    status: int
    headers: Mapping[str, str]
    body: str


def keep_answer(
    actor: str,
    key: str,
    digest: str,
    *,
    rights: str,
    status: int,
    headers: Mapping[str, str],
    body: str,
    now: datetime,
) -> None:
    """Keep what the command answered, as its last row; `digest` stands for what was asked, `rights` for by what.

    Inside `atomic()` only. Where the key has an answer already, writing it raises IntegrityError, and the command's
    work must be undone; a second request with the key waits there until the first has committed or failed.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an answer is kept in the command's own transaction")
    db.insert_row(
        Answer,
        actor=actor,
        key=key,
        digest=digest,
        rights=rights,
        status=status,
        headers=dict(headers),
        body=settings.ZHIJIA_KEYS.keyring.seal(body, table_column=_PLACE, row=_row(actor, key)),
        created_at=now,
    )


def first_answer(actor: str, key: str, digest: str, *, rights: str) -> Kept | None:
    """What the first request with the key was answered; None where the key is free. Raises KeyReused for another
    content, RightsChanged where it was answered by rights that the actor does not hold any more.
    """
    answer = selectors.find_answer(actor, key)
    if answer is None:
        return None
    if answer.digest != digest:
        raise KeyReused
    if answer.rights not in ("", rights):
        raise RightsChanged
    body = settings.ZHIJIA_KEYS.keyring.open_sealed(answer.body, table_column=_PLACE, row=_row(actor, key))
    return Kept(answer.status, answer.headers, body)


def _row(actor: str, key: str) -> str:
    return f"{actor} {key}"


def delete_old(*, now: datetime, at_most: int = 2_000) -> int:
    """Forget answers after 48 hours; returns how many."""
    old = Answer.objects.filter(created_at__lt=now - KEPT).order_by("created_at")
    return Answer.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:at_most])).delete()[0]
