"""`page`: a county's member list by name, its first page and one deep inside, at a large province against 60,000.

Both provinces stand side by side in one server, so that every figure is taken in turn from both.
"""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from random import Random
from urllib.parse import quote

import psycopg
from django.utils import timezone
from psycopg import sql

from benchmarks.ground import SECURE, Ground, ground, is_province, server
from benchmarks.load import requests_per_second
from benchmarks.people import Somebody, appoint, make_people
from benchmarks.province import UNIONS, add_members, build_unions
from benchmarks.result import Result, interleaved
from zhijia.kernel.paging import write_place

BAR = 1.5
SMALL = 60_000
CALLS = 40
ROUNDS = 9
LARGE_NAME = "large"


def main() -> int:
    large = 11_280_000 if is_province() else 1_000_000
    random, now = Random(1), datetime.now(tz=UTC)
    with ground({"shared_buffers": "1GB", "max_wal_size": "16GB"}) as place:
        places = build_unions(UNIONS if is_province() else 5_000, now=now, random=random)
        cadre = _cadre(now)
        with place.connect() as connection:
            add_members(connection, places, first=1_000_000, count=SMALL, random=random)
        other = _copied(place)
        with other.connect() as connection:
            add_members(connection, places, first=1_000_000 + SMALL, count=large - SMALL, random=random)
            county, members, after = _deep_inside(connection)
        for name, key in (("first page", ""), ("page after nine tenths", after)):
            before, behind = interleaved(
                [partial(_milliseconds, where, county, cadre, key) for where in (place, other)], rounds=ROUNDS
            )
            _tell(f"selector, {name}", before, behind, rows=large, members=members)
        with ExitStack() as stack:
            urls = [stack.enter_context(server(where)) for where in (place, other)]
            for name, key in (("first page", ""), ("page after nine tenths", after)):
                requests = [partial(_request_ms, url, county, cadre, key) for url in urls]
                before, behind = interleaved([*requests], rounds=5)
                _tell(f"HTTP, {name}", before, behind, rows=large, members=members)
    return 0


def _tell(name: str, before: float, behind: float, *, rows: int, members: int) -> None:
    note = f"{name}; largest county, {members:,} members at the large size"
    print(Result("page", behind, before, "ms", bar=BAR, rows=rows, at_most=True, note=note).line(), flush=True)


def _cadre(now: datetime) -> Somebody:
    from zhijia.organization.unions.models import Union

    cadre = make_people(1, first=80_000_000, now=now, stepped_up=True)[0]
    appoint(cadre.person_id, Union.objects.get(level=2), "ORG", now=now)
    return cadre


def _copied(place: Ground) -> Ground:
    """A second database of the same content in the same server."""
    from django.db import connections

    connections["default"].close_pool()  # type: ignore[attr-defined]
    connections.close_all()
    with psycopg.connect(_named(place.address, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE zhijia").format(sql.Identifier(LARGE_NAME)))
    address = _named(place.address, LARGE_NAME)
    return replace(place, database=LARGE_NAME, environment={**place.environment, "DATABASE_URL": address})


def _named(address: str, name: str) -> str:
    return address.replace("/zhijia?", f"/{name}?", 1)


def _deep_inside(connection: psycopg.Connection[tuple[object, ...]]) -> tuple[int, int, str]:
    """The largest county, its members, and the key of a page after nine tenths of them."""
    found = connection.execute(
        "SELECT county_unit, count(*) FROM members_membership GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
    ).fetchone()
    assert found is not None
    county, members = int(str(found[0])), int(str(found[1]))
    row = connection.execute(
        "SELECT name_key, id FROM members_membership WHERE county_unit = %s ORDER BY name_key, id OFFSET %s LIMIT 1",
        [county, members * 9 // 10],
    ).fetchone()
    assert row is not None
    return county, members, write_place(str(row[0]), int(str(row[1])))


def _milliseconds(place: Ground, county: int, cadre: Somebody, after: str) -> float:
    """The selector alone: the quickest of many calls, since noise of the machine only ever adds."""
    from django.db import connections

    from zhijia.foundation.ui.listing import Query
    from zhijia.organization.access import actors
    from zhijia.organization.members import selectors
    from zhijia.organization.people import selectors as people
    from zhijia.organization.unions import selectors as unions

    connection = connections["default"]
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict["NAME"] = LARGE_NAME if place.address.count(f"/{LARGE_NAME}?") else "zhijia"
    account = people.get_facts(cadre.person_id).account_id
    assert account is not None
    actor = actors.actor_of(account, today=timezone.localdate(), staff=True)
    unit, spent = unions.get_facts(county), []
    for _ in range(CALLS):
        started = time.perf_counter()
        selectors.list_members(actor, unit, Query(after=after))
        spent.append((time.perf_counter() - started) * 1000)
    return min(spent)


def _request_ms(url: str, county: int, cadre: Somebody, after: str) -> float:
    """The whole page, milliseconds of both cores a request."""
    from zhijia.organization.unions import selectors as unions

    address = f"{url}/console/members?unit={unions.get_facts(county).public_id}"
    headers = SECURE | {"Host": "127.0.0.1", "Cookie": cadre.cookies}
    return 1000 / requests_per_second(f"{address}&after={quote(after)}" if after else address, headers=headers)


if __name__ == "__main__":
    sys.exit(main())
