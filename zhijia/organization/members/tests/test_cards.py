"""The card: what its code says to whom, and that it stops at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.kernel import codes
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import WrongState
from zhijia.organization.members import selectors
from zhijia.organization.members.models import MemberCard, Membership
from zhijia.organization.members.services import cards, memberships
from zhijia.organization.people.models import Person
from zhijia.organization.statistics import selectors as figures

pytestmark = pytest.mark.django_db


def code_of(world: World, person: Person) -> str:
    card = selectors.living_card(person.pk)
    assert card is not None
    return codes.sign_member_code(
        card.serial, flags=0, province="37", signer=settings.ZHIJIA_KEYS.signer, now=world.now
    )


@pytest.fixture(autouse=True)
def _standing(clock: Any, world: World) -> None:
    clock(world.now)


def test_anybody_learns_valid_the_surname_and_the_union_and_nothing_else(world: World, client: Client) -> None:
    person, membership = world.member(name="林晓禾", mobile="13912345678")
    page = client.get(f"/v/{code_of(world, person)}").content.decode()
    assert "会员卡有效" in page
    assert "林*" in page
    assert world["plant"].name in page
    for secret in ("林晓禾", person.id_masked, "139", membership.member_number):
        assert secret not in page


def test_a_code_lives_for_its_minute_and_the_next(world: World, client: Client, clock: Any) -> None:
    person, _ = world.member()
    address = f"/v/{code_of(world, person)}"
    for seconds, status in ((0, 200), (60, 200), (125, 410)):
        clock(world.now + timedelta(seconds=seconds))
        assert client.get(address).status_code == status


def test_one_changed_letter_is_refused(world: World, client: Client) -> None:
    person, _ = world.member()
    code = code_of(world, person)
    for place in range(0, len(code), 7):
        other = "A" if code[place] != "A" else "B"
        assert client.get(f"/v/{code[:place]}{other}{code[place + 1 :]}").status_code in (410, 422)


def test_a_code_of_another_province_says_so(world: World, client: Client) -> None:
    person, _ = world.member()
    card = selectors.living_card(person.pk)
    assert card is not None
    foreign = codes.sign_member_code(
        card.serial, flags=0, province="32", signer=settings.ZHIJIA_KEYS.signer, now=world.now
    )
    response = client.get(f"/v/{foreign}")
    assert response.status_code == 422
    assert "会员卡有效" not in response.content.decode()


def test_the_own_unions_cadre_gets_the_way_to_the_file_and_leaves_a_trace(
    world: World, client: Client, sign_in: Any
) -> None:
    person, _ = world.member()
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant"), staff=True)
    assert f"/console/members/{person.public_id}" in client.get(f"/v/{code_of(world, person)}").content.decode()
    assert AuditEntry.objects.filter(event="members.card_file", concerns_person_id=person.pk).count() == 1


def test_a_cadre_elsewhere_gets_no_way_to_the_file(world: World, client: Client, sign_in: Any) -> None:
    person, _ = world.member()
    sign_in(client, world.staff_person("ORG", "other_county"), staff=True)
    assert person.public_id not in client.get(f"/v/{code_of(world, person)}").content.decode()


def test_a_replaced_card_stops_at_once(world: World, client: Client) -> None:
    person, _ = world.member()
    old = code_of(world, person)
    cards.replace(person.pk, actor=world.actor(person), now=world.now)
    assert client.get(f"/v/{old}").status_code == 410
    assert client.get(f"/v/{code_of(world, person)}").status_code == 200
    assert MemberCard.objects.filter(person=person).count() == 2


def test_who_leaves_has_no_card_no_count_and_no_role_from_that_moment(world: World, client: Client) -> None:
    person, membership = world.member()
    code = code_of(world, person)
    memberships.close_membership(
        SYSTEM, membership.pk, kind="withdrawn", reason="OWN_WISH", on=world.today, now=world.now
    )
    assert client.get(f"/v/{code}").status_code == 410
    values = figures.current(world["province"].pk, world["province"].path)
    assert (values["members"], values["joined"], values["left"]) == (0, 1, 1)
    with pytest.raises(WrongState):
        memberships.close_membership(
            SYSTEM, membership.pk, kind="withdrawn", reason="OWN_WISH", on=world.today, now=world.now
        )
    assert Membership.objects.get().until == world.today


def test_the_picture_is_never_stored_by_the_browser(world: World, client: Client, sign_in: Any) -> None:
    person, _ = world.member()
    sign_in(client, person)
    response = client.get("/m/card/code.svg")
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"] == "image/svg+xml"
