"""Which capabilities this installation has: the folders of the rooms, found by their `apps.py` and `urls.py`.

A new capability is one new folder; no list elsewhere names it.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

PACKAGE_DIR = Path(__file__).resolve().parents[1]
ROOMS = ("foundation", "organization", "services", "governance", "portal")
PLUG_INS = "zhijia.scenarios"


def _folders(having: str) -> list[str]:
    package = having.removesuffix(".py")
    folders = [folder for room in ROOMS for folder in (PACKAGE_DIR / room, *sorted((PACKAGE_DIR / room).glob("*")))]
    return [
        ".".join(("zhijia", *folder.relative_to(PACKAGE_DIR).parts))
        for folder in folders
        if (folder / having).exists() or (folder / package / "__init__.py").exists()
    ]


def installed_capabilities() -> list[str]:
    """Django apps of this tree, lower rooms first: `["zhijia.foundation.accounts", ..., "zhijia.portal"]`.

    Packages that plug in through the entry point `zhijia.scenarios` follow; their entry point names the Django app.
    """
    own = _folders("apps.py")
    demo = ["zhijia.demo"] if (PACKAGE_DIR / "demo" / "apps.py").exists() else []
    return [*own, *demo, *plugged_in()]


def plugged_in() -> list[str]:
    """Packages of others: what the entry points of the group name."""
    return sorted({point.value.partition(":")[0] for point in entry_points(group=PLUG_INS)})


def api_modules() -> list[str]:
    """The `api` modules of the rooms, lower rooms first, then of plugged-in packages; each holds `ROUTES`."""
    others = [f"{name}.api" for name in plugged_in() if find_spec(f"{name}.api") is not None]
    return [*(f"{name}.api" for name in _folders("api.py")), *others]


def url_modules() -> list[str]:
    """The `urls` modules of the rooms, lower rooms first, then of plugged-in packages.

    Each gives its addresses in full, from the root.
    """
    others = [f"{name}.urls" for name in plugged_in() if find_spec(f"{name}.urls") is not None]
    demo = ["zhijia.demo.urls"] if (PACKAGE_DIR / "demo" / "urls.py").exists() else []
    return [*(f"{name}.urls" for name in _folders("urls.py")), *demo, *others]
