"""Looks at the database server as each kind of process meets it. Source: docs/runbooks/postgresql.md"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.utils import ConnectionHandler

from zhijia.kernel.health import Finding, bad, good, look, warn

from .databases import LIMITS, Process

CODE = "config.database"
_PAGE = "见 docs/runbooks/postgresql.md。"
_KINDS = {
    Process.WEB: "网页进程",
    Process.WORKER: "后台进程",
    Process.MIGRATION: "结构变更命令",
    Process.COMMAND: "管理命令",
}
_FULL = 0.8
"""Share of the server's connections past which one is told."""


@look(CODE)
def database_is_set_up(now: datetime) -> Iterator[Finding]:
    if settings.ZHIJIA_DATABASES[Process.COMMAND]["default"]["ENGINE"] != "django.db.backends.postgresql":
        yield good(CODE, "数据库在本机文件里，没有服务器的时限要查。")
        return
    found = [each for process in Process for each in _limits(process)]
    with _connected(Process.COMMAND) as cursor:
        found += [*_server(cursor), *_copies(cursor)]
    yield from found or [good(CODE, "数据库的时限、落盘和连接数都合适。")]


@contextmanager
def _connected(process: Process) -> Iterator[Any]:
    """A cursor on a connection as that kind of process opens it."""
    entry = settings.ZHIJIA_DATABASES[process]["default"]
    options = {name: value for name, value in entry["OPTIONS"].items() if name != "pool"}
    connection = ConnectionHandler({"default": {**entry, "OPTIONS": options}})["default"]
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _limits(process: Process) -> Iterator[Finding]:
    wanted = LIMITS[process].settings
    try:
        with _connected(process) as cursor:
            cursor.execute(
                "SELECT name, setting::bigint FROM pg_settings WHERE name = ANY(%s) ORDER BY name", [list(wanted)]
            )
            wrong = [f"{name}={value}" for name, value in cursor.fetchall() if value != wanted[name]]
            if process is Process.WEB and not _keeps_prepared(process):
                yield bad(
                    CODE,
                    "网页进程前面的连接池不保留预编译语句，而 ZHIJIA_DATABASE_PREPARED 说它保留。",
                    f"请去掉这项设置，或换用 1.22 以上的 pgbouncer 并设 max_prepared_statements，{_PAGE}",
                )
    except DatabaseError as error:
        yield bad(CODE, f"{_KINDS[process]}连不上数据库（{type(error).__name__}）。", f"请检查数据库地址，{_PAGE}")
        return
    if wrong:
        should = "、".join(f"{name}={value}" for name, value in sorted(wanted.items()))
        yield warn(
            CODE,
            f"{_KINDS[process]}的数据库时限是 {'、'.join(wrong)}（毫秒），应为 {should}。",
            f"经过连接池的请改 pgbouncer 的 connect_query，直连的请检查地址里的 options，{_PAGE}",
        )


def _keeps_prepared(process: Process) -> bool:
    """Whether a plan that one connection had kept is still found when another has taken its place at the server."""
    if "prepare_threshold" not in settings.ZHIJIA_DATABASES[process]["default"]["OPTIONS"]:
        return True  # nothing is kept, so nothing is missed
    with _connected(process) as first, _connected(process) as second:
        _ask_often(first)
        second.execute("BEGIN")
        try:
            _ask_often(first)
        except DatabaseError:
            return False
        finally:
            second.execute("ROLLBACK")
    return True


def _ask_often(cursor: Any) -> None:
    for _ in range(6):
        cursor.execute("SELECT 1")


def _server(cursor: Any) -> Iterator[Finding]:
    cursor.execute(
        "SELECT pg_is_in_recovery(), current_setting('fsync')::bool AND current_setting('full_page_writes')::bool"
        " AND current_setting('synchronous_commit') <> 'off', current_setting('max_connections')::int,"
        " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
    )
    standby, durable, most, used = cursor.fetchone()
    if standby:
        yield bad(
            CODE,
            "DATABASE_URL 指向的是备库，不能写入。",
            "请写上两台主机和 target_session_attrs=read-write，见 docs/runbooks/failover.md。",
        )
    if not durable:
        yield bad(
            CODE,
            "数据库没有等写盘就答复，断电会丢失已经答复的办理结果。",
            f"请打开 fsync、full_page_writes 和 synchronous_commit，{_PAGE}",
        )
    if used > most * _FULL:
        yield warn(
            CODE,
            f"数据库的 {most} 个连接已用 {used} 个。",
            f"请减少进程数，或设 ZHIJIA_DATABASE_POOL，或在前面放 pgbouncer，{_PAGE}",
        )


def _copies(cursor: Any) -> Iterator[Finding]:
    """A primary told to wait for a standby that is not there answers nobody who writes."""
    cursor.execute(
        "SELECT current_setting('synchronous_standby_names'),"
        " (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))"
    )
    names, following = cursor.fetchone()
    advice = "见 docs/runbooks/failover.md。"
    if names and not following:
        yield bad(CODE, "没有一台同步备库在线，所有写入都在等它。", f"请恢复备库，或暂时取消同步，{advice}")
    elif "replica" in settings.ZHIJIA_DATABASES[Process.WEB] and not names:
        yield warn(
            CODE, "有备库但不是同步复制，主库损坏时会丢失最后的办理结果。", f"请设 synchronous_standby_names，{advice}"
        )
