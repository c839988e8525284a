"""Consents: given, taken back, asked again; new wordings by two persons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.forms import forms_of
from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken, Stale, WrongState
from zhijia.organization.people import rules, selectors, services, texts
from zhijia.organization.people.cases.texts import TEXTS
from zhijia.organization.people.models import Consent, ConsentText, Purpose

pytestmark = pytest.mark.django_db
BODY = "我们是谁\n本平台由省总工会运营，为职工办理入会和会籍管理。\n\n保存多久\n会籍档案长期保存。"


def draft(world: World, actor: Any, **other: Any) -> str:
    said = {
        "purpose": "privacy",
        "title": "个人信息保护政策",
        "body": BODY,
        "valid_from": world.today + timedelta(days=3),
        "reason": "补充保存期限",
    }
    return open_case(TEXTS, actor, said | other, now=world.now)


def decide(world: World, actor: Any, case: str, move: str, **given: str) -> Case:
    return act(TEXTS, actor, case, move, given, now=world.now)


# --- The first wordings
def test_a_fresh_database_has_a_first_wording_of_every_purpose(world: World) -> None:
    assert {row.purpose for row in ConsentText.objects.filter(version=1)} == set(Purpose.values)
    assert texts.publish_defaults(now=world.now) == 0


def test_the_wording_opens_for_anyone_with_its_versions(world: World, client: Client) -> None:
    page = client.get("/consents/privacy")
    assert page.status_code == 200
    assert "我们处理哪些信息、为什么" in page.content.decode()
    assert "Set-Cookie" not in page.headers
    for wrong in (
        "/consents/unknown",
        "/consents/privacy?version=9",
        "/consents/privacy?version=x",
        "/consents/privacy?version=0",
    ):
        assert client.get(wrong).status_code == 404


def test_a_wording_that_is_not_yet_in_force_says_so(world: World, client: Client, clock: Any) -> None:
    services.publish_consent_text(
        SYSTEM,
        "privacy",
        title="新政策",
        body=BODY,
        valid_from=world.now + timedelta(days=2),
        made_by=None,
        now=world.now,
    )
    assert "即将生效" in client.get("/consents/privacy").content.decode()
    assert "这一版尚未生效" in client.get("/consents/privacy?version=2").content.decode()
    clock(world.now + timedelta(days=3))
    assert "已被新版本取代" in client.get("/consents/privacy?version=1").content.decode()


# --- A member's own
def test_a_member_sees_what_he_agreed_to_and_takes_it_back(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person = world.person()
    world.consent(person)
    sign_in(client, person)
    page = client.get("/m/consents").content.decode()
    assert page.count(">撤回<") == 3
    assert rules.WITHDRAWING["id_number"] in page
    asked = client.get("/m/consents/withdraw?purpose=id_number")
    assert rules.WITHDRAWING["id_number"] in asked.content.decode()
    assert selectors.has_consent(person.account_id, "id_number", now=world.now)
    answer = forms_of(asked)[-1].send(client)
    assert (answer.status_code, answer["Location"]) == (302, "/m/consents")
    assert not selectors.has_consent(person.account_id, "id_number", now=world.now)
    assert AuditEntry.objects.filter(event="people.consent_withdrawn", concerns_person_id=person.pk).count() == 1
    assert client.get("/m/consents").content.decode().count(">撤回<") == 2
    assert client.get("/m/consents/withdraw?purpose=id_number").status_code == 302
    for send in (client.get, client.post):
        assert send("/m/consents/withdraw", {"purpose": "x"}).status_code == 404


def test_taking_the_policy_back_stops_the_service_everywhere(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person = world.person()
    world.consent(person)
    other = Client()
    sign_in(other, person)
    sign_in(client, person)
    answer = client.post("/m/consents/withdraw", {"purpose": "privacy"})
    assert answer["Location"].startswith("/m/sign-in")
    for browser in (client, other):
        assert browser.get("/m/card")["Location"].startswith("/m/sign-in")
        assert browser.get("/m/transfer")["Location"].startswith("/m/sign-in")


def test_withdrawing_touches_nobody_else(world: World) -> None:
    one, two = world.person(), world.person(name="王二")
    world.consent(one)
    world.consent(two)
    assert services.withdraw_consent(world.actor(one), "privacy", now=world.now) == 1
    assert services.withdraw_consent(world.actor(one), "privacy", now=world.now) == 0
    assert selectors.has_consent(two.account_id, "privacy", now=world.now)


def test_after_a_new_version_the_home_asks_again_until_all_is_ticked(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person = world.person()
    world.consent(person)
    sign_in(client, person)
    assert client.get("/m/").status_code == 200
    services.publish_consent_text(
        SYSTEM, "privacy", title="个人信息保护政策", body=BODY, valid_from=world.now, made_by=None, now=world.now
    )
    assert client.get("/m/")["Location"] == "/m/consents/renew"
    page = client.get("/m/consents/renew?next=/m/card")
    assert "/consents/privacy" in page.content.decode()
    assert client.post("/m/consents/renew", {"next": "/m/card"}).status_code == 422
    assert client.post("/m/consents/renew", {"privacy": "on", "next": "/m/card"})["Location"] == "/m/card"
    assert client.get("/m/").status_code == 200
    assert client.get("/m/consents/renew?next=//evil.example")["Location"] == "/m/"
    assert Consent.objects.filter(account_id=person.account_id, purpose="privacy", withdrawn_at=None).count() == 2


def test_a_new_wording_for_the_number_alone_does_not_stop_the_home(world: World) -> None:
    person = world.person()
    world.consent(person)
    services.publish_consent_text(
        SYSTEM, "id_number", title="单独同意", body=BODY, valid_from=world.now, made_by=None, now=world.now
    )
    assert selectors.texts_to_renew(person.account_id, now=world.now) == []
    assert not selectors.has_consent(person.account_id, "id_number", now=world.now)


def test_a_visitor_has_no_consents(client: Client, db: None) -> None:
    for address in ("/m/consents", "/m/consents/renew"):
        assert client.get(address).status_code == 302


# --- New wordings
def test_a_wording_is_published_by_a_second_person_for_its_day(world: World) -> None:
    maker, checker = world.staff("OPERATOR", "province"), world.staff("PRIVACY", "province", "李明")
    case = draft(world, maker)
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        decide(world, maker, case, "agree")
    decide(world, checker, case, "agree")
    text = ConsentText.objects.get(purpose="privacy", version=2)
    assert (text.version, text.made_by, text.checked_by) == (2, maker.person_id, checker.person_id)
    assert selectors.current_text("privacy", now=world.now).version == 1
    assert selectors.current_text("privacy", now=world.now + timedelta(days=3)).version == 2
    with pytest.raises(WrongState):
        decide(world, checker, case, "agree")


def test_a_refusal_needs_its_reason_and_frees_the_way_for_the_next(world: World) -> None:
    maker, checker = world.staff("PRIVACY", "province"), world.staff("OPERATOR", "province", "李明")
    case = draft(world, maker)
    with pytest.raises(Duplicate, match=r"people\.consent_text\.already_open"):
        draft(world, checker)
    with pytest.raises(Invalid, match=r"case\.invalid"):
        decide(world, checker, case, "refuse", note=" ")
    decide(world, checker, case, "refuse", note="保存期限没有依据")
    assert ConsentText.objects.filter(purpose="privacy").count() == 1
    draft(world, maker)


def test_only_the_drafter_takes_a_proposal_back(world: World) -> None:
    maker, other = world.staff("PRIVACY", "province"), world.staff("OPERATOR", "province", "李明")
    case = draft(world, maker)
    with pytest.raises(NotFound):
        decide(world, other, case, "withdraw")
    assert decide(world, maker, case, "withdraw").state == "WITHDRAWN"
    assert not InboxEntry.objects.filter(case__public_id=case, closed_at=None).exists()


def test_a_county_may_read_but_not_word_for_the_province(world: World, client: Client, sign_in: Any) -> None:
    county = world.staff("PRIVACY", "county")
    with pytest.raises(NotAllowed, match=r"consent\.province_only"):
        draft(world, county)
    case = draft(world, world.staff("PRIVACY", "province", "李明"))
    with pytest.raises(NotFound):
        decide(world, county, case, "agree")
    with pytest.raises(NotAllowed):
        services.publish_consent_text(
            county, "privacy", title="政策", body=BODY, valid_from=world.now, made_by=None, now=world.now
        )
    from zhijia.organization.people.models import Person

    sign_in(client, Person.objects.get(pk=county.person_id), staff=True)
    page = client.get("/console/consents").content.decode()
    assert "省级统一制定" in page
    assert "提交复核" not in client.get("/console/consents/privacy").content.decode()
    assert client.post("/console/consents/privacy", {"title": "x"}).status_code == 403
    assert client.get(f"/console/consent-texts/{case}").status_code == 404


def test_bad_proposals_name_every_field(world: World) -> None:
    maker = world.staff("PRIVACY", "province")
    current = selectors.current_text("privacy", now=world.now)
    with pytest.raises(Invalid) as said:
        draft(world, maker, title=current.title, body=current.body, valid_from=date(2020, 1, 1))
    assert set(said.value.fields) == {"body", "valid_from"}
    with pytest.raises(Invalid) as said:
        draft(world, maker, title="x", body="短", reason="", purpose="unknown")
    assert set(said.value.fields) == {"title", "body", "reason", "purpose"}


def test_a_wording_published_in_between_makes_the_proposal_stale(world: World) -> None:
    maker, checker = world.staff("PRIVACY", "province"), world.staff("OPERATOR", "province", "李明")
    case = draft(world, maker)
    services.publish_consent_text(
        SYSTEM, "privacy", title="政策", body=BODY + "另一份。", valid_from=world.now, made_by=None, now=world.now
    )
    with pytest.raises(Stale):
        decide(world, checker, case, "agree")
    assert Case.objects.get(public_id=case).state == "PROPOSED"


def test_the_pages_carry_a_proposal_from_draft_to_publication(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    from zhijia.organization.people.models import Person

    maker = world.staff_person("PRIVACY", "province")
    checker = Person.objects.get(pk=world.staff("OPERATOR", "province", "李明").person_id)
    sign_in(client, maker, staff=True)
    assert client.get("/console/consents").status_code == 200
    wrong = client.post(
        "/console/consents/privacy", {"title": "政策", "body": BODY, "valid_from": "2026-01-01", "reason": "补充期限"}
    )
    assert wrong.status_code == 422
    assert "明天到一年之内" in wrong.content.decode()
    said = {"title": "个人信息保护政策", "body": BODY, "valid_from": "2026-10-01", "reason": "补充保存期限"}
    address = client.post("/console/consents/privacy", said)["Location"]
    page = client.get(address).content.decode()
    assert "同意发布" not in page
    assert "撤回" in page
    assert "由您经办" in page
    other = Client()
    sign_in(other, checker, staff=True)
    page = other.get(address).content.decode()
    assert "<ins" in page
    assert "<del" in page
    assert other.post(address, {"decision": "refuse", "note": ""}).status_code == 422
    assert other.post(address, {"decision": "agree", "note": ""}).status_code == 302
    assert "已发布" in other.get(address).content.decode()
    valid_from = ConsentText.objects.get(purpose="privacy", version=2).valid_from
    assert timezone.localdate(valid_from) == date(2026, 10, 1)


# --- Words
def test_paragraphs_find_headings() -> None:
    parts = rules.paragraphs("我们是谁\r\n省总工会。\r\n\r\n没有标题的一段。\n\n\n保存多久\n长期。\n永久。")
    assert [(part.heading, len(part.lines)) for part in parts] == [("我们是谁", 1), ("", 1), ("保存多久", 2)]


def test_a_comparison_keeps_every_changed_line() -> None:
    old, new = "一\n二\n三\n四\n五\n六", "一\n二\n三\n四\n五改\n六"
    changes = rules.compare(old, new)
    assert [c.text for c in changes if c.kind == "old"] == ["五"]
    assert [c.text for c in changes if c.kind == "new"] == ["五改"]
    assert rules.compare("", "全新") == [rules.Change("new", "全新")]
