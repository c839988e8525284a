"""A roster's row of another union's member: his transfer is opened, he confirms it or not, and the row is settled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.casework.selectors import get_case, list_cases
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.notify.models import Message
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import clock as deadlines
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Duplicate, NotFound, RuleBroken
from zhijia.organization.changes.tests import asking
from zhijia.organization.members import selectors
from zhijia.organization.members.models import Membership
from zhijia.organization.people.models import Person
from zhijia.organization.rosters.models import RosterConflict
from zhijia.organization.transfers.cases import transfers
from zhijia.organization.transfers.cases.claims import CLAIMS
from zhijia.organization.transfers.cases.transfers import TRANSFERS
from zhijia.organization.transfers.selectors import transfers as reads
from zhijia.organization.transfers.tests import asking as going

from .asking import settle
from .test_pages import loaded

pytestmark = pytest.mark.django_db


def refused(world: World) -> tuple[Person, Actor, RosterConflict]:
    """Somebody of another township's online home who stands in the plant's roster."""
    person, _ = world.member("other_home", "钱在外")
    actor, _ = loaded(world, [["钱在外", world.number_of(person), "", ""]])
    return person, actor, RosterConflict.objects.get()


def invited(world: World) -> tuple[Person, Actor, RosterConflict, Case]:
    person, actor, row = refused(world)
    settle(world, actor, row.case.public_id, "offer")
    case = reads.open_transfer(person.pk)
    assert case is not None
    return person, actor, row, case


def union_of(person: Person) -> int | None:
    stay = selectors.open_stay(person.pk)
    return stay.union_id if stay else None


def test_the_message_leads_to_the_case_and_one_tap_asks_for_it(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person, _, _, case = invited(world)
    told = Message.objects.get(template="transfers.transfer_invited")
    assert told.case_public_id == case.public_id
    assert "2026-10-15 打开" in told.body
    sign_in(client, person)
    address = reverse("transfers:case", args=[case.public_id])
    page = client.get(address).content.decode()
    assert "确认转会" in page
    assert "暂不转会" in page
    assert client.get(reverse("transfers:choose")).status_code == 200
    client.post(reverse("transfers:confirm", args=[case.public_id]))
    case.refresh_from_db()
    assert case.state == "TARGET_PENDING"
    assert union_of(person) == world["other_home"].pk
    assert "确认转会" not in client.get(address).content.decode()


def claimed(world: World, name: str = "钱在外") -> Person:
    """A member of an online home who works for the plant's employer."""
    person, stay = world.member("home", name)
    assert world.employer is not None
    Membership.objects.filter(pk=stay.pk).update(employer_id=world.employer.pk)
    return person


def claim(world: World, person: Person) -> str:
    said = {"union": world["plant"].public_id, "person": person.public_id}
    return open_case(CLAIMS, world.staff("GRASS_ADMIN", "plant", "王一"), said, now=world.now)


@pytest.mark.parametrize(("answer", "state"), [("confirm", "RESOLVED"), ("decline", "DISMISSED")])
def test_whom_the_union_claims_already_is_not_invited_twice(answer: str, state: str, world: World) -> None:
    """The claim is his one invitation; the row follows what becomes of it."""
    person = claimed(world)
    case = claim(world, person)
    actor, _ = loaded(world, [["钱在外", world.number_of(person), "", ""]])
    row = RosterConflict.objects.get()
    settle(world, actor, row.case.public_id, "offer")
    assert [told.template for told in Message.objects.filter(person_id=person.pk)] == ["transfers.claim_offered"]
    assert reads.open_transfer(person.pk) is None
    act(CLAIMS, world.actor(person), case, answer, now=world.now)
    assert Case.objects.get(pk=row.case_id).state == state


def test_whom_a_roster_invited_is_not_claimed_besides(world: World) -> None:
    person = claimed(world)
    actor, _ = loaded(world, [["钱在外", world.number_of(person), "", ""]])
    settle(world, actor, RosterConflict.objects.get().case.public_id, "offer")
    with pytest.raises(Duplicate, match=r"transfers\.transfer\.already_open"):
        claim(world, person)


