"""Pages for everybody that are rendered once and filled in: the frame and the words of a public page stay the same.

A page of some forty template parts costs several times its one query. `render_sheet` keeps it rendered, with stand-ins
for the few texts that differ, for visitors without any cookie; everybody else gets it rendered anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import conditional_escape

from .site import current_site

MOST_KEPT = 256
_MARK = "\x02"
_kept: dict[Hashable, list[str]] = {}


def render_sheet(
    request: HttpRequest,
    template: str,
    build: Callable[[Mapping[str, str]], Mapping[str, Any]],
    *,
    given: tuple[str | bool, ...],
    texts: Mapping[str, str],
    status: int = 200,
) -> HttpResponse:
    """`build(texts)` is the template's context, in which `given` is all that decides: it takes few values.

    `texts` differ from page to page and are only shown; SafeString is not escaped. Nothing else that changes may stand
    in the template: no token, no clock, nobody's name.
    """
    if request.COOKIES or settings.DEBUG:
        return HttpResponse(render_to_string(template, {**build(texts)}, request), status=status)
    key = (template, given, tuple(texts), current_site())
    pieces = _kept.get(key)
    if pieces is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        stand_ins = {name: f"{_MARK}{name}{_MARK}" for name in texts}
        pieces = _kept[key] = render_to_string(template, {**build(stand_ins)}, request).split(_MARK)
    page = [conditional_escape(texts[piece]) if place % 2 else piece for place, piece in enumerate(pieces)]
    return HttpResponse("".join(page), status=status)
