"""A PostgreSQL server of our own for one run of tests or benchmarks: a fresh folder, a Unix socket, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

START_WAIT_S = 30
_PORT = 5432  # only a part of the socket's file name; nothing listens on the network
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10s",
}
_ALWAYS = {
    "listen_addresses": "",
    "max_connections": "220",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class NoPostgres(RuntimeError):
    """No PostgreSQL server program was found on this machine."""


def server_programs() -> Path:
    """The folder of the newest `initdb` on this machine. Raises NoPostgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise NoPostgres("PostgreSQL 15 or newer is needed: apt-get install postgresql")


def _as_owner(command: Sequence[str]) -> list[str]:
    """PostgreSQL refuses root: then it runs as `postgres`. With setpriv the server also dies with this process."""
    wrapper: list[str] = []
    if shutil.which("setpriv"):
        wrapper = ["setpriv", "--pdeathsig", "INT"]
        if os.geteuid() == 0:
            wrapper += ["--reuid", "postgres", "--regid", "postgres", "--init-groups"]
    elif os.geteuid() == 0:
        raise NoPostgres("as root, setpriv (util-linux) is needed to start PostgreSQL as another user")
    return [*wrapper, *command]


class PrivateServer:
    """A server over a folder of its own, that can be ended as by a power cut and started again."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        self.folder = folder
        self.programs = server_programs()
        self.address = f"postgres://zhijia@/zhijia?host={folder}&port={_PORT}"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it takes connections; after a kill it has then found all that was committed."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                _as_owner(
                    [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-p", str(_PORT), *self._options]
                ),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the tests first; the server is stopped below
            )
        _wait_until_ready(self.programs, self.folder, self._process)

    def run(self, program: str, *arguments: str) -> None:
        """One of the server's own programs, as the server's user. Raises NoPostgres with what it said."""
        command = _as_owner([str(self.programs / program), *arguments])
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoPostgres(f"{program} failed: {done.stderr.strip()}")

    def follow(self, primary: PrivateServer, name: str) -> None:
        """Throw away what lies here and stream from `primary` under that name. Returns when it takes questions."""
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        source = f"host={primary.folder} port={_PORT} user=zhijia application_name={name}"
        self.run("pg_basebackup", "-D", str(self.folder / "data"), "-d", source, "-R", "-X", "stream", "-c", "fast")
        self.start()

    def promote(self) -> None:
        """Returns when it takes writes."""
        self.run("pg_ctl", "promote", "-w", "-D", str(self.folder / "data"))

    def children(self) -> list[int]:
        """Its processes but the first: one for each connection, and its own helpers."""
        if self._process is None:
            return []
        told = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return [int(text) for text in told]

    def kill(self) -> None:
        """SIGKILL for all of its processes at once; none of them writes anything any more."""
        if self._process is None:
            return
        for process in (self._process.pid, *self.children()):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)  # fast shutdown
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=START_WAIT_S)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextmanager
def private_postgres(*, durable: bool = False, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yields the address of an empty database, `postgres://zhijia@/zhijia?host=/tmp/...`; stops the server at the end.

    Not durable means no fsync, right for tests; benchmarks ask for a durable one. `settings` are server settings.
    """
    with private_server(durable=durable, settings=settings) as server:
        yield server.address


@contextmanager
def private_server(*, durable: bool = False, settings: Mapping[str, str] | None = None) -> Iterator[PrivateServer]:
    """As `private_postgres`, for who wants to kill it."""
    with empty_server(durable=durable, settings=settings) as server:
        cluster = str(server.folder / "data")
        server.run(
            "initdb", "-D", cluster, "-U", "zhijia", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        server.start()
        server.run("createdb", "-h", str(server.folder), "-p", str(_PORT), "-U", "zhijia", "zhijia")
        yield server


@contextmanager
def empty_server(*, durable: bool = False, settings: Mapping[str, str] | None = None) -> Iterator[PrivateServer]:
    """A folder where nothing runs yet: for one that shall `follow` another."""
    folder = Path(tempfile.mkdtemp(prefix="zhijia-pg-", dir="/tmp"))
    chosen = _ALWAYS | ({} if durable else _FAST) | {"unix_socket_directories": str(folder)} | dict(settings or {})
    server = PrivateServer(folder, [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")])
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        folder.chmod(0o755)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(programs: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WAIT_S
    probe = [str(programs / "pg_isready"), "-q", "-h", str(folder), "-p", str(_PORT), "-U", "zhijia"]
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        if subprocess.run(probe, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise NoPostgres(f"PostgreSQL did not start: {(folder / 'server.log').read_text(errors='replace').strip()}")


def stop_on_signals() -> None:
    """Turn SIGTERM and SIGHUP into SystemExit, so that `finally` runs and no server stays behind."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
