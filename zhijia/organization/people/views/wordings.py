"""The wording of a consent, for anyone, with all its versions."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhijia.kernel.doors import public
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.people import presenting, rules, selectors


def _version(text: str) -> int | None:
    """Raises NotFound for what is no version number."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise NotFound
    return int(text)


def _state(version: int, valid_from: datetime, current: int, now: datetime) -> str:
    if version == current:
        return "现行"
    return "即将生效" if valid_from > now else ""


@public
@require_safe
def consent_text(request: Request, purpose: str) -> HttpResponse:
    """`/consents/privacy?version=2`; without a version the one in force."""
    published = selectors.list_texts(purpose)
    text = selectors.get_text(purpose, _version(request.GET.get("version", "")), now=request.now)
    current = selectors.current_text(purpose, now=request.now)
    address = reverse("people:consent_text", args=[purpose])
    versions = [
        {
            "label": f"第 {row.version} 版",
            "from": presenting.since(row),
            "href": f"{address}?version={row.version}",
            "shown": row.version == text.version,
            "state": _state(row.version, row.valid_from, current.version if current else 0, request.now),
        }
        for row in published
    ]
    note = ""
    if current is not None and text.version != current.version:
        note = "这一版尚未生效。" if text.valid_from > request.now else "这一版已被新版本取代，保留供您查阅。"
    context = {
        "text": text,
        "parts": rules.paragraphs(text.body),
        "versions": versions,
        "since_line": f"第 {text.version} 版，{presenting.since(text)}",
        "note": note,
        "current_href": address,
    }
    return render(request, "people/consent_text.html", context)
