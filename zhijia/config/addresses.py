"""A room's addresses, passed over at once where none of them begins as the request's does.

Django tries every pattern in turn; with some three hundred of them that was a tenth of a short page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import URLPattern, URLResolver, include, register_converter
from django.urls.resolvers import RoutePattern

from zhijia.kernel.ids import PublicIdConverter

register_converter(PublicIdConverter, "pid")

_AnyPattern = URLPattern | URLResolver


class _Beginnings(RoutePattern):
    """Matches, and takes nothing away from, paths whose first part is one of these."""

    def __init__(self, firsts: frozenset[str]) -> None:
        super().__init__("", is_endpoint=False)
        self.firsts = firsts

    def match(self, path: str) -> tuple[str, tuple[Any, ...], dict[str, Any]] | None:
        return (path, (), {}) if path.partition("/")[0] in self.firsts else None


def _firsts(patterns: Iterable[_AnyPattern]) -> frozenset[str] | None:
    """The first parts of these addresses, None where one may begin with anything."""
    firsts = set()
    for each in patterns:
        first = str(each.pattern).removeprefix("^").partition("/")[0]
        nested = isinstance(each, URLResolver) and not str(each.pattern).endswith("/")
        plain = isinstance(each.pattern, RoutePattern) or (str(each.pattern).startswith("^") and first.isalpha())
        if not plain or "<" in first or nested:
            return None
        firsts.add(first)
    return frozenset(firsts)


def room(module: str) -> URLResolver:
    """`include(module)` at the root."""
    urlconf: Any
    urlconf, app_name, namespace = include(module)
    firsts = _firsts(urlconf.urlpatterns)
    pattern = RoutePattern("", is_endpoint=False) if firsts is None else _Beginnings(firsts)
    return URLResolver(pattern, urlconf, {}, app_name=app_name, namespace=namespace)
