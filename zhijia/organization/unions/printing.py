"""Join codes as pictures, and posters of them as PDF. No rows are written here.

The address in the code is signed with a key that is never retired for checking, so a printed poster stays good.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import segno
from django.conf import settings
from django.template.loader import render_to_string

from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.site import current_site
from zhijia.kernel.codes import link_signature

from .selectors import UnionFacts, facts_of

PURPOSE: Final = "join"
SCALE: Final = 16
"""Pixels a module: some 600 pixels a picture, sharp on paper up to ten centimetres."""
LONG_NAME: Final = 17
_STYLE: Final = Path(__file__).resolve().parent / "print" / "poster.css"


def join_address(code: str) -> str:
    """The address behind a union's printed code: `https://…/j/3706821010900017?s=…`."""
    signature = link_signature(PURPOSE, code, settings.ZHIJIA_KEYS.print_keys)
    return f"{settings.ZHIJIA_PUBLIC_URL}/j/{code}?s={signature}"


def picture(code: str, kind: str) -> bytes:
    """The join code as `png` or `svg`, error correction M, with the quiet zone that scanners need."""
    out = io.BytesIO()
    drawn = segno.make(join_address(code), error="m", micro=False)
    if kind == "svg":
        drawn.save(out, kind="svg", scale=4, border=4, light="#fff", xmldecl=False)
    else:
        drawn.save(out, kind="png", scale=SCALE, border=4)
    return out.getvalue()


def poster(unions: Sequence[UnionFacts]) -> bytes:
    """An A4 page for each union, as one PDF."""
    uppers = _upper_names(unions)
    places = {code: regions.full_name(code) for code in {union.region for union in unions}}
    sheets = [
        {
            "name": union.name,
            "long": len(union.name) > LONG_NAME,
            "picture": f"join:{union.code}",
            "code": formats.group4(union.code),
            "phone": union.phone,
            "upper": uppers.get(union.parent_id or 0, ""),
            "place": places[union.region],
        }
        for union in unions
    ]
    text = render_to_string("unions/poster.html", {"sheets": sheets, "site": current_site()})
    from zhijia.kernel import pdf  # noqa: PLC0415  its engine is loaded where something is printed

    return pdf.from_html(text, style=_STYLE, draw=_code)


def _code(address: str) -> bytes:
    if not address.startswith("join:"):
        raise ValueError("a poster shows nothing but codes")
    return picture(address.removeprefix("join:"), "svg")


def _upper_names(unions: Sequence[UnionFacts]) -> dict[int, str]:
    return {key: facts.name for key, facts in facts_of(u.parent_id for u in unions if u.parent_id).items()}
