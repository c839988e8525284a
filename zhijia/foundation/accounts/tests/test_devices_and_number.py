"""Where I am signed in, and another number."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from zhijia.foundation.accounts import selectors, services, sessions
from zhijia.foundation.accounts.models import Account, SessionInfo
from zhijia.foundation.accounts.services import devices
from zhijia.foundation.audit.models import AuditEntry
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person

NEW = "13900139777"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.once]


@pytest.fixture
def two(world, sign_in):
    """One person on two devices: `(person, first client, second client)`."""
    person, _ = world.member()
    clients = Client(), Client()
    for client in clients:
        sign_in(client, person)
    return person, *clients


def test_devices_are_listed_with_this_one_first(two):
    _, first, _ = two
    page = first.get("/m/devices").content.decode()
    assert page.count("Chrome · 安卓手机") >= 2
    assert page.count(">本机<") == 1
    assert "网络 本机" in page


def test_one_device_is_signed_out_and_the_other_stays(two):
    person, first, second = two
    there = SessionInfo.objects.get(
        session_digest=sessions.key_digest(second.cookies[settings.SESSION_COOKIE_NAME].value)
    )
    assert first.post(f"/m/devices/{there.public_id}/end").status_code == 302
    assert second.get("/m/devices").status_code == 302
    assert first.get("/m/devices").status_code == 200
    assert AuditEntry.objects.filter(event="accounts.session_ended", account_id=person.account_id).count() == 1


def test_other_peoples_devices_are_not_there(two, world, sign_in):
    _, first, _ = two
    stranger, _ = world.member(name="赵六")
    client = Client()
    sign_in(client, stranger)
    theirs = SessionInfo.objects.get(account=stranger.account)
    answers = {first.post(f"/m/devices/{key}/end").status_code for key in (theirs.public_id, "0123456789abcdef")}
    assert answers == {404}
    assert client.get("/m/devices").status_code == 200


def test_signing_out_everywhere_includes_this_device(two):
    _, first, second = two
    assert first.post("/m/devices/end-everywhere").status_code == 302
    for client in (first, second):
        assert client.get("/m/devices").status_code == 302
    assert SessionInfo.objects.count() == 0


def test_signing_out_the_others_spares_this_device(two):
    _, first, second = two
    first.post("/m/devices/end-others")
    assert first.get("/m/devices").status_code == 200
    assert second.get("/m/devices").status_code == 302


def test_last_seen_is_kept_by_the_quarter_of_an_hour(two, clock, now, django_assert_num_queries):
    _, first, _ = two
    digest = sessions.key_digest(first.cookies[settings.SESSION_COOKIE_NAME].value)
    clock(now + timedelta(minutes=14))
    first.get("/m/devices")
    assert SessionInfo.objects.get(session_digest=digest).seen_at == now
    clock(now + timedelta(minutes=15))
    first.get("/m/devices")
    assert SessionInfo.objects.get(session_digest=digest).seen_at == now + timedelta(minutes=15)


def test_forgotten_sessions_are_deleted_after_a_month(two, now):
    assert devices.delete_old(now=now + timedelta(days=30)) == 0
    assert devices.delete_old(now=now + timedelta(days=32)) == 2
    assert SessionInfo.objects.count() == 0


def test_a_members_request_asks_three_questions(two, django_assert_num_queries):
    """Session, account, person; the page itself asks for its devices."""
    _, first, _ = two
    first.get("/m/devices")
    with django_assert_num_queries(5):
        first.get("/m/devices")


# --- Another number -------------------------------------------------------------------------------------------------
def ask(client: Client, texts, which: str) -> str:
    answer = client.post("/m/mobile", {"send": which, "mobile": NEW})
    assert answer.status_code == 200, answer.content.decode()
    ((_, body),) = texts()
    return re.search(r"验证码 (\d{6})", body)[1]


def test_with_both_codes_the_number_moves_the_old_one_is_told_and_other_devices_end(two, texts):
    person, first, second = two
    old = people.mobile_for_message(person.pk)
    codes = {"old_code": ask(first, texts, "old"), "code": ask(first, texts, "new")}
    answer = first.post("/m/mobile", {"mobile": NEW, **codes})
    assert answer.status_code == 302
    assert selectors.find_by_number(NEW).pk == person.account_id
    assert selectors.find_by_number(old) is None
    ((told, body),) = texts()
    assert told == old
    assert "139****9777" in body
    assert first.get("/m/mobile").status_code == 200
    assert "139****9777" in first.get("/m/mobile").content.decode(), "the session knows the new number"
    assert second.get("/m/devices").status_code == 302
    person.refresh_from_db()
    assert person.mobile_digest == selectors.number_digest(NEW), "the person's number follows"


def test_a_wrong_code_moves_nothing_and_names_its_field(two, texts):
    person, first, _ = two
    old = people.mobile_for_message(person.pk)
    right = {"old_code": ask(first, texts, "old"), "code": ask(first, texts, "new")}
    for field, digits in right.items():
        wrong = right | {field: f"{(int(digits) + 1) % 10**6:06d}"}
        answer = first.post("/m/mobile", {"mobile": NEW, **wrong})
        assert answer.status_code == 422
        assert f'id="id_{field}-err"' in answer.content.decode()
    assert selectors.find_by_number(old).pk == person.account_id
    assert first.post("/m/mobile", {"mobile": NEW, **right}).status_code == 302, "wrong tries spent neither code"


def test_a_code_for_signing_in_does_not_change_a_number(two, texts):
    person, first, _ = two
    old = people.mobile_for_message(person.pk)
    Client().post("/m/sign-in", {"send": "sms", "mobile": old})
    stolen = re.search(r"验证码 (\d{6})", texts()[0][1])[1]
    answer = first.post("/m/mobile", {"mobile": NEW, "old_code": stolen, "code": ask(first, texts, "new")})
    assert answer.status_code == 422


def test_a_number_of_another_account_is_refused_after_it_was_proved(two, world, texts):
    _, first, _ = two
    Account.objects.create(number_digest=selectors.number_digest(NEW), created_at=world.now)
    answer = first.post(
        "/m/mobile", {"mobile": NEW, "old_code": ask(first, texts, "old"), "code": ask(first, texts, "new")}
    )
    assert answer.status_code == 409
    assert "已用于另一个账号" in answer.content.decode()
    assert texts() == []


def test_the_same_number_is_no_change(two, texts):
    person, first, _ = two
    same = people.mobile_for_message(person.pk)
    answer = first.post("/m/mobile", {"mobile": same, "old_code": "123456", "code": "123456"})
    assert answer.status_code == 422
    assert "和原来的一样" in answer.content.decode()


def test_the_verified_number_is_the_sessions(two, rf):
    person, first, _ = two
    request = first.get("/m/devices").wsgi_request
    assert services.verified_mobile(request) == people.mobile_for_message(person.pk)
    assert Person.objects.get(pk=person.pk).account_id == request.user.pk


# --- Without the old number -------------------------------------------------------------------------------------------
LOST = "/m/mobile/without-old"


def ask_new(client: Client, texts, number: str = NEW) -> str:
    assert client.post(LOST, {"send": "new", "mobile": number}).status_code == 200
    return re.search(r"验证码 (\d{6})", texts()[-1][1])[1]


def himself(world, person: Person, **more: str) -> dict[str, str]:
    return {"name": person.name, "id_type": "RESIDENT_ID", "id_number": world.number_of(person), "mobile": NEW, **more}


def test_name_and_id_stand_in_for_the_old_number_which_is_told(two, world, texts):
    person, first, second = two
    old = people.mobile_for_message(person.pk)
    answer = first.post(LOST, himself(world, person, code=ask_new(first, texts)))
    assert answer.status_code == 302, answer.content.decode()
    assert selectors.find_by_number(NEW).pk == person.account_id
    assert people.mobile_for_message(person.pk) == NEW
    assert [number for number, _ in texts()] == [old]
    assert second.get("/m/devices").status_code == 302
    assert services.verified_mobile(first.get("/m/devices").wsgi_request) == NEW


def test_somebody_elses_papers_change_nothing_and_are_counted(two, world, texts):
    person, first, _ = two
    other = world.person("王大力")
    code = ask_new(first, texts)
    for said in (himself(world, other), himself(world, person, name="林晓和"), himself(world, other, name=person.name)):
        assert first.post(LOST, said | {"code": code}).status_code == 422
    for _ in range(2):
        first.post(LOST, himself(world, other, code=code))
    answer = first.post(LOST, himself(world, person, code=code))
    assert answer.status_code == 429
    assert selectors.find_by_number(NEW) is None


def test_while_the_authority_is_down_nothing_passes_silently(two, world, texts, settings):
    person, first, _ = two
    settings.ZHIJIA_REAL_NAME_DOWN = True
    answer = first.post(LOST, himself(world, person, code=ask_new(first, texts)))
    assert answer.status_code == 422
    assert "没有更换" in answer.content.decode()
    assert selectors.find_by_number(NEW) is None


def test_who_has_not_said_who_he_is_is_shown_another_way(client, texts, world):
    client.post("/m/sign-in", {"send": "sms", "mobile": "13800138000"})
    code = re.search(r"验证码 (\d{6})", texts()[0][1])[1]
    client.post("/m/sign-in", {"mobile": "13800138000", "code": code, "privacy": "on", "agreement": "on"})
    said = {"name": "林晓禾", "id_type": "RESIDENT_ID", "id_number": "370299199003070010", "mobile": NEW}
    answer = client.post(LOST, said | {"code": ask_new(client, texts)})
    assert answer.status_code == 422
    assert "请用新手机号登录" in answer.content.decode()
