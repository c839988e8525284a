"""A network counts as one: nobody begins anew with the next of his 2⁶⁴ addresses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zhijia.foundation.limits import rules, services
from zhijia.foundation.limits.models import Counter
from zhijia.kernel.errors import TooMany

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("203.0.113.9", (("203.0.113.9", 1),)),
        ("::ffff:203.0.113.9", (("203.0.113.9", 1),)),
        ("2408:8207:1:2:3:4:5:6", (("2408:8207:1:2::/64", 1), ("2408:8207:1::/48", 8))),
        ("fe80::1%eth0", (("fe80::/64", 1), ("fe80::/48", 8))),
        ("", ()),
        ("nonsense", ()),
    ],
)
def test_the_networks_of_an_address(address, networks):
    assert rules.networks_of(address) == networks


@pytest.mark.django_db
def test_the_next_address_of_a_line_is_no_new_asker(now):
    for place in range(3):
        services.hit_network("x", f"2408:8207:1:2::{place:x}", 3, HOUR, now=now)
    with pytest.raises(TooMany):
        services.hit_network("x", "2408:8207:1:2:ffff::1", 3, HOUR, now=now)
    services.hit_network("x", "2408:8207:1:3::1", 3, HOUR, now=now)


@pytest.mark.django_db
def test_a_customer_with_many_lines_has_eight_shares(now):
    for line in range(24):
        services.hit_network("x", f"2408:8207:1:{line:x}::1", 3, HOUR, now=now)
    with pytest.raises(TooMany):
        services.hit_network("x", "2408:8207:1:ffff::1", 3, HOUR, now=now)
    assert Counter.objects.count() == 25 + 1, "25 lines that tried, one customer"
    services.hit_network("x", "2408:8207:2::1", 3, HOUR, now=now)


@pytest.mark.django_db
def test_two_addresses_of_the_old_kind_are_two(now):
    for place in range(5):
        services.hit_network("x", f"203.0.113.{place}", 1, HOUR, now=now)
    with pytest.raises(TooMany):
        services.require_free_network("x", "::ffff:203.0.113.1", 1, now=now)
