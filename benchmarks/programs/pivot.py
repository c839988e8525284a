"""`pivot`: any subtree by any two dimensions, against 300 ms.

The worst pair of dimensions of the largest union of each level: those of more than 10,000 members are read from the
cells of the night, which are counted first, the others from their members.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from itertools import combinations
from random import Random

from benchmarks.ground import ground, is_province
from benchmarks.province import UNIONS, add_members, build_unions
from benchmarks.result import Result

MOST_MS = 300.0
LEVELS = {2: "province", 3: "city", 4: "county", 5: "township", 7: "leaf"}
ROUNDS = 3


def main() -> int:
    members, unions = (11_280_000, UNIONS) if is_province() else (1_000_000, 5_000)
    random, now = Random(1), datetime.now(tz=UTC)
    with ground({"shared_buffers": "1GB", "max_wal_size": "16GB", "work_mem": "64MB"}) as place:
        places = build_unions(unions, now=now, random=random)
        with place.connect() as connection:
            add_members(connection, places, first=1_000_000, count=members, random=random)
        _count_figures(now)
        from zhijia.organization.statistics import cells

        started = time.perf_counter()
        large = cells.rebuild(now=now)
        night = time.perf_counter() - started
        times = _measure(now)
    worst = max(times, key=lambda name: times[name][0])
    told = ", ".join(f"{name} {spent:.1f} ms ({size:,})" for name, (spent, size) in times.items())
    note = f"worst is {worst}: {told}; {large} large unions counted in {night:.0f} s"
    result = Result("pivot", times[worst][0], MOST_MS, "ms", bar=1, rows=members, at_most=True, note=note)
    print(result.line())
    return 0


def _count_figures(now: datetime) -> None:
    """Totals of every union, as a merge of what was written past the services would make them."""
    from zhijia.organization.statistics import services
    from zhijia.organization.unions import places

    paths = places.all_paths()
    for key, counts in services.naive_counts().items():
        services.add(key, {"members": counts.get("members", 0)}, day=now.date(), path=paths[key])
    while services.merge_deltas(now=now):
        pass


def _measure(now: datetime) -> dict[str, tuple[float, int]]:
    """Milliseconds of the worst pair, the quickest of three calls each, and members, by kind of union."""
    from zhijia.organization.members.selectors.pivots import DIMENSIONS
    from zhijia.organization.statistics.models import Figure
    from zhijia.organization.statistics.selectors import pivots
    from zhijia.organization.unions.models import Union

    sizes = dict(Figure.objects.values_list("union_id", "members"))
    chosen: dict[str, tuple[int, str]] = {}
    for level, name in LEVELS.items():
        alike = list(Union.objects.filter(level=level).values_list("id", "path"))
        chosen[name] = max(alike, key=lambda union: sizes.get(union[0], 0))
    everybody = Union.objects.values_list("id", "path")
    small = [union for union in everybody if 0 < sizes.get(union[0], 0) <= pivots.MOST_COUNTED]
    chosen["largest counted at once"] = max(small, key=lambda union: sizes[union[0]])
    result = {}
    for name, (key, path) in chosen.items():
        spent = []
        for rows, columns in combinations(DIMENSIONS, 2):
            taken = []
            for _ in range(ROUNDS):
                started = time.perf_counter()
                found = pivots.pivot(key, path, rows, columns, today=now.date(), exact=True)
                taken.append((time.perf_counter() - started) * 1000)
                assert found is not None
            spent.append(min(taken))
        result[name] = (max(spent), sizes[key])
    return result


if __name__ == "__main__":
    sys.exit(main())
