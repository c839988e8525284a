"""The public site: find a union or the nearest online home, and how to join. Nothing here needs a sign-in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from zhijia.foundation.regions import selectors as regions
from zhijia.kernel.doors import public
from zhijia.kernel.errors import Invalid
from zhijia.kernel.http import Request
from zhijia.organization.unions import selectors as unions


@public
def index(request: Request) -> HttpResponse:
    return render(request, "portal/index.html", {})


@public
def how_to_join(request: Request) -> HttpResponse:
    return render(request, "portal/how_to_join.html", {})


@public
def find(request: Request) -> HttpResponse:
    """By words (`q`), by going down the regions (`region`), or by a point (`lng`, `lat`), which is never kept."""
    text = request.GET.get("q", "").strip()[:40]
    region = request.GET.get("region", "")[:12]
    point = (request.GET.get("lng", "")[:20], request.GET.get("lat", "")[:20])
    homes: list[unions.UnionFacts] = []
    found: list[unions.UnionFacts] = []
    problem = ""
    if point[0] and point[1]:
        try:
            here = regions.locate(*point)
            region = here.code
        except Invalid as error:
            problem = error.message
    place = regions.find(region) if region else None
    if text:
        found = unions.search_public(text, limit=20)
        if not found:
            places = regions.search(text, level=5, limit=10)
            homes = unions.homes_of_regions([spot.code for spot in places])
    elif place is not None and place.level == 5:
        homes = unions.homes_of_regions([place.code])
        found = unions.list_public_in_region(place.code, limit=20)
    context = {
        "q": text,
        "homes": homes,
        "found": found,
        "problem": problem,
        "place": place,
        "chain": regions.chain(region) if place else [],
        "choices": regions.children(place.code if place else _province()) if not place or place.level < 5 else [],
        "asked": bool(text or region or point[0]),
    }
    return render(request, "portal/find.html", context)


def _province() -> str:
    return f"{settings.ZHIJIA_PROVINCE}0000000000"
