"""Who runs this installation, as its pages say it: names, hotline, record numbers, from the setting ZHIJIA_SITE.

`zhijia init` keeps its answers in a small file beside the data; the settings read it at the start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed


@dataclass(frozen=True, slots=True)
class Site:
    """`icp` and `police` are the record numbers a public site must show; empty ones are left out.

    `counter` is the window for people who can't use a phone, address and hours; `duty` the technical desk's line.
    """

    name: str = "职家"
    public_name: str = "山东工会"
    owner: str = "山东省总工会"
    province: str = "山东省"
    hotline: str = "12351"
    hotline_hours: str = "24 小时"
    icp: str = ""
    police: str = ""
    counter: str = ""
    duty: str = ""
    desk: str = "/console/"
    home: str = "/m/"
    sign_in: str = "/console/sign-in"


def read_site(path: Path) -> dict[str, str]:
    """`{"name": "职家", "owner": "…"}`; empty without a file. Raises ValueError for one that is no such thing."""
    if not path.exists():
        return {}
    said = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(said, dict):
        raise ValueError(f"{path} must hold one JSON object")
    return {str(key): str(value) for key, value in said.items()}


def write_site(path: Path, said: Mapping[str, str]) -> None:
    """In one move: a start meanwhile reads the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(dict(said), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


@cache
def current_site() -> Site:
    """Raises TypeError on an unknown key, so that a misspelt setting stops the start."""
    given: dict[str, Any] = getattr(settings, "ZHIJIA_SITE", {})
    unknown = set(given) - {field.name for field in fields(Site)}
    if unknown:
        raise TypeError(f"ZHIJIA_SITE does not know {', '.join(sorted(unknown))}")
    return Site(**given)


def _forget(*, setting: str, **_others: object) -> None:
    if setting == "ZHIJIA_SITE":
        current_site.cache_clear()


setting_changed.connect(_forget)
