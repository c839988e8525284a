"""Handing a file out: to who may read it, never stored on the way, never run by the browser."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from zhijia.kernel.http import Request

from . import services


@require_safe
def download(request: Request, pid: str) -> HttpResponseBase:
    """Pictures and PDF are shown, with `?save` saved; everything else is saved."""
    file, pieces = services.read_file(request.actor, pid, now=request.now)
    shown = (file.is_picture or file.type == "pdf") and "save" not in request.GET
    response = StreamingHttpResponse(pieces, content_type=file.media_type)
    kind = "inline" if shown else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(file.name)}"
    response["Content-Length"] = str(file.size)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
