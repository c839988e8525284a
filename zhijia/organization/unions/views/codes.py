"""Join codes: pictures, a poster, and the codes of a whole subtree as one download."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.jobs import presenting, selectors as jobs
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken
from zhijia.kernel.http import Request
from zhijia.organization.unions import printing, selectors, services
from zhijia.organization.unions.permissions import Permission
from zhijia.organization.unions.rules import JOINABLE_TYPES
from zhijia.organization.unions.selectors import printing as printable

_TYPES = {"png": "image/png", "svg": "image/svg+xml"}


def _joinable(request: Request, pid: str) -> Any:
    """Raises NotFound also for a union that nobody joins by a code."""
    union = selectors.get_union(request.actor, pid)
    request.actor.require(Permission.PRINT, union.path)
    if union.type not in JOINABLE_TYPES:
        raise NotFound
    return union


@require_safe
def picture(request: Request, pid: str, form: str) -> HttpResponse:
    """The code as PNG or SVG; `?save=1` hands it over as a file."""
    union = _joinable(request, pid)
    response = HttpResponse(printing.picture(union.code, form), content_type=_TYPES[form])
    response["Cache-Control"] = "private, max-age=3600"
    if "save" in request.GET:
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(_name(union, form))}"
    return response


@require_safe
def poster(request: Request, pid: str) -> HttpResponse:
    """An A4 page to hang up."""
    union = _joinable(request, pid)
    response = HttpResponse(printing.poster([selectors.get_facts(union.pk)]), content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(_name(union, 'pdf'))}"
    return response


def _name(union: Any, ending: str) -> str:
    return f"{union.code}-{services.safe_file_name(union.name)}.{ending}"


@once
def print_below(request: Request, pid: str) -> HttpResponse:
    """Order the codes of everything below a union."""
    union = selectors.get_union(request.actor, pid)
    request.actor.require(Permission.PRINT, union.path)
    if request.method == "POST":
        try:
            job = services.print_codes(request.actor, union, request.POST.get("form", "")[:10], now=request.now)
        except (Invalid, RuleBroken) as error:
            messages.error(request, error.message)
            return redirect("unions:print_below", pid=pid)
        return redirect("unions:print", public_id=job)
    context = {"union": union, "count": printable.count_printable(union.path), "forms": services.FORMS.items()}
    return render(request, "unions/print_below.html", context)


@require_safe
def print_job(request: Request, public_id: str) -> HttpResponse:
    """The order: progress while it lasts, the download at the end."""
    job = jobs.get_job(request.actor, public_id)
    if job.kind != services.PRINT_JOB:
        raise NotFound
    part = presenting.progress(job, now=request.now) | {"next": ""}
    return render(
        request, "unions/print.html", {"title": job.title, "job": part, "done": job.state == "done", "pid": public_id}
    )


@require_safe
def print_zip(request: Request, public_id: str) -> HttpResponseBase:
    """Everything drawn, as one ZIP."""
    name, pieces = services.packed(request.actor, public_id)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
