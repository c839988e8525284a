"""From the application to the file; docs/rules/founding.md."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.world import World
from zhijia.foundation.casework import services as casework
from zhijia.foundation.casework.fields import samples
from zhijia.foundation.casework.kinds import By
from zhijia.foundation.jobs.models import Job
from zhijia.foundation.jobs.services import run_slice
from zhijia.foundation.notify.models import Message
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.errors import Duplicate, Expired, Invalid, RuleBroken
from zhijia.organization.founding.cases import FOUNDINGS, OPENS, read_mobile
from zhijia.organization.founding.models import FoundingCase
from zhijia.organization.members.models import Membership
from zhijia.organization.posts import selectors as posts
from zhijia.organization.posts.cases.election import ELECTION
from zhijia.organization.transfers.cases.claims import CLAIMS
from zhijia.organization.transfers.cases.founding import FOUNDING
from zhijia.organization.transfers.models import ClaimOffer
from zhijia.organization.unions import selectors as unions, services as union_services
from zhijia.organization.unions.models import Union

pytestmark = pytest.mark.django_db


class Desk:
    """The township that runs it and the county that decides."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.town: Actor = world.staff("TOWN_WORKER", "town", "镇干部")
        self.county: Actor = world.staff("ORG", "county", "县干部")

    def open(self, **said: Any) -> str:
        given = samples(OPENS) | {"parent": self.world["town"].code} | said
        return casework.open_case(FOUNDINGS, self.town, given, now=self.world.now, by=By.CADRE)

    def act(self, actor: Actor, case: str, move: str, said: Any = None, days: int = 0) -> Case:
        given = samples(FOUNDINGS.step(move).asks) if said is None else said
        return casework.act(FOUNDINGS, actor, case, move, given, now=self.world.now + timedelta(days=days))

    def report(self, **changes: Any) -> str:
        case = self.open()
        self.act(self.county, case, "permit")
        self.act(self.town, case, "elect", samples(ELECTION) | changes)
        self.act(self.town, case, "report")
        return case


def run_jobs(world: World) -> None:
    for job in Job.objects.filter(kind="founding.offer"):
        run_slice(job.public_id, clock=lambda: world.now)


def test_a_union_is_founded_and_its_people_come_over(world: World) -> None:
    desk = Desk(world)
    employer = union_services.open_employer(
        world.staff("ORG", "county", "登记员"), name="莱阳海滨机械有限公司", credit_code="91370682MA3D8K5R5G",
        region="370682101000", now=world.now,
    )  # fmt: skip
    people = [world.member("home", f"等待{surname}")[0] for surname in "甲乙丙"]
    Membership.objects.filter(person__in=people).update(employer=employer)
    case = desk.report()
    desk.act(desk.county, case, "approve")
    row = FoundingCase.objects.get(case__public_id=case)
    assert row.case.state == "FILED"
    union = Union.objects.get(pk=row.union_id)
    assert (union.status, union.type, union.parent_id, union.founded_on) == (
        "ACTIVE", "GRASSROOTS", world["town"].pk, date(2026, 9, 10),
    )  # fmt: skip
    covering = unions.union_covering(employer.pk)
    assert covering is not None
    assert covering.id == union.pk
    employer.refresh_from_db()
    assert (employer.headcount, employer.female_headcount, employer.industry) == (60, 25, "C")
    board = posts.board_of(union.pk)
    assert board.term_last_day == date(2031, 9, 9)
    assert {seat.label for seat in posts.list_seats(union.pk)} >= {"主席", "委员", "经审委员"}
    run_jobs(world)
    offers = list(ClaimOffer.objects.select_related("case"))
    assert {offer.case.owner_person_id for offer in offers} == {person.pk for person in people}
    first = offers[0].case
    mover = next(person for person in people if person.pk == first.owner_person_id)
    casework.act(CLAIMS, world.actor(mover), first.public_id, "confirm", now=world.now)
    assert Membership.objects.get(person=mover, until__isnull=True).union_id == union.pk


def test_an_election_is_refused_for_its_procedure(world: World) -> None:
    desk = Desk(world)
    with pytest.raises(RuleBroken, match=r"election\.rules") as refused:
        desk.report(returned=29, issued=28)
    assert "收回的选票不多于发出的" in refused.value.message
    assert not Union.objects.filter(name="莱阳海滨机械有限公司工会委员会").exists()


def test_who_reported_does_not_approve(world: World) -> None:
    desk = Desk(world)
    case = desk.open()
    other = world.staff("ORG", "county", "另一位")
    desk.act(other, case, "permit")
    desk.act(desk.county, case, "elect")
    desk.act(desk.county, case, "report")
    with pytest.raises(RuleBroken):
        desk.act(desk.county, case, "approve")
    desk.act(other, case, "approve")


def test_an_employer_that_is_covered_is_a_double(world: World) -> None:
    plant = world["plant"].employer
    assert plant is not None
    assert plant.credit_code is not None
    with pytest.raises(Duplicate, match=r"founding\.covered"):
        Desk(world).open(credit_code=plant.credit_code)


