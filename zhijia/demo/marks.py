"""Whether the demonstration stands, and what its guide names: one small file beside the keys."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

from zhijia.organization.unions.models import Union

_FILE = "demo.json"


def path() -> Path:
    return Path(settings.VAR_DIR) / _FILE


def find_mark() -> dict[str, str] | None:
    """What was built in this folder, or None. A mark without its database counts for nothing."""
    if not path().exists() or not Union.objects.exists():
        return None
    mark: dict[str, str] = json.loads(path().read_text(encoding="utf-8"))
    return None if "building" in mark else mark


def was_cut_off() -> bool:
    """Whether a build of this folder began and never ended: what lies there is its own and may be thrown away."""
    return path().exists() and "building" in json.loads(path().read_text(encoding="utf-8"))


def set_mark(mark: dict[str, str]) -> dict[str, str]:
    """Written last: a build that was cut off leaves none."""
    path().write_text(json.dumps(mark, ensure_ascii=False, indent=1), encoding="utf-8")
    return mark
