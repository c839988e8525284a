"""`python -m tests.load.kills --rounds 40`: is anything lost, doubled or half done when processes are killed?

People join by HTTP, a cadre decides and loads rosters, while at random moments one process is killed with SIGKILL: of
the server, its master, the worker, the clock, the supervisor, the database or a connection of it. Each command is
repeated under its key until it is acknowledged, and what was acknowledged is kept on disk. At the end all of it must be
found once; figures, seals, jobs and the clock must be right. Prints one JSON line; status 1 where anything is wrong.

Everything runs on a PostgreSQL of its own and on the loopback address. It ends after the rounds, or after --seconds.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from random import Random

import psycopg

from benchmarks.ground import Ground, ground
from benchmarks.people import appoint, load_regions, make_people, open_small_tree
from tests.load import counting
from tests.load.client import Browser, Gave, Journal, join, load_rosters
from tests.load.people import Worker, roster
from tests.load.platform import TARGETS, Platform
from tests.postgres import stop_on_signals

LINES = 4
APPLICANTS = 60
"""For each line and kill; who is not needed does nothing."""
ROSTERS = 200
ROSTER_ROWS = 2_500
"""More than a job does in one go."""
MOST_REQUESTS = 200_000
FINISH_S = 240


class Scene:
    """Who works on what: lines that join and decide, and a cadre who loads rosters."""

    def __init__(self, place: Ground, url: str, journal: Journal, random: Random, rounds: int) -> None:
        now = datetime.now(tz=UTC)
        load_regions(now)
        self.union = open_small_tree(now)["plant"]
        cadres = make_people(LINES + 1, first=90_000_000, now=now, stepped_up=True)
        for cadre in cadres:
            appoint(cadre.person_id, self.union, "GRASS_CHAIR", now=now)
        people = make_people(LINES * APPLICANTS * (rounds + 2), first=0, now=now)
        self.rosters: list[list[Worker]] = [roster(number, ROSTER_ROWS) for number in range(ROSTERS)]
        self.journal = journal
        self.enough = threading.Event()
        self.faults: list[str] = []

        def browser(cookies: str) -> Browser:
            return Browser(url, cookies, journal, MOST_REQUESTS)

        employer = self.union.employer.name if self.union.employer else ""
        works: list[Callable[[], None]] = []
        for number in range(LINES):
            own = [(who.person_id, browser(who.cookies)) for who in people[number::LINES]]
            decider, luck = browser(cadres[number].cookies), Random(random.random())
            works.append(partial(join, own, decider, self.union.code, employer, journal, self.enough, luck))
        loader = browser(cadres[-1].cookies)
        works.append(partial(load_rosters, loader, self.union.public_id, self.rosters, journal, self.enough))
        self.threads = [threading.Thread(target=self._watched, args=(work,), daemon=True) for work in works]

    def _watched(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  told at the end; the others go on
            self.faults.append(str(error) if isinstance(error, Gave) else repr(error))

    @property
    def at_work(self) -> bool:
        return any(thread.is_alive() for thread in self.threads)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40, help="kills")
    parser.add_argument("--seed", type=int, default=1, help="another number kills others at other moments")
    parser.add_argument("--seconds", type=int, default=900, help="no kill later than that after the start")
    options = parser.parse_args()
    stop_on_signals()
    started = time.monotonic()
    random = Random(options.seed)
    with ground() as place, (place.folder / "platform.log").open("ab") as log:
        journal = Journal(place.folder / "acknowledged.jsonl")
        platform = Platform(place, log)
        scene = Scene(place, platform.url, journal, random, options.rounds)
        since = datetime.now(tz=UTC)
        try:
            kills = _kill_and_go_on(platform, scene, random, options.rounds, options.seconds)
            left = finish(platform, scene)
        finally:
            status = platform.stop()
        result = judge(place, scene, since)
        said = (place.folder / "platform.log").read_text(errors="replace").splitlines()
    wrong = [*scene.faults, *left, *result.pop("wrong")]
    wrong += [f"the supervisor ended with {status}"] if status else []
    wrong += [f"{count} answers of 500" for what, count in journal.counts.items() if what == "answered 500"]
    line = {
        "kills": dict(kills),
        **{name: journal.counts[name] for name in sorted(journal.counts)},
        **result,
        "seed": options.seed,
        "seconds": round(time.monotonic() - started),
        "wrong": wrong,
    }
    if wrong:
        print("\n".join([text[-1_500:] for text in said if '"status_code": 500' in text][:5]), file=sys.stderr)
    print(json.dumps(line, ensure_ascii=False))
    return 1 if wrong else 0


def _kill_and_go_on(platform: Platform, scene: Scene, random: Random, rounds: int, seconds: int) -> Counter[str]:
    platform.keep_up()
    for thread in scene.threads:
        thread.start()
    wait(platform, lambda: scene.journal.counts["submitted"] > 0, time.monotonic() + FINISH_S)
    until = time.monotonic() + seconds
    kills: Counter[str] = Counter()
    for number, target in enumerate(itertools.islice(_targets(random), rounds), 1):
        ends = time.monotonic() + random.uniform(0.3, 3.0)
        wait(platform, lambda ends=ends: time.monotonic() > ends, until)
        if time.monotonic() > until or not scene.at_work:
            break
        if target == "clock":
            kills["clock at work"] += _kill_at_work(platform, random, until)
        else:
            # Who is just being started again is waited for.
            wait(platform, lambda target=target: platform.kill(target, random), until)
            kills[target] += 1
        print(f"{number}: killed {target}; {dict(scene.journal.counts)}", file=sys.stderr, flush=True)
    return kills


def _targets(random: Random) -> Iterator[str]:
    """Each once in every seven, in another order each time."""
    while True:
        yield from random.sample(TARGETS, len(TARGETS))


def _kill_at_work(platform: Platform, random: Random, until: float) -> int:
    """Let a new day begin, and kill the clock in one of its functions."""
    _new_day(platform.place)
    platform.kill("clock", random)

    def held() -> bool:
        with _connected(platform.place) as connection:
            found = connection.execute("SELECT count(*) FROM jobs_tick WHERE held_until > now()").fetchone()
        return bool(found and found[0])

    wait(platform, held, min(until, time.monotonic() + 40))
    time.sleep(random.uniform(0.0, 0.1))
    platform.kill("clock", random)
    return int(held())


def wait(platform: Platform, done: Callable[[], bool], until: float) -> None:
    while not done() and time.monotonic() < until:
        platform.keep_up()
        time.sleep(0.02)


def finish(platform: Platform, scene: Scene) -> list[str]:
    """Nobody kills any more: everybody ends what he is at and does one thing more; then comes a last day of the clock,
    and the queue runs empty.
    """
    scene.enough.set()
    time.sleep(1)  # the database ends all connections where one was killed
    until = time.monotonic() + FINISH_S
    day_begun, told = False, time.monotonic() + 20
    while time.monotonic() < until:
        platform.keep_up()
        _let_hours_pass(platform.place)
        if not scene.at_work and not _waiting(platform.place):
            if day_begun:
                return []
            _new_day(platform.place)
            day_begun = True
        time.sleep(2)
        if time.monotonic() > told:
            told += 20
            print("waiting:", "; ".join(_waiting(platform.place)) or "people at work", file=sys.stderr)
    return [f"not finished after {FINISH_S} s: {what}" for what in _waiting(platform.place)] or [
        "people were still at work"
    ]


def _connected(place: Ground) -> psycopg.Connection[tuple[object, ...]]:
    """A connection; after a kill the database needs a while."""
    for _ in range(100):
        try:
            return place.connect()
        except psycopg.OperationalError:
            time.sleep(0.2)
    return place.connect()


def _new_day(place: Ground) -> None:
    """What the clock does once a day is due again."""
    with _connected(place) as connection:
        connection.execute("UPDATE jobs_tick SET last_run = last_run - interval '1 day' WHERE name <> 'jobs.worker'")


SILENT = """
UPDATE jobs_job SET heartbeat = heartbeat - interval '2 minutes'
WHERE runner <> '' AND heartbeat < now() - interval '10 seconds';
UPDATE jobs_tick SET held_until = now() WHERE held_until - now() < interval '9 minutes 40 seconds'
OR held_until - now() BETWEEN interval '11 minutes' AND interval '1 hour 59 minutes 40 seconds';
UPDATE django_tasks_database_dbtaskresult SET started_at = started_at - interval '1 hour'
WHERE status = 'RUNNING' AND started_at < now() - interval '30 seconds';
UPDATE jobs_tick SET last_run = last_run - interval '5 minutes' WHERE name = 'jobs.return_lost_tasks'
AND EXISTS (SELECT 1 FROM django_tasks_database_dbtaskresult
            WHERE status = 'RUNNING' AND started_at < now() - interval '50 minutes')
