"""What a phone needs to keep the platform among its apps: a manifest, a service worker, and a page for no network.

The worker keeps static files and that one page, nothing else: what a person reads is never stored on the phone by us.
"""

from __future__ import annotations

import hashlib
from functools import cache

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from zhijia.kernel.doors import public

from .site import current_site

KEPT = (
    "ui/dist/weui.css", "ui/dist/icons.css", "ui/dist/icons.woff2", "ui/phone.css", "ui/js/phone.js", "ui/js/wait.js",
    "ui/img/mark.svg",
)  # fmt: skip
_ICONS = (
    ("ui/img/app-192.png", "192x192", "any"),
    ("ui/img/app-512.png", "512x512", "any"),
    ("ui/img/app-maskable-512.png", "512x512", "maskable"),
)
RED = "#c7000b"


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """`/manifest.webmanifest`: the name, the start, the icons."""
    site = current_site()
    said = {
        "id": "/m/",
        "name": f"{site.name} {site.public_name}",
        "short_name": site.name,
        "description": "入会、会员卡、办事，都在这里。",
        "lang": "zh-CN",
        "start_url": "/m/",
        "scope": "/",
        "display": "standalone",
        "theme_color": RED,
        "background_color": "#f5f3f1",
        "icons": [
            {"src": static(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for path, sizes, purpose in _ICONS
        ],
        "shortcuts": [
            {"name": "会员码", "url": "/m/card", "icons": [{"src": static(_ICONS[0][0]), "sizes": "192x192"}]},
            {"name": "扫一扫", "url": "/m/scan", "icons": [{"src": static(_ICONS[0][0]), "sizes": "192x192"}]},
        ],
    }
    response = JsonResponse(said, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/manifest+json; charset=utf-8"
    return response


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """`/sw.js`. Its bytes change with the kept files, so that phones fetch the new ones."""
    kept = [static(path) for path in KEPT]
    context = {"kept": kept, "version": _version(), "static_url": settings.STATIC_URL, "offline": "/offline"}
    response = render(request, "ui/phone/sw.js", context, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _version() -> str:
    """Of the kept files' content, 12 hex characters."""
    digest = hashlib.sha256()
    for path in KEPT:
        found = finders.find(path)
        if found:
            with open(found, "rb") as file:  # noqa: PTH123  finders give a text
                digest.update(file.read())
        elif staticfiles_storage.exists(path):
            with staticfiles_storage.open(path) as kept:
                digest.update(kept.read())
    return digest.hexdigest()[:12]


@public
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the phone shows without a network: the same for everybody."""
    return render(request, "ui/phone/offline.html", {"look": "phone"})
