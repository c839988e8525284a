"""`join`: the last step of joining by HTTP, submitted and approved, against the same rows by prepared SQL alone."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from benchmarks import raw_rows
from benchmarks.ground import ground, is_province, server
from benchmarks.joining import Plan, joins_per_second
from benchmarks.people import appoint, load_regions, make_people, open_small_tree
from benchmarks.result import Result

BAR = 0.20
CONNECTIONS = 8
RAW_PROCESSES = 4


def main() -> int:
    rounds, seconds = (7, 6.0) if is_province() else (5, 3.0)
    with ground() as place:
        now = datetime.now(tz=UTC)
        load_regions(now)
        unions = open_small_tree(now)
        cadres = make_people(4, first=90_000_000, now=now, stepped_up=True)
        for cadre in cadres:
            appoint(cadre.person_id, unions["plant"], "GRASS_CHAIR", now=now)
        applicants = make_people(int(rounds * seconds * 500) + 600, first=0, now=now)
        others = [who.person_id for who in make_people(int(rounds * seconds * 2500), first=40_000_000, now=now)]
        cookies = [who.cookies for who in applicants]
        with server(place) as url, place.connect() as connection:

            def plan(names: list[str], connections: int = CONNECTIONS) -> Plan:
                boss = [cadre.cookies for cadre in cadres]
                return Plan(url, unions["plant"].code, unions["plant"].employer.name, names, boss, connections)  # type: ignore[union-attr]

            used = joins_per_second(plan(cookies[:400]), seconds=2.0)[1]
            watcher = raw_rows.Watcher(connection)
            sample = applicants[used]
            submit, approve = _sample(plan([sample.cookies], 2), watcher)
            used += 1
            http, raw = [], []
            for _ in range(rounds):
                connection.execute("ANALYZE")  # else the server keeps plans made for tables of few rows
                rate, count = joins_per_second(plan(cookies[used:]), seconds=seconds)
                used += count
                http.append(rate)
                rate, count = raw_rows.raw_joins_per_second(
                    place.address,
                    submit,
                    approve,
                    sample_person=sample.person_id,
                    persons=others,
                    seconds=seconds,
                    processes=RAW_PROCESSES,
                )
                others = others[count:]
                raw.append(rate)
            (members,) = connection.execute("SELECT count(*) FROM members_membership").fetchone() or (0,)
    http.sort(), raw.sort()
    figure, limit = http[len(http) // 2], raw[len(raw) // 2]
    spread = f"{http[0]:.0f}-{http[-1]:.0f} against {raw[0]:.0f}-{raw[-1]:.0f}"
    note = f"{submit.count} rows submitted, {approve.count} approved; rounds {spread}"
    print(Result("join", figure, limit, "joins/s", bar=BAR, rows=int(str(members)), note=note).line())
    return 0


def _sample(plan: Plan, watcher: raw_rows.Watcher) -> tuple[raw_rows.Written, raw_rows.Written]:
    """What a submit writes, and what an approval writes."""
    from benchmarks.joining import submit_once

    approve = submit_once(plan)
    submitted = watcher.look()
    approve()
    return submitted, watcher.look()


if __name__ == "__main__":
    sys.exit(main())
