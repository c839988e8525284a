"""Passing rooms over changes no address."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from zhijia.config.addresses import _firsts, room
from zhijia.config.rooms import url_modules


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _patterns(each)
        else:
            yield each


def test_every_address_without_values_is_found_under_its_name():
    found = 0
    for module in url_modules():
        resolver = room(module)
        for each in _patterns(resolver):
            route = str(each.pattern)
            if "<" in route or not each.name or not resolver.namespace:
                continue
            assert resolve(f"/{route}").route == route
            found += 1
    assert found > 30


def test_most_rooms_are_passed_over_by_their_beginnings():
    known = [_firsts(room(module).url_patterns) for module in url_modules()]
    assert sum(firsts is not None for firsts in known) > len(known) / 2
    assert frozenset({"v"}) <= next(firsts for firsts in known if firsts and "v" in firsts)


def test_names_still_lead_to_addresses():
    assert reverse("members:verify", args=["abc"]) == "/v/abc"
    assert get_resolver().resolve("/v/abc").view_name == "members:verify"
