"""`zhijia serve` as a service manager runs it, and a hand that kills one of its processes, or the database."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import IO

from benchmarks.ground import HOST, Ground
from benchmarks.load import free_port

TARGETS = ("child", "server", "worker", "clock", "supervisor", "postgres", "connection")
"""A process of the server, its master, worker, clock, who keeps them; the database, the process of a connection."""
RESTART_S = 0.5
_MARKS = {"server": "granian", "worker": "db_worker", "clock": "tick"}


class Platform:
    """Server, worker and clock under their supervisor, over a database of their own; all on this machine."""

    def __init__(self, place: Ground, log: IO[bytes]) -> None:
        self.place = place
        self.url = f"http://{HOST}:{free_port()}"
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0

    def keep_up(self) -> None:
        """Start it anew where it has ended, as `Restart=on-failure` does."""
        if (self._process is not None and self._process.poll() is None) or time.monotonic() < self._not_before:
            return
        self._not_before = time.monotonic() + RESTART_S
        wrapper = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        port = self.url.rpartition(":")[2]
        command = [
            *wrapper,
            sys.executable,
            "-m",
            "zhijia.cli",
            "serve",
            "--host",
            HOST,
            "--port",
            port,
            "--workers",
            "2",
        ]
        self._process = subprocess.Popen(
            command, env=dict(self.place.environment), stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )

    def stop(self) -> int:
        """Asked politely; the exit status."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def kill(self, target: str, random: Random) -> bool:
        """SIGKILL; whether there was anybody to kill. The database is started again at once."""
        if target == "postgres":
            self.place.postgres.kill()
            time.sleep(random.uniform(0.0, 1.0))
            self.place.postgres.start()
            return True
        found = self._find(target)
        if not found:
            return False
        with suppress(ProcessLookupError):
            os.kill(random.choice(found), signal.SIGKILL)
            return True
        return False

    def _find(self, target: str) -> list[int]:
        if target == "connection":
            return [each for each in self.place.postgres.children() if " zhijia zhijia " in _command(each)]
        if self._process is None or self._process.poll() is not None:
            return []
        if target == "supervisor":
            return [self._process.pid]
        if target == "child":
            return [child for master in self._find("server") for child in _children(master)]
        return [each for each in _children(self._process.pid) if _MARKS[target] in _command(each).split()]


def _children(process: int) -> list[int]:
    told = ""
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            told += (thread / "children").read_text() + " "
    return [int(text) for text in told.split()]


def _command(process: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""
