"""Settings in processes of their own: what stops the start, what an environment changes."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from zhijia.config.databases import database_settings
from zhijia.config.keys import load_development_keys
from zhijia.config.rooms import installed_capabilities, url_modules
from zhijia.kernel.crypto import new_environment

GOOD = new_environment() | {
    "SECRET_KEY": "x" * 50,
    "ZHIJIA_HOSTS": "zhijia.example.org",
    "ZHIJIA_PUBLIC_URL": "https://zhijia.example.org/",
    "DATABASE_URL": "postgres://zhijia@/zhijia?host=/run/postgresql",
    "DJANGO_SETTINGS_MODULE": "zhijia.config.settings.production",
}
PRINT = (
    "import django; django.setup(); from django.conf import settings as s;"
    "print(s.DEBUG, s.ZHIJIA_PUBLIC_URL, s.DATABASES['default']['OPTIONS'].get('pool'), s.SECURE_HSTS_SECONDS,"
    " s.SESSION_COOKIE_SECURE, s.CACHES['default']['BACKEND'].rsplit('.')[-1])"
)


def start(environment: dict[str, str], tmp_path, code: str = PRINT) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=inherited | {"ZHIJIA_VAR": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_all_its_secrets(tmp_path):
    done = start(GOOD, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        *("False", "https://zhijia.example.org", "None"),
        *("31536000", "True", "DatabaseCache"),
    ]


def test_redis_is_the_cache_where_it_is_named(tmp_path):
    done = start(GOOD | {"REDIS_URL": "redis://127.0.0.1:6379/0"}, tmp_path)
    assert done.stdout.split()[-1] == "RedisCache"


@pytest.mark.parametrize(
    "missing",
    [
        *("SECRET_KEY", "ZHIJIA_HOSTS", "ZHIJIA_PUBLIC_URL", "ZHIJIA_SEAL_KEYS", "ZHIJIA_INDEX_KEY"),
        *("ZHIJIA_HASH_KEY", "ZHIJIA_SIGNING_KEYS", "ZHIJIA_PRINT_KEYS"),
    ],
)
def test_a_missing_secret_stops_the_start_and_is_named(tmp_path, missing):
    done = start({name: value for name, value in GOOD.items() if name != missing}, tmp_path)
    assert done.returncode != 0
    assert missing in done.stderr


def test_a_short_secret_stops_the_start_and_is_not_printed(tmp_path):
    done = start(GOOD | {"SECRET_KEY": "abc-short-abc"}, tmp_path)
    assert done.returncode != 0
    assert "abc-short-abc" not in done.stderr


def test_development_keys_are_made_once_for_their_owner_alone(tmp_path, monkeypatch):
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)
    load_development_keys(tmp_path)
    first = (tmp_path / "keys.env").read_text()
    assert stat.S_IMODE((tmp_path / "keys.env").stat().st_mode) == 0o600
    load_development_keys(tmp_path)
    assert (tmp_path / "keys.env").read_text() == first
    assert os.environ["SECRET_KEY"] in first


def test_a_key_that_a_newer_version_needs_is_added_and_the_others_stay(tmp_path, monkeypatch):
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "keys.env").write_text("SECRET_KEY=old-but-dear\n")
    load_development_keys(tmp_path)
    lines = (tmp_path / "keys.env").read_text().splitlines()
    assert lines[0] == "SECRET_KEY=old-but-dear"
    assert len(lines) == 1 + len(new_environment())


def test_sqlite_writers_wait_for_each_other(tmp_path):
    options = database_settings(f"sqlite:///{tmp_path}/a.sqlite3")["OPTIONS"]
    assert (options["transaction_mode"], options["timeout"]) == ("IMMEDIATE", 30)
    assert "journal_mode=WAL" in options["init_command"]


def test_what_sqlite_acknowledged_is_on_the_disk(tmp_path):
    code = (
        "import django; django.setup(); from django.db import connection; c = connection.cursor();"
        "print(c.execute('PRAGMA synchronous').fetchone()[0], c.execute('PRAGMA journal_mode').fetchone()[0])"
    )
    for module in ("dev", "production"):
        environment = GOOD | {
            "DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite3",
            "DJANGO_SETTINGS_MODULE": f"zhijia.config.settings.{module}",
        }
        assert start(environment, tmp_path, code).stdout.split() == ["2", "wal"]


def test_threads_share_connections_where_told():
    settings = database_settings("postgres://u@h/n", pool_size=8)
    assert (settings["OPTIONS"]["pool"]["min_size"], settings["OPTIONS"]["pool"]["max_size"]) == (1, 8)
    assert settings["CONN_MAX_AGE"] == 0


def test_without_a_pool_each_thread_renews_its_connection_and_keeps_no_cursor(tmp_path):
    settings = database_settings("postgres://u@h/n", pool_size=0)
    assert "pool" not in settings["OPTIONS"]
    assert settings["CONN_MAX_AGE"] == 60
    assert settings["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert database_settings(f"sqlite:///{tmp_path}/a.sqlite3")["CONN_MAX_AGE"] == 60


def test_capabilities_are_found_lower_rooms_first():
    names = installed_capabilities()
    rooms = [name.split(".")[1] for name in names]
    assert rooms == sorted(rooms, key=["foundation", "organization", "services", "governance", "portal", "demo"].index)
    assert "zhijia.foundation.jobs" in names
    assert all(module.startswith("zhijia.") and module.endswith(".urls") for module in url_modules())
