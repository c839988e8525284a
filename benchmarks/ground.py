"""What the larger programs stand on: a durable PostgreSQL of their own, production settings, servers over it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.load import free_port, running
from tests.postgres import PrivateServer, private_server
from zhijia.kernel.crypto import new_environment

HOST = "127.0.0.1"
WORKERS = 2
THREADS = 2
SECURE = {"X-Forwarded-Proto": "https"}
"""The proxy in front says that people came by HTTPS; without it every answer is a redirect."""


@dataclass(frozen=True, slots=True)
class Ground:
    """`folder` holds the static files, `postgres` is the database, `environment` what every server process gets."""

    folder: Path
    postgres: PrivateServer
    environment: Mapping[str, str]
    database: str = "zhijia"

    @property
    def address(self) -> str:
        return self.postgres.address.replace("/zhijia?", f"/{self.database}?", 1)

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection past Django, for limits and for filling tables."""
        return psycopg.connect(self.address, autocommit=True)


def is_province() -> bool:
    return os.environ.get("ZHIJIA_BENCH_SCALE") == "province"


@contextmanager
def ground(
    settings: Mapping[str, str] | None = None, standby: PrivateServer | None = None, **variables: str
) -> Iterator[Ground]:
    """An empty, migrated database that keeps what it commits (fsync on), and Django set up over it in this process.

    `settings` are server settings of PostgreSQL, `variables` more of the environment. With a `standby`, which need not
    run yet, addresses name both servers: writes go to the one that takes them, pages read the other. Once in a process:
    Django reads its settings a single time.
    """
    with ExitStack() as stack:
        postgres = stack.enter_context(private_server(durable=True, settings=settings))
        addresses = {"DATABASE_URL": postgres.address}
        if standby is not None:
            both = f"postgres://zhijia@/zhijia?host={postgres.folder},{standby.folder}&target_session_attrs="
            addresses = {"DATABASE_URL": f"{both}read-write", "REPLICA_DATABASE_URL": f"{both}prefer-standby"}
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhijia-bench-")))
        environment = (
            os.environ
            | new_environment()
            | {
                "DJANGO_SETTINGS_MODULE": "zhijia.config.settings.production",
                "SECRET_KEY": "only-for-this-benchmark-0123456789abcdef",
                "ZHIJIA_HOSTS": f"{HOST},zhijia.example.org",
                "ZHIJIA_PUBLIC_URL": "https://zhijia.example.org",
                "ZHIJIA_DEMONSTRATION_PORTS": "no real people",
                "ZHIJIA_VAR": str(folder),
                "ZHIJIA_LOG_LEVEL": "WARNING",
            }
            | addresses
            | variables
        )
        os.environ.update(environment)
        _set_up(folder)
        yield Ground(folder, postgres, environment)
        from django.db import connections

        connections.close_all()
        connections["default"].close_pool()  # type: ignore[attr-defined]


def _set_up(folder: Path) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import override_settings

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    (folder / "static").mkdir(exist_ok=True)
    # The same names as in production, without compressing what nobody here asks for.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    with override_settings(STORAGES={"default": plain, "staticfiles": plain}):
        call_command("collectstatic", verbosity=0, interactive=False)


@contextmanager
def server(place: Ground, *, threads: int = THREADS) -> Iterator[str]:
    """The whole platform under granian with two workers; yields its address, `http://127.0.0.1:8123`."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "error"),
        *("--workers", str(WORKERS), "--blocking-threads", str(threads), "--host", HOST, "--port", str(port)),
        "zhijia.config.wsgi:application",
    ]
    url = f"http://{HOST}:{port}"
    with running(command, f"{url}/healthz", environment=place.environment):
        yield url
