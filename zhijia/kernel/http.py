"""The request as our views see it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .actor import Actor


class Request(HttpRequest):
    """For annotations only: Django's request with what the middleware adds.

    `now` is the moment of the request (aware, UTC), `actor` who acts, `request_id` 16 hex characters of the log lines.
    """

    now: datetime
    actor: Actor
    request_id: str
    htmx: HtmxDetails


def path_in(address: str) -> str:
    """`"/m/card?x=1"` of `"https://host/m/card?x=1"`, as a header names a page; empty for what is no address."""
    try:
        return urlsplit(address)._replace(scheme="", netloc="").geturl()
    except ValueError:
        return ""
