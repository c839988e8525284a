"""A little work before a code is sent where many were asked for: a script does it unseen, else a question in words.

A puzzle is stateless: its signature says that we made it, its use is counted once.
Source: docs/rules/accounts.md#a-little-work
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from zhijia.foundation.accounts import rules
from zhijia.foundation.audit import services as audit
from zhijia.foundation.limits import services as limits
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid, TooMany
from zhijia.kernel.ids import Randomness, is_public_id, new_public_id
from zhijia.kernel.registry import registry

LIFE = timedelta(minutes=10)
_ANSWERS_AN_HOUR = 10
_TEXT = "获取验证码的人较多，请先完成安全验证，再点“获取验证码”。"
_WRONG = "答案不对，请看清题目后重新回答，再点“获取验证码”。"


@dataclass(frozen=True, slots=True)
class Puzzle:
    """`challenge` goes back as it is; `bits` leading zero bits of SHA-256 over it and a proof, or the `question`."""

    challenge: str
    bits: int
    question: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the challenge, and a script's proof or a person's words."""

    challenge: str
    proof: str = ""
    words: str = ""

    @classmethod
    def read(cls, said: Mapping[str, object]) -> Answer | None:
        """From a form's fields `puzzle`, `proof` and `answer`; None where there is none."""
        challenge, proof, words = (str(said.get(name) or "")[:120] for name in ("puzzle", "proof", "answer"))
        return cls(challenge, proof, words) if challenge else None


def _bits(now: datetime) -> int:
    return int(registry.parameter("accounts.puzzle_bits", on=timezone.localdate(now)))


def _signature(public_id: str, until: str, bits: str) -> str:
    return str(settings.ZHIJIA_KEYS.hashes.digest("puzzle", public_id, until, bits))


def make(*, now: datetime, randomness: Randomness = secrets.token_bytes) -> Puzzle:
    """A fresh one, good for ten minutes and one code."""
    public_id, until, bits = new_public_id(randomness), str(int((now + LIFE).timestamp())), _bits(now)
    challenge = f"{public_id}.{until}.{bits}.{_signature(public_id, until, str(bits))}"
    return Puzzle(challenge, bits, rules.puzzle_question(*_terms(public_id)))


def _terms(public_id: str) -> tuple[int, int]:
    """Two numbers of 1 to 9, which only we draw from the id."""
    drawn = int(str(settings.ZHIJIA_KEYS.hashes.digest("puzzle_terms", public_id))[:8], 16)
    return 1 + drawn % 9, 1 + drawn // 9 % 9


def _refusal(text: str) -> Invalid:
    return Invalid("code.puzzle", text, fields={"answer": text})


def require(actor: Actor, answer: Answer | None, *, now: datetime) -> None:
    """Raises Invalid `code.puzzle` where the work is not done, too late or done for another code already.

    Words are counted per network: a machine that reads them gets little further.
    """
    if answer is None:
        raise _refusal(_TEXT)
    public_id = _own_and_living(answer.challenge, now)
    if public_id is None:
        raise _refusal(_TEXT)
    if not rules.is_proof(answer.challenge, answer.proof, int(answer.challenge.split(".")[2])):
        if not answer.words.strip():
            raise _refusal(_TEXT)
        _check_words(actor, public_id, answer.words, now=now)
    try:
        limits.hit("accounts.puzzle_used", public_id, 1, LIFE, now=now)
    except TooMany:
        raise _refusal(_TEXT) from None


def _own_and_living(challenge: str, now: datetime) -> str | None:
    """The id of a puzzle that we made and that still counts."""
    parts = challenge.split(".")
    if len(parts) != 4 or not is_public_id(parts[0]) or not (parts[1].isascii() and parts[1].isdigit()):
        return None
    if not secrets.compare_digest(parts[3].encode(), _signature(*parts[:3]).encode()):
        return None
    return parts[0] if int(parts[1]) > now.timestamp() else None


def _check_words(actor: Actor, public_id: str, words: str, *, now: datetime) -> None:
    limits.hit_network(
        "accounts.puzzle_answers",
        actor.address,
        _ANSWERS_AN_HOUR,
        timedelta(hours=1),
        now=now,
        message="这个网络回答的次数过多，请一小时后再试，或换用手机流量。",
    )
    if rules.read_number(words) != sum(_terms(public_id)):
        audit.record_refused(actor, "accounts.code_refused", now=now, detail={"code": "code.puzzle"})
        raise _refusal(_WRONG)
