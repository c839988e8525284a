"""A union claims its employer's people from online homes; many of one employer are a task for the township."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.ui.listing import Cell, Query, table
from zhijia.foundation.workflow import clock
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import Duplicate, Expired, NotFound, RuleBroken, WrongState
from zhijia.organization.members import selectors
from zhijia.organization.members.models import Membership
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.statistics import services as statistics
from zhijia.organization.transfers.cases import claims, founding
from zhijia.organization.transfers.cases.claims import CLAIMS
from zhijia.organization.transfers.cases.founding import FOUNDING, checks, shows_more
from zhijia.organization.transfers.models import FoundingTask
from zhijia.organization.transfers.rules import claims as rules
from zhijia.organization.transfers.selectors import claims as reads
from zhijia.organization.transfers.tests import asking as going
from zhijia.organization.transfers.views.lists import UNCOVERED
from zhijia.organization.unions import services as union_services
from zhijia.organization.unions.models import Employer

pytestmark = pytest.mark.django_db


def at_home(world: World, employer: Employer | None, name: str = "林晓禾") -> Person:
    person = world.person(name)
    memberships.open_membership(
        SYSTEM, people.get_facts(person.pk), world.facts("home"), now=world.now, work_form="employed",
        new_form_group="", occupation="", is_migrant=False, employer_id=employer.pk if employer else None,
        employer_text="", case_id=None,
    )  # fmt: skip
    return person


def offered(world: World, person: Person) -> Case:
    admin = world.staff("GRASS_ADMIN", "plant")
    pid = open_case(CLAIMS, admin, {"union": world["plant"].public_id, "person": person.public_id}, now=world.now)
    return Case.objects.get(public_id=pid)


def test_a_claimed_member_is_moved_when_he_confirms_and_only_then(world: World) -> None:
    person = at_home(world, world.employer)
    case = offered(world, person)
    assert selectors.open_stay(person.pk).union_id == world["home"].pk
    act(CLAIMS, world.actor(person), case.public_id, "confirm", now=world.now)
    stay = selectors.open_stay(person.pk)
    assert stay is not None
    assert (stay.union_id, stay.employer_id) == (world["plant"].pk, world["plant"].employer_id)
    assert statistics.recount(now=world.now).wrong == []


def test_who_invited_reads_a_masked_name(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    admin = world.staff_person("GRASS_ADMIN", "plant")
    person = at_home(world, world.employer)
    said = {"union": world["plant"].public_id, "person": person.public_id}
    case = open_case(CLAIMS, world.actor(admin, staff=True), said, now=world.now)
    sign_in(client, admin, staff=True)
    page = client.get(reverse("transfers:claims:review", args=[case])).content.decode()
    assert "林*禾" in page
    assert "林晓禾" not in page


def test_a_list_is_answered_row_by_row_and_leaks_nothing_of_strangers(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    mine, second = at_home(world, world.employer), at_home(world, world.employer, "王建国")
    stranger = at_home(world, None, "李敏")
    open_case(CLAIMS, admin, {"union": world["plant"].public_id, "person": second.public_id}, now=world.now)
    keys = [mine.public_id, second.public_id, stranger.public_id, "0" * 16]
    rows = claims.offer_claims(admin, world.facts("plant"), keys, now=world.now)
    assert [row.code for row in rows] == [
        "", "transfers.claim.already_open", "claim.other_employer", "request.not_found",
    ]  # fmt: skip
    assert rows[2].name == ""
    listed = reads.list_claimable(admin, world.facts("plant"), Query()).rows
    assert [(row.person.public_id, row.offered) for row in listed] == [(mine.public_id, True), (second.public_id, True)]


def test_a_second_union_cannot_invite_while_one_invitation_is_open(world: World) -> None:
    person = at_home(world, world.employer)
    offered(world, person)
    with pytest.raises(Duplicate):
        offered(world, person)


def test_who_is_not_at_an_online_home_is_not_claimed(world: World) -> None:
    world.open_plant("works", "town")
    person, stay = world.member("works")
    Membership.objects.filter(pk=stay.pk).update(employer_id=world["plant"].employer_id)
    with pytest.raises(RuleBroken) as raised:
        offered(world, person)
    assert raised.value.code == "claim.not_at_home"


def test_he_may_decline_it_may_lapse_and_it_may_be_taken_back(world: World) -> None:
    declining, silent, called = (at_home(world, world.employer, name) for name in ("林晓禾", "王建国", "李敏"))
    case = offered(world, declining)
    act(CLAIMS, world.actor(declining), case.public_id, "decline", now=world.now)
    lapsing = offered(world, silent)
    clock.fire_due(now=world.now + timedelta(days=14))
    assert Case.objects.get(pk=lapsing.pk).state == "CLAIM_OFFERED"
    taken = offered(world, called)
    maker = world.actor(Person.objects.get(pk=taken.maker_person_id), staff=True)
    act(CLAIMS, maker, taken.public_id, "take_back", now=world.now)
    clock.fire_due(now=world.now + timedelta(days=20))
    states = [Case.objects.get(pk=one.pk).state for one in (case, lapsing, taken)]
    assert states == ["DECLINED", "LAPSED", "TAKEN_BACK"]
    stays = Membership.objects.filter(person__in=(declining, silent, called), until__isnull=True)
    assert set(stays.values_list("union_id", flat=True)) == {world["home"].pk}


def test_a_claim_confirmed_after_a_transfer_finds_that_he_has_gone(world: World) -> None:
    world.open_plant("works", "town")
    person = at_home(world, world.employer)
    case = offered(world, person)
    moving = going.ask(world.actor(person), world["works"].pk, now=world.now)
    going.act(world.staff("GRASS_ADMIN", "works", "周正"), moving.public_id, "accept", now=world.now)
    assert Case.objects.get(pk=case.pk).state == "CANCELLED"
    with pytest.raises(WrongState):
        act(CLAIMS, world.actor(person), case.public_id, "confirm", now=world.now)
    assert selectors.open_stay(person.pk).union_id == world["works"].pk


def test_a_union_that_is_suspended_meanwhile_takes_nobody(world: World) -> None:
    person = at_home(world, world.employer)
    case = offered(world, person)
    union_services.suspend_union(SYSTEM, world["plant"], reason="整顿期间暂停", now=world.now)
    with pytest.raises(Expired):
        act(CLAIMS, world.actor(person), case.public_id, "confirm", now=world.now)
    assert Case.objects.get(pk=case.pk).state == "CLAIM_OFFERED"


def test_nobody_answers_for_another(world: World) -> None:
    person = at_home(world, world.employer)
    case = offered(world, person)
    other = world.actor(world.person("周正"))
    for name in ("confirm", "decline"):
        with pytest.raises(NotFound):
            act(CLAIMS, other, case.public_id, name, now=world.now)


# --- Founding by joining
@pytest.mark.parametrize(("members", "step"), [(4, ""), (5, "hint"), (24, "hint"), (25, "task"), (300, "task")])
def test_five_are_a_hint_and_twenty_five_a_task(members: int, step: str) -> None:
    assert rules.founding_step(members, hint=5, task=25) == step


def test_the_twenty_fifth_member_of_an_employer_without_a_union_opens_the_townships_task_once(world: World) -> None:
    worker = world.staff("TOWN_WORKER", "town")
    employer = union_services.open_employer(
        SYSTEM, name="迅达同城配送有限公司", credit_code="", region="370682101000", now=world.now
    )
    for number in range(24):
        at_home(world, employer, f"工人{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地'[number]}")
    assert not FoundingTask.objects.exists()
    listed = reads.list_uncovered_employers(worker, world.facts("home"), hint=5, task=25).rows
    assert [(row.name, row.members, row.step, row.task) for row in listed] == [
        ("迅达同城配送有限公司", 24, "hint", None)
    ]
    at_home(world, employer, "工人玄")
    at_home(world, employer, "工人黄")
    task = FoundingTask.objects.get()
    assert (task.members, task.case.unit_id, task.home_id) == (25, world["town"].pk, world["home"].pk)
    entry = InboxEntry.objects.get(case=task.case, closed_at__isnull=True)
    assert entry.unit_id == world["town"].pk
    assert (task.case.due_at - world.now).days in range(29, 33)
    facts = shows_more(task.case, task, worker, world.now)["facts"]
    assert [line["value"] for line in facts][2:] == ["25 人", "26 人"]
    assert [line.state for line in checks(task.case, task, worker, world.now)] == ["warn"]
    with pytest.raises(RuleBroken) as raised:
        act(FOUNDING, worker, task.case.public_id, "found", now=world.now)
    assert raised.value.code == "claim.not_founded"
    act(FOUNDING, worker, task.case.public_id, "drop", {"note": "单位正在迁址，年后再建。"}, now=world.now)
    at_home(world, employer, "工人宇")
    assert FoundingTask.objects.count() == 1
    [row] = reads.list_uncovered_employers(worker, world.facts("home"), hint=5, task=25).rows
    assert (row.step, row.task) == ("task", task.case)
    [line] = table(UNCOVERED, [row], world.now).lines
    assert Cell("不具备条件", tag=True) in [cell for _, cell in line.cells]
    founding.watch_employer(world.facts("home"), employer.pk, now=world.now + timedelta(days=181))
    assert FoundingTask.objects.count() == 2


def test_people_who_came_by_roster_are_counted_at_night(world: World) -> None:
    employer = union_services.open_employer(
        SYSTEM, name="迅达同城配送有限公司", credit_code="", region="370682101000", now=world.now
    )
    for letter in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄":
        person = at_home(world, None, f"工人{letter}")
        Membership.objects.filter(person=person).update(employer_id=employer.pk)  # nobody is told, as by a roster
    last, looked, opened = founding.look_through_homes(0, now=world.now)
    assert (looked, opened) == (2, 1)
    assert FoundingTask.objects.get().members == 25
    assert founding.look_through_homes(last, now=world.now) == (last, 0, 0)
    assert founding.look_through_homes(0, now=world.now)[2] == 0


def test_an_employer_that_has_a_union_opens_no_task(world: World) -> None:
    assert world.employer is not None
    for number in range(26):
        at_home(world, world.employer, f"工人{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄'[number]}")
    assert not FoundingTask.objects.exists()
