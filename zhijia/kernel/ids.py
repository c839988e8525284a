"""Public ids: random, so that nobody can count or guess rows; bigints stay inside."""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from collections.abc import Callable

_ALPHABET = b"0123456789abcdefghjkmnpqrstvwxyz"
_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _ALPHABET)
_SHAPE = re.compile(r"[0-9a-hjkmnp-tv-z]{16}\Z")
LENGTH = 16

Randomness = Callable[[int], bytes]
"""`randomness(n)` returns n random bytes; `secrets.token_bytes` in production, seeded in the demonstration."""


def new_public_id(randomness: Randomness = secrets.token_bytes) -> str:
    """Sixteen lower-case Crockford base-32 characters, 80 bits: `7h2k9v0c4m1xq8tz`."""
    return b32encode(randomness(10)).translate(_CROCKFORD).decode()


def is_public_id(text: str) -> bool:
    """Whether `text` has the shape of a public id; says nothing of existence."""
    return bool(_SHAPE.match(text))


class PublicIdConverter:
    """URL path converter `<pid:...>`: anything of another shape is no address of ours and gets 404."""

    regex = "[0-9a-hjkmnp-tv-z]{16}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
