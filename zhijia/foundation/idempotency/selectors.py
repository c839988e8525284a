"""Reading kept answers."""

from __future__ import annotations

from zhijia.kernel import db

from .models import Answer


def find_answer(actor: str, key: str) -> Answer | None:
    return db.find(Answer, actor=actor, key=key)
