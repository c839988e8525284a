"""What is hashed and what is signed; pure. Source: docs/rules/ledger.md

SM3 throughout: the rows' digests, the people's data and the signatures' neighbours in this platform are under the
commercial cryptography rules anyway, and `openssl dgst -sm3` lets any reader check a proof without us.
"""

from __future__ import annotations

from datetime import UTC, datetime

from zhijia.kernel.crypto import sm3
from zhijia.kernel.merkle import leaf_hash

SALT_BYTES = 16


def commitment(salt: bytes, source: str, row_id: int, digest: str) -> bytes:
    """What stands in the log for a row: SM3 over the salt and `members.event:812:9f2c…`. Mute without the salt."""
    return sm3(salt, f"{source}:{row_id}:{digest}".encode())


def leaf_of(salt: bytes, source: str, row_id: int, digest: str) -> bytes:
    return leaf_hash(commitment(salt, source, row_id, digest), sm3)


def head_text(size: int, root: bytes, at: datetime) -> bytes:
    """The signed words of a tree head: name, size, root in hexadecimal, moment in UTC, a line each."""
    return f"zhijia-ledger/1\n{size}\n{root.hex()}\n{at.astimezone(UTC).isoformat()}\n".encode()
