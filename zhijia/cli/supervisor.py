"""`zhijia serve`: one process that keeps three others alive.

Server, worker and clock are restarted when they die, ever more slowly while they keep dying. SIGINT and SIGTERM stop
all of them: the worker finishes its present chunk, the server its present requests.
deploy/zhijia.service runs it under systemd.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
STEADY_S = 60.0
"""Who lived so long starts again at once."""
STOP_WAIT_S = 25.0
THREADS = 4


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def commands(host: str, port: int, workers: int) -> dict[str, list[str]]:
    """The command line of each child."""
    own = [sys.executable, "-m", "zhijia.cli"]
    return {
        "server": [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"),
            *("--host", host, "--port", str(port)),
            *("--workers", str(workers), "--blocking-threads", str(THREADS)),
            *("--workers-kill-timeout", "20", "--respawn-failed-workers"),
            "zhijia.config.wsgi:application",
        ],
        "worker": [*own, "db_worker", "--interval", "1", "--no-startup-delay", "--no-reload", "--verbosity", "0"],
        "clock": [*own, "tick", "--forever"],
    }


def may_start() -> bool:
    """Whether settings are safe and keys fit the database; what is wrong stands in the terminal then."""
    return subprocess.run([sys.executable, "-m", "zhijia.cli", "check-start"], check=False).returncode == 0


@dataclass
class Child:
    """One child and when it may be started again (seconds of the monotonic clock)."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait_s: float = FIRST_WAIT_S
    not_before: float = 0.0
    starts: int = field(default=0)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches us alone, we stop the children in order, and a child's own children can
        # be found by its group. With setpriv a child also ends when this process is killed outright.
        wrapper = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        self.process = subprocess.Popen([*wrapper, *self.command], stdin=subprocess.DEVNULL, start_new_session=True)
        self.started = time.monotonic()
        self.starts += 1

    def watch(self, now: float) -> None:
        """Start it where it is due; note its death and when it is due again."""
        if self.process is None:
            if now >= self.not_before:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.wait_s = FIRST_WAIT_S if now - self.started >= STEADY_S else min(self.wait_s * 2, LONGEST_WAIT_S)
        self.not_before = now + self.wait_s
        # The server's own workers outlive a master that was killed, and hold its port: nothing new could serve there.
        _end_group(self.process.pid)
        self.process = None
        print(f"{self.name} ended with {code}; starting again in {self.wait_s:.0f} s", file=sys.stderr, flush=True)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_for_end(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        _end_group(self.process.pid)


def _end_group(leader: int) -> None:
    """Whoever is left of a child's session, after the child itself has ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


class Supervisor:
    """Keeps children alive until a signal comes."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.stopping = False

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def run(self, *, ready: str = "", welcome: str = "") -> int:
        """Blocks; returns 0. `ready` is an address to wait for before telling people that they can come, with the words
        of `welcome` before it.
        """
        previous = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        told = not ready
        try:
            while not self.stopping:
                for child in self.children:
                    child.watch(time.monotonic())
                if not told and _answers(ready):
                    told = True
                    print(f"{welcome}已启动：{ready.removesuffix('healthz')}  （按 Ctrl-C 停止）", flush=True)
                time.sleep(0.2)
        finally:
            for child in self.children:
                child.ask_to_stop()
            deadline = time.monotonic() + STOP_WAIT_S
            for child in self.children:
                child.wait_for_end(deadline)
            for number, handler in previous.items():
                signal.signal(number, handler)
        return 0


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as response:  # noqa: S310  our own http address
            return bool(response.status == 200)
    except OSError:
        return False


def serve(host: str, port: int, *, workers: int, welcome: str = "") -> int:
    """Run the platform until stopped; `welcome` is told when it answers. Returns the exit status."""
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    with tempfile.TemporaryDirectory(prefix="zhijia-metrics-") as counters:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counters
        return _serve(host, port, workers, welcome)


def _serve(host: str, port: int, workers: int, welcome: str) -> int:
    children = [Child(name, command) for name, command in commands(host, port, workers).items()]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  compared, not bound
    return Supervisor(children).run(ready=f"http://{shown}:{port}/healthz", welcome=welcome)
