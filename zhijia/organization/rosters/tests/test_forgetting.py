"""Refused rows in a person's rights: handed over, kept with a reason, gone in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.world import World
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.personal import DataSubject
from zhijia.kernel.registry import registry
from zhijia.organization.people.models import Person
from zhijia.organization.rosters import selectors
from zhijia.organization.rosters.models import RosterConflict
from zhijia.organization.rosters.services import conflicts

from .asking import settle
from .test_pages import loaded

pytestmark = pytest.mark.django_db


def subject_of(person: Person) -> DataSubject:
    return DataSubject((person.pk,), person.account_id)


def counts(subject: DataSubject, now: datetime) -> tuple[int, list[int]]:
    """How many rows are handed over, and how much of it stays."""
    found = next(each for each in registry.personal_data() if each.code == "rosters.rows")
    kept = found.kept(subject, now) if found.kept else ()
    return len(found.export(subject)), [line.count for line in kept]


def refused_row(world: World) -> tuple[Any, Person, Case]:
    """A row of the plant's roster that means a member of another union."""
    person, _ = world.member("home", "王建国", female=False)
    row = [person.name, world.number_of(person), "13812345678", ""]
    actor, _load = loaded(world, [row])
    return actor, person, Case.objects.get(workflow="rosters.conflict")


def test_a_refused_row_is_handed_over_in_full_and_goes_a_year_after_it_is_settled(world: World) -> None:
    actor, person, case = refused_row(world)
    subject = subject_of(person)
    handed = conflicts.export_rows(subject)
    assert handed[0]["手机号码"] == "13812345678"
    assert handed[0]["工会"] == world["plant"].name
    assert counts(subject, world.now) == (1, [1])
    assert conflicts.erase_rows(subject, world.now) == 0
    settle(world, actor, case.public_id, "dismiss", note="本人不在本单位上班。")
    assert "手机号码" not in conflicts.export_rows(subject)[0]
    year = world.now + timedelta(days=365)
    assert counts(subject, year - timedelta(days=1)) == (1, [1])
    assert counts(subject, year) == (1, [])
    assert conflicts.forget_rows(year - timedelta(days=1), 10, frozenset()) == 0
    assert conflicts.forget_rows(year, 10, frozenset({person.pk})) == 0
    assert conflicts.forget_rows(year, 10, frozenset()) == 1
    assert not RosterConflict.objects.exists()


def test_a_row_by_his_document_is_his_though_no_file_was_named(world: World) -> None:
    _, person, _ = refused_row(world)
    RosterConflict.objects.update(person_id=None)
    assert len(selectors.rows_of(subject_of(person))) == 1
    assert selectors.rows_of(subject_of(world.person())) == []


def test_the_sweep_of_the_night_runs_and_finds_nothing_early(world: World) -> None:
    refused_row(world)
    sweep = next(each for each in registry.sweeps() if each.code == "rosters.rows")
    assert sweep.run(world.now, 10, frozenset()) == 0
