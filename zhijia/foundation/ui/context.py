"""What every template finds: elder edition, theme, density, site, actor, request number and the chrome."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from zhijia.foundation.ui.chrome import Chrome
from zhijia.foundation.ui.site import current_site
from zhijia.kernel.actor import ANONYMOUS

ELDER_COOKIE = "elder"
THEME_COOKIE = "theme"
DENSITY_COOKIE = "density"
FOLD_COOKIE = "nav"
_DENSITIES = frozenset({"dense", "normal", "loose"})


def is_elder(request: HttpRequest) -> bool:
    """What the account keeps goes before the cookie: a middleware may set `request.elder`."""
    kept = getattr(request, "elder", None)
    return bool(kept) if kept is not None else request.COOKIES.get(ELDER_COOKIE) == "on"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Nothing here asks the database; `chrome` does, part by part, when a shell shows it."""
    density = request.COOKIES.get(DENSITY_COOKIE, "normal")
    return {
        "elder": is_elder(request),
        "theme": "light" if request.COOKIES.get(THEME_COOKIE) == "light" else "",
        "density": density if density in _DENSITIES else "normal",
        "folded": request.COOKIES.get(FOLD_COOKIE) == "folded",
        "site": current_site(),
        "actor": getattr(request, "actor", ANONYMOUS),
        "public_url": settings.ZHIJIA_PUBLIC_URL,
        "request_id": getattr(request, "request_id", ""),
        "chrome": Chrome(request),
    }
