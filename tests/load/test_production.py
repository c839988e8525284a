"""The programs about production at their quick sizes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.pgbouncer import MISSING, PROGRAM

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.once, pytest.mark.timeout(600)]


def run(*command: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, told["wrong"]) == (0, []), done.stderr[-2000:]
    assert min(told["submitted"], told["rows"]) > 0
    return told


def test_nothing_acknowledged_is_lost_when_the_standby_takes_over_twice() -> None:
    assert max(run("tests.load.failover", "--rounds", "2")["away_seconds"]) < 60


@pytest.mark.skipif(PROGRAM is None, reason=MISSING)
def test_pages_work_through_a_pooler_with_fewer_connections_than_threads() -> None:
    assert run("tests.load.pooled", "--seconds", "5")["connections"]["zhijia-web"] <= 3
