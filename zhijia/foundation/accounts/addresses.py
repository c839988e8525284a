"""Where a request comes from, for limits and the audit: its address, and whether we know the browser."""

from __future__ import annotations

import ipaddress
import secrets
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from zhijia.kernel.ids import is_public_id


def client_address(request: HttpRequest) -> str:
    """`203.0.113.9`; empty where none is known.

    Behind a proxy the peer is the proxy: ZHIJIA_CLIENT_ADDRESS_HEADER then names the header it sets itself, as in
    `X-Real-IP` or `X-Forwarded-For`, whose last entry counts. Without the setting no header is believed.
    """
    header = settings.ZHIJIA_CLIENT_ADDRESS_HEADER
    said = request.headers.get(header, "").rpartition(",")[2] if header else request.META.get("REMOTE_ADDR", "")
    return _normal(said.strip())


KNOWN = "zj_known"
"""The cookie of a browser that has signed a number in: an id of its own, and that we saw it with this number."""
KNOWN_S = 365 * 24 * 3600


def known_cookie(number: str, device: str) -> str:
    """Bound to the number: what a browser proved for one says nothing of another."""
    return f"{device}.{settings.ZHIJIA_KEYS.hashes.digest('known_device', device, number)}"


def known_device(request: HttpRequest, number: str) -> str:
    """The id of a browser that has signed this number in before; empty for any other."""
    said = request.COOKIES.get(KNOWN, "")[:80]
    device = said.partition(".")[0]
    if not is_public_id(device) or not secrets.compare_digest(said.encode(), known_cookie(number, device).encode()):
        return ""
    return device


@lru_cache(maxsize=4096)
def _normal(said: str) -> str:
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return ""
