"""All addresses in one resolver that tries only those which begin as the request's path does.

Django tries every pattern in turn; with some three hundred of them that was a tenth of a short page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from django.urls import ResolverMatch, URLPattern, URLResolver, register_converter
from django.urls.converters import StringConverter
from django.urls.resolvers import RoutePattern

from zhijia.kernel.ids import PublicIdConverter


class _TableForm(StringConverter):
    regex = "csv|xlsx"


class _PictureForm(StringConverter):
    regex = "png|svg"


register_converter(PublicIdConverter, "pid")
register_converter(_TableForm, "table")
register_converter(_PictureForm, "picture")

AnyPattern = URLPattern | URLResolver
_Beginning = tuple[str, ...]
_PARTS = 3
"""So many parts of a path are looked up: `api/v1/transfers/…`, `console/members/…`."""


class Addresses(URLResolver):
    """`urlpatterns = [Addresses([path(...), path("", include(...)), ...])]`: the same answers as without it.

    Names are found in the patterns as they were given. For paths the same tree is kept once more for each beginning
    that stands in some route, with what can match there, in the order given; it is made when first asked for.
    """

    def __init__(self, patterns: Sequence[AnyPattern]) -> None:
        super().__init__(RoutePattern("", is_endpoint=False), list(patterns))
        fixed = {beginning for each in patterns for beginning, _ in _routes(each)}
        self._known = {beginning[:length] for beginning in fixed for length in range(_PARTS + 1)} | {()}
        self._cut: dict[_Beginning, URLResolver] = {}

    def resolve(self, path: str) -> ResolverMatch:
        beginning = tuple(path.split("/", _PARTS)[:_PARTS])
        while beginning not in self._known:
            beginning = beginning[:-1]
        cut = self._cut.get(beginning)
        if cut is None:
            cut = self._cut[beginning] = _only(self, beginning)
        return cut.resolve(path)


def _routes(pattern: AnyPattern, before: str = "") -> Iterator[tuple[_Beginning, bool]]:
    """The fixed beginning of each address below, of at most `_PARTS` parts, and whether the path may go on after it."""
    route = before + str(pattern.pattern)
    if not isinstance(pattern.pattern, RoutePattern):
        yield (), True  # an expression may match anything
    elif isinstance(pattern, URLResolver):
        for each in pattern.url_patterns:
            yield from _routes(each, route)
    else:
        parts = route.split("/")
        fixed = next((place for place, part in enumerate(parts) if "<" in part), len(parts))
        yield tuple(parts[: min(fixed, _PARTS)]), fixed < len(parts) or fixed > _PARTS


def _only(whole: URLResolver, beginning: _Beginning, before: str = "") -> URLResolver:
    """The same resolver with what may match a path that begins so."""
    kept: list[AnyPattern] = []
    route = before + str(whole.pattern)
    for each in whole.url_patterns:
        if any(_may_match(*found, beginning) for found in _routes(each, route)):
            nested = isinstance(each, URLResolver) and isinstance(each.pattern, RoutePattern)
            kept.append(_only(cast("URLResolver", each), beginning, route) if nested else each)
    return URLResolver(whole.pattern, kept, whole.default_kwargs, whole.app_name, whole.namespace)


def _may_match(fixed: _Beginning, goes_on: bool, beginning: _Beginning) -> bool:
    """Whether a path whose first known parts are `beginning`, and the next are no fixed ones, can be this address."""
    if len(fixed) > len(beginning):
        return False
    return fixed == beginning[: len(fixed)] and (goes_on or len(fixed) == len(beginning))
