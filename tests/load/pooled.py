"""`python -m tests.load.pooled`: does everything work when pages reach the database through pgbouncer?

In transaction mode, with three connections to the server for eight threads: whoever keeps anything in a connection
beyond his transaction finds somebody else's there. People join by HTTP and a cadre loads rosters, as in
`tests.load.kills`; nobody is killed. Prints one JSON line; status 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from random import Random

from benchmarks.ground import ground
from tests.load.client import Journal
from tests.load.kills import Scene, finish, judge, wait
from tests.load.platform import Platform
from tests.pgbouncer import address, pgbouncer
from tests.postgres import empty_server, stop_on_signals


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    stop_on_signals()
    with (
        empty_server() as lodging,
        ground(ZHIJIA_DATABASE_POOLER_URL=address(lodging.folder)) as place,
        pgbouncer(lodging.folder, place.postgres, {"default_pool_size": "3"}),
        (place.folder / "platform.log").open("ab") as log,
    ):
        journal = Journal(place.folder / "acknowledged.jsonl")
        platform = Platform(place, log)
        scene = Scene(place, platform.url, journal, Random(1), options.seconds)
        since = datetime.now(tz=UTC)
        try:
            platform.keep_up()
            for thread in scene.threads:
                thread.start()
            wait(platform, lambda: journal.counts["submitted"] > 0, time.monotonic() + 120)
            ends = time.monotonic() + options.seconds
            wait(platform, lambda: time.monotonic() > ends, ends)
            with place.connect() as connection:
                names = connection.execute(
                    "SELECT application_name, count(*) FROM pg_stat_activity WHERE datname = 'zhijia' GROUP BY 1"
                )
                connections = {str(name): int(str(count)) for name, count in names}
            left = finish(platform, scene)
        finally:
            status = platform.stop()
        result = judge(place, scene, since)
        said = (place.folder / "platform.log").read_text(errors="replace").splitlines()
    wrong = [*scene.faults, *left, *result.pop("wrong")]
    wrong += [f"the supervisor ended with {status}"] if status else []
    wrong += [f"{count} {what}" for what, count in journal.counts.items() if what.startswith("answered 5")]
    if wrong:
        print("\n".join([text[-1_500:] for text in said if '"status_code": 50' in text][:5]), file=sys.stderr)
    counts = {name: journal.counts[name] for name in sorted(journal.counts)}
    print(json.dumps({"connections": connections, **counts, **result, "wrong": wrong}, ensure_ascii=False))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
