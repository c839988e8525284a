"""The second door: password and second factor, text messages, lock-out, idle fall-back, refused tries."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from zhijia.foundation.accounts import selectors
from zhijia.foundation.accounts.models import SessionInfo
from zhijia.foundation.accounts.services import factors
from zhijia.foundation.accounts.tests.doors import DESK, DOOR, PASSWORD, SECOND, code_of
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.parameters.models import ParameterValue
from zhijia.foundation.parameters.selectors import forget
from zhijia.kernel.doors import is_polled
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.people import selectors as people

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.once]


def second(client: Client, code: str, wanted: str = DESK, query: str = ""):
    return client.post(SECOND + query, {"code": code, "next": wanted})


# --- Who may come to the door ---------------------------------------------------------------------------------------
def test_a_visitor_signs_in_as_a_member_first(client):
    address = urlsplit(client.get(DESK)["Location"])
    assert (address.path, parse_qs(address.query)) == ("/console/sign-in/mobile", {"next": [DESK]})


def test_a_member_without_a_role_is_told_so(client, world, sign_in):
    person, _ = world.member()
    sign_in(client, person)
    address = urlsplit(client.get(DESK)["Location"])
    assert (address.path, parse_qs(address.query)) == (DOOR, {"next": [DESK]})
    answer = client.get(DOOR)
    assert answer.status_code == 403
    assert "还没有工会工作角色" in answer.content.decode()
    assert client.post("/console/sign-in/invitation").status_code == 403


def test_password_and_authenticator_open_the_console(client, cadre, enter, time):
    person, _ = cadre()
    answer = enter(person)
    assert urlsplit(answer["Location"]).path == SECOND
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    done = second(client, code_of(person.account, time))
    assert (done.status_code, done["Location"]) == (302, DESK)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before, "a fresh key with the new rights"
    assert client.get(DESK).status_code == 200
    assert AuditEntry.objects.get(event="accounts.stepped_up").detail == {"factor": "totp"}
    assert SessionInfo.objects.get(account=person.account).device == "Chrome · 安卓手机"


def test_the_second_factor_is_not_asked_without_a_right_password(client, cadre, sign_in, time):
    person, _ = cadre()
    sign_in(client, person)
    for answer in (client.get(SECOND), second(client, code_of(person.account, time))):
        assert urlsplit(answer["Location"]).path == DOOR
    assert client.get(DESK).status_code == 302


def test_a_right_password_waits_five_minutes_and_no_longer(client, cadre, enter, time):
    person, _ = cadre()
    enter(person)
    time.go(minutes=5)
    assert urlsplit(second(client, code_of(person.account, time))["Location"]).path == DOOR


def test_a_code_of_the_authenticator_serves_once(client, cadre, enter, time):
    person, _ = cadre()
    enter(person)
    code = code_of(person.account, time)
    assert second(client, code).status_code == 302
    client.post("/console/leave")
    enter(person)
    answer = second(client, code)
    assert answer.status_code == 422
    assert "已用过" in answer.content.decode()


@pytest.mark.parametrize(("drift", "status"), [(-2, 422), (-1, 302), (0, 302), (1, 302), (2, 422)])
def test_a_clock_may_drift_by_one_step(client, cadre, enter, time, drift, status):
    person, _ = cadre()
    time.go(minutes=2)
    enter(person)
    assert second(client, code_of(person.account, time, drift)).status_code == status


def test_a_recovery_code_stands_in_once(client, cadre, enter, time):
    person, codes = cadre()
    assert len(codes) == 10
    enter(person)
    assert second(client, f"{codes[0][:4]} {codes[0][4:]}", query="?with=recovery").status_code == 302
    client.post("/console/leave")
    enter(person)
    answer = second(client, codes[0], query="?with=recovery")
    assert answer.status_code == 422
    assert "备用码不对或已用过" in answer.content.decode()
    assert selectors.factors_of(person.account).recovery_left == 9


def test_next_never_leads_out_of_the_site(client, cadre, enter, time):
    person, _ = cadre()
    enter(person, wanted="//evil.example/")
    assert second(client, code_of(person.account, time), wanted="https://evil.example/")["Location"] == "/console/"


# --- Text messages --------------------------------------------------------------------------------------------------
def text_code(client: Client, texts) -> str:
    assert client.post(SECOND, {"send": "sms", "next": DESK}).status_code == 200
    return re.search(r"验证码 (\d{6})", texts()[-1][1])[1]


def test_a_grassroots_cadre_may_use_a_text_message(client, cadre, enter, texts):
    person, _ = cadre("GRASS_ADMIN", "plant", totp=False)
    enter(person)
    code = text_code(client, texts)
    assert second(client, code)["Location"] == DESK
    assert client.get(DESK).status_code == 200


def test_with_an_authenticator_set_up_no_text_message_counts(client, cadre, enter, texts):
    person, _ = cadre("GRASS_ADMIN", "plant")
    enter(person)
    texts()
    answer = client.post(SECOND, {"send": "sms", "next": DESK})
    assert answer.status_code == 422
    assert texts() == []


def switch_off_texts(now):
    ParameterValue.objects.filter(code="accounts.sms_step_up").update(value=False)
    forget()


@pytest.mark.parametrize(("role", "union", "allowed"), [("GRASS_ADMIN", "plant", False), ("ORG", "county", True)])
def test_who_needs_more_than_a_text_sets_up_an_authenticator_first(
    client, cadre, enter, texts, time, role, union, allowed
):
    person, _ = cadre(role, union, totp=False)
    if not allowed:
        switch_off_texts(time.now)
    enter(person)
    answer = second(client, text_code(client, texts))
    assert urlsplit(answer["Location"]).path == "/console/set-up"
    assert client.get(DESK).status_code == 302, "not in yet"
    page = client.get("/console/set-up").content.decode()
    secret = re.search(r'zj-enrol-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    done = client.post("/console/set-up", {"code": factors.totp_code(secret, int(time.now.timestamp()) // 30)})
    assert "备用码" in done.content.decode()
    assert client.get(DESK).status_code == 200


def test_a_strong_role_granted_meanwhile_ends_a_weak_step_up(client, cadre, enter, texts, world, time):
    person, _ = cadre("GRASS_ADMIN", "plant", totp=False)
    enter(person)
    second(client, text_code(client, texts))
    RoleGrant.objects.create(
        person=person,
        union=world["county"],
        role="ORG",
        since=timezone.localdate(time.now) - timedelta(days=1),
        until=timezone.localdate(time.now) + timedelta(days=100),
        in_force=True,
        created_at=time.now,
    )
    request = client.get(DESK).wsgi_request
    assert request.actor.staff is False


# --- Lock-out -------------------------------------------------------------------------------------------------------
def test_five_failures_lock_the_console_for_fifteen_minutes(client, cadre, enter, time):
    person, _ = cadre()
    answers = [enter(person, "wrong-password") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert "还可试 4 次" in answers[0].content.decode()
    locked = enter(person)
    assert locked.status_code == 429
    assert "工作台已锁定，请 15 分钟后再试" in locked.content.decode()
    assert AuditEntry.objects.filter(event="accounts.step_up_failed", account_id=person.account_id).count() == 6
    time.go(minutes=15)
    assert enter(person).status_code == 302


def test_failures_of_both_halves_count_together_and_are_forgiven_by_success(client, cadre, enter, time):
    person, _ = cadre()
    for _ in range(2):
        enter(person, "wrong-password")
    enter(person)
    for _ in range(2):
        assert second(client, "000000").status_code == 422
    assert second(client, code_of(person.account, time)).status_code == 302
    client.post("/console/leave")
    assert enter(person, "wrong-password").status_code == 422
    enter(person)
    for _ in range(4):
        second(client, "000000")
    assert second(client, code_of(person.account, time)).status_code == 429


def test_the_member_stays_signed_in_while_the_console_is_locked(client, cadre, enter):
    person, _ = cadre()
    for _ in range(6):
        enter(person, "wrong-password")
    assert client.get("/m/devices").status_code == 200


def test_an_address_that_fails_too_often_is_locked_too(cadre, sign_in, monkeypatch, time):
    ParameterValue.objects.filter(code="accounts.lockout_address_failures").update(value=6)
    forget()
    people_ = [cadre()[0], cadre()[0]]
    for person, failures in zip(people_, (4, 2), strict=True):
        client = Client()
        sign_in(client, person)
        for _ in range(failures):
            client.post(DOOR, {"password": "wrong-password"})
    assert client.post(DOOR, {"password": PASSWORD}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    sign_in(elsewhere, people_[1])
    assert elsewhere.post(DOOR, {"password": PASSWORD}).status_code == 302


# --- Falling back ---------------------------------------------------------------------------------------------------
def test_work_keeps_the_console_open_and_idleness_closes_it(client, cadre, sign_in, time):
    person, _ = cadre()
    sign_in(client, person, staff=True)
    for _ in range(3):
        time.go(minutes=14)
        assert client.get(DESK).status_code == 200
    time.go(minutes=15)
    address = urlsplit(client.get(DESK + "?tab=2")["Location"])
    assert (address.path, parse_qs(address.query)) == (DOOR, {"next": [DESK + "?tab=2"]})
    assert client.get("/m/devices").status_code == 200, "the member is still signed in"
    assert client.get("/m/devices").wsgi_request.actor.staff is False


def test_member_pages_do_not_keep_the_console_open(client, cadre, sign_in, time):
    person, _ = cadre()
    sign_in(client, person, staff=True)
    time.go(minutes=10)
    client.get("/m/devices")
    time.go(minutes=6)
    assert client.get(DESK).status_code == 302


def test_a_form_sent_after_the_idle_time_is_not_lost(client, cadre, sign_in, time):
    person, _ = cadre()
    sign_in(client, person, staff=True)
    time.go(minutes=16)
    answer = client.post("/console/security/password", {"old": "a"})
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "还没有提交" in page
    assert 'href="/console/sign-in?next=/console/unlocked"' in page
    part = client.post("/console/security/password", {"old": "a"}, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Retarget"], part["HX-Reswap"]) == (401, "#notes", "innerHTML")
    shown = client.get(DESK, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/console/security"})
    assert shown["HX-Redirect"] == f"{DOOR}?next=%2Fconsole%2Fsecurity"


def test_leaving_falls_back_to_the_member_at_once(client, cadre, sign_in):
    person, _ = cadre()
    sign_in(client, person, staff=True)
    assert client.post("/console/leave")["Location"] == "/m/"
    assert client.get(DESK).status_code == 302


def test_a_revoked_role_counts_with_the_next_click(client, cadre, sign_in):
    person, _ = cadre()
    sign_in(client, person, staff=True)
    RoleGrant.objects.filter(person=person).update(in_force=False)
    assert client.get(DESK).status_code == 403


# --- Refused tries --------------------------------------------------------------------------------------------------
def test_a_cadres_refused_try_is_recorded_after_the_rollback(client, cadre, sign_in):
    person, _ = cadre()
    sign_in(client, person, staff=True)
    assert client.post("/m/devices/0123456789abcdef/end").status_code == 404
    row = AuditEntry.objects.get(event="audit.denied")
    assert (row.account_id, row.subject_id, row.outcome) == (person.account_id, "accounts:end_device", "denied")


# --- One text message a sign-in -------------------------------------------------------------------------------------
@pytest.fixture
def signed_in_by_code(client, texts):
    """Through the pages, as a cadre does in the morning."""

    def go(person, wanted: str = DESK):
        number = people.mobile_for_message(person.pk)
        texts()
        client.post("/m/sign-in", {"send": "sms", "mobile": number})
        code = re.search(r"验证码 (\d{6})", texts()[-1][1])[1]
        said = {"mobile": number, "code": code, "privacy": "on", "agreement": "on", "next": wanted}
        assert client.post("/m/sign-in", said).status_code == 302

    return go


def test_the_code_that_signed_in_is_the_second_factor_beside_the_password(client, cadre, signed_in_by_code, texts):
    person, _ = cadre("GRASS_ADMIN", "plant", totp=False)
    signed_in_by_code(person)
    assert "下一步" not in client.get(DOOR).content.decode(), "nothing follows the password"
    assert client.post(DOOR, {"password": PASSWORD, "next": DESK})["Location"] == DESK
    assert client.get(DESK).status_code == 200
    assert texts() == []
    assert AuditEntry.objects.get(event="accounts.stepped_up").detail == {"factor": "sms"}


def test_it_counts_once_and_for_ten_minutes(client, cadre, signed_in_by_code, time):
    person, _ = cadre("GRASS_ADMIN", "plant", totp=False)
    signed_in_by_code(person)
    client.post(DOOR, {"password": PASSWORD, "next": DESK})
    client.post("/console/leave")
    assert "下一步：短信验证" in client.get(DOOR).content.decode()
    assert urlsplit(client.post(DOOR, {"password": PASSWORD})["Location"]).path == SECOND
    client.cookies.clear()
    time.go(minutes=2)
    signed_in_by_code(person)
    time.go(minutes=10)
    assert urlsplit(client.post(DOOR, {"password": PASSWORD})["Location"]).path == SECOND


def test_it_replaces_no_password_and_nothing_stronger(client, cadre, signed_in_by_code):
    person, _ = cadre("GRASS_ADMIN", "plant")
    signed_in_by_code(person)
    assert client.post(DOOR, {"password": "wrong-password"}).status_code == 422
    assert urlsplit(client.post(DOOR, {"password": PASSWORD})["Location"]).path == SECOND
    assert client.get(DESK).status_code == 302


def test_a_role_that_needs_more_comes_to_its_authenticator_without_a_second_text(
    client, cadre, signed_in_by_code, texts
):
    person, _ = cadre("ORG", "county", totp=False)
    signed_in_by_code(person)
    assert urlsplit(client.post(DOOR, {"password": PASSWORD})["Location"]).path == "/console/set-up"
    assert client.get(DESK).status_code == 302, "not in yet"
    assert texts() == []


def test_a_session_that_began_otherwise_has_no_such_code(client, cadre, enter):
    person, _ = cadre("GRASS_ADMIN", "plant", totp=False)
    assert urlsplit(enter(person)["Location"]).path == SECOND


# --- What the database and the browser keep -------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
def test_a_factor_laid_into_another_accounts_row_opens_nothing(client, cadre, enter, time, kind):
    """Somebody who can write to the database puts his own second factor beside another's password."""
    thief, codes = cadre()
    victim, _ = cadre()
    stolen = Authenticator.objects.get(user_id=thief.account_id, type=kind)
    Authenticator.objects.filter(user_id=victim.account_id, type=kind).update(data=stolen.data)
    enter(victim)
    query = "?with=recovery" if kind == "recovery_codes" else ""
    mine = codes[0] if kind == "recovery_codes" else code_of(thief.account, time)
    assert second(client, mine, query=query).status_code == 422
    assert client.get(DESK).status_code == 302


