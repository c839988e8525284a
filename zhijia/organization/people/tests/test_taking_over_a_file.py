"""Who knows somebody's name and ID number and signs in with his own mobile does not become him."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.accounts.models import Account, SignInCode
from zhijia.foundation.accounts.services import factors, mobiles as account_mobiles
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.notify.models import Message
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.errors import Invalid, NotFound, TooMany, ZhijiaError
from zhijia.organization.access.cases import GRANTS
from zhijia.organization.joining.cases import DISPUTES, open_dispute
from zhijia.organization.joining.models import BindingDispute
from zhijia.organization.members import selectors as members
from zhijia.organization.people import selectors as people, services
from zhijia.organization.people.models import Person
from zhijia.organization.people.services import mobiles

GOOD = "370299199003070010"
HIS, MINE = "13911112222", "13700000001"
pytestmark = pytest.mark.django_db


def identity(world: World) -> services.Identity:
    return services.read_identity("林晓禾", "RESIDENT_ID", GOOD, today=world.today)


def identify(world: World, actor: Actor, code: str = "") -> services.Identified:
    return services.identify(
        actor, identity(world), mobile=MINE, channel="web", file_code=code, now=world.now
    )  # fmt: skip


def refused(call: Any, *args: Any, **kwargs: Any) -> ZhijiaError:
    with pytest.raises(ZhijiaError) as caught:
        call(*args, **kwargs)
    return caught.value


@pytest.fixture
def thief(world: World) -> Actor:
    return world.bare_actor()


def sent_to(texts: Any, number: str) -> str:
    return [re.search(r"\d{6}", body)[0] for to, body in texts() if to == number and "验证码" in body][-1]


# --- Members --------------------------------------------------------------------------------------------------------
def test_a_file_with_another_number_is_not_taken_by_documents(world: World, thief: Actor) -> None:
    person, membership = world.member(bound=False, id_number=GOOD, mobile=HIS)
    error = refused(identify, world, thief)
    assert (error.code, error.facts) == ("real_name.other_mobile", {"tail": "2222"})
    assert HIS not in error.message
    person.refresh_from_db()
    membership.refresh_from_db()
    assert (person.account_id, person.mobile_masked, membership.activated) == (None, "139****2222", False)


def test_a_code_to_the_files_number_opens_it(world: World, thief: Actor, texts: Any) -> None:
    person, membership = world.member(bound=False, id_number=GOOD, mobile=HIS)
    refused(identify, world, thief)
    services.send_file_code(thief, identity(world), mobile=MINE, now=world.now)
    code = sent_to(texts, HIS)
    done = identify(world, thief, code)
    assert done.bound
    person.refresh_from_db()
    membership.refresh_from_db()
    assert (person.account_id, person.mobile_masked, membership.activated) == (thief.account_id, "137****0001", True)
    assert Message.objects.filter(person_id=person.pk, template="people.mobile_replaced").count() == 1


def test_guesses_at_the_code_are_counted_and_named_beside_their_field(world: World, thief: Actor, texts: Any) -> None:
    person, _ = world.member(bound=False, id_number=GOOD, mobile=HIS)
    refused(identify, world, thief)
    services.send_file_code(thief, identity(world), mobile=MINE, now=world.now)
    code = sent_to(texts, HIS)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        error = refused(identify, world, thief, wrong)
        assert isinstance(error, Invalid)
        assert set(error.fields) == {"file_code"}
    assert isinstance(refused(identify, world, thief, code), TooMany)
    person.refresh_from_db()
    assert person.account_id is None


def test_a_code_to_ones_own_number_is_none_to_the_files(world: World, thief: Actor, texts: Any) -> None:
    from zhijia.foundation.accounts.rules import Purpose
    from zhijia.foundation.accounts.services import codes

    world.member(bound=False, id_number=GOOD, mobile=HIS)
    codes.send_code(thief, MINE, purpose=Purpose.FILE_NUMBER, now=world.now)
    assert refused(identify, world, thief, sent_to(texts, MINE)).code == "code.wrong"


def test_no_code_is_sent_before_the_documents_have_matched(world: World, thief: Actor, texts: Any) -> None:
    world.member(bound=False, id_number=GOOD, mobile=HIS)
    assert (
        refused(services.send_file_code, thief, identity(world), mobile=MINE, now=world.now).code == "real_name.first"
    )
    assert SignInCode.objects.count() == 0


def test_who_has_lost_the_files_number_asks_the_county(world: World, thief: Actor) -> None:
    person, membership = world.member(bound=False, id_number=GOOD, mobile=HIS)
    case = open_dispute(
        thief, identity(world), mobile=MINE, fallback_union_id=world["plant"].pk, now=world.now
    )  # fmt: skip
    assert BindingDispute.objects.get().old_account_id is None
    act(DISPUTES, world.staff("ORG", "county"), case, "uphold", {"note": "已当面核对证件和本人"}, now=world.now)
    person.refresh_from_db()
    membership.refresh_from_db()
    assert (person.account_id, person.mobile_masked, membership.activated) == (thief.account_id, "137****0001", True)
    assert members.living_card(person.pk) is not None


def test_who_can_bind_himself_needs_no_county(world: World, thief: Actor) -> None:
    world.member(bound=False, id_number=GOOD, mobile=MINE)
    call = {"mobile": MINE, "fallback_union_id": world["plant"].pk, "now": world.now}
    assert isinstance(refused(open_dispute, thief, identity(world), **call), NotFound)


# --- Cadres ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("waiting", [False, True], ids=["living", "waiting"])
def test_a_file_with_a_role_and_no_number_is_the_countys_to_bind(world: World, thief: Actor, waiting: bool) -> None:
    person = world.person(bound=False, id_number=GOOD)
    Person.objects.filter(pk=person.pk).update(mobile_sealed=b"", mobile_digest="", mobile_masked="")
    if waiting:
        Person.objects.filter(pk=person.pk).update(account=world.account())
        open_case(
            GRANTS,
            world.staff("SECURITY_ADMIN", "county"),
            {
                "person": person.public_id,
                "role": "ORG",
                "union": world["county"].public_id,
                "since": world.today,
                "until": world.today.replace(year=2027),
                "reason": "县总工会新到岗",
            },
            now=world.now,
        )
        Person.objects.filter(pk=person.pk).update(account=None)
    else:
        world.grant(person, "ORG", "county")
    assert refused(identify, world, thief).code == "real_name.county"
    person.refresh_from_db()
    assert person.account_id is None


def test_a_county_alone_moves_no_cadres_file_to_another_account(world: World, thief: Actor) -> None:
    person = world.person(id_number=GOOD)
    world.grant(person, "SECURITY_ADMIN", "province")
    case = open_dispute(
        thief, identity(world), mobile=MINE, fallback_union_id=world["plant"].pk, now=world.now
    )  # fmt: skip
    desk = world.staff("ORG", "county")
    error = refused(act, DISPUTES, desk, case, "uphold", {"note": "已当面核对证件和本人"}, now=world.now)
    assert error.code == "real_name.has_role"
    before = person.account_id
    person.refresh_from_db()
    assert person.account_id == before


def _cadre(world: World, kind: str) -> Person:
    person = world.person(id_number=GOOD, mobile=HIS)
    account = Account.objects.get(pk=person.account_id)
    if kind == "role":
        world.grant(person, "ORG", "county")
    elif kind == "password":
        factors.set_password(SYSTEM, account, "清晨-的-烟台-2026", now=world.now)
    else:
        secret = factors.new_totp_secret()
        code = factors.totp_code(secret, int(world.now.timestamp()) // 30)
        factors.enrol_totp(world.actor(person), account, secret, code, now=world.now)
    return person


@pytest.mark.parametrize("kind", ["role", "password", "factor"])
def test_an_account_that_opens_a_console_changes_its_number_only_with_the_old_one(world: World, kind: str) -> None:
    person = _cadre(world, kind)
    actor = world.actor(person)
    said = {"old_mobile": HIS, "mobile": MINE, "code": "123456", "keep_session": "", "now": world.now}
    error = refused(mobiles.change_mobile_without_old, actor, identity(world), **said)
    assert error.code == "accounts.old_number_needed"
    assert refused(account_mobiles.release_number, actor, now=world.now).code == "accounts.staff_number"
    assert Account.objects.get(pk=person.account_id).number_digest == people.mobile_digest(HIS)


# --- Pages ----------------------------------------------------------------------------------------------------------
def test_the_page_asks_for_the_code_and_binds(
    client: Client, world: World, sign_in: Any, texts: Any, clock: Any
) -> None:
    from tests.contracts.test_bad_joins import sign_in_account

    person, _ = world.member(bound=False, id_number=GOOD, mobile=HIS)
    sign_in_account(client, Person(account=world.account("13812345678")), sign_in)
    address = reverse("joining:identity", args=[world["plant"].code])
    said = {"name": "林晓禾", "id_type": "RESIDENT_ID", "id_number": GOOD, "consent": "on"}
    page = client.post(address, said)
    assert page.status_code == 422
    shown = page.content.decode()
    assert "尾号 2222" in shown
    assert HIS not in shown
    assert client.post(address, {**said, "send": "file"}).status_code == 200
    code = sent_to(texts, HIS)
    clock(world.now + timedelta(seconds=18))
    wrong = client.post(address, {**said, "file_code": f"{(int(code) + 1) % 10**6:06d}"})
    assert wrong.status_code == 422
    assert "还可试 4 次" in wrong.content.decode()
    assert 'data-wait="42"' in wrong.content.decode()
    again = client.post(address, {**said, "send": "file"})
    assert again.status_code == 429
    assert "还需等待 42 秒" in again.content.decode()
    assert client.post(address, {**said, "file_code": code})["Location"] == reverse("joining:welcome")
    person.refresh_from_db()
    assert person.account_id is not None


def test_the_page_leads_to_the_county(client: Client, world: World, sign_in: Any, clock: Any) -> None:
    from tests.contracts.test_bad_joins import sign_in_account

    world.member(bound=False, id_number=GOOD, mobile=HIS)
    sign_in_account(client, Person(account=world.account("13812345678")), sign_in)
    said = {"name": "林晓禾", "id_type": "RESIDENT_ID", "id_number": GOOD}
    answer = client.post(reverse("joining:dispute_open", args=[world["plant"].code]), said)
    assert answer.status_code == 200
    assert BindingDispute.objects.count() == 1
