"""Random sequences of every change: one open stay a person, stays never overlap, events balance, figures are exact."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from tests.world import World
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.workflow import clock, selectors as cases
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import ZhijiaError
from zhijia.organization.changes import selectors as reads
from zhijia.organization.changes.tests import asking
from zhijia.organization.changes.tests.asking import Given
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.services import applications
from zhijia.organization.members.models import Membership, MembershipEvent
from zhijia.organization.people.models import Person
from zhijia.organization.statistics import services as statistics
from zhijia.organization.transfers.cases import batches
from zhijia.organization.transfers.cases.claims import CLAIMS
from zhijia.organization.transfers.tests import asking as going

pytestmark = pytest.mark.django_db
UNIONS = ("plant", "works", "home", "other_home")


class Story:
    """Some people, some unions, and one random thing after another; what the rules refuse is part of the story."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random, self.now = world, random.Random(seed), world.now
        world.open_plant("works", "other_town")
        self.people = [world.person(name) for name in ("林晓禾", "王建国", "李敏", "周正")]
        for person in self.people:
            world.consent(person)
        self.chairs = {key: world.staff("GRASS_CHAIR", key, "赵一") for key in ("plant", "works")}
        self.worker, self.other = (
            world.staff("TOWN_WORKER", "town", "钱二"),
            world.staff("TOWN_WORKER", "other_town", "孙三"),
        )
        self.county = [world.staff("ORG", "county", "吴四"), world.staff("ORG", "other_county", "郑五")]
        self.done = 0

    def deciders(self) -> list[Actor]:
        return [*self.chairs.values(), self.worker, self.other, *self.county]

    def step(self) -> None:
        self.now += timedelta(hours=self.random.choice((0, 5, 30, 90, 250)))
        person = self.random.choice(self.people)
        act: Callable[[Person], Any] = self.random.choice(
            (
                self.join, self.transfer, self.batch, self.own_change, self.union_change, self.claim, self.decide,
                self.decide, self.decide, self.let_time_pass, self.take_back,
            )
        )  # fmt: skip
        try:
            act(person)
        except ZhijiaError:
            return
        self.done += 1

    def union(self) -> int:
        return self.world.unions[self.random.choice(UNIONS)].pk

    def join(self, person: Person) -> None:
        form = JoinForm("employed", employer_text="莱阳市鲁东精密机械有限公司", fallback_by="workplace")
        applications.submit(self.world.actor(person), self.union(), form, channel="web", now=self.now)

    def transfer(self, person: Person) -> None:
        going.ask(self.world.actor(person), self.union(), now=self.now)

    def batch(self, person: Person) -> None:
        actor = self.random.choice((self.worker, self.other, *self.county))
        batches.propose_one(actor, person.pk, self.union(), batch="b" * 16, reason="车间划归新公司", now=self.now)

    def own_change(self, person: Person) -> None:
        kind, reason = self.random.choice((("retain", "retired"), ("restore", "discharged"), ("withdraw", "own_wish")))
        asking.ask_own(self.world.actor(person), Given(kind, reason, timezone.localdate(self.now)), now=self.now)

    def union_change(self, person: Person) -> None:
        kind, reason = self.random.choices(
            (("retain", "retired"), ("treated", "no_dues"), ("expel", "crime"), ("decease", "death")), (6, 4, 1, 1)
        )[0]
        papers = (("决定书.pdf", io.BytesIO(b"%PDF-1.7\n")),)
        said = Given(
            kind, reason, timezone.localdate(self.now), "工字〔2026〕3号", "电话谈话两次，本人没有异议。", papers
        )
        asking.ask_for(self.random.choice(self.deciders()), person.public_id, said, now=self.now)

    def claim(self, person: Person) -> None:
        said = {"union": self.world.unions["plant"].public_id, "person": person.public_id}
        open_case(CLAIMS, self.chairs["plant"], said, now=self.now)

    def decide(self, person: Person) -> None:
        """Whoever may, in a random order: the first whom the rules let."""
        own = self.world.actor(person)
        for case in cases.list_open("transfers.claim", person.pk):
            act(CLAIMS, own, case.public_id, "confirm", now=self.now)
        ways = {
            "joining.application": applications.approve,
            "transfers.transfer": self.accept,
            "changes.change": self.agree,
        }
        for workflow, decide in ways.items():
            for case in cases.list_open(workflow, person.pk):
                for actor in self.random.sample(self.deciders(), k=6):
                    try:
                        decide(actor, case.public_id, now=self.now)
                    except ZhijiaError:
                        continue
                    break

    def accept(self, actor: Actor, case: str, *, now: datetime) -> None:
        going.act(actor, case, "accept", now=now)

    def agree(self, actor: Actor, case: str, *, now: datetime) -> None:
        reported = Case.objects.get(public_id=case).state == "REPORTED"
        asking.act(actor, case, "file" if reported else "agree", now=now)

    def take_back(self, person: Person) -> None:
        own = self.world.actor(person)
        for case in cases.list_open("changes.change", person.pk):
            asking.act(own, case.public_id, "take_back", now=self.now)
        for case in cases.list_open("transfers.transfer", person.pk):
            going.cancel(own, case.public_id, now=self.now)

    def let_time_pass(self, person: Person) -> None:
        clock.fire_due(now=self.now)
        if self.random.random() < 0.3:
            statistics.merge_deltas(now=self.now)


def holds(world: World, until: datetime) -> None:
    stays: dict[int, list[Membership]] = {}
    for stay in Membership.objects.order_by("person_id", "id"):
        stays.setdefault(stay.person_id, []).append(stay)
    for rows in stays.values():
        assert sum(row.until is None for row in rows) <= 1
        assert all(row.until is not None for row in rows[:-1])
        for before, after in pairwise(rows):
            assert before.until is not None
            assert before.since <= before.until <= after.since
        assert len({row.member_number for row in rows}) == 1
    for key in UNIONS:
        union_id = world.unions[key].pk
        active = Membership.objects.filter(union_id=union_id, until__isnull=True, state="ACTIVE").count()
        net = reads.balance(
            [union_id], timezone.localdate(world.now) - timedelta(days=1), timezone.localdate(until) + timedelta(days=2)
        )["net"]
        assert net == active, key
    everywhere = [union.pk for union in world.unions.values()]
    flows = reads.balance(
        everywhere, timezone.localdate(world.now) - timedelta(days=1), timezone.localdate(until) + timedelta(days=2)
    )
    assert flows["transferred_in"] == -flows["transferred_out"]
    assert statistics.recount(now=until).wrong == []
    open_cases = {stay.person_id for rows in stays.values() for stay in rows if stay.until is None}
    for workflow in ("transfers.transfer", "changes.change", "transfers.claim"):
        for person_id in stays:
            if person_id not in open_cases:
                assert all(case.state == "APPEALED" for case in cases.list_open(workflow, person_id))


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_the_books_are_right(world: World, seed: int) -> None:
    story = Story(world, seed)
    for number in range(120):
        story.step()
        if number % 40 == 39:
            holds(world, story.now)
    assert story.done > 20
    assert MembershipEvent.objects.count() >= 6