def test_recovery_codes_cannot_be_read_back(cadre):
    person, codes = cadre()
    kept = str(Authenticator.objects.get(user_id=person.account_id, type="recovery_codes").data)
    assert not any(code in kept for code in codes)


def test_a_page_that_asks_again_and_again_does_not_keep_the_console_open(client, cadre, sign_in, time, world):
    person, _ = cadre()
    sign_in(client, person, staff=True)
    job = jobs.enqueue("unions.check", {}, actor=world.actor(person), now=time.now, title="核对")
    for _ in range(9):
        time.go(minutes=2)
        last = client.get(f"/console/jobs/{job}", headers={"HX-Request": "true"})
    assert last.status_code == 401, "the browser asked all the time, nobody worked"
    assert client.get(DESK).status_code == 302


def test_opening_that_page_is_work(client, cadre, sign_in, time, world):
    person, _ = cadre()
    sign_in(client, person, staff=True)
    job = jobs.enqueue("unions.check", {}, actor=world.actor(person), now=time.now, title="核对")
    for _ in range(3):
        time.go(minutes=10)
        assert client.get(f"/console/jobs/{job}").status_code == 200


def test_every_part_that_polls_names_a_page_that_is_marked():
    """`hx-trigger="every …"` stands in one template, and the address it is given is that of the job."""
    root = Path(settings.BASE_DIR) / "zhijia"
    polling = {path.name for path in root.rglob("*.html") if re.search(r"hx-trigger=\"[^\"]*every", path.read_text())}
    assert polling == {"job.html"}
    assert is_polled(resolve("/console/jobs/0123456789abcdef").func)


@pytest.mark.parametrize("address", ["/m/devices", DESK, "/m/", "/console/", "/api/v1/me/devices"])
def test_what_somebody_signed_in_is_shown_is_not_kept(client, cadre, sign_in, address):
    person, _ = cadre()
    sign_in(client, person, staff=True)
    answer = client.get(address)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_a_visitors_page_may_be_kept(client, db):
    assert "no-store" not in client.get("/").get("Cache-Control", "")
