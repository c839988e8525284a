"""From one address to Django's database settings, the same way for server, worker, tests and benchmarks."""

from __future__ import annotations

from typing import Any

import environ

SQLITE_WAIT_S = 30
KEPT_S = 60
PREPARE_AFTER = 3
"""Times a connection asks the same before it has the plan kept."""


def database_settings(url: str, *, pool_size: int = 0, prepared: bool = True) -> dict[str, Any]:
    """`sqlite:///var/zhijia.sqlite3` or `postgres://user@host/name?host=/socket/folder` as an entry of DATABASES.

    Each thread keeps its own connection for a minute, which is renewed at the next request after that: so a restarted
    database is noticed, without a question before every request, and SQLite need not fold its log into the file each
    time the last connection closes. `pool_size` above 0 lets the threads of a process share that many of PostgreSQL's
    instead, for more threads than the database has connections; it costs an eighth of a short page.
    `prepared` lets PostgreSQL keep the plan of what a connection asks again and again, which halves its work at a
    join; behind a pgbouncer that keeps no prepared statements (before 1.21, or max_prepared_statements = 0) it must
    be off.
    SQLite runs in WAL mode, and every transaction takes the write lock when it begins (IMMEDIATE): two writers then
    wait for each other instead of failing when a read turns into a write. What it acknowledged is on the disk
    (synchronous=FULL): in WAL mode NORMAL may lose the last commits in a power cut.
    """
    settings: dict[str, Any] = environ.Env.db_url_config(url)
    options = settings.setdefault("OPTIONS", {})
    settings.update(ATOMIC_REQUESTS=False, CONN_MAX_AGE=KEPT_S)
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        options.update(
            transaction_mode="IMMEDIATE",
            timeout=SQLITE_WAIT_S,
            init_command=(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                " PRAGMA mmap_size=268435456; PRAGMA cache_size=-32000"
            ),
        )
        return settings
    settings["DISABLE_SERVER_SIDE_CURSORS"] = True  # pgbouncer in transaction mode keeps no cursor between statements
    if prepared:
        options.update(server_side_binding=True, prepare_threshold=PREPARE_AFTER)
    if pool_size > 0:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
        settings["CONN_MAX_AGE"] = 0
    return settings
