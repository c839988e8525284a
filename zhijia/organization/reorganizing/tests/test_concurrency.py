"""A union ends while something else happens to it, with real threads on PostgreSQL."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.world import World, build
from zhijia.foundation.workflow.models import Case
from zhijia.organization.members.models import Membership, MembershipEvent
from zhijia.organization.members.tests.test_concurrency import books_are_right, together
from zhijia.organization.reorganizing import services
from zhijia.organization.reorganizing.models import OrgChange
from zhijia.organization.transfers.tests import asking as transfers

from .desk import Desk, join, run_jobs

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(now: datetime) -> Desk:
    world = build(now)
    for key in ("works", "mill"):
        world.open_plant(key, "town")
    return Desk(world)


def _nobody_is_left(world: World) -> None:
    run_jobs(world.now)
    assert not Membership.objects.filter(until__isnull=True, union__status__in=["MERGED", "DISSOLVED"]).exists()
    books_are_right(world)


def test_a_union_is_dissolved_while_a_transfer_into_it_is_accepted(desk: Desk) -> None:
    """Either the transfer was first, and he goes home with the others; or the union waits for it."""
    world = desk.world
    person, _ = world.member("plant")
    admin = world.staff("GRASS_ADMIN", "works")
    going = transfers.ask(world.actor(person), world["works"].pk, now=world.now).public_id
    case = desk.passed("works", "DISSOLVE")

    def act(number: int) -> None:
        if number % 2:
            desk.act(case, "approve", desk.checker)
        else:
            transfers.act(admin, going, "accept", now=world.now)

    outcomes = together(6, act)
    assert Case.objects.get(public_id=going).state == "COMPLETED", outcomes
    ended = Case.objects.get(public_id=case).state
    assert (ended, world["works"].status) in (("UPPER_APPROVED", "DISSOLVED"), ("CONGRESS_PASSED", "ACTIVE"))
    if ended == "CONGRESS_PASSED":
        assert outcomes["reorganizing.open_items"]
        desk.approve(case)
    _nobody_is_left(world)
    assert Membership.objects.get(person=person, until__isnull=True).union_id == world["home"].pk


def test_crossing_and_chained_mergers_approved_at_once_leave_one_truth(desk: Desk) -> None:
    """Works into mill and mill into plant: the first stops the second as long as its members are on their way."""
    world = desk.world
    for key in ("works", "mill"):
        join(world, key, 3)
    cases = [desk.passed("works", "MERGE", successor="mill"), desk.passed("mill", "MERGE", successor="plant")]
    together(4, lambda number: desk.act(cases[number % 2], "approve", desk.checker))
    done = OrgChange.objects.filter(carried_out_on__isnull=False)
    assert [row.union_id for row in done] == [world["works"].pk], "mill is named by the other until that is over"
    _nobody_is_left(world)
    desk.approve(cases[1])
    _nobody_is_left(world)
    assert world["works"].successor_id == world["plant"].pk
    assert MembershipEvent.objects.filter(kind="reorganized_in", union_id=world["plant"].pk).count() == 6


def test_two_workers_on_one_chunk_move_everybody_once(desk: Desk) -> None:
    world = desk.world
    join(world, "works", 8)
    row = desk.approve(desk.passed("works", "MERGE", successor="mill"))
    together(3, lambda _: services.move_some(row.pk, now=world.now) and None)
    _nobody_is_left(world)
    assert MembershipEvent.objects.filter(kind="reorganized_in").count() == 8
