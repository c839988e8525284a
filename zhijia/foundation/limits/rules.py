"""Who counts as one asker. Source: docs/rules/accounts.md#limits"""

from __future__ import annotations

import ipaddress
from typing import Final

WIDE: Final = 8
"""How many times as much the wide network of an IPv6 address may as the narrow one."""


def networks_of(address: str) -> tuple[tuple[str, int], ...]:
    """The networks an address counts for, each with its share of a limit: `(("203.0.113.9", 1),)`.

    One line of a provider holds a whole IPv6 /64, one customer a /48: counting single addresses would let anybody
    begin anew 2⁶⁴ times. An IPv4 address in IPv6's clothes counts as itself; nothing where no address is known.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ()
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return ((str(ip.ipv4_mapped), 1),)
        wide, narrow = (str(ipaddress.ip_network((ip, bits), strict=False)) for bits in (48, 64))
        return ((narrow, 1), (wide, WIDE))
    return ((str(ip), 1),)
