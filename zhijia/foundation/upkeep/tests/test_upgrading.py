"""A newer version's tables under people who go on working with the older one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection, connections

from tests.world import World
from zhijia.foundation.workflow.models import Case
from zhijia.organization.people.models import Person

NEWER = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("people", "0001_people")]
    operations = [
        migrations.AddField("person", "newer", models.CharField(max_length=20, null=True)),
        migrations.AddIndex("person", models.Index(fields=["newer"], name="person_newer")),
    ]
"""
SETTINGS = """
from zhijia.config.settings.test import *
MIGRATION_MODULES = {"people": "newer_people"}
"""


@pytest.fixture
def newer(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a release whose `people` have one migration more; its traces are taken away afterwards."""
    package = tmp_path / "newer_people"
    package.mkdir()
    (package / "__init__.py").touch()
    own = "zhijia.organization.people.migrations.0001_people"
    (package / "0001_people.py").write_text(
        f"from importlib import import_module\nMigration = import_module({own!r}).Migration\n"
    )
    (package / "0002_newer.py").write_text(NEWER)
    (tmp_path / "newer_settings.py").write_text(SETTINGS)
    said = connection.settings_dict
    host = said["HOST"] or said["OPTIONS"].get("host", "")
    port = said["PORT"] or said["OPTIONS"].get("port", "")
    yield os.environ | {
        "PYTHONPATH": f"{tmp_path}:{django_settings.BASE_DIR}",
        "DJANGO_SETTINGS_MODULE": "newer_settings",
        "DATABASE_URL": f"postgres://{said['USER']}:{said['PASSWORD']}@/{said['NAME']}?host={host}&port={port}",
    }
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_person DROP COLUMN IF EXISTS newer")
        cursor.execute("DELETE FROM django_migrations WHERE name = '0002_newer'")
        cursor.execute("DROP TABLE IF EXISTS zhijia_cache")


def upgrade(environment: dict[str, str], *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "zhijia.cli", "upgrade", *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class Applicants(threading.Thread):
    """Apply one after another through the services of the older version."""

    def __init__(self, world: World) -> None:
        super().__init__(daemon=True)
        self.world, self.enough = world, threading.Event()
        self.told: list[str] = []
        self.longest = 0.0
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            while not self.enough.is_set():
                began = time.monotonic()
                self.told.append(self.world.application()[1])
                self.longest = max(self.longest, time.monotonic() - began)
        except Exception as error:  # noqa: BLE001  told by the test
            self.error = error
        finally:
            connections.close_all()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(240)
class TestUnderWriters:
    def test_the_newer_tables_come_and_nobody_is_held_up_or_loses_anything(
        self, world: World, newer: dict[str, str]
    ) -> None:
        before = Person.objects.count()
        applicants = Applicants(world)
        applicants.start()
        with psycopg.connect(newer["DATABASE_URL"]) as reader:
            reader.execute("SELECT count(*) FROM people_person")  # a transaction that stays open holds the table
            first = upgrade(newer)
            assert first.stdout is not None
            assert "已让开" in first.stdout.readline()
            second = upgrade(newer)  # another machine
        said = [process.communicate(timeout=120) for process in (first, second)]
        at_the_change = len(applicants.told)
        with suppress(TimeoutError):
            _wait_until(lambda: len(applicants.told) > at_the_change + 3 or applicants.error is not None)
        applicants.enough.set()
        applicants.join(timeout=30)
        assert [process.returncode for process in (first, second)] == [0, 0], said
        assert applicants.error is None
        assert applicants.longest < 10
        assert len(applicants.told) > at_the_change, "the older version goes on over the newer tables"
        assert Case.objects.filter(public_id__in=applicants.told).count() == len(applicants.told)
        assert Person.objects.count() == before + len(applicants.told)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM people_person WHERE newer IS NULL")
            assert cursor.fetchone()[0] == before + len(applicants.told)

    def test_a_table_that_stays_held_is_told_and_the_next_call_goes_on(
        self, world: World, newer: dict[str, str]
    ) -> None:
        with psycopg.connect(newer["DATABASE_URL"]) as reader:
            reader.execute("SELECT count(*) FROM people_person")
            process = upgrade(newer, "--tries", "1")
            _, error = process.communicate(timeout=120)
        assert process.returncode == 1
        assert "一直被占用" in error
        process = upgrade(newer)
        said, error = process.communicate(timeout=120)
        assert (process.returncode, error) == (0, "")
        assert "执行了 1 项：people.0002_newer" in said


def _wait_until(done: Any) -> None:
    until = time.monotonic() + 30
    while not done():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.05)


def test_a_new_sqlite_file_gets_its_tables_and_a_second_call_finds_nothing_to_do(tmp_path: Path) -> None:
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3",
        "ZHIJIA_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "zhijia.config.settings.dev",
    }
    said, error = upgrade(environment).communicate(timeout=120)
    assert "people.0001_people" in said, error
    said, error = upgrade(environment).communicate(timeout=120)
    assert said == "数据库结构已是最新。\n", error
