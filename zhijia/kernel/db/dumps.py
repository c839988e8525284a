"""The whole database as one file, and back; the server's own tools on PostgreSQL, SQLite's own copy there."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


class DumpFailed(Exception):
    """The tool refused; the text is what it said."""


_BY_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
"""What of a connection's address the server's tools take from the environment."""


def dump_name() -> str:
    """`database.dump` or `database.sqlite3`: what `dump_database` writes on this installation."""
    return "database.dump" if connections[DEFAULT_DB_ALIAS].vendor == "postgresql" else "database.sqlite3"


def dump_database(path: Path) -> None:
    """One moment of the database while everybody goes on working. Raises DumpFailed."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        _run(connection, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])


def restore_database(path: Path) -> None:
    """Fill an empty database. Raises DumpFailed; what was half done on PostgreSQL is rolled back."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        _run(connection, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", file=path)
        return
    target = Path(connection.settings_dict["NAME"])
    connection.close()
    with sqlite3.connect(path) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise DumpFailed("the copy is damaged")
    draft = target.with_suffix(".restoring")
    shutil.copyfile(path, draft)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    draft.replace(target)


def is_empty_database() -> bool:
    """Whether not even a migration has run."""
    return not connections[DEFAULT_DB_ALIAS].introspection.table_names()


def server_time() -> datetime | None:
    """The clock of the database's machine; None where the database is a file of this one."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def _run(connection: Any, tool: str, *arguments: str, file: Path | None = None) -> None:
    """The tool with this connection's address; the password goes by the environment, where nobody lists it."""
    said = connection.get_connection_params()
    environment = os.environ | {
        name: str(said[option]) for option, name in _BY_ENVIRONMENT.items() if said.get(option) not in (None, "")
    }
    command = [tool, *arguments, f"--dbname={said['dbname']}", *([str(file)] if file else [])]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise DumpFailed(f"{tool} is not installed (package postgresql-client)") from error
    if done.returncode:
        raise DumpFailed(done.stderr.strip()[-2_000:])
