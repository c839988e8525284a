"""An installation that has outgrown SQLite goes on with PostgreSQL, with every row of it, by the runbook's commands."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.postgres import private_postgres

pytestmark = [pytest.mark.once, pytest.mark.timeout(300), pytest.mark.xdist_group("copy")]

BUILD = """
import django; django.setup()
from datetime import UTC, datetime
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0, interactive=False)
call_command("createcachetable", verbosity=0)
from zhijia.demo import build
now = datetime.now(tz=UTC)
build.build_anew(scale="small", seed=7, now=now, say=lambda _text: None, unions_count=60, members_count=300)
from zhijia.foundation.regions.models import Region
last = Region.objects.order_by("-pk").first()
Region.objects.create(code="999999999999", name="x", level=last.level, valid_from=last.valid_from).delete()
"""
LOOK = """
import django; django.setup()
import json
from datetime import UTC, datetime
from django.test import Client, RequestFactory
from django.contrib.auth.models import AnonymousUser
from django.conf import settings
from zhijia.foundation.accounts import entering
from zhijia.foundation.accounts.sessions import SessionStore
from zhijia.foundation.regions.models import Region
from zhijia.organization.members.models import Membership
from zhijia.organization.people.selectors import mobile_for_message
from zhijia.organization.statistics.services import recount
counted = recount(now=datetime.now(tz=UTC))
person = Membership.objects.filter(until=None, person__account__isnull=False).earliest("pk").person
asked = RequestFactory().get("/m/sign-in", HTTP_USER_AGENT="Mozilla/5.0 (Linux; Android 14) Chrome/126")
asked.session, asked.user, asked.now = SessionStore(), AnonymousUser(), datetime.now(tz=UTC)
entering.begin(asked, person.account, number=mobile_for_message(person.pk))
asked.session.save()
client = Client()
client.cookies[settings.SESSION_COOKIE_NAME] = asked.session.session_key
page = client.get("/m/")
last = Region.objects.order_by("-pk").first()
fresh = Region.objects.create(code="888888888888", name="x", level=last.level, valid_from=last.valid_from)
print(json.dumps([counted.differing, page.status_code, person.name in page.content.decode(), fresh.pk - last.pk]))
"""


def run(var: Path, address: str, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "ZHIJIA_VAR": str(var),
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "zhijia.config.settings.dev",
    }
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)


def copy(var: Path, address: str) -> subprocess.CompletedProcess[str]:
    return run(var, address, "-m", "zhijia.cli", "copy", str(var / "zhijia.sqlite3"))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys and a small demonstration in SQLite."""
    var = tmp_path_factory.mktemp("installation")
    done = run(var, f"sqlite:///{var}/zhijia.sqlite3", "-c", BUILD)
    assert done.returncode == 0, done.stderr
    return var


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with private_postgres() as address:
        yield address


@pytest.fixture
def target(server: str, request: pytest.FixtureRequest) -> str:
    """An empty database of the server."""
    name = f"target_{abs(hash(request.node.name)):x}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.replace("/zhijia?", f"/{name}?", 1)


def test_all_of_it_is_there_and_people_go_on(installation: Path, target: str) -> None:
    done = copy(installation, target)
    assert done.returncode == 0, done.stderr
    assert "两边行数和校验和都一致" in done.stdout
    told = {line.split()[2]: int(line.split()[1].replace(",", "")) for line in done.stdout.splitlines() if "  " in line}
    with sqlite3.connect(installation / "zhijia.sqlite3") as source, psycopg.connect(target) as connection:
        names = [row[0] for row in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        names = [name for name in names if name not in ("sqlite_sequence", "django_migrations", "zhijia_cache")]
        assert sorted(told) == sorted(names)
        for name in names:
            counts = [each.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for each in (source, connection)]
            assert counts == [told[name]] * 2, name
        early = connection.execute("SELECT count(*) FROM audit_auditentry_default").fetchone()
        assert early == (0,), "each row of the trail lies in its month"
    looked = run(installation, target, "-c", LOOK)
    assert looked.returncode == 0, looked.stderr
    # Figures equal a recount, a member reads his page, and no key is given twice: one was given and taken back.
    assert json.loads(looked.stdout) == [0, 200, True, 2]
    again = copy(installation, target)
    assert again.returncode == 1
    assert "不是空的" in again.stderr


def test_what_postgresql_refuses_is_named_and_nothing_stays_and_it_can_be_begun_again(
    installation: Path, target: str, tmp_path: Path
) -> None:
    var = tmp_path / "broken"
    var.mkdir()
    (var / "keys.env").write_bytes((installation / "keys.env").read_bytes())
    with sqlite3.connect(installation / "zhijia.sqlite3") as source, sqlite3.connect(var / "zhijia.sqlite3") as copied:
        source.backup(copied)
        copied.execute("UPDATE unions_union SET parent_id = 999999 WHERE id = (SELECT max(id) FROM unions_union)")
        copied.commit()
    done = copy(var, target)
    assert done.returncode == 1
    assert "unions_union" in done.stderr
    with psycopg.connect(target) as connection:
        assert connection.execute("SELECT count(*) FROM people_person").fetchone() == (0,)
        connection.execute("INSERT INTO upkeep_keycheck (name, value, known_at) VALUES ('index', 'x', now())")
    assert "不是空的" in copy(installation, target).stderr, "somebody has begun to work there meanwhile"
    with psycopg.connect(target) as connection:
        connection.execute("DELETE FROM upkeep_keycheck")
    assert copy(installation, target).returncode == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DELETE FROM django_migrations WHERE app = 'members'", "结构与本版本不一致"),
        ("UPDATE upkeep_keycheck SET value = '0' WHERE name = 'index'", "密钥与数据库不符"),
        ("CREATE TABLE somebody_elses (id integer)", "somebody_elses"),
    ],
)
def test_a_source_of_another_version_other_keys_or_strange_tables_is_refused(
    installation: Path, target: str, tmp_path: Path, change: str, said: str
) -> None:
    (tmp_path / "keys.env").write_bytes((installation / "keys.env").read_bytes())
    with (
        sqlite3.connect(installation / "zhijia.sqlite3") as source,
        sqlite3.connect(tmp_path / "zhijia.sqlite3") as copied,
    ):
        source.backup(copied)
        copied.execute(
            "INSERT OR IGNORE INTO upkeep_keycheck (name, value, known_at) VALUES ('index', '1', '2026-01-01')"
        )
        copied.execute(change)
        copied.commit()
    if "keycheck" not in change:
        with sqlite3.connect(tmp_path / "zhijia.sqlite3") as copied:
            copied.execute("DELETE FROM upkeep_keycheck")
            copied.commit()
    done = copy(tmp_path, target)
    assert done.returncode == 1
    assert said in done.stderr
    with psycopg.connect(target) as connection:
        assert connection.execute("SELECT to_regclass('people_person')").fetchone() == (None,)


def test_a_file_that_is_not_there_and_a_target_that_is_no_server_are_told(installation: Path, tmp_path: Path) -> None:
    lost = run(tmp_path, f"sqlite:///{tmp_path}/a.sqlite3", "-m", "zhijia.cli", "copy", str(tmp_path / "none.sqlite3"))
    assert lost.returncode == 1
    assert "没有这个 SQLite 数据库文件" in lost.stderr
    same = copy(installation, f"sqlite:///{tmp_path}/a.sqlite3")
    assert same.returncode == 1
    assert "不是 PostgreSQL" in same.stderr
