"""A form that comes after the session ended: told so, carried through the sign-in, and sent again with one tap."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.forms import forms_of
from zhijia.foundation.accounts import unsent
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.accounts.tests.doors import DOOR, PASSWORD, SECOND, code_of
from zhijia.organization.changes.models import MembershipChange
from zhijia.organization.people import selectors as people
from zhijia.organization.transfers.models import Transfer

AGREED = {"privacy": "on", "agreement": "on"}
pytestmark = pytest.mark.usefixtures("world", "clock")


@pytest.fixture
def member(world, client, sign_in):
    """A member of the plant, signed in, with a number of his own."""
    person, _ = world.member(mobile="13812345678")
    world.consent(person)
    sign_in(client, person)
    return person


@pytest.fixture
def again(client, texts):
    """`again(answer)`: walk from the answer of a lost form through the sign-in as a browser does; the page after it."""

    def walk(answer, number: str = "13812345678"):
        (lost,) = [form for form in forms_of(answer) if form.fields.get("unsent")]
        door = forms_of(client.post(lost.action, {**lost.fields, "resume": "yes"}))[0]
        texts()
        sent = forms_of(door.send(client, mobile=number, send="sms"))[0]
        code = re.search(r"\d{6}", texts()[-1][1])[0]
        return sent.send(client, mobile=number, code=code, **AGREED)

    return walk


def end_sessions() -> None:
    Session.objects.all().delete()


def test_what_was_typed_is_sent_after_the_sign_in(client, world, member, again):
    address = reverse("transfers:ask", args=[world["home"].code])
    client.get(address)
    end_sessions()
    answer = client.post(
        address, {"reason": "已到新单位上班\n第二行"}, headers={"Referer": f"http://testserver{address}"}
    )
    assert answer.status_code == 401
    assert "请重新登录" in answer.content.decode()
    assert "第二行" not in answer.content.decode(), "sealed: what was typed may be a number"
    page = again(answer)
    assert page.status_code == 200
    (form,) = [form for form in forms_of(page) if form.action == address]
    assert form.fields["reason"] == ["已到新单位上班\n第二行"]
    assert not Transfer.objects.exists(), "nothing is sent without a tap"
    assert form.send(client).status_code == 302
    assert Transfer.objects.get().said == "已到新单位上班\n第二行"


def test_a_part_of_a_page_says_so_too(client, world, member, again):
    end_sessions()
    address = reverse("transfers:ask", args=[world["home"].code])
    answer = client.post(address, {"reason": "搬家了"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (401, "#notes")
    assert "已为您保留" in answer.content.decode()
    assert [form for form in forms_of(again(answer)) if form.fields.get("reason") == ["搬家了"]]


def test_files_are_asked_for_again_and_never_left_out(client, member, again):
    end_sessions()
    paper = SimpleUploadedFile("a.pdf", b"%PDF-1.4")
    said = {"reason": "RETIRED", "on": "2026-09-01", "papers": paper}
    page = again(client.post(reverse("changes:new", args=["retain"]), said))
    shown = page.content.decode()
    assert "刚才选了 1 个" in shown
    assert re.search(r'<input[^>]+type="file" name="papers"[^>]+required', shown)
    assert 'enctype="multipart/form-data"' in shown
    assert not MembershipChange.objects.exists()


def test_secrets_are_not_carried(client, member, again):
    end_sessions()
    page = again(client.post("/m/mobile", {"old_code": "123456", "code": "654321", "mobile": "13900001111"}))
    (form,) = [form for form in forms_of(page) if form.action == "/m/mobile"]
    assert set(form.fields) == {"csrfmiddlewaretoken", "idempotency_key", "mobile"}


@pytest.mark.parametrize("recovery", [False, True])
def test_a_console_form_goes_along_through_both_doors(client, again, cadre, time, recovery):
    """And is sent with one tap behind them, not offered before them."""
    person, codes = cadre()
    Account.objects.filter(pk=person.account_id).update(number_digest=people.mobile_digest("13812345678"))
    address = reverse("members:roster")
    answer = client.post(address, {"note": "核对过"})
    assert answer.status_code == 401
    assert "zj-sign" in answer.content.decode(), "in the console's look"
    page = again(answer)
    assert "继续提交" not in page.content.decode()
    page = next(form for form in forms_of(page) if form.action == DOOR).send(client, resume="yes")
    assert page.status_code == 200
    page = next(form for form in forms_of(page) if form.action == DOOR).send(client, password="不对的密码")
    assert page.status_code == 422
    page = next(form for form in forms_of(page) if form.action == DOOR).send(client, password=PASSWORD)
    assert page.status_code == 200
    (form,) = [form for form in forms_of(page) if form.action == SECOND]
    if recovery:
        page = client.post(f"{SECOND}?with=recovery", {**form.fields, "resume": "yes"})
        (form,) = [form for form in forms_of(page) if form.action == f"{SECOND}?with=recovery"]
    page = form.send(client, code=codes[0] if recovery else code_of(person.account, time))
    (form,) = [form for form in forms_of(page) if form.action == address]
    assert form.fields["note"] == ["核对过"]
    assert form.send(client).status_code == 200, "nothing stands in its way"


def test_without_any_cookie_our_own_form_is_carried_and_no_other_sites(client, world, member, again):
    address = reverse("transfers:ask", args=[world["home"].code])
    bare = Client(enforce_csrf_checks=True)
    answer = bare.post(address, {"reason": "搬家了"}, headers={"Origin": "http://testserver"})
    assert answer.status_code == 401
    client.cookies = bare.cookies
    assert [form for form in forms_of(again(answer)) if form.fields.get("reason") == ["搬家了"]]
    for headers in ({"Origin": "http://elsewhere.example"}, {}):
        answer = Client(enforce_csrf_checks=True).post(address, {"reason": "搬家了"}, headers=headers)
        assert answer.status_code == 403
        assert 'name="unsent"' not in answer.content.decode()


@pytest.mark.parametrize("carried", ["", "x", "AAAA", "一", "A" * (unsent.LONGEST + 4)])
def test_what_is_no_work_of_ours_is_an_ordinary_sign_in(client, texts, carried):
    said = {"mobile": "13812345678", "unsent": carried, "next": "/m/devices"}
    assert client.post("/m/sign-in", {**said, "send": "sms"}).status_code == 200
    code = re.search(r"\d{6}", texts()[-1][1])[0]
    answer = client.post("/m/sign-in", {**said, "code": code, **AGREED})
    assert (answer.status_code, answer["Location"]) == (302, "/m/devices")


def test_it_is_kept_for_half_an_hour(client, world, member, again, clock, now):
    end_sessions()
    answer = client.post(reverse("transfers:ask", args=[world["home"].code]), {"reason": "搬家了"})
    clock(now + timedelta(minutes=31))
    assert again(answer).status_code == 302


def test_what_is_too_long_says_so(client, member):
    end_sessions()
    answer = client.post("/m/mobile", {"mobile": "1" * unsent.LONGEST})
    assert "没能保留" in answer.content.decode()
    assert 'name="unsent"' not in answer.content.decode()


def test_a_page_is_led_to_the_door_and_signing_out_twice_is_no_loss(client, member):
    end_sessions()
    assert client.get("/m/devices")["Location"].startswith("/m/sign-in")
    assert client.post("/m/sign-out")["Location"] == "/m/sign-in"
    assert settings.SESSION_COOKIE_NAME in client.cookies
