"""The public site: find a union or the nearest online home, and how to join. Nothing here needs a sign-in."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zhijia.kernel.doors import public
from zhijia.kernel.http import Request
from zhijia.portal import finding


@public
def index(request: Request) -> HttpResponse:
    return render(request, "portal/index.html", {"places": finding.look(QueryDict()).choices})


@public
def how_to_join(request: Request) -> HttpResponse:
    return render(request, "portal/how_to_join.html", {})


def _asked(request: Request) -> Any:
    """A point comes by POST, so that it stands in no address, history or log."""
    return request.POST if request.method == "POST" else request.GET


@public
@require_http_methods(["GET", "POST"])
def find(request: Request) -> HttpResponse:
    """By words (`q`), by going down the regions (`region`), or by a point (`lng`, `lat`), which is never kept."""
    return render(request, "portal/find.html", {"found": finding.look(_asked(request)), "most": finding.SHOWN})


@require_http_methods(["GET", "POST"])
def my_find(request: Request) -> HttpResponse:
    """The same for who is signed in, within his app."""
    found = finding.look(_asked(request))
    return _on_phone(request, found, title="找工会", wish=False)


@require_http_methods(["GET", "POST"])
def no_union(request: Request) -> HttpResponse:
    """My workplace has no union: the way to the township's home, which counts the wish for one."""
    found = finding.look(_asked(request), homes_only=True)
    return _on_phone(request, found, title="我的单位没有工会", wish=True)


def _on_phone(request: Request, found: finding.Found, *, title: str, wish: bool) -> HttpResponse:
    rows = finding.rows(found)
    for row, hit in zip(rows, found.hits, strict=True):
        if hit.joins:
            row["href"] = reverse("joining:landing", args=[hit.union.code]) + ("?wish=1" if wish else "")
    context = {"found": found, "rows": rows, "title": title, "wish": wish, "most": finding.SHOWN, "here": request.path}
    return render(request, "portal/my_find.html", context)
