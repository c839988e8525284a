"""Reading kept answers."""

from __future__ import annotations

from .models import Answer


def get_answer(actor: str, key: str) -> Answer:
    return Answer.objects.get(actor=actor, key=key)
