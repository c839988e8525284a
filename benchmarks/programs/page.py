"""`page`: a county's member list by name, its first page and one deep inside, at a large province against 60,000."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any
from urllib.parse import quote

from benchmarks.ground import SECURE, Ground, ground, is_province, server
from benchmarks.load import requests_per_second
from benchmarks.people import appoint, make_people
from benchmarks.province import UNIONS, add_members, build_unions
from benchmarks.result import Result

BAR = 1.5
SMALL = 60_000
ROUNDS = 300


def main() -> int:
    large = 11_280_000 if is_province() else 1_000_000
    random, now = Random(1), datetime.now(tz=UTC)
    with ground({"shared_buffers": "1GB", "max_wal_size": "16GB"}) as place:
        places = build_unions(UNIONS if is_province() else 5_000, now=now, random=random)
        with place.connect() as connection:
            add_members(connection, places, first=1_000_000, count=SMALL, random=random)
            small_pages = _measure(place, now=now)
            add_members(connection, places, first=1_000_000 + SMALL, count=large - SMALL, random=random)
            large_pages = _measure(place, now=now)
            for name, (before, after) in _pairs(small_pages, large_pages).items():
                unit = "ms" if name.startswith("selector") else "ms a request"
                note = f"largest county, {name}"
                print(Result("page", after, before, unit, bar=BAR, rows=large, at_most=True, note=note).line())
    return 0


def _pairs(small: dict[str, float], large: dict[str, float]) -> dict[str, tuple[float, float]]:
    return {name: (small[name], large[name]) for name in small}


def _measure(place: Ground, *, now: datetime) -> dict[str, float]:
    """Milliseconds of the first and a deep page: the selector alone, and the whole page by HTTP."""
    from django.db import connection

    from zhijia.organization.access import actors
    from zhijia.organization.members import selectors
    from zhijia.organization.members.models import Membership
    from zhijia.organization.people.models import Person
    from zhijia.organization.unions import selectors as unions
    from zhijia.organization.unions.models import Union

    with connection.cursor() as cursor:
        cursor.execute("SELECT county_unit, count(*) FROM members_membership GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1")
        county_id, members = cursor.fetchone()
    unit = unions.get_facts(county_id)
    first = Person.objects.filter(public_id__startswith="z").count()
    cadre = make_people(1, first=80_000_000 + first + members, now=now, stepped_up=True)[0]
    appoint(cadre.person_id, Union.objects.get(pk=county_id), "ORG", now=now)
    account = Person.objects.values_list("account_id", flat=True).get(pk=cadre.person_id)
    assert account is not None
    actor = actors.actor_of(account, today=now.date(), staff=True)
    middle = Membership.objects.filter(county_unit=county_id).order_by("name_key", "id")[members * 9 // 10]
    deep = f"{middle.name_key}~{middle.pk}"
    times = {
        "selector, first page": _milliseconds(partial(selectors.list_members, actor, unit)),
        "selector, page after nine tenths": _milliseconds(partial(selectors.list_members, actor, unit, after=deep)),
    }
    headers = SECURE | {"Host": "127.0.0.1", "Cookie": cadre.cookies}
    with ExitStack() as stack:
        url = stack.enter_context(server(place))
        address = f"{url}/console/members?unit={unit.public_id}"
        for name, target in (("HTTP, first page", address), ("HTTP, deep page", f"{address}&after={quote(deep)}")):
            requests_per_second(target, seconds=1, headers=headers)
            times[name] = 1000 / max(requests_per_second(target, seconds=3, headers=headers) for _ in range(3))
    return times


def _milliseconds(call: Callable[[], Any]) -> float:
    """The tenth part of the calls that was quickest: noise of the machine only ever adds."""
    spent = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        call()
        spent.append((time.perf_counter() - started) * 1000)
    return sorted(spent)[len(spent) // 10]


if __name__ == "__main__":
    sys.exit(main())
