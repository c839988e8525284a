"""`python -m tests.load.failover --rounds 2`: is anything acknowledged lost when the primary dies?

Two servers, the standby synchronous. People join by HTTP and a cadre loads rosters, as in `tests.load.kills`; under
their writes the primary is killed, the standby is promoted and takes the writes, told to nobody: the address names both
servers and asks for the one that takes writes. In the next round the dead one is made anew as the standby, and they
change places again. At the end all that was acknowledged must be found once. Prints one JSON line; status 1 where
anything is wrong. The steps are those of docs/runbooks/failover.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from datetime import UTC, datetime
from random import Random

import psycopg

from benchmarks.ground import ground
from tests.load.client import Journal
from tests.load.kills import FINISH_S, Scene, finish, judge, wait
from tests.load.platform import Platform
from tests.postgres import PrivateServer, empty_server, stop_on_signals

NAME = "standby"
BOTH = {"wal_level": "replica", "max_wal_senders": "5", "hot_standby": "on"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2, help="how often the primary is killed")
    parser.add_argument("--seed", type=int, default=1, help="another number kills at other moments")
    options = parser.parse_args()
    stop_on_signals()
    started = time.monotonic()
    random = Random(options.seed)
    with (
        empty_server(durable=True, settings=BOTH) as second,
        ground(BOTH, second) as place,
        (place.folder / "platform.log").open("ab") as log,
    ):
        journal = Journal(place.folder / "acknowledged.jsonl")
        platform = Platform(place, log)
        scene = Scene(place, platform.url, journal, random, options.rounds * 8)
        since = datetime.now(tz=UTC)
        away: list[float] = []
        primary, standby = place.postgres, second
        try:
            _keep_a_copy(primary, standby)
            platform.keep_up()
            for thread in scene.threads:
                thread.start()
            for number in range(options.rounds):
                if number:
                    _keep_a_copy(primary, standby)
                _let_them_work(platform, journal, random.uniform(2.0, 4.0))
                away.append(_fail_over(primary, standby, platform, journal))
                primary, standby = standby, primary
                print(f"{number + 1}: away for {away[-1]} s; {dict(journal.counts)}", file=sys.stderr, flush=True)
            left = finish(platform, scene)
        finally:
            status = platform.stop()
        result = judge(platform.place, scene, since)
        said = (place.folder / "platform.log").read_text(errors="replace").splitlines()
        primary.stop()
        standby.stop()
    wrong = [*scene.faults, *left, *result.pop("wrong")]
    wrong += [f"the supervisor ended with {status}"] if status else []
    wrong += [f"{count} answers of 500" for what, count in journal.counts.items() if what == "answered 500"]
    line = {
        "away_seconds": away,
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


def _keep_a_copy(primary: PrivateServer, standby: PrivateServer) -> None:
    """From now on a commit is acknowledged when it is on both disks."""
    standby.follow(primary, NAME)
    with psycopg.connect(primary.address, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'")
        connection.execute("SELECT pg_reload_conf()")
        for _ in range(100):
            row = connection.execute("SELECT sync_state FROM pg_stat_replication").fetchone()
            if row == ("sync",):
                return
            time.sleep(0.1)
    raise RuntimeError("the standby did not come")


def _let_them_work(platform: Platform, journal: Journal, seconds: float) -> None:
    before = journal.counts["approve"]
    wait(platform, lambda: journal.counts["approve"] > before, time.monotonic() + FINISH_S)
    ends = time.monotonic() + seconds
    wait(platform, lambda: time.monotonic() > ends, ends)


def _fail_over(primary: PrivateServer, standby: PrivateServer, platform: Platform, journal: Journal) -> float:
    """Returns for how many seconds nothing was acknowledged."""
    primary.kill()
    died = time.monotonic()
    with psycopg.connect(standby.address, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM RESET synchronous_standby_names")  # it would wait for itself
        connection.execute("SELECT pg_reload_conf()")
    standby.promote()
    platform.place = dataclasses.replace(platform.place, postgres=standby)
    before = journal.counts["submitted"] + journal.counts["approve"]
    until = died + FINISH_S
    wait(platform, lambda: journal.counts["submitted"] + journal.counts["approve"] > before, until)
    return round(time.monotonic() - died, 1)


if __name__ == "__main__":
    sys.exit(main())
