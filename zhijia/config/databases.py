"""From one address to Django's database settings, the same way for server, worker, tests and benchmarks.

Source: docs/runbooks/postgresql.md
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import environ

SQLITE_WAIT_S = 30
KEPT_S = 60
PREPARE_AFTER = 3
"""Times a connection asks the same before it has the plan kept."""


class Process(StrEnum):
    """What a process is for; how long it may wait and hold depends on it."""

    WEB = "web"
    WORKER = "worker"
    MIGRATION = "migration"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds; 0 is without limit. `lock`: waiting for another transaction's row or table; `statement`: one statement,
    waiting included; `idle`: a transaction that is open and asks nothing.
    """

    lock: int
    statement: int
    idle: int

    @property
    def settings(self) -> dict[str, int]:
        """By the server's own names, in milliseconds."""
        return {
            "lock_timeout": self.lock * 1000,
            "statement_timeout": self.statement * 1000,
            "idle_in_transaction_session_timeout": self.idle * 1000,
        }


LIMITS: Final = {
    Process.WEB: Limits(lock=5, statement=20, idle=30),
    Process.WORKER: Limits(lock=30, statement=30 * 60, idle=10 * 60),
    Process.MIGRATION: Limits(lock=2, statement=0, idle=10 * 60),
    Process.COMMAND: Limits(lock=30, statement=0, idle=60 * 60),
}
_NETWORK: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A machine that is gone without a word is noticed within half a minute, and the next address is tried after five
seconds."""


def databases(
    url: str,
    *,
    process: Process,
    pool_size: int = 0,
    pooler_url: str = "",
    pooler_prepares: bool = False,
    replica_url: str = "",
) -> dict[str, dict[str, Any]]:
    """DATABASES of a process. `pooler_url` is a pgbouncer in transaction mode; pages alone go through it.

    Worker, clock and commands need two or three connections each, and some of them what such a pgbouncer does not keep:
    limits of their own, a lock that outlives a transaction, pg_dump. So they ask PostgreSQL itself.
    """
    pooled = process is Process.WEB and bool(pooler_url)
    found = {
        "default": database_settings(
            pooler_url if pooled else url,
            process=process,
            pool_size=pool_size,
            pooled=pooled,
            prepared=pooler_prepares or not pooled,
        )
    }
    if replica_url:
        found["replica"] = database_settings(replica_url, process=process, pool_size=pool_size)
    return found


def database_settings(
    url: str,
    *,
    process: Process = Process.COMMAND,
    pool_size: int = 0,
    pooled: bool = False,
    prepared: bool = True,
) -> dict[str, Any]:
    """`sqlite:///var/zhijia.sqlite3` or `postgres://user@host/name?host=/socket/folder` as an entry of DATABASES; what
    the address says after its question mark goes to the driver and before our own.

    Each thread keeps its own connection for a minute, which is renewed at the next request after that: so a restarted
    database is noticed, without a question before every request, and SQLite need not fold its log into the file each
    time the last connection closes. `pool_size` above 0 lets the threads of a process share that many of PostgreSQL's
    instead, for more threads than the database has connections; it costs an eighth of a short page.
    `prepared` lets PostgreSQL keep the plan of what a connection asks again and again, which halves its work at a
    join. Behind a pgbouncer (`pooled`) it must be off where that keeps no prepared statements, and the limits of the
    process are pgbouncer's to set: it refuses them from a client.
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
    settings["OPTIONS"] = options = {**_NETWORK, "application_name": f"zhijia-{process}", **options}
    if not pooled:
        own = " ".join(f"-c {name}={value}" for name, value in LIMITS[process].settings.items())
        options["options"] = f"{own} {options.get('options', '')}".rstrip()
    if prepared:
        options.update(server_side_binding=True, prepare_threshold=PREPARE_AFTER)
    if pool_size > 0:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
        settings["CONN_MAX_AGE"] = 0
    return settings
