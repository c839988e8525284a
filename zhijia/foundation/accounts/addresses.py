"""Where a request comes from, for limits and the audit."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """`203.0.113.9`; empty where none is known.

    Behind a proxy the peer is the proxy: ZHIJIA_CLIENT_ADDRESS_HEADER then names the header it sets itself, as in
    `X-Real-IP` or `X-Forwarded-For`, whose last entry counts. Without the setting no header is believed.
    """
    header = settings.ZHIJIA_CLIENT_ADDRESS_HEADER
    said = request.headers.get(header, "").rpartition(",")[2] if header else request.META.get("REMOTE_ADDR", "")
    return _normal(said.strip())


@lru_cache(maxsize=4096)
def _normal(said: str) -> str:
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return ""
