"""How long each kind of process may wait for PostgreSQL; `zhijia doctor` tells where a server is set up wrongly."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, OperationalError
from django.db.utils import ConnectionHandler

from tests.pgbouncer import MISSING, PROGRAM, address, pgbouncer
from tests.postgres import PrivateServer, empty_server, private_server
from zhijia.config import health
from zhijia.config.databases import LIMITS, Process, database_settings, databases
from zhijia.kernel import db
from zhijia.kernel.health import Grade

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.xdist_group("database_server")]


@pytest.fixture(scope="module")
def server() -> Iterator[PrivateServer]:
    with private_server(durable=True) as running:
        yield running


def found(settings: Any, now: Any, url: str, **more: Any) -> list[tuple[Grade, str]]:
    settings.ZHIJIA_DATABASES = {process: databases(url, process=process, **more) for process in Process}
    return [(each.grade, each.text) for each in health.database_is_set_up(now)]


def ask(server: PrivateServer, *statements: str) -> None:
    with psycopg.connect(server.address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_each_kind_of_process_has_its_limits_at_the_server(server: PrivateServer, settings: Any, now: Any) -> None:
    assert [grade for grade, _ in found(settings, now, server.address)] == [Grade.GOOD]
    loose = found(settings, now, f"{server.address}&options=-c%20lock_timeout=0")
    assert [grade for grade, _ in loose] == [Grade.WARN] * len(Process)
    assert "lock_timeout=0" in loose[0][1]


def test_a_page_waits_for_no_lock_for_long_and_people_are_asked_to_come_back(server: PrivateServer) -> None:
    assert LIMITS[Process.WEB].lock < LIMITS[Process.WEB].statement < 120, "the proxy gives up after 120 s"
    url = f"{server.address}&options=-c%20lock_timeout=50"
    connection = ConnectionHandler({"default": database_settings(url, process=Process.WEB)})["default"]
    ask(server, "CREATE TABLE waited_for (id int)")
    with psycopg.connect(server.address) as holder, connection.cursor() as cursor:
        holder.execute("LOCK TABLE waited_for")
        with pytest.raises(OperationalError) as refused:
            cursor.execute("SELECT * FROM waited_for")
    assert db.is_away(refused.value)
    connection.close()


def test_a_transaction_that_asks_nothing_is_ended_and_people_are_asked_to_come_back(server: PrivateServer) -> None:
    url = f"{server.address}&options=-c%20idle_in_transaction_session_timeout=50"
    connection = ConnectionHandler({"default": database_settings(url, process=Process.WEB)})["default"]
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        time.sleep(0.3)
        with pytest.raises(DatabaseError) as ended:
            cursor.execute("SELECT 1")
    assert db.is_away(ended.value)
    connection.close()


def test_a_server_that_may_forget_is_told(settings: Any, now: Any) -> None:
    with private_server() as hasty:
        assert [grade for grade, text in found(settings, now, hasty.address) if "断电" in text] == [Grade.BAD]


def test_a_standby_that_is_missing_or_written_to_is_told(server: PrivateServer, settings: Any, now: Any) -> None:
    replica = {"replica_url": server.address}
    assert "不是同步复制" in found(settings, now, server.address, **replica)[0][1]
    ask(server, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()")
    try:
        assert any("都在等它" in text for _, text in found(settings, now, server.address, **replica))
    finally:
        ask(server, "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
    with empty_server(durable=True) as standby:
        standby.follow(server, "standby")
        assert any("不能写入" in text for _, text in found(settings, now, standby.address))
        connection = ConnectionHandler({"default": database_settings(standby.address)})["default"]
        with connection.cursor() as cursor, pytest.raises(DatabaseError) as refused:
            cursor.execute("CREATE TABLE written_here (id int)")
        assert db.is_away(refused.value)
        connection.close()
        both = f"postgres://zhijia@/zhijia?host={standby.folder},{server.folder}&target_session_attrs=read-write"
        assert [grade for grade, _ in found(settings, now, both)] == [Grade.GOOD]


@pytest.mark.skipif(PROGRAM is None, reason=MISSING)
class TestPooler:
    """Pages through pgbouncer in transaction mode; everybody else past it."""

    def findings(
        self, server: PrivateServer, settings: Any, now: Any, changes: dict[str, str], **more: Any
    ) -> list[tuple[Grade, str]]:
        with empty_server() as lodging, pgbouncer(lodging.folder, server, changes):
            return found(settings, now, server.address, pooler_url=address(lodging.folder), **more)

    def test_pgbouncer_sets_the_limits_of_pages(self, server: PrivateServer, settings: Any, now: Any) -> None:
        assert [grade for grade, _ in self.findings(server, settings, now, {})] == [Grade.GOOD]
        loose = self.findings(server, settings, now, {"SET lock_timeout = 5000;": ""})
        assert [(grade, text[:4]) for grade, text in loose] == [(Grade.WARN, "网页进程")]

    def test_prepared_statements_are_tried(self, server: PrivateServer, settings: Any, now: Any) -> None:
        said = subprocess.run([str(PROGRAM), "--version"], capture_output=True, text=True, check=True).stdout
        version = tuple(int(part) for part in said.split()[1].split(".")[:2])
        told = self.findings(server, settings, now, {}, pooler_prepares=True)
        kept = version >= (1, 24)  # on by itself from then on
        assert [grade for grade, _ in told] == [Grade.GOOD if kept else Grade.BAD]
        assert kept or "预编译" in told[0][1]

    def test_a_pooler_that_is_away_is_told(self, server: PrivateServer, settings: Any, now: Any) -> None:
        told = found(settings, now, server.address, pooler_url="postgres://zhijia@/zhijia?host=/nowhere&port=6432")
        assert [(grade, text[:4]) for grade, text in told] == [(Grade.BAD, "网页进程")]
