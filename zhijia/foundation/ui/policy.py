"""The content policy of a single page that needs a script of somebody else: one origin more, nothing inline."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse


def allow_script(response: HttpResponse, address: str) -> None:
    """Let this one answer load scripts from the origin of `address` (https only) beside our own."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.netloc:
        return
    policy = dict(settings.ZHIJIA_CONTENT_SECURITY_POLICY)
    policy["script-src"] = [*policy.get("script-src", ["'self'"]), f"https://{parts.netloc}"]
    response["Content-Security-Policy"] = "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())
