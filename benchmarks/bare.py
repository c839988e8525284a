"""The limit for `serve`: the least a WSGI application can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_BODY = b"ok"
_HEADERS = [("Content-Type", "text/plain"), ("Content-Length", "2")]


def application(environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("200 OK", _HEADERS)
    return [_BODY]