def test_who_is_being_transferred_already_is_said_so(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, actor, row = refused(world)
    asked = going.ask(world.actor(person), world["home"].pk, now=world.now)
    sign_in(client, Person.objects.get(pk=actor.person_id), staff=True)
    address = reverse("rosters:conflicts:review", args=[row.case.public_id])
    answer = client.post(address, {"decision": "offer"})
    assert answer.status_code == 409
    assert "这位会员正在办理转会" in answer.content.decode()
    row.case.refresh_from_db()
    assert row.case.state == "ELSEWHERE"
    going.act(world.actor(person), asked.public_id, "cancel", now=world.now)
    going.ask(world.actor(person), world["plant"].pk, now=world.now)
    assert "请在“转会”中审核" in client.post(address, {"decision": "offer"}).content.decode()


@pytest.mark.parametrize("end", ["declined", "cancelled", "refused", "elsewhere", "left", "dismissed", "expired"])
def test_an_invitation_that_comes_to_nothing_settles_its_row(world: World, end: str) -> None:
    person, actor, row, case = invited(world)
    mine = world.actor(person)
    if end in ("cancelled", "refused"):
        going.act(mine, case.public_id, "confirm", now=world.now)
    if end in ("declined", "cancelled"):
        going.cancel(mine, case.public_id, now=world.now)
    elif end == "refused":
        going.act(actor, case.public_id, "refuse", reason="NOT_EMPLOYEE", now=world.now)
    elif end == "elsewhere":
        going.ask(mine, world["home"].pk, now=world.now)
    elif end == "left":
        asking.ask_own(mine, asking.Given("withdraw", "own_wish", world.today), now=world.now)
        deadlines.fire_due(now=world.now + timedelta(days=8))
    elif end == "dismissed":
        settle(world, actor, row.case.public_id, "dismiss", note="本人仍在原单位工作")
    else:
        deadlines.fire_due(now=world.now + timedelta(days=31))
    for found in (row.case, case):
        found.refresh_from_db()
    assert (row.case.state, case.closed_at is not None) == ("DISMISSED", True)
    assert union_of(person) == (None if end == "left" else world["other_home"].pk)


def test_the_own_wish_for_the_same_union_confirms_the_invitation(world: World) -> None:
    person, _, _, case = invited(world)
    asked = going.ask(world.actor(person), world["plant"].pk, now=world.now)
    assert (asked.pk, asked.state) == (case.pk, "TARGET_PENDING")


def test_the_union_he_is_in_learns_of_an_invitation_by_his_word_alone(world: World) -> None:
    person, actor, _, case = invited(world)
    source = world.staff("ORG", "other_county", "马科长")
    with pytest.raises(NotFound):
        get_case(TRANSFERS, source, case.public_id)
    assert list_cases(TRANSFERS, source, Query(view="invited")).rows == []
    assert [row.case.pk for row in list_cases(TRANSFERS, actor, Query(view="invited")).rows] == [case.pk]
    going.act(world.actor(person), case.public_id, "confirm", now=world.now)
    assert get_case(TRANSFERS, source, case.public_id).case.state == "TARGET_PENDING"


def test_who_holds_a_post_is_not_invited_and_cannot_confirm(world: World) -> None:
    person, _, _, case = invited(world)
    world.grant(person, "GRASS_ADMIN", "other_home")
    with pytest.raises(RuleBroken, match=r"transfer\.holds_post"):
        going.act(world.actor(person), case.public_id, "confirm", now=world.now)
    other, _ = world.member("other_home", "孙也在外")
    world.grant(other, "GRASS_ADMIN", "other_home")
    with pytest.raises(RuleBroken, match=r"transfer\.holds_post"):
        transfers.invite(world.staff("GRASS_ADMIN", "plant"), other.pk, world["plant"].pk, now=world.now)
    with pytest.raises(NotFound):
        going.act(world.actor(other), case.public_id, "confirm", now=world.now)


def test_nobody_invites_himself_a_stranger_or_an_own_member(world: World) -> None:
    member, _ = world.member("plant", "周在内")
    stranger = world.person("吴无会")
    world.grant(member, "GRASS_ADMIN", "plant")
    actor = world.actor(member, staff=True)
    for person, words in (
        (member, "case.own"),
        (stranger, "not_member"),
        (world.member("plant", "郑在内")[0], "same_union"),
    ):
        with pytest.raises(RuleBroken, match=words):
            transfers.invite(actor, person.pk, world["plant"].pk, now=world.now)
