"""Wordings of consents in words."""

from __future__ import annotations

from zhijia.foundation.ui import formats

from .models import ConsentText


def since(text: ConsentText) -> str:
    """From when a wording holds; what came with the platform has no day to tell."""
    return "随平台发布" if text.version == 1 and text.checked_by is None else f"{formats.local_day(text.valid_from)} 起"
