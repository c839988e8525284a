"""A text message alone opens no console that is set up: a factor, a recovery code or two administrators do."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from zhijia.foundation.accounts import selectors, services
from zhijia.foundation.accounts.services import factors, invitations
from zhijia.foundation.accounts.tests.doors import DESK, DOOR, PASSWORD, SECOND, code_of
from zhijia.foundation.notify.models import Message
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import NotAllowed, RuleBroken
from zhijia.organization.people import selectors as people

FORGOTTEN = "/console/sign-in/forgotten"
OTHER = "另一个-密码-2027"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.once]


def link_in(texts) -> str:
    return urlsplit(re.search(r"http\S+invitation\S+", texts()[-1][1])[0]).path


def sent_link(texts) -> bool:
    return any("/console/invitation/" in body for _, body in texts())


@pytest.mark.parametrize("totp", [True, False], ids=["with an authenticator", "with a password alone"])
def test_who_holds_the_number_gets_no_link_while_something_is_set_up(client, cadre, sign_in, texts, totp):
    person, _ = cadre("GRASS_ADMIN", "plant", totp=totp)
    sign_in(client, person)
    texts()
    answer = client.post("/console/sign-in/invitation")
    assert answer["Location"] == FORGOTTEN
    assert not sent_link(texts)
    assert "已经开通" in client.get(FORGOTTEN).content.decode()


def test_nobody_sends_a_link_to_an_account_that_is_set_up(cadre, now):
    person, _ = cadre()
    with pytest.raises(RuleBroken) as caught:
        services.invite_staff(SYSTEM, people.mobile_for_message(person.pk), now=now)
    assert caught.value.code == "invitation.set_up"


def test_an_old_link_changes_nothing_once_the_account_is_set_up(client, cadre, sign_in, texts, time):
    person, _ = cadre(password=False, totp=False)
    services.invite_staff(SYSTEM, people.mobile_for_message(person.pk), now=time.now)
    link = link_in(texts)
    factors.set_password(SYSTEM, person.account, PASSWORD, now=time.now)
    thief = Client()
    sign_in(thief, person)
    thief.get(link)
    assert thief.get("/console/set-up")["Location"] == DOOR
    assert thief.post("/console/set-up", {"password": OTHER, "again": OTHER})["Location"] == DOOR
    person.account.refresh_from_db()
    assert person.account.check_password(PASSWORD)


def test_a_link_half_used_leads_nobody_past_the_password(client, cadre, sign_in, texts, time):
    person, _ = cadre("GRASS_ADMIN", "plant", password=False, totp=False)
    services.invite_staff(SYSTEM, people.mobile_for_message(person.pk), now=time.now)
    link = link_in(texts)
    sign_in(client, person)
    client.get(link)
    client.post("/console/set-up", {"password": PASSWORD, "again": PASSWORD})
    assert client.get("/console/set-up").status_code == 200, "he goes on where he began"
    thief = Client()
    person.account.refresh_from_db()
    sign_in(thief, person)
    thief.get(link)
    assert thief.get("/console/set-up")["Location"] == DOOR
    secret = factors.new_totp_secret()
    code = factors.totp_code(secret, int(time.now.timestamp()) // 30)
    assert thief.post("/console/set-up", {"code": code})["Location"] == DOOR
    assert not selectors.factors_of(person.account).strong


def test_password_and_text_put_no_authenticator_beside_another(cadre, world, time):
    person, _ = cadre()
    secret = factors.new_totp_secret()
    code = factors.totp_code(secret, int(time.now.timestamp()) // 30)
    with pytest.raises(NotAllowed):
        factors.enrol_first_totp(world.actor(person), secret, code, now=time.now)


def test_two_first_passwords_at_once_are_one(cadre, world, texts, time):
    person, _ = cadre(password=False, totp=False)
    pid = services.invite_staff(SYSTEM, people.mobile_for_message(person.pk), now=time.now)
    actor = world.actor(person)
    invitations.set_first_password(actor, pid, PASSWORD, keep_session="", now=time.now)
    with pytest.raises(RuleBroken):
        invitations.set_first_password(actor, pid, OTHER, keep_session="", now=time.now)
    person.account.refresh_from_db()
    assert person.account.check_password(PASSWORD)


# --- The owner's own way --------------------------------------------------------------------------------------------
def test_an_authenticator_opens_the_way_to_another_password(client, cadre, sign_in, time):
    person, _ = cadre()
    other = Client()
    sign_in(other, person, staff=True)
    sign_in(client, person)
    said = {"code": code_of(person.account, time), "password": OTHER, "again": OTHER}
    assert client.post(FORGOTTEN, said)["Location"] == DOOR
    assert "密码已重设" in client.get(DOOR).content.decode()
    assert urlsplit(other.get(DESK)["Location"]).path == "/console/sign-in/mobile", "the other session is over"
    assert client.post(DOOR, {"password": PASSWORD}).status_code == 422
    assert urlsplit(client.post(DOOR, {"password": OTHER})["Location"]).path == SECOND
    told = Message.objects.get(person_id=person.pk, body__contains="密码已更换")
    assert told.template == "access.ways_in_changed"


def test_a_recovery_code_does_so_too_and_serves_once(client, cadre, sign_in):
    person, codes = cadre()
    sign_in(client, person)
    said = {"code": codes[0], "password": OTHER, "again": OTHER}
    assert client.post(f"{FORGOTTEN}?with=recovery", said).status_code == 302
    assert client.post(f"{FORGOTTEN}?with=recovery", said).status_code == 422


def test_a_bad_password_does_not_use_the_code_up(client, cadre, sign_in):
    person, codes = cadre()
    sign_in(client, person)
    answer = client.post(
        f"{FORGOTTEN}?with=recovery", {"code": codes[0], "password": "1234567890", "again": "1234567890"}
    )
    assert answer.status_code == 422
    assert selectors.factors_of(person.account).recovery_left == 10


def test_guesses_at_the_forgotten_door_lock_as_at_the_other(client, cadre, sign_in):
    person, _ = cadre()
    sign_in(client, person)
    said = {"code": "000000", "password": OTHER, "again": OTHER}
    assert [client.post(FORGOTTEN, said).status_code for _ in range(6)] == [422] * 5 + [429]


def test_who_has_neither_is_told_whom_to_ask(client, cadre, sign_in):
    person, _ = cadre("GRASS_ADMIN", "plant", totp=False)
    sign_in(client, person)
    page = client.get(FORGOTTEN).content.decode()
    assert "两位管理员" in page
    assert 'name="code"' not in page
    assert client.post(FORGOTTEN, {"code": "123456", "password": OTHER, "again": OTHER}).status_code == 200
    person.account.refresh_from_db()
    assert person.account.check_password(PASSWORD)
