"""A few kills as a test, and that what the kills' program counts would be told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.load import counting
from tests.world import World
from zhijia.organization.members.models import MembershipEvent

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(600)


@pytest.mark.once
def test_nothing_acknowledged_is_lost_when_processes_are_killed() -> None:
    command = [sys.executable, "-m", "tests.load.kills", "--rounds", "3", "--seconds", "40"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert (done.returncode, told["wrong"]) == (0, [])
    assert sum(told["kills"].values()) >= 1
    assert min(told["approve"], told["reject"], told["rows"]) > 0


@pytest.mark.postgres
@pytest.mark.django_db
class TestCounting:
    """Each would be told if it happened."""

    def raw(self) -> Any:
        connection.ensure_connection()
        return connection.connection

    def test_an_application_that_is_not_there_or_was_answered_otherwise(self, world: World) -> None:
        person, case = world.application()
        known = {"did": "submitted", "person": person.pk, "case": case}
        assert counting.lost_or_changed(self.raw(), [known]) == []
        assert counting.wrong_rows(self.raw()) == []
        lost, other = known | {"case": "0" * 16}, known | {"did": "approve"}
        assert len(counting.lost_or_changed(self.raw(), [lost])) == 1
        assert len(counting.lost_or_changed(self.raw(), [other])) == 1

    def test_half_a_membership(self, world: World) -> None:
        world.member()
        assert counting.wrong_rows(self.raw()) == []
        MembershipEvent.objects.all()._raw_delete("default")
        assert counting.wrong_rows(self.raw()) == ["1 memberships without their one event"]
