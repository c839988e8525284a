"""What is kept of a person as one of two files."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.world import World
from zhijia.kernel.personal import DataSubject
from zhijia.organization.duplicates import personal
from zhijia.organization.duplicates.models import DuplicateHint, PersonMerge
from zhijia.organization.duplicates.services import hints
from zhijia.organization.joining.tests.test_forgetting import NOBODY, counts, subject_of
from zhijia.organization.people.models import Person

from .test_duplicates import merged, twins

pytestmark = pytest.mark.django_db


def pair_found(world: World) -> tuple[Person, DuplicateHint]:
    person, _ = world.member(mobile="13900001111")
    world.member(name="王建国", mobile="13900001111", bound=False)
    while hints.look_further(now=world.now)[0]:
        pass
    return person, DuplicateHint.objects.get()


def test_a_pair_told_apart_can_go_and_one_in_doubt_cannot(world: World) -> None:
    person, hint = pair_found(world)
    subject = subject_of(person)
    told = personal.export_duplicates(subject)
    assert [row["结果"] for row in told] == ["等待工会核实"]
    assert "王" not in str(told)
    assert counts("duplicates.doubles", subject, world.now) == (1, [1])
    assert personal.erase_hints(subject, world.now) == 0
    hints.dismiss_hint(world.staff("ORG", "county"), hint.pk, now=world.now)
    assert counts("duplicates.doubles", subject, world.now) == (1, [])
    year = world.now + timedelta(days=365)
    assert personal.forget_hints(year - timedelta(days=1), 10, NOBODY) == 0
    assert personal.forget_hints(year, 10, frozenset({hint.second_id})) == 0
    assert personal.erase_hints(subject, world.now) == 1
    assert personal.forget_hints(year, 10, NOBODY) == 0


def test_a_merger_stays_in_the_archive(world: World) -> None:
    old, young = twins(world)
    merged(world, young, old)
    subject = DataSubject((young.pk, old.pk), young.account_id)
    handed, kept = counts("duplicates.doubles", subject, world.now + timedelta(days=4000))
    assert kept == [handed]
    assert personal.erase_hints(subject, world.now) == 0
    assert PersonMerge.objects.count() == 1
