"""Real processes: what the supervisor starts, restarts and stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from zhijia.cli import supervisor
from zhijia.cli.main import main
from zhijia.cli.supervisor import Child, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def wait_until(condition: Callable[[], object], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_child_that_dies_is_started_again_and_all_end_on_a_signal():
    child = Child("sleeper", SLEEP)
    seen: list[int] = []

    def kill_once_then_stop() -> None:
        wait_until(lambda: child.process)
        seen.append(child.process.pid)
        child.process.kill()
        wait_until(lambda: child.starts == 2 and child.process)
        seen.append(child.process.pid)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=kill_once_then_stop, daemon=True).start()
    assert Supervisor([child]).run() == 0
    assert len(set(seen)) == 2
    for pid in seen:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


ANSWER_WHEN_TOLD = """
import http.server, pathlib, sys, time
while not pathlib.Path(sys.argv[2]).exists():
    time.sleep(0.05)
class Well(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Well).serve_forever()
"""


def test_people_are_told_the_address_when_it_answers_and_not_before(tmp_path, capfd):
    port, sign = free_port(), tmp_path / "sign"
    child = Child("slow", [sys.executable, "-c", ANSWER_WHEN_TOLD, str(port), str(sign)])
    told = []

    def was_told() -> bool:
        told.append(capfd.readouterr().out)
        return "已启动" in told[-1]

    def watch() -> None:
        wait_until(lambda: child.process)
        time.sleep(0.5)
        was_told()
        sign.touch()
        wait_until(was_told)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
    assert Supervisor([child]).run(ready=f"http://127.0.0.1:{port}/healthz", welcome="这里是说明\n") == 0
    assert told[0] == ""
    assert told[-1].startswith(f"这里是说明\n已启动：http://127.0.0.1:{port}/")


def test_a_child_that_keeps_dying_is_started_ever_more_slowly():
    child = Child("broken", ["false"])
    waits = []
    now = 0.0
    for _ in range(9):
        child.watch(now)  # starts
        child.process.wait()
        child.started = now
        child.watch(now)  # notes the death
        waits.append(child.wait_s)
        child.watch(child.not_before - 0.01)
        assert child.process is None, "not before its time"
        now = child.not_before
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1.0, supervisor.LONGEST_WAIT_S)


def test_a_child_that_lived_long_starts_again_quickly():
    child = Child("steady", ["true"], wait_s=supervisor.LONGEST_WAIT_S)
    child.watch(0.0)
    child.process.wait()
    child.started = 0.0
    child.watch(supervisor.STEADY_S)
    assert child.wait_s == supervisor.FIRST_WAIT_S


def test_one_that_ignores_the_signal_is_ended_all_the_same(monkeypatch):
    monkeypatch.setattr(supervisor, "STOP_WAIT_S", 0.5)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    child = Child("deaf", [sys.executable, "-c", deaf])
    child.start()
    time.sleep(0.3)
    child.ask_to_stop()
    child.wait_for_end(time.monotonic() + 0.5)
    assert child.process.poll() == -signal.SIGKILL


def test_a_port_in_use_is_told_before_anything_starts(capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert main(["serve", "--port", str(other.getsockname()[1])]) == 1
    assert "被占用" in capsys.readouterr().err


def test_a_file_that_cannot_be_opened_is_told_in_a_line(capsys, tmp_path):
    assert main(["verify-code", "x", "--keys", str(tmp_path / "keys.json")]) == 1
    assert main(["verify-code", "x", "--keys", str(tmp_path)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line.partition("：")[2] for line in told] == ["没有这个文件。", "这是一个目录，请给出文件。"]


def test_loading_an_unknown_thing_shows_the_usage(capsys):
    assert main(["load", "pigeons", "x.csv"]) == 2
    assert "regions" in capsys.readouterr().err


def _children(pid: int) -> dict[int, str]:
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found[int(child)] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
    return found


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="reads /proc")
@pytest.mark.timeout(120)
def test_the_platform_serves_survives_a_dead_worker_and_stops(tmp_path):
    port = free_port()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "zhijia.config.settings.dev",
        "ZHIJIA_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'zhijia.sqlite3'}",
        "PYTHONWARNINGS": "default",
    }
    zhijia = [sys.executable, "-m", "zhijia.cli"]
    subprocess.run([*zhijia, "migrate", "--verbosity", "0"], env=environment, check=True)
    process = subprocess.Popen(
        [*zhijia, "serve", "--port", str(port), "--workers", "1"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            assert answer.status == 200
        before = _children(process.pid)
        assert len(before) == 3
        (worker,) = (pid for pid, command in before.items() if "db_worker" in command)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: len(set(_children(process.pid)) - set(before)) == 1)
        children = _children(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=40) == 0
        for pid in children:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