def test_two_for_one_employer(world: World) -> None:
    desk = Desk(world)
    desk.open()
    with pytest.raises(Duplicate, match=r"founding\.case\.already_open"):
        desk.open(name="莱阳海滨机械第二工会委员会")


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"credit_code": "91370682MA3D8K5R5H"}, "uscc", "credit_code"),
        ({"credit_code": "81370200MC0A000115"}, "case.credit_code", "credit_code"),
        ({"parent": "3706821010100019"}, "case.parent", "parent"),
        ({"female_headcount": 61}, "case.female_headcount", "female_headcount"),
        ({"migrant_headcount": 61}, "case.migrant_headcount", "migrant_headcount"),
        ({"leader_mobile": "12345"}, "mobile", "leader_mobile"),
        ({"group": [{"name": "一个人", "duty": ""}]}, "case.invalid", "group"),
        ({"term": 4, "method": "PHONE"}, "case.invalid", "method"),
    ],
)
def test_bad_applications(world: World, said: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Invalid, match=code) as wrong:
        Desk(world).open(**said)
    assert field in wrong.value.fields
    assert not Case.objects.filter(workflow="founding.case").exists()


def test_a_parent_elsewhere_or_of_a_wrong_kind(world: World) -> None:
    with pytest.raises(Invalid, match=r"case\.parent"):
        Desk(world).open(parent=world["other_town"].code)
    with pytest.raises(RuleBroken, match=r"union\.parent_type"):
        Desk(world).open(parent=world["home"].code)


def test_after_three_months_it_is_too_late(world: World) -> None:
    desk = Desk(world)
    case = desk.open()
    desk.act(desk.county, case, "permit")
    with pytest.raises(Expired):
        desk.act(desk.town, case, "elect", days=94)
    desk.act(desk.town, case, "abandon")


def test_what_was_returned_is_judged_again(world: World) -> None:
    desk = Desk(world)
    case = desk.open()
    desk.act(desk.county, case, "return")
    again = samples(FOUNDINGS.step("apply_again").asks)
    with pytest.raises(Invalid, match="uscc"):
        desk.act(desk.town, case, "apply_again", again | {"credit_code": "91370682MA3D8K5R5H"})
    desk.act(
        desk.town, case, "apply_again", again | {"credit_code": "91370682MA3E7F2X7P", "name": "莱阳新名机械工会委员会"}
    )
    row = FoundingCase.objects.get(case__public_id=case)
    assert (row.credit_code, row.case.title, row.case.open_key) == (
        "91370682MA3E7F2X7P", "莱阳新名机械工会委员会", "employer:91370682MA3E7F2X7P",
    )  # fmt: skip


def test_a_name_taken_meanwhile_leaves_nothing_half_done(world: World) -> None:
    desk = Desk(world)
    case = desk.report()
    union_services.open_union(
        world.staff("ORG", "county", "登记员"), name="莱阳海滨机械有限公司工会委员会", type="GRASSROOTS", level=7,
        region="370682101000", parent=world["town"], now=world.now,
    )  # fmt: skip
    with pytest.raises(Duplicate, match=r"union\.name_taken"):
        desk.act(desk.county, case, "approve")
    assert Case.objects.get(public_id=case).state == "RESULT_REPORTED"
    assert not unions.find_employer("91370682MA3D8K5R5G")


def test_the_leaders_number_is_sealed_and_read_with_a_row(world: World) -> None:
    desk = Desk(world)
    case = desk.open()
    row = FoundingCase.objects.get(case__public_id=case)
    assert b"13700001111" not in bytes(row.leader_mobile_sealed)
    assert row.leader_mobile_masked == "137****1111"
    assert read_mobile(desk.county, case, now=world.now) == "13700001111"


def test_a_group_asks_its_township_which_takes_it_up(world: World) -> None:
    desk = Desk(world)
    leader, _ = world.member("home", "甲组长")
    asks = samples(FOUNDINGS.opens)
    case = casework.open_case(FOUNDINGS, world.actor(leader), asks, now=world.now)
    assert Case.objects.get(public_id=case).state == "ASKED"
    desk.act(desk.town, case, "take_up")
    desk.act(desk.county, case, "permit")
    told = Message.objects.filter(person_id=leader.pk, template="founding.answered")
    assert "已同意筹建" in told.latest("id").body


def test_who_belongs_to_no_township_joins_an_online_home_first(world: World) -> None:
    with pytest.raises(RuleBroken, match=r"founding\.no_township"):
        casework.open_case(FOUNDINGS, world.actor(world.person("路人甲")), samples(FOUNDINGS.opens), now=world.now)


def test_a_founding_task_ends_with_the_union(world: World) -> None:
    desk = Desk(world)
    employer = union_services.open_employer(
        world.staff("ORG", "county", "登记员"), name="莱阳海滨机械有限公司", credit_code="91370682MA3D8K5R5G",
        region="370682101000", now=world.now,
    )  # fmt: skip
    casework.open_case(FOUNDING, SYSTEM, {"home": world["home"].pk, "employer": employer.pk}, now=world.now)
    desk.act(desk.county, desk.report(), "approve")
    assert Case.objects.get(workflow="transfers.founding_task").state == "DONE"
