"""What a member may scan: a union's printed code, or somebody's card. Pure.

Source: docs/rules/members.md#scanning
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from zhijia.kernel.errors import Invalid
from zhijia.kernel.typed import typed

_JOIN = re.compile(r"(?:https?://[^/?#\s]+)?/j/([0-9]{16})\?s=([0-9A-Za-z_-]{1,64})")
_CARD = re.compile(r"(?:https?://[^/?#\s]+)?/v/([0-9A-Za-z_-]{20,300})")
_TYPED = re.compile(r"[0-9]{16}")
MOST_LETTERS = 400


@dataclass(frozen=True, slots=True)
class Scanned:
    """`join` with a union's code and the printed signature, `typed` with a code alone, `card` with a payload."""

    kind: Literal["join", "typed", "card"]
    value: str
    signature: str = ""


def read_scanned(text: str) -> Scanned:
    """What a scanner read or somebody typed; the host in it proves nothing and is not followed.

    Raises Invalid `scan.unknown`, `scan.empty`.
    """
    clean = "".join(typed(text).split())[:MOST_LETTERS]
    if not clean:
        words = "请扫描二维码，或输入 16 位工会编码。"
        raise Invalid("scan.empty", words, fields={"code": words})
    if found := _JOIN.fullmatch(clean):
        return Scanned("join", found[1], found[2])
    if found := _CARD.fullmatch(clean):
        return Scanned("card", found[1])
    if _TYPED.fullmatch(clean.replace("-", "")):
        return Scanned("typed", clean.replace("-", ""))
    words = "这不是工会的二维码或编码。请扫描工会提供的入会码、会员码，或输入 16 位工会编码。"
    raise Invalid("scan.unknown", words, fields={"code": words})