"""
"""Who has held something for so long without a sign of life is dead here: all work is short. Leases are of ten minutes
and two hours."""


def _let_hours_pass(place: Ground) -> None:
    """Move what waits for a dead process's silence into the past, and let the clock look."""
    with _connected(place) as connection:
        connection.execute(SILENT)
    _tick()


def _tick() -> None:
    from django.utils import timezone

    from zhijia.foundation.jobs.services import run_due

    _new_connections()
    run_due(now=timezone.now(), clock=timezone.now)


def _new_connections() -> None:
    """Those of this process broke with the database."""
    from django.db import connections

    connections["default"].close()
    connections["default"].close_pool()


WAITING = """
SELECT 'job ' || kind || ' ' || state FROM jobs_job WHERE state IN ('queued', 'running')
UNION ALL SELECT 'clock ' || name FROM jobs_tick WHERE held_until > now()
UNION ALL SELECT 'task ' || task_path || ' ' || status FROM django_tasks_database_dbtaskresult
WHERE status = 'RUNNING' OR (status = 'READY' AND (run_after < now() OR run_after > '9000-01-01'))
"""
"""A task that may run at once carries a moment at the end of time."""


def _waiting(place: Ground) -> list[str]:
    """Jobs, tasks and functions of the clock that are not over, but for those that wait for their hour."""
    with _connected(place) as connection:
        return [str(row[0]) for row in connection.execute(WAITING)]


def judge(place: Ground, scene: Scene, since: datetime) -> dict[str, object]:
    _new_connections()
    lines = counting.read(place.folder / "acknowledged.jsonl")
    with _connected(place) as connection:
        rows, of_rosters = counting.rows_of_rosters(connection, lines, scene.rosters, scene.union.pk)
        wrong = [
            *counting.lost_or_changed(connection, lines),
            *of_rosters,
            *counting.wrong_rows(connection),
            *counting.sums_and_seals(place.environment, now=datetime.now(tz=UTC)),
        ]
    functions, not_done = counting.clock_functions(since=since)
    return {"rows": rows, "clock_functions": functions, "wrong": [*wrong, *not_done]}


if __name__ == "__main__":
    sys.exit(main())
