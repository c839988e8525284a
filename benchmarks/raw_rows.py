"""The limit for `join`: the rows that a real join wrote, copied under other ids by prepared SQL and nothing else.

The rows are read from the database after one join by HTTP, so that the limit writes what the platform writes: each
table's new rows, and each changed row's changed columns, in the same two transactions.
"""

from __future__ import annotations

import multiprocessing
import secrets
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Row = dict[str, Any]
Tables = dict[str, dict[Any, Row]]
"""Table → primary key → row."""
_PERSONS = frozenset({"person_id", "owner_person_id", "maker_person_id", "last_person_id", "concerns_person_id"})
_PASSING = frozenset({"django_session", "unions_serial"})
"""Written once a minute, or once in a thousand joins."""


@dataclass(frozen=True, slots=True)
class Written:
    """What one transaction wrote: `(table, new row)` and `(table, columns that name the row, changed values)`."""

    inserts: Sequence[tuple[str, Row]]
    updates: Sequence[tuple[str, Row, Row]]

    @property
    def count(self) -> int:
        return len(self.inserts) + len(self.updates)


class Watcher:
    """Tells which rows were written since it last looked."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        found = connection.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        ).fetchall()
        self.tables = [name for (name,) in found if name not in _PASSING]
        self.seen: Tables = {}
        self.mark = 0
        self.look()

    def look(self) -> Written:
        """Rows committed since the last look; the first look only remembers where it stands."""
        fresh: Tables = {}
        inserts: list[tuple[str, Row]] = []
        updates: list[tuple[str, Row, Row]] = []
        if self.mark:
            for table in self.tables:
                with self.connection.cursor(row_factory=dict_row) as cursor:
                    cursor.execute(f"SELECT * FROM {table} WHERE xmin::text::bigint >= %s", [self.mark])
                    rows = cursor.fetchall()
                for row in rows:
                    before = self.seen.get(table, {}).get(row["id"])
                    fresh.setdefault(table, {})[row["id"]] = row
                    if before is None:
                        inserts.append((table, row))
                    else:
                        updates.append((table, before, {k: v for k, v in row.items() if before[k] != v}))
        mark = self.connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
        assert mark is not None
        self.mark = int(mark[0])
        self.seen |= fresh
        return Written(inserts, updates)


class _Copier:
    """Writes the sample again for another person."""

    def __init__(self, connection: psycopg.Connection[Any], submit: Written, approve: Written, person: int) -> None:
        self.connection = connection
        self.submit, self.approve = submit, approve
        self.person = person
        self.sql: dict[tuple[str, tuple[str, ...]], bytes] = {}

    def join(self, person: int) -> None:
        ids: dict[str, int] = {}
        for written in (self.submit, self.approve):
            with self.connection.transaction(), self.connection.cursor() as cursor:
                for table, before, changes in written.updates:
                    self._update(cursor, table, before, changes, ids)
                for table, row in written.inserts:
                    self._insert(cursor, table, row, person, ids)

    def _insert(self, cursor: psycopg.Cursor[Any], table: str, row: Row, person: int, ids: dict[str, int]) -> None:
        names = tuple(name for name, value in row.items() if name != "id" or isinstance(value, uuid.UUID))
        key = (table, names)
        if key not in self.sql:
            columns = sql.SQL(", ").join(map(sql.Identifier, names))
            places = sql.SQL(", ").join(sql.Placeholder() * len(names))
            self.sql[key] = (
                sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id")
                .format(sql.Identifier(table), columns, places)
                .as_bytes(self.connection)
            )
        values = [self._value(name, row[name], person, ids) for name in names]
        cursor.execute(self.sql[key], values, prepare=True)
        got = cursor.fetchone()
        if table in ("workflow_case", "members_membership") and got is not None:
            ids[table] = got[0]

    def _value(self, name: str, value: Any, person: int, ids: Mapping[str, int]) -> Any:
        if name in _PERSONS:
            return person if value == self.person else value
        if name == "case_id" and value is not None:
            return ids["workflow_case"]
        if name == "membership_id":
            return ids["members_membership"]
        if name == "open_key" and value:
            return f"person:{person}"
        if name in ("public_id", "serial", "key"):
            return secrets.token_hex(8)
        if name == "id":
            return uuid.uuid4()
        return Jsonb(value) if isinstance(value, (dict, list)) else value

    def _update(
        self, cursor: psycopg.Cursor[Any], table: str, before: Row, changes: Row, ids: Mapping[str, int]
    ) -> None:
        """The case by its id, what hangs on it by the case's: that is how the platform finds it too."""
        by = "id" if table == "workflow_case" else "case_id"
        names = tuple(changes)
        key = (table, ("update", *names))
        if key not in self.sql:
            assignments = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in names)
            self.sql[key] = (
                sql.SQL("UPDATE {} SET {} WHERE {} = %s")
                .format(sql.Identifier(table), assignments, sql.Identifier(by))
                .as_bytes(self.connection)
            )
        values = [Jsonb(value) if isinstance(value, (dict, list)) else value for value in changes.values()]
        cursor.execute(self.sql[key], [*values, ids["workflow_case"]], prepare=True)


def _once_by_case(written: Written) -> Written:
    """One UPDATE closes all deadlines of a case, as the platform does it."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    updates = []
    for table, before, changes in written.updates:
        key = (table, tuple(changes))
        if key not in seen:
            seen.add(key)
            updates.append((table, before, changes))
    order = {"workflow_case": 0, "members_membership": 1}
    inserts = sorted(written.inserts, key=lambda item: order.get(item[0], 2))
    return Written(inserts, sorted(updates, key=lambda item: order.get(item[0], 2)))


def raw_joins_per_second(
    address: str,
    submit: Written,
    approve: Written,
    *,
    sample_person: int,
    persons: Sequence[int],
    seconds: float,
    processes: int,
) -> tuple[float, int]:
    """Joins in a second by `processes` connections; and how many persons were used."""
    submit, approve = _once_by_case(submit), _once_by_case(approve)
    shares = [persons[n::processes] for n in range(processes)]
    sample = (submit, approve, sample_person)
    arguments = [(address, sample, share, seconds) for share in shares]
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        done = pool.starmap(_work, arguments)
    return sum(count / spent for count, spent in done), max(count for count, _ in done) * processes


def _work(
    address: str, sample: tuple[Written, Written, int], persons: Sequence[int], seconds: float
) -> tuple[int, float]:
    with psycopg.connect(address, autocommit=True) as connection:
        copier = _Copier(connection, *sample)
        started, count = time.monotonic(), 0
        for person in persons:
            copier.join(person)
            count += 1
            if time.monotonic() - started >= seconds:
                break
        else:
            raise RuntimeError("too few persons were prepared for the limit")
        return count, time.monotonic() - started
