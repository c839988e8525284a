"""Two files at once, a join at once, a process killed in the middle: one membership each, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from tests.world import World
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.members.models import Membership, MembershipEvent
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.rosters import from_disk
from zhijia.organization.rosters.models import RosterLoad
from zhijia.organization.rosters.services import loading, writing
from zhijia.organization.statistics import services as statistics

from .files import csv_file, person_row

pytestmark = pytest.mark.django_db(transaction=True)


def _together(*works: Callable[[], Any]) -> list[Exception]:
    failed: list[Exception] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  whatever it was, the test looks at it
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def _file(folder: Path, name: str, world: World, serials_: range) -> Path:
    path = folder / name
    codes = (world["plant"].code, world["home"].code)
    path.write_bytes(csv_file([person_row(n, codes[n % 2]) for n in serials_]).getvalue())
    return path


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "CHUNK", 50)


def _load(world: World, path: Path, unit: str = "province", *, dry_run: bool = False) -> RosterLoad:
    return from_disk.load_file(
        path, world.facts(unit), dry_run=dry_run, clock=lambda: world.now, say=lambda text: None
    )  # fmt: skip


def _figures_are_exact(world: World) -> bool:
    while statistics.merge_deltas(now=world.now):
        pass
    return statistics.recount(now=world.now).wrong == []


@pytest.mark.postgres
@pytest.mark.usefixtures("small_chunks")
def test_two_overlapping_files_at_once_give_one_membership_each(world: World, tmp_path: Path) -> None:
    first = _file(tmp_path, "a.csv", world, range(1, 601))
    second = _file(tmp_path, "b.csv", world, range(600, 200, -1))
    assert _together(lambda: _load(world, first), lambda: _load(world, second)) == []
    assert Membership.objects.count() == Person.objects.count() == MembershipEvent.objects.count() == 600
    figures = [row.figures for row in RosterLoad.objects.all()]
    assert sum(row.get("added", 0) for row in figures) == 600
    assert sum(row.get("same", 0) for row in figures) == 400
    assert _figures_are_exact(world)


@pytest.mark.postgres
@pytest.mark.usefixtures("small_chunks")
def test_who_became_a_member_after_the_first_sight_is_judged_anew(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _file(tmp_path, "a.csv", world, range(1, 121))
    quicker = _file(tmp_path, "b.csv", world, range(60, 80))
    first_sight, chunks = writing.judge, []

    def judge_early(desk: Any, rows: Any, seen: Any) -> list[Any]:
        judged = first_sight(desk, rows, seen)
        chunks.append(len(rows))
        if len(chunks) == 2:  # nobody of the rows 51 to 100 was known
            assert _together(lambda: _load(world, quicker)) == []
        return judged

    monkeypatch.setattr(writing, "judge", judge_early)
    load = _load(world, path)
    assert len(chunks) == 5  # three chunks, one of them twice, and the other file's
    assert (load.figures["added"], load.figures["same"], load.state) == (100, 20, "done")
    assert Membership.objects.count() == Person.objects.count() == MembershipEvent.objects.count() == 120
    assert _figures_are_exact(world)


@pytest.mark.usefixtures("small_chunks")
def test_a_long_file_is_checked_without_writing(world: World, tmp_path: Path) -> None:
    load = _load(world, _file(tmp_path, "a.csv", world, range(1, 121)), dry_run=True)
    assert (load.figures["new"], load.state, Person.objects.count()) == (120, "dropped", 0)


@pytest.mark.usefixtures("small_chunks")
def test_a_run_that_was_cut_off_goes_on_where_it_stopped(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [person_row(serial, world["plant"].code) for serial in range(1, 101)]
    rows.append(person_row(3, world["home"].code))  # stands in the first chunk too
    path = tmp_path / "a.csv"
    path.write_bytes(csv_file(rows).getvalue())
    write, done = loading.write_rows, []

    def die(*given: Any, **named: Any) -> list[Any]:
        if done:
            raise KeyboardInterrupt
        done.append(1)
        return write(*given, **named)

    monkeypatch.setattr(loading, "write_rows", die)
    with pytest.raises(KeyboardInterrupt):
        _load(world, path)
    assert Membership.objects.count() == 50
    assert RosterLoad.objects.get().cursor == 51
    monkeypatch.setattr(loading, "write_rows", write)
    load = _load(world, path)
    assert RosterLoad.objects.count() == 1
    assert (load.figures["added"], load.figures["bad"], load.state) == (100, 1, "done")
    assert Membership.objects.count() == MembershipEvent.objects.count() == 100
    assert load.refused.get().faults[0][1] == "roster.twice"


@pytest.mark.postgres
def test_a_join_and_a_file_at_once_give_one_membership(world: World, tmp_path: Path) -> None:
    person = world.person("林晓禾")
    path = tmp_path / "a.csv"
    rows = [["林晓禾", world.number_of(person), "", world["plant"].code], *(person_row(n) for n in range(1, 20))]
    path.write_bytes(csv_file(rows).getvalue())

    def join() -> None:
        memberships.open_membership(
            SYSTEM, people.get_facts(person.pk), world.facts("plant"), now=world.now, work_form="employed",
            new_form_group="", occupation="", is_migrant=False, employer_id=None, employer_text="", case_id=None,
        )  # fmt: skip

    failed = _together(join, lambda: _load(world, path, "plant"))
    assert all(getattr(error, "code", "") == "membership.already_member" for error in failed)
    assert Membership.objects.filter(person=person).count() == 1
    assert Membership.objects.count() == 20


_KILLED = """
import sys, time
from pathlib import Path
import django
django.setup()
from django.db import connection
from django.utils import timezone
from zhijia.organization.rosters import from_disk
from zhijia.organization.rosters.services import loading
loading.CHUNK = 50
def say(text):
    print(text, flush=True)
    time.sleep(0.2)
from_disk.load_file(Path(sys.argv[1]), from_disk.unit_of(""), dry_run=False, clock=timezone.now, say=say)
"""


def test_a_process_killed_in_the_middle_loses_nothing_and_does_nothing_twice(world: World, tmp_path: Path) -> None:
    path = _file(tmp_path, "a.csv", world, range(1, 901))
    settings = connection.settings_dict
    if connection.vendor == "postgresql":
        given = connection.get_connection_params()
        address = f"postgres://{given['user']}@/{given['dbname']}?host={given['host']}&port={given['port']}"
    else:
        if "memory" in str(settings["NAME"]):
            pytest.skip("another process can't see a database in memory")
        address = f"sqlite:///{settings['NAME']}"
    environment = os.environ | {"DATABASE_URL": address, "PYTHONPATH": str(Path(__file__).resolve().parents[4])}
    command = [sys.executable, "-c", _KILLED, str(path)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(4):
        assert process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    halfway = Membership.objects.count()
    assert 150 <= halfway < 900
    assert halfway == MembershipEvent.objects.count() == RosterLoad.objects.get().figures["added"]
    time.sleep(0.1)
    load = _load(world, path)
    assert (load.figures["added"], load.state, RosterLoad.objects.count()) == (900, "done", 1)
    assert Membership.objects.count() == Person.objects.count() == MembershipEvent.objects.count() == 900
    assert _figures_are_exact(world)
