"""How the console and the phone show the files of a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from .selectors import FileFacts


def own_papers(files: Sequence[FileFacts]) -> list[dict[str, Any]]:
    """Shape of `ui/phone/rows.html`."""
    return [
        {
            "title": file.name,
            "detail": file.size_words,
            "href": reverse("files:mine", args=[file.public_id]),
            "icon": "photo" if file.is_picture else "file-text",
            "plain_icon": True,
        }
        for file in files
    ]


def papers(files: Sequence[FileFacts]) -> list[dict[str, Any]]:
    """Shape of `ui/console/files.html`."""
    return [
        {
            "name": file.name,
            "href": reverse("files:console", args=[file.public_id]),
            "note": file.size_words,
            "image": file.is_picture,
        }
        for file in files
    ]
