"""Counting with a window that opens at the first hit.

`limit` hits are let through in a window of `per`; the next one is refused until the window has passed, and then opens
a new one. Refused hits are not counted, so nobody who keeps trying shuts himself out for longer. At the border of two
windows up to twice `limit` hits may follow each other closely; where that matters, a longer window stands beside.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from zhijia.kernel import db
from zhijia.kernel.errors import TooMany

from . import rules, selectors
from .models import Counter


def hit(name: str, key: str, limit: int, per: timedelta, *, now: datetime, message: str = "") -> int:
    """Count one and return how many more are free. Raises TooMany with `facts["retry_at"]` when none was.

    Every step is one conditional statement, so any number of processes let exactly `limit` through. Call it outside the
    command's transaction: a hit that is rolled back with a failed try was never counted.
    """
    counters = Counter.objects.filter(name=name, key=key)
    for _ in range(3):
        if counters.filter(ends_at__gt=now, hits__lt=limit).update(hits=F("hits") + 1):
            break
        fresh = {"hits": 1, "started_at": now, "ends_at": now + per}
        if limit > 0 and counters.filter(ends_at__lte=now).update(**fresh):
            break
        if limit > 0 and db.insert_rows(Counter, [{"name": name, "key": key, **fresh}], ignore_conflicts=True):
            break
    else:
        raise _too_many(name, key, now=now, per=per, message=message)
    return max(0, limit - selectors.count_hits(name, key, now=now))


def require_free(name: str, key: str, limit: int, *, now: datetime, message: str = "") -> None:
    """Refuse without counting. Raises TooMany."""
    if selectors.count_hits(name, key, now=now) >= limit:
        raise _too_many(name, key, now=now, per=timedelta(0), message=message)


def hit_network(name: str, address: str, limit: int, per: timedelta, *, now: datetime, message: str = "") -> None:
    """`hit` for where a request comes from: an IPv4 address, or the /64 and the /48 of an IPv6 one.

    Raises TooMany where one of them has had its share; counts nothing where no address is known.
    """
    for network, share in rules.networks_of(address):
        hit(name, network_digest(network), limit * share, per, now=now, message=message)


def require_free_network(name: str, address: str, limit: int, *, now: datetime, message: str = "") -> None:
    """Refuse without counting. Raises TooMany."""
    for network, share in rules.networks_of(address):
        require_free(name, network_digest(network), limit * share, now=now, message=message)


def is_network_at(name: str, address: str, limit: int, *, now: datetime) -> bool:
    """Whether one of the networks has made its share of `limit` hits."""
    return any(
        selectors.count_hits(name, network_digest(network), now=now) >= limit * share
        for network, share in rules.networks_of(address)
    )


def network_digest(network: str) -> str:
    return str(settings.ZHIJIA_KEYS.hashes.digest("address", network))


def take_back(name: str, key: str) -> None:
    """Undo one hit: a try that succeeded does not count against him who made it."""
    Counter.objects.filter(name=name, key=key, hits__gt=0).update(hits=F("hits") - 1)


def forgive(name: str, key: str) -> None:
    """Forget the hits of a key: after the right code, wrong ones no longer count."""
    Counter.objects.filter(name=name, key=key).delete()


def delete_ended(*, now: datetime, at_most: int = 2_000) -> int:
    """Delete counters whose window has passed; returns how many."""
    ended = list(Counter.objects.filter(ends_at__lte=now).order_by("ends_at").values_list("pk", flat=True)[:at_most])
    return Counter.objects.filter(pk__in=ended, ends_at__lte=now).delete()[0]


def _too_many(name: str, key: str, *, now: datetime, per: timedelta, message: str) -> TooMany:
    retry_at = selectors.find_end(name, key, now=now) or now + per
    text = message or f"操作次数过多，请{wait_text(retry_at - now)}后再试。"
    return TooMany(f"limit.{name}", text, facts={"retry_at": retry_at})


def wait_text(wait: timedelta) -> str:
    """Rounded up for people: `40 秒`, `5 分钟`, `3 小时`, `2 天`."""
    seconds = max(1, int(wait.total_seconds() + 0.999))
    for size, word in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f" {-(-seconds // size)} {word}"
    return f" {seconds} 秒"
