"""The port to an authority that knows whether a name and an ID number belong together.

Which one is used is a setting, `ZHIJIA_REAL_NAME_SOURCE`: `offline` (deterministic, for demonstrations and tests) or
`http` (a signed gateway). A source that is down answers `unavailable`; the step then waits, it never passes silently.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings

from zhijia.kernel.ids import new_public_id


class Outcome(StrEnum):
    MATCHED = "matched"
    MISMATCH = "mismatch"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Answer:
    """`reference` is the source's own number for the query, kept as evidence; it tells nothing of the person."""

    outcome: Outcome
    source: str
    reference: str = ""


class RealNameSource(Protocol):
    def check(self, name: str, id_type: str, number: str) -> Answer: ...


class OfflineSource:
    """Answers from the number alone, so that every state can be reached on purpose.

    The three digits before the check digit decide: 998 never matches, 997 finds the source down, all else matches.
    """

    def check(self, name: str, id_type: str, number: str) -> Answer:
        digits = number[-4:-1]
        if settings.ZHIJIA_REAL_NAME_DOWN or digits == "997":
            return Answer(Outcome.UNAVAILABLE, "offline")
        return Answer(Outcome.MISMATCH if digits == "998" else Outcome.MATCHED, "offline", new_public_id())


class HttpSource:
    """Takes `{"name", "id_type", "number"}`, answers `{"result": "matched" | "mismatch", "reference"}`.

    The body is signed with HMAC-SHA256 in the header `X-Signature`; any failure, late or odd answer counts as down.
    """

    def __init__(self, url: str, secret: str, timeout_seconds: float = 3.0) -> None:
        self._url = url
        self._secret = secret.encode()
        self._timeout = timeout_seconds

    def check(self, name: str, id_type: str, number: str) -> Answer:
        body = json.dumps({"name": name, "id_type": id_type, "number": number}, ensure_ascii=False).encode()
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(  # noqa: S310  the address is the operator's setting
            self._url, data=body, headers={"Content-Type": "application/json", "X-Signature": signature}
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as response:  # noqa: S310
                said = json.loads(response.read(65_536))
            outcome = Outcome(said["result"])
            reference = str(said.get("reference", ""))[:64]
        except (OSError, urllib.error.URLError, ValueError, KeyError, TypeError):
            return Answer(Outcome.UNAVAILABLE, "http")
        return Answer(outcome, "http", reference)


def current_source() -> RealNameSource:
    if settings.ZHIJIA_REAL_NAME_SOURCE == "http":
        return HttpSource(settings.ZHIJIA_REAL_NAME_URL, settings.ZHIJIA_REAL_NAME_SECRET)
    return OfflineSource()
