"""What a child leaves behind when it is killed outright."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from zhijia.cli.supervisor import Child, Supervisor
from zhijia.cli.tests.test_supervisor import wait_until

# A master that holds a port and forks a worker which keeps it, as the server's processes do.
MASTER = """
import os, socket, sys, time
held = socket.socket(); held.bind(("127.0.0.1", int(sys.argv[1]))); held.listen()
held.set_inheritable(True)
if os.fork() == 0:
    open(sys.argv[2], "w").write(str(os.getpid()))
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_workers_of_a_dead_master_end_before_it_is_started_anew(tmp_path):
    from zhijia.cli.tests.test_supervisor import free_port

    note = tmp_path / "worker"
    child = Child("server", [sys.executable, "-c", MASTER, str(free_port()), str(note)])
    child.start()
    wait_until(lambda: note.exists() and note.read_text())
    worker = int(note.read_text())
    child.process.send_signal(signal.SIGKILL)
    child.process.wait()
    assert is_alive(worker), "it outlives its master, and holds the port"
    child.watch(time.monotonic())
    wait_until(lambda: not is_alive(worker))
    note.unlink()
    child.watch(child.not_before)
    wait_until(lambda: note.exists() and note.read_text())
    assert child.process.poll() is None, "the port was free again"
    child.ask_to_stop()
    child.wait_for_end(time.monotonic() + 5)
    wait_until(lambda: not is_alive(int(note.read_text())))


def test_nobody_is_left_when_the_supervisor_stops(tmp_path):
    note = tmp_path / "worker"
    lasting = f"""
import os, signal, time
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open({str(note)!r}, "w").write(str(os.getpid()))
time.sleep(60)
"""
    child = Child("server", [sys.executable, "-c", lasting])
    child.start()
    wait_until(lambda: note.exists() and note.read_text())
    supervisor = Supervisor([child])
    supervisor.stopping = True
    assert supervisor.run() == 0
    wait_until(lambda: not is_alive(int(note.read_text())))
