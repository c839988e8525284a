"""Looking an address up by its beginning changes no answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, include, path, re_path, reverse
from django.urls.resolvers import RoutePattern

from zhijia.config.addresses import Addresses
from zhijia.config.urls import _all as given

_SAMPLES = {
    "int": "7",
    "pid": "2bcdfghjkmnpqrst",
    "str": "abc",
    "slug": "abc-d",
    "path": "a/b/c",
    "table": "csv",
    "picture": "svg",
}
PLAIN = URLResolver(RoutePattern("", is_endpoint=False), given)
OURS = Addresses(given)


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield before + str(each.pattern)
        else:
            yield from _routes(each, before + str(each.pattern))


def _sample(route: str) -> str:
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: _SAMPLES[found[1] or "str"], route)


def _answer(resolver: URLResolver, path: str) -> object:
    try:
        found = resolver.resolve(path)
    except Resolver404:
        return None
    return found.func, found.args, found.kwargs, found.view_name, found.route


def test_every_address_gets_the_same_answer():
    paths = [_sample(route) for route in _routes(PLAIN)]
    assert len(paths) > 300
    for each in paths:
        assert _answer(OURS, each) == _answer(PLAIN, each) is not None


@pytest.mark.parametrize("end", ["/", "x", "/x/y", "//", "\n"])
def test_what_is_nearly_an_address_gets_the_same_answer(end: str):
    for route in _routes(PLAIN):
        path = _sample(route)
        for each in (path + end, path.rpartition("/")[0], path.rpartition("/")[0] + end, end + path):
            assert _answer(OURS, each) == _answer(PLAIN, each)


def test_the_order_given_decides_as_ever():
    def view(request: object) -> None: ...

    patterns = [
        path("a/<str:x>", view, name="any"),
        path("a/b", view, name="late"),
        re_path(r"^c/(?P<y>[0-9]+)$", view, name="expression"),
        path("<str:z>/d", view, name="first"),
        path("a/", include(([path("e/f/g/h", view, name="deep"), path("", view, name="end")], "inner"))),
        path("c/12", view, name="hidden"),
        path("c/d", view, name="behind"),
    ]
    plain, ours = URLResolver(RoutePattern("", is_endpoint=False), patterns), Addresses(patterns)
    for each in ("a/b", "a/e/f/g/h", "a/e/f/g", "a/", "a", "c/12", "c/d", "q/d", "", "a/b/c"):
        assert _answer(ours, each) == _answer(plain, each)
    assert ours.resolve("c/12").view_name == "expression"


def test_few_patterns_are_tried():
    def count(resolver: URLResolver) -> int:
        return len(list(_routes(resolver)))

    OURS.resolve("v/abc")
    assert count(OURS._cut["v",]) <= 5
    OURS.resolve("api/v1/transfers")
    assert count(OURS._cut["api", "v1", "transfers"]) < count(PLAIN) / 10


def test_names_still_lead_to_addresses():
    assert reverse("members:verify", args=["abc"]) == "/v/abc"
    assert get_resolver().resolve("/v/abc").view_name == "members:verify"
