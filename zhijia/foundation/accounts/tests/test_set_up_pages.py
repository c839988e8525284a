"""The way into the console is set up by an invitation and kept in order by its owner."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from zhijia.foundation.accounts.models import StaffInvitation
from zhijia.foundation.accounts.services import factors
from zhijia.foundation.accounts.tests.doors import DESK, DOOR, PASSWORD, Clock
from zhijia.foundation.audit.models import AuditEntry
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.once]


# --- Invitation -----------------------------------------------------------------------------------------------------
@pytest.fixture
def invited(cadre, client, texts, world):
    """A cadre with a role and nothing set up, and the link he got."""
    from zhijia.foundation.accounts import services

    person, _ = cadre(password=False, totp=False)
    number = people.mobile_for_message(person.pk)
    services.invite_staff(SYSTEM, number, unit_id=world["county"].pk, now=world.now)
    ((to, body),) = texts()
    assert to == number
    return person, urlsplit(re.search(r"http\S+", body)[0]).path


def walk(client: Client, person: Person, link: str, sign_in, time: Clock):
    sign_in(client, person)
    assert client.get(link)["Location"] == "/console/set-up"
    assert "设置工作台密码" in client.get("/console/set-up").content.decode()
    assert client.post("/console/set-up", {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    page = client.get("/console/set-up").content.decode()
    assert "<svg" in page
    secret = re.search(r'zj-enrol-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    return client.post("/console/set-up", {"code": factors.totp_code(secret, int(time.now.timestamp()) // 30)})


def test_an_invitation_sets_up_password_authenticator_and_recovery_codes(client, invited, sign_in, time):
    person, link = invited
    done = walk(client, person, link, sign_in, time)
    codes = re.findall(r"<code>(\d{4} \d{4})</code>", done.content.decode())
    assert len(set(codes)) == 10
    assert client.get(DESK).status_code == 200
    assert AuditEntry.objects.filter(event="accounts.invitation_used").count() == 1
    again = client.get(link)
    assert again.status_code == 410
    assert "已失效或已用过" in again.content.decode()


def test_the_number_of_an_invitation_need_not_have_an_account(client, texts, world):
    from zhijia.foundation.accounts import services

    services.invite_staff(SYSTEM, "13800138123", now=world.now)
    link = urlsplit(re.search(r"http\S+", texts()[0][1])[0]).path
    assert urlsplit(client.get(client.get(link)["Location"])["Location"]).path == "/console/sign-in/mobile"
    client.post("/m/sign-in", {"send": "sms", "mobile": "13800138123"})
    code = re.search(r"验证码 (\d{6})", texts()[0][1])[1]
    entered = client.post(
        "/m/sign-in",
        {"mobile": "13800138123", "code": code, "privacy": "on", "agreement": "on", "next": "/console/set-up"},
    )
    assert "设置工作台密码" in client.get(entered["Location"]).content.decode()


def test_an_invitation_ends_after_72_hours(client, invited, sign_in, time):
    person, link = invited
    time.go(hours=73)
    sign_in(client, person)
    assert client.get(link).status_code == 410


def test_a_newer_invitation_ends_the_older(client, invited, sign_in, world):
    from zhijia.foundation.accounts import services

    person, link = invited
    services.invite_staff(SYSTEM, people.mobile_for_message(person.pk), now=world.now)
    assert client.get(link).status_code == 410


def test_somebody_else_cannot_use_an_invitation(client, invited, sign_in, world):
    _, link = invited
    stranger, _ = world.member()
    sign_in(client, stranger)
    client.get(link)
    answer = client.get("/console/set-up")
    assert answer.status_code == 403
    assert "另一个手机号" in answer.content.decode()
    assert client.post("/console/set-up", {"password": PASSWORD, "again": PASSWORD}).status_code == 403
    assert StaffInvitation.objects.get().password_set_at is None


def test_set_up_needs_an_invitation(client, cadre, sign_in):
    person, _ = cadre(password=False, totp=False)
    sign_in(client, person)
    assert client.get("/console/set-up")["Location"] == DOOR
    assert "先开通工作台" in client.get(DOOR).content.decode()


def test_a_cadre_asks_for_the_link_himself_five_times_a_day(client, cadre, sign_in, texts):
    person, _ = cadre(password=False, totp=False)
    sign_in(client, person)
    for _ in range(5):
        assert client.post("/console/sign-in/invitation").status_code == 200
    assert client.post("/console/sign-in/invitation").status_code == 429
    assert len(texts()) == 5


@pytest.mark.parametrize("password", ["short", "1234567890123", "password1234"])
def test_a_bad_password_is_refused_with_a_sentence(client, invited, sign_in, password):
    person, link = invited
    sign_in(client, person)
    client.get(link)
    answer = client.post("/console/set-up", {"password": password, "again": password})
    assert answer.status_code == 422
    assert StaffInvitation.objects.get().password_set_at is None


# --- The cadre's own settings ---------------------------------------------------------------------------------------
def test_a_new_password_ends_the_other_sessions(client, cadre, sign_in):
    person, _ = cadre()
    other = Client()
    sign_in(other, person, staff=True)
    sign_in(client, person, staff=True)
    wrong = client.post(
        "/console/security/password", {"old": "no", "password": "另一个-密码-2027", "again": "另一个-密码-2027"}
    )
    assert wrong.status_code == 422
    answer = client.post(
        "/console/security/password", {"old": PASSWORD, "password": "另一个-密码-2027", "again": "另一个-密码-2027"}
    )
    assert answer.status_code == 302
    assert client.get(DESK).status_code == 200
    assert urlsplit(other.get(DESK)["Location"]).path == "/console/sign-in/mobile"


def test_another_authenticator_replaces_the_first(client, cadre, sign_in, time):
    person, old_codes = cadre()
    sign_in(client, person, staff=True)
    page = client.get("/console/security/authenticator").content.decode()
    secret = re.search(r'zj-enrol-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert client.post("/console/security/authenticator", {"code": "000000"}).status_code == 422
    done = client.post(
        "/console/security/authenticator", {"code": factors.totp_code(secret, int(time.now.timestamp()) // 30)}
    )
    assert done.status_code == 200
    assert not factors.use_recovery_code(person.account, old_codes[0])


def test_new_recovery_codes_replace_the_old(client, cadre, sign_in):
    person, old = cadre()
    sign_in(client, person, staff=True)
    fresh = re.findall(r"<code>(\d{4}) (\d{4})</code>", client.post("/console/security/recovery").content.decode())
    assert len(fresh) == 10
    assert not factors.use_recovery_code(person.account, old[0])
    assert factors.use_recovery_code(person.account, "".join(fresh[0]))


def test_secrets_stand_sealed_in_the_database(cadre):
    from allauth.mfa.models import Authenticator

    cadre()
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert not re.search(r"[A-Z2-7]{32}", kept)


@pytest.mark.parametrize(
    "credential", ["", "x", "{}", "[]", '{"id": 1}', '{"id":"AA","rawId":"AA","type":"public-key","response":{}}']
)
def test_a_forged_passkey_is_no_proof(client, cadre, sign_in, credential):
    person, _ = cadre()
    sign_in(client, person)
    answer = client.post("/console/sign-in/passkey", {"credential": credential})
    assert answer.status_code == 422
    assert "通行密钥没有通过验证" in answer.content.decode()
    assert client.get(DESK).status_code == 302
