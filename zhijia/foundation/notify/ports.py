"""How a text message leaves. `ZHIJIA_SMS`: `console` prints it (development), `http` posts it, signed, to a gateway."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import urllib.error
import urllib.request
from typing import Protocol

from django.conf import settings


class NotDelivered(Exception):
    """The gateway did not take the message; it is tried again."""


class TextPort(Protocol):
    def send(self, number: str, body: str, reference: str) -> str:
        """Returns the gateway's number for it. Raises NotDelivered."""


class ConsolePort:
    """Prints to the terminal, so that codes can be read on a laptop; never used in production."""

    def send(self, number: str, body: str, reference: str) -> str:
        sys.stdout.write(f"[短信] {number}: {body}\n")
        sys.stdout.flush()
        return reference


class HttpPort:
    """Posts `{"to", "text", "reference"}`, signed with HMAC-SHA256 in `X-Signature`; answers `{"id"}` with status
    2xx.
    """

    def __init__(self, url: str, secret: str, timeout_seconds: float = 5.0) -> None:
        self._url = url
        self._secret = secret.encode()
        self._timeout = timeout_seconds

    def send(self, number: str, body: str, reference: str) -> str:
        content = json.dumps({"to": number, "text": body, "reference": reference}, ensure_ascii=False).encode()
        signature = hmac.new(self._secret, content, hashlib.sha256).hexdigest()
        request = urllib.request.Request(  # noqa: S310  the address is the operator's setting
            self._url, data=content, headers={"Content-Type": "application/json", "X-Signature": signature}
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as response:  # noqa: S310
                return str(json.loads(response.read(65_536)).get("id", ""))[:64]
        except (OSError, urllib.error.URLError, ValueError, AttributeError) as error:
            raise NotDelivered(str(error)) from error


def current_port() -> TextPort:
    if settings.ZHIJIA_SMS == "http":
        return HttpPort(settings.ZHIJIA_SMS_URL, settings.ZHIJIA_SMS_SECRET)
    return ConsolePort()
