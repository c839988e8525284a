"""The first page of the demonstration, open to everybody who reaches it; no other installation has it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhijia.kernel.doors import public
from zhijia.kernel.http import Request

from . import guide
from .marks import find_mark


@public
@never_cache
@require_safe
def show(request: Request) -> HttpResponse:
    mark = find_mark() if guide.is_open() else None
    if mark is None:
        raise Http404
    return render(request, "demo/guide.html", guide.page(mark, now=request.now))


def banner(_request: HttpRequest) -> str:
    """Where the guide is, for the public first page; empty where no demonstration stands."""
    return reverse("demo:guide") if guide.is_open() else ""
