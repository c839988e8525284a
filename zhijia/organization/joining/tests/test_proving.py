"""Who stands in a roster proves who he is wherever he stands; who has not is led there and back, never in circles."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.forms import forms_of
from tests.world import World
from zhijia.organization.members.models import Membership

pytestmark = pytest.mark.django_db

ID_NUMBER = "370299199003070010"
MOBILE = "13911112222"


def enter(world: World, client: Client, sign_in: Any, number: str) -> None:
    """A visitor who has signed in with a number and not said who he is."""

    class Newcomer:
        account = world.account(number)
        pk = 0

    from zhijia.organization.people import selectors

    original = selectors.mobile_for_message
    selectors.mobile_for_message = lambda _pk: number  # type: ignore[assignment]
    try:
        sign_in(client, Newcomer())
    finally:
        selectors.mobile_for_message = original


def said(**more: str) -> dict[str, str]:
    return {"name": "林晓禾", "id_type": "RESIDENT_ID", "id_number": ID_NUMBER, "consent": "on", **more}


@pytest.mark.parametrize("address", ["/m/membership", "/m/transfer", "/m/data", "/m/membership/withdraw"])
def test_a_page_that_needs_a_person_leads_to_the_proof_and_back(
    address: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    world.member("plant", "林晓禾", bound=False, id_number=ID_NUMBER, mobile=MOBILE)
    enter(world, client, sign_in, MOBILE)
    led = client.get(address)
    assert led.status_code == 302
    assert led["Location"].startswith("/m/identity?next=")
    asked = client.get(led["Location"])
    assert "立即实名" in asked.content.decode()
    done = forms_of(asked)[-1].send(client, **said())
    assert (done.status_code, done["Location"]) == (302, address)
    assert Membership.objects.get().activated
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/m/", "/m/card", "/m/me"])
def test_every_home_offers_the_proof(address: str, world: World, client: Client, sign_in: Any, clock: Any) -> None:
    clock(world.now)
    enter(world, client, sign_in, MOBILE)
    assert 'href="/m/identity"' in client.get(address, follow=True).content.decode()


def test_a_member_has_his_card_after_one_form(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    clock(world.now)
    world.member("plant", "林晓禾", bound=False, id_number=ID_NUMBER, mobile=MOBILE)
    enter(world, client, sign_in, MOBILE)
    done = client.post("/m/identity", said())
    assert done["Location"] == "/m/welcome"
    assert "会员码" in client.get("/m/welcome").content.decode()
    assert client.get("/m/identity")["Location"] == "/m/card"


def test_who_is_in_no_roster_is_told_so_and_shown_the_way(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    enter(world, client, sign_in, MOBILE)
    done = client.post("/m/identity", said())
    assert done["Location"] == "/m/"
    page = client.get("/m/").content.decode()
    assert "您还不在工会名册中" in page
    assert "您还没有加入工会" in page
    assert 'href="/m/no-union"' in page


def test_another_mobile_in_the_roster_asks_for_it_here_too(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    world.member("plant", "林晓禾", bound=False, id_number=ID_NUMBER, mobile="13800007777")
    enter(world, client, sign_in, MOBILE)
    asked = client.post("/m/identity", said())
    page = asked.content.decode()
    assert "您已在工会名册中" in page
    assert {form.action for form in forms_of(asked) if form.method == "post"} >= {
        "/m/identity",
        "/m/identity/dispute",
    }
    county = client.post("/m/identity/dispute", said())
    assert county.status_code == 200
    assert "已申请核实" in county.content.decode()


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(wanted: str, world: World, client: Client, sign_in: Any, clock: Any) -> None:
    clock(world.now)
    person, _ = world.member("plant")
    sign_in(client, person)
    assert client.get("/m/identity", {"next": wanted})["Location"] == "/m/card"


def test_the_other_ways_of_proving_begin_with_a_sign_in(client: Client) -> None:
    for address in ("/m/identity", "/m/identity/dispute", "/m/identity/check"):
        assert client.get(address)["Location"].startswith("/m/sign-in")


def test_who_has_applied_is_led_to_the_progress_and_not_to_the_form_again(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    person, case = world.application()
    sign_in(client, person)
    answer = client.get(f"/m/join/{world['plant'].code}/confirm")
    assert answer["Location"] == f"/m/applications/{case}"
