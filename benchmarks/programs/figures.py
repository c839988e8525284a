"""`figures`: the headline figures of any union with 10,000 changes not yet folded, at a large province against a small.

Two lines: the worst kind of union as a ratio of the two sizes, and the same in milliseconds against 50. Figures read no
membership, so the stored totals are written for members that need not exist.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import psycopg
from django.db import transaction

from benchmarks.ground import ground, is_province
from benchmarks.province import UNIONS, build_unions
from benchmarks.result import Result

BAR = 1.5
MOST_MS = 50.0
SMALL = (60_000, 3_000)
LARGE = (11_280_000, UNIONS)
QUICK = (1_000_000, 10_000)
PENDING = 10_000
ROUNDS = 60
LEVELS = {2: "province", 3: "city", 4: "county", 5: "township", 7: "leaf"}
MONTHS = [date(2026 - (n > 10), (10 - n) % 12 + 1, 1) for n in range(13)]


def main() -> int:
    sizes = (SMALL, LARGE if is_province() else QUICK)
    times: list[dict[str, float]] = []
    with ground({"shared_buffers": "512MB"}) as place, place.connect() as connection:
        random = Random(1)
        build_unions(0, now=datetime.now(tz=UTC), random=random)
        there = 0
        for members, unions in sizes:
            _open_more(unions - there)
            there = unions
            _write_figures(connection, members, random)
            times.append(_measure(connection, random))
    small, large = times
    worst = max(large, key=lambda name: large[name])
    told = ", ".join(f"{name} {small[name]:.1f} → {large[name]:.1f} ms" for name in large)
    members, unions = sizes[1]
    note = f"worst is {worst}; {there + 3_800:,} unions, {PENDING:,} pending; {told}"
    ratio = Result("figures", large[worst], small[worst], "ms", bar=BAR, rows=members, at_most=True, note=note)
    print(ratio.line())
    absolute = f"{worst} at {members:,} members; the limit is 50 ms"
    print(Result("figures", large[worst], MOST_MS, "ms", bar=1, rows=members, at_most=True, note=absolute).line())
    return 0


def _open_more(count: int) -> None:
    from itertools import islice

    from zhijia.kernel.actor import SYSTEM
    from zhijia.organization.unions import building
    from zhijia.organization.unions.models import Union

    random = Random(count)
    towns = list(Union.objects.filter(type="GENERAL", level=5).order_by("path"))
    already = Union.objects.filter(type="GRASSROOTS").count()
    openings = (
        building.Opening(
            name=f"第{already + number}工会委员会", type="GRASSROOTS", level=7, region=town.region,
            upper=building.Upper.of(town),
        )
        for number, town in enumerate(random.choices(towns, k=count))
    )  # fmt: skip
    while part := list(islice(openings, building.CHUNK)):
        with transaction.atomic():
            building.open_many(SYSTEM, part, now=datetime.now(tz=UTC))


def _write_figures(connection: psycopg.Connection[Any], members: int, random: Random) -> None:
    """Totals of every union with its subtree, thirteen months of them, and the pending changes at random leaves."""
    from zhijia.organization.statistics.rules import MEASURES
    from zhijia.organization.unions.models import Union
    from zhijia.organization.unions.rules import ancestors

    paths = dict(Union.objects.values_list("path", "id"))
    leaves = list(Union.objects.filter(type="GRASSROOTS").values_list("path", flat=True))
    weights = [random.lognormvariate(3.6, 1.3) for _ in leaves]
    whole = sum(weights)
    totals = dict.fromkeys(paths.values(), 0)
    for path, weight in zip(leaves, weights, strict=True):
        for upper in ancestors(path):
            totals[paths[upper]] += max(1, round(members * weight / whole))
    columns = ", ".join(f'"{name}"' for name in MEASURES)
    for table in ("statistics_figure", "statistics_figuremonth", "statistics_figuredelta"):
        connection.execute(f"TRUNCATE {table}")
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY statistics_figure (union_id, {columns}) FROM STDIN") as copy,
    ):
        for key, total in totals.items():
            copy.write_row((key, *[total] * len(MEASURES)))
    connection.execute(
        f'INSERT INTO statistics_figuremonth (union_id, "on", {columns}) '
        f"SELECT union_id, day, {columns} FROM statistics_figure, unnest(%s::date[]) AS day",
        [MONTHS],
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY statistics_figuredelta (union_id, path, day, {columns}) FROM STDIN") as copy,
    ):
        for path in random.choices(leaves, k=PENDING):
            copy.write_row((paths[path], path, MONTHS[-1], *[1] * len(MEASURES)))
    connection.execute("VACUUM ANALYZE")


def _measure(connection: psycopg.Connection[Any], random: Random) -> dict[str, float]:
    """Milliseconds by kind of union, the largest of each: the quickest tenth of many calls, since noise only adds."""
    from zhijia.organization.statistics import selectors
    from zhijia.organization.unions import selectors as unions

    times = {}
    for level, name in LEVELS.items():
        row = connection.execute(
            "SELECT u.id FROM unions_union u JOIN statistics_figure f ON f.union_id = u.id"
            " WHERE u.level = %s ORDER BY f.members DESC LIMIT 1",
            [level],
        ).fetchone()
        assert row is not None
        union = unions.get_facts(row[0])
        spent = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            selectors.headlines(union, today=date(2026, 10, 20))
            spent.append((time.perf_counter() - started) * 1000)
        times[name] = sorted(spent)[len(spent) // 10]
    return times


if __name__ == "__main__":
    sys.exit(main())
