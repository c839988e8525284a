"""The members' door: one page, walked through as a browser without a script would."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from zhijia.foundation.accounts import selectors
from zhijia.foundation.accounts.models import Account, SessionInfo, SignInCode
from zhijia.foundation.accounts.sessions import key_digest
from zhijia.foundation.audit.models import AuditEntry
from zhijia.organization.people.models import Consent

NUMBER = "13800138000"
AGREED = {"privacy": "on", "agreement": "on"}
pytestmark = pytest.mark.usefixtures("world", "clock")


@pytest.fixture
def ask(texts):
    """`ask(client)`: press the button, read the code from the phone."""

    def press(client: Client, number: str = NUMBER, **more: str) -> str:
        answer = client.post("/m/sign-in", {"send": "sms", "mobile": number, **more})
        assert answer.status_code == 200, answer.content.decode()
        ((to, body),) = texts()
        assert to == number
        return re.search(r"验证码 (\d{6})", body)[1]

    return press


def enter(client: Client, code: str, number: str = NUMBER, **more: str):
    return client.post("/m/sign-in", {"mobile": number, "code": code, **AGREED, **more})


def test_a_new_number_gets_an_account_when_the_code_is_right(client, ask):
    code = ask(client)
    assert not Account.objects.filter(number_digest=selectors.number_digest(NUMBER)).exists()
    answer = enter(client, code, next="/m/devices")
    assert (answer.status_code, answer["Location"]) == (302, "/m/devices")
    account = selectors.find_by_number(NUMBER)
    assert client.session["_auth_user_id"] == str(account.pk)
    assert set(Consent.objects.filter(account_id=account.pk).values_list("purpose", flat=True)) == {
        "privacy",
        "agreement",
    }
    assert AuditEntry.objects.filter(event="accounts.signed_in", account_id=account.pk).count() == 1


def test_a_known_number_comes_back_to_the_same_account(client, ask, clock, now):
    enter(client, ask(client))
    clock(now + timedelta(minutes=2))
    other = Client()
    assert enter(other, ask(other)).status_code == 302
    assert Account.objects.filter(number_digest=selectors.number_digest(NUMBER)).count() == 1
    assert SessionInfo.objects.count() == 2


def test_pages_answer_alike_whether_or_not_the_number_is_known(client, ask, clock, now, texts):
    enter(client, ask(client))
    clock(now + timedelta(minutes=2))
    bodies = []
    for number in (NUMBER, "13800138001"):
        visitor = Client()
        asked = visitor.post("/m/sign-in", {"send": "sms", "mobile": number})
        wrong = enter(visitor, "000000", number)
        assert wrong.status_code == 422
        bodies.append(
            [
                re.sub(
                    r'name="(csrfmiddlewaretoken|idempotency_key)" value="[^"]+"|138\d+|138\*+\d+',
                    "",
                    r.content.decode(),
                )
                for r in (asked, wrong)
            ]
        )
    assert bodies[0] == bodies[1]


def test_neither_number_nor_code_is_stored_in_clear(client, ask):
    code = ask(client)
    row = SignInCode.objects.get()
    kept = " ".join(str(value) for value in vars(row).values())
    assert NUMBER not in kept
    assert code not in kept
    enter(client, code)
    assert NUMBER not in str(dict(client.session))


def test_the_code_is_refused_without_the_consents(client, ask):
    code = ask(client)
    answer = client.post("/m/sign-in", {"mobile": NUMBER, "code": code, "privacy": "on"})
    assert answer.status_code == 422
    assert "用户服务协议" in answer.content.decode()
    assert enter(client, code).status_code == 302, "the code was not spent by the incomplete form"


def test_a_code_serves_once(client, ask):
    code = ask(client)
    assert enter(client, code).status_code == 302
    answer = enter(Client(), code)
    assert answer.status_code == 422
    assert "重新获取" in answer.content.decode()


def test_a_code_ends_after_five_minutes(client, ask, clock, now):
    code = ask(client)
    clock(now + timedelta(minutes=5))
    answer = enter(client, code)
    assert answer.status_code == 410
    assert "验证码已过期" in answer.content.decode()


def test_after_five_wrong_tries_even_the_right_code_is_refused(client, ask):
    code = ask(client)
    wrong = "111111" if code != "111111" else "222222"
    said = [enter(client, wrong) for _ in range(5)]
    assert [answer.status_code for answer in said] == [422] * 5
    assert "还可试 4 次" in said[0].content.decode()
    answer = enter(client, code)
    assert answer.status_code == 429
    assert "重新获取" in answer.content.decode()
    assert AuditEntry.objects.filter(event="accounts.code_refused").count() == 6


def test_a_newer_code_ends_the_older(client, ask, clock, now):
    first = ask(client)
    clock(now + timedelta(minutes=1))
    second = ask(client)
    assert first == second or enter(client, first).status_code == 422
    assert enter(client, second).status_code == 302


def test_codes_to_one_number_keep_their_distance_and_have_a_daily_end(client, ask, clock, now, texts):
    enter(client, ask(client))
    client.post("/m/sign-out")
    answer = client.post("/m/sign-in", {"send": "sms", "mobile": NUMBER})
    assert answer.status_code == 200, "from now on the browser is known, and counted apart from strangers"
    texts()
    clock(now + timedelta(seconds=18))
    answer = client.post("/m/sign-in", {"send": "sms", "mobile": NUMBER})
    assert answer.status_code == 429
    assert "验证码刚刚发出，还需等待 42 秒" in answer.content.decode()
    for minute in range(1, 10):
        clock(now + timedelta(minutes=minute))
        ask(client)
    clock(now + timedelta(minutes=10))
    answer = client.post("/m/sign-in", {"send": "sms", "mobile": NUMBER})
    assert answer.status_code == 429
    assert "已达上限" in answer.content.decode()
    assert texts() == []


def test_one_address_cannot_ask_for_ever(client, monkeypatch):
    from zhijia.foundation.parameters import selectors as parameters

    real = parameters.versioned

    def few(code, **more):
        return parameters.Value(3, 1) if code == "accounts.code_per_address_hour" else real(code, **more)

    monkeypatch.setattr(parameters, "versioned", few)
    answers = [
        client.post("/m/sign-in", {"send": "sms", "mobile": f"1380013800{digit}"}).status_code for digit in range(4)
    ]
    assert answers == [200, 200, 200, 429]


@pytest.mark.parametrize(
    "number", ["", "12345", "23800138000", "1380013800x", "138001380001", "１３８００１３８０００" * 3]
)
def test_what_is_no_mobile_number_gets_a_sentence(client, number, texts):
    answer = client.post("/m/sign-in", {"send": "sms", "mobile": number})
    assert answer.status_code == 422
    assert "手机号" in answer.content.decode()
    assert texts() == []


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example/",
        "//evil.example/m/",
        "/\\evil.example",
        "javascript:alert(1)",
        "m/",
        "/m/\nx",
        "/" + "a" * 600,
        "///evil.example",
        "/\t/evil.example",
    ],
)
def test_next_never_leads_to_another_site(client, ask, away):
    answer = enter(client, ask(client), next=away)
    assert (answer.status_code, answer["Location"]) == (302, "/m/")
    assert client.get("/m/sign-in", {"next": away})["Location"] == "/m/"


def test_the_session_key_changes_with_the_sign_in(client, ask):
    session = client.session
    session["join.scanned"] = "3702020120401230"
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    enter(client, ask(client))
    after = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert after != before
    assert client.session["join.scanned"] == "3702020120401230", "where he came from is not lost"
    fixed = Client()
    fixed.cookies[settings.SESSION_COOKIE_NAME] = before
    assert "_auth_user_id" not in fixed.session


def test_the_database_does_not_hold_the_cookies_key(client, ask):
    from django.contrib.sessions.models import Session

    enter(client, ask(client))
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert set(Session.objects.filter(session_key=key)) == set()
    assert Session.objects.filter(session_key=key_digest(key)).count() == 1


def test_another_accounts_session_is_thrown_away(client, ask):
    enter(client, ask(client))
    session = client.session
    session["secret"] = "of the first"
    session.save()
    enter(client, ask(client, "13800138009"), "13800138009")
    assert client.session["_auth_user_id"] == str(selectors.find_by_number("13800138009").pk)
    assert "secret" not in client.session
    assert SessionInfo.objects.count() == 1


def test_htmx_gets_the_form_alone_and_is_sent_on_by_a_header(client, ask, texts):
    answer = client.post("/m/sign-in", {"send": "sms", "mobile": NUMBER}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert b"<html" not in answer.content
    assert "已发送到 138****8000" in answer.content.decode()
    code = re.search(r"(\d{6})，", texts()[0][1])[1]
    wrong = client.post("/m/sign-in", {"mobile": NUMBER, "code": "12", **AGREED}, headers={"HX-Request": "true"})
    assert (wrong.status_code, b"<html" in wrong.content) == (422, False)
    done = client.post(
        "/m/sign-in", {"mobile": NUMBER, "code": code, **AGREED, "next": "/m/x"}, headers={"HX-Request": "true"}
    )
    assert (done.status_code, done["HX-Redirect"]) == (204, "/m/x")


def test_a_frozen_account_is_told_so_after_the_right_code_only(client, ask, clock, now):
    enter(client, ask(client))
    Account.objects.filter(number_digest=selectors.number_digest(NUMBER)).update(is_active=False)
    assert client.get("/m/devices").status_code == 302, "its sessions count no longer"
    clock(now + timedelta(minutes=2))
    visitor = Client()
    code = ask(visitor)
    assert "冻结" not in enter(visitor, "12345a").content.decode()
    answer = enter(visitor, code)
    assert answer.status_code == 422
    assert "冻结" in answer.content.decode()


def test_closed_pages_lead_to_the_door_and_back(client, ask):
    answer = client.get("/m/devices?x=1")
    address = urlsplit(answer["Location"])
    assert (answer.status_code, address.path, parse_qs(address.query)) == (
        302,
        "/m/sign-in",
        {"next": ["/m/devices?x=1"]},
    )
    part = client.get("/m/devices", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/m/page"})
    assert (part.status_code, part["HX-Redirect"]) == (401, "/m/sign-in?next=%2Fm%2Fpage")


def test_signing_out_ends_the_session(client, ask):
    enter(client, ask(client))
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/m/sign-out").status_code == 405
    assert client.post("/m/sign-out").status_code == 302
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = key
    assert stolen.get("/m/devices").status_code == 302
    assert SessionInfo.objects.count() == 0


def test_the_elder_edition_follows_the_person(client, ask, clock, now):
    client.post("/ui/elder", {"elder": "on"})
    enter(client, ask(client))
    clock(now + timedelta(minutes=2))
    other = Client()
    enter(other, ask(other))
    assert b"data-elder" in other.get("/m/devices").content
    other.post("/ui/elder", {"elder": "off"})
    assert b"data-elder" not in other.get("/m/devices").content


def test_while_joining_the_page_names_the_union_and_the_steps(client, ask):
    session = client.session
    session["sign_in.note"] = "莱阳市鲁东精密机械有限公司工会委员会"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    page = client.get("/m/sign-in", {"next": "/m/join/3702020120401230/start"}).content.decode()
    assert "莱阳市鲁东精密机械有限公司" in page
    assert "1 手机验证" in page
    assert "下一步" in page
    assert "莱阳市" not in client.get("/m/sign-in", {"next": "/m/"}).content.decode(), "only on the way to joining"


def test_a_number_and_a_code_pasted_from_elsewhere_sign_in_at_the_first_try(client, ask):
    code = ask(client)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    answer = enter(client, f" {wide[:3]} {wide[3:]}\u200e", "\u202d+86 138-0013-8000\u202c")
    assert answer.status_code == 302
    assert selectors.find_by_number(NUMBER) is not None


def test_no_field_for_a_number_cuts_off_what_is_pasted(client):
    page = client.get("/m/sign-in").content.decode()
    lengths = [int(length) for length in re.findall(r'maxlength="(\d+)"', page)]
    assert lengths
    assert min(lengths) >= len("+86 138-0013-8000") + 8
