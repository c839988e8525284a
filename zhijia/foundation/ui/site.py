"""Who runs this installation, as its pages say it: names, hotline, record numbers, from the setting ZHIJIA_SITE."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
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
