"""The operators' page of the installation's state."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhijia.kernel.http import Request

from . import presenting, selectors


@require_safe
def health(request: Request) -> HttpResponse:
    found = selectors.summary(request.actor, now=request.now)
    return render(request, "upkeep/health.html", presenting.page(found))
