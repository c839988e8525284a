"""A real worker process is killed in the middle of a chunk; the job goes on, nothing twice, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from zhijia.foundation.jobs import selectors, services
from zhijia.foundation.jobs.models import State
from zhijia.foundation.jobs.tests import kinds
from zhijia.kernel.actor import SYSTEM

WORKER = """
import django
django.setup()
import zhijia.foundation.jobs.tests.kinds
from django.core.management import call_command
call_command("db_worker", interval=0.05, startup_delay=False, batch={batch}, reload=False, verbosity=0)
"""


def start_worker(*, batch: bool = False) -> subprocess.Popen[bytes]:
    """A worker on this test's own database."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        address = f"sqlite:///{name}"
    else:
        options = connection.settings_dict["OPTIONS"]
        address = f"postgres://zhijia@/{name}?host={options['host']}&port={options['port']}"
    environment = os.environ | {"DATABASE_URL": address, "PYTHONWARNINGS": "default"}
    return subprocess.Popen([sys.executable, "-c", WORKER.format(batch=batch)], env=environment)


def wait_for(public_id: str, done: int, *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = selectors.get_by_public_id(public_id)
        if job.done >= done or job.state == State.DONE:
            return
        time.sleep(0.02)
    pytest.fail(f"the worker did not reach {done} of job {public_id}")


@pytest.mark.timeout(180)
@pytest.mark.django_db(transaction=True)
def test_a_job_outlives_three_killed_workers():
    kinds.create_table()
    size = 200
    public_id = services.enqueue("tests.count", {"size": size, "pause_s": 0.1}, actor=SYSTEM, now=timezone.now())
    for goal in (30, 80, 130):
        worker = start_worker()
        try:
            wait_for(public_id, goal)
            time.sleep(0.05)  # into the middle of the next chunk
            worker.send_signal(signal.SIGKILL)
        finally:
            worker.kill()
            worker.wait()
        job = selectors.get_by_public_id(public_id)
        assert job.state == State.RUNNING
        assert len(kinds.marks()) == job.done, "what the dead worker had not committed is gone with it"
        assert services.revive_silent(now=timezone.now() + timedelta(seconds=61)) == 1
    worker = start_worker()
    try:
        wait_for(public_id, size, seconds=60)
    finally:
        worker.terminate()
        worker.wait(timeout=60)
    job = selectors.get_by_public_id(public_id)
    assert (job.state, job.done) == (State.DONE, size)
    assert kinds.marks() == list(range(size))
    assert job.report["marked"] == size


@pytest.mark.timeout(120)
@pytest.mark.django_db(transaction=True)
def test_four_workers_on_one_job_do_each_chunk_once():
    kinds.create_table()
    size = 150
    public_id = services.enqueue("tests.count", {"size": size, "pause_s": 0.01}, actor=SYSTEM, now=timezone.now())
    for _ in range(7):
        services.run_job.enqueue(public_id)
    workers = [start_worker() for _ in range(4)]
    try:
        wait_for(public_id, size, seconds=60)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(timeout=60)
    assert kinds.marks() == list(range(size))
    assert selectors.get_by_public_id(public_id).state == State.DONE
