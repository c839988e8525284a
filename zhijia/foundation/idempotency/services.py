"""Taking a key, keeping the answer, forgetting it after two days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from zhijia.kernel import db
from zhijia.kernel.errors import Duplicate

from . import selectors
from .models import Answer

KEPT = timedelta(hours=48)
_PLACE = "idempotency_answer.body"


class KeyReused(Duplicate):
    """The key belongs to another request of this actor."""

    def __init__(self) -> None:
        super().__init__("request.key_reused", "这个页面已经提交过另一份内容，请刷新页面后重新填写提交。")


@dataclass(frozen=True, slots=True)
class Kept:
    """An earlier answer, to be given again."""

    status: int
    headers: Mapping[str, str]
    body: str


def take_key(actor: str, key: str, digest: str, *, now: datetime) -> Kept | None:
    """None: the key is ours in this transaction, carry the command out. Otherwise the first answer.

    Inside `atomic()` only. A second request with the key waits here until the first has committed or failed. Raises
    KeyReused for another content.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a key is taken in the command's own transaction")
    values = {"actor": actor, "key": key, "digest": digest, "created_at": now}
    if db.insert_rows(Answer, [values], ignore_conflicts=True):
        return None
    answer = selectors.get_answer(actor, key)
    if answer.digest != digest:
        raise KeyReused
    body = settings.ZHIJIA_KEYS.keyring.open_sealed(answer.body, table_column=_PLACE, row=_row(actor, key))
    return Kept(answer.status, answer.headers, body)


def keep_answer(actor: str, key: str, *, status: int, headers: Mapping[str, str], body: str) -> None:
    """Keep what the command answered, in its transaction."""
    sealed = settings.ZHIJIA_KEYS.keyring.seal(body, table_column=_PLACE, row=_row(actor, key))
    db.change_later(Answer, {"actor": actor, "key": key}, {"status": status, "headers": dict(headers), "body": sealed})


def _row(actor: str, key: str) -> str:
    return f"{actor} {key}"


def delete_old(*, now: datetime, at_most: int = 2_000) -> int:
    """Forget answers after 48 hours; returns how many."""
    old = Answer.objects.filter(created_at__lt=now - KEPT).order_by("created_at")
    return Answer.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:at_most])).delete()[0]
