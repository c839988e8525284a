"""Joining from the first scan to the card, and everything that may go wrong on the way."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.forms import forms_of
from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.notify.models import Message
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.errors import Duplicate, Expired, Invalid, NotAllowed, NotFound, RuleBroken, WrongState
from zhijia.organization.joining import selectors
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.permissions import Permission
from zhijia.organization.joining.rules import JOIN
from zhijia.organization.joining.services import applications
from zhijia.organization.members import selectors as members
from zhijia.organization.members.models import MemberCard, Membership, MembershipEvent
from zhijia.organization.people.models import Person
from zhijia.organization.statistics import selectors as figures

pytestmark = pytest.mark.django_db


def test_an_approved_applicant_is_a_member_with_number_card_event_count_and_message(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    person, case = world.application()
    applications.approve(admin, case, now=world.now)
    membership = Membership.objects.get(person=person)
    assert membership.union_id == world["plant"].pk
    assert membership.county_unit == world["county"].pk
    assert len(membership.member_number) == 16
    assert MemberCard.objects.filter(person=person, voided_at__isnull=True).count() == 1
    assert list(MembershipEvent.objects.values_list("kind", "union_id")) == [("joined", world["plant"].pk)]
    assert figures.current(world["province"].pk, world["province"].path)["members"] == 1
    assert Message.objects.get(person_id=person.pk).template == "joining.approved"
    assert not InboxEntry.objects.filter(closed_at__isnull=True).exists()


def test_a_submitted_application_stands_first_in_the_inbox_of_its_union(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    world.application()
    rows = cases.list_inbox(admin, now=world.now)
    assert [(row.label, row.unit_name) for row in rows] == [("等待工会审核", world["plant"].name)]
    assert rows[0].due == "soon"


def test_who_has_no_admin_is_served_by_the_nearest_upper_union(world: World) -> None:
    worker = world.staff("TOWN_WORKER", "town")
    world.application("plant")
    assert len(cases.list_inbox(worker, now=world.now)) == 1


def test_after_a_decision_comes_the_case_that_is_due_first_in_his_own_inbox(world: World) -> None:
    world.open_plant("works", "county")
    admin, county = world.staff("GRASS_ADMIN", "plant"), world.staff("ORG", "county")
    early, late = world.application(name="林晓禾")[1], world.application(name="宋青禾")[1]
    served = world.application("works", name="顾明远")[1]  # nobody there decides: the county does

    def following(actor: Actor, besides: str) -> str:
        return cases.find_next(actor, JOIN, Permission.DECIDE, besides=besides)

    assert [following(admin, done) for done in (early, late, served)] == [late, early, early]
    assert (following(county, early), following(county, served)) == (served, "")
    assert following(world.staff("GRASS_FINANCE", "plant"), "") == ""
    applications.approve(admin, early, now=world.now)
    applications.approve(admin, late, now=world.now)
    assert following(admin, "") == ""


def test_the_queue_is_gone_through_page_by_page(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    ids = [world.application(name=name)[1] for name in ("林晓禾", "宋青禾", "顾明远")]
    page = selectors.list_queue(admin, Query(limit=2))
    first, second = page.rows
    last = selectors.list_queue(admin, Query(after=page.next, limit=2)).rows
    assert [row.case.public_id for row in (first, second, *last)] == ids
    applications.approve(admin, ids[0], now=world.now)
    assert [row.case.public_id for row in selectors.list_queue(admin, Query(view="APPROVED")).rows] == ids[:1]
    assert [row.case.public_id for row in selectors.list_queue(admin, Query()).rows] == ids[1:]


def test_a_cadre_elsewhere_gets_the_same_answer_for_a_real_and_a_made_up_case(world: World) -> None:
    stranger = world.staff("ORG", "other_county")
    _, case = world.application()
    for public_id in (case, "0" * 16):
        with pytest.raises(NotFound):
            applications.approve(stranger, public_id, now=world.now)


def test_in_scope_without_the_right_is_not_allowed(world: World) -> None:
    statistician = world.staff("STATS", "county")
    _, case = world.application()
    with pytest.raises(NotAllowed):
        applications.approve(statistician, case, now=world.now)


def test_nobody_approves_his_own_application(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    from zhijia.organization.people.models import Person

    person = Person.objects.get(pk=admin.person_id)
    world.consent(person)
    result = applications.submit(
        admin, world["plant"].pk, JoinForm("employed", employer_text="某某公司"), channel="web", now=world.now
    )
    assert result.case is not None
    with pytest.raises(RuleBroken) as caught:
        applications.approve(admin, result.case.public_id, now=world.now)
    assert caught.value.code == "case.own"


def test_a_second_decision_finds_the_case_decided(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    _, case = world.application()
    applications.approve(admin, case, now=world.now)
    with pytest.raises(WrongState):
        applications.approve(admin, case, now=world.now)
    assert Membership.objects.count() == 1


def test_a_second_open_application_is_refused(world: World) -> None:
    person, _ = world.application()
    with pytest.raises(Duplicate) as caught:
        applications.submit(world.actor(person), world["home"].pk, JoinForm("none"), channel="web", now=world.now)
    assert caught.value.code == "joining.application.already_open"


def test_a_member_elsewhere_is_offered_transfer_instead_of_an_error(world: World) -> None:
    person, _ = world.member("home")
    result = applications.submit(
        world.actor(person), world["plant"].pk, JoinForm("employed", employer_text="公司"), channel="web", now=world.now
    )
    assert result.case is None
    assert result.already is not None
    assert result.already.id == world["home"].pk


def test_a_union_suspended_between_submit_and_approval_takes_nobody_in(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    _, case = world.application()
    plant = world["plant"]
    plant.status = "SUSPENDED"
    plant.save()
    with pytest.raises(Expired) as caught:
        applications.approve(admin, case, now=world.now)
    assert caught.value.facts["nearest"] == world["home"].public_id
    assert Case.objects.get(public_id=case).state == "PENDING"
    assert not Membership.objects.exists()


def test_under_sixteen_is_refused_with_a_sentence(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        world.application(born=date(2011, 1, 1))
    assert caught.value.code == "join.too_young"


def test_a_form_names_every_bad_field_at_once(world: World) -> None:
    person = world.person()
    world.consent(person)
    with pytest.raises(Invalid) as caught:
        applications.submit(
            world.actor(person),
            world["plant"].pk,
            JoinForm("employed", employer_credit_code="91370200MA3C0A1239", new_form_group="X", occupation="工" * 41),
            channel="web",
            now=world.now,
        )
    assert set(caught.value.fields) >= {"employer_credit_code", "new_form_group", "occupation"}


def test_without_separate_consent_nothing_is_submitted(world: World) -> None:
    person = world.person()
    with pytest.raises(RuleBroken) as caught:
        applications.submit(world.actor(person), world["plant"].pk, JoinForm("none"), channel="web", now=world.now)
    assert caught.value.code == "join.consent"


def test_a_refusal_needs_a_reason_and_other_needs_words(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    _, case = world.application()
    for reason, note in (("", ""), ("BECAUSE", ""), ("OTHER", "不行")):
        with pytest.raises(Invalid) as caught:
            applications.reject(admin, case, reason=reason, note=note, now=world.now)
        assert caught.value.code == "join.reason"


def test_a_refused_applicant_appeals_once_to_the_upper_union(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    worker = world.staff("TOWN_WORKER", "town", "赵军")
    person, case = world.application()
    applications.reject(admin, case, reason="NOT_EMPLOYEE", note="", now=world.now)
    refused = Case.objects.get(public_id=case)
    end = cases.window_end(refused, "appeal", now=world.now)
    assert end is not None
    assert (timezone.localtime(end).hour, cases.last_day_of_window(refused, "appeal", now=world.now)) == (
        0, timezone.localdate(end) - timedelta(days=1),
    )  # fmt: skip
    applications.appeal(world.actor(person), case, note="我有劳动合同，可以补充。", now=world.now)
    with pytest.raises((NotFound, NotAllowed)):
        applications.approve(admin, case, now=world.now)
    applications.reject(worker, case, reason="NOT_EMPLOYEE", note="", now=world.now)
    with pytest.raises(WrongState):
        applications.appeal(world.actor(person), case, note="请再看一次我的材料。", now=world.now)


def test_a_batch_is_answered_row_by_row(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    good = [world.application(name=name)[1] for name in ("王一", "王二", "王三")]
    applications.approve(admin, good[0], now=world.now)
    results = applications.decide_many(admin, [*good, "z" * 16], decision="approve", now=world.now)
    assert [row.code for row in results] == ["case.wrong_state", "", "", "request.not_found"]
    assert Membership.objects.count() == 3


def test_every_step_leaves_an_audit_row(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    _, case = world.application()
    applications.approve(admin, case, now=world.now)
    moves = [row.detail["move"] for row in AuditEntry.objects.filter(subject_id=case).order_by("id")]
    assert moves == ["open", "approve"]


def test_the_list_shows_masked_members_by_name_and_pages_by_key(world: World) -> None:
    admin = world.staff("ORG", "county")
    for name in ("张伟", "王芳", "李娜"):
        world.member(name=name)
    page = members.list_members(admin, world.facts("county"), Query(limit=2))
    assert [row.person.masked_name for row in page.rows] == ["李*", "王*"]
    rest = members.list_members(admin, world.facts("county"), Query(limit=2, after=page.next))
    assert [row.person.masked_name for row in rest.rows] == ["张*"]
    assert rest.next == ""
    found = members.list_members(admin, world.facts("county"), Query(search="zw"))
    assert [row.person.name for row in found.rows] == ["张伟"]


def test_a_general_union_takes_no_members_itself(world: World) -> None:
    person = world.person()
    world.consent(person)
    with pytest.raises(RuleBroken) as caught:
        applications.submit(world.actor(person), world["town"].pk, JoinForm("none"), channel="web", now=world.now)
    assert caught.value.code == "union.takes_no_members"


def test_the_queue_offers_only_what_its_reader_may_decide(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    _first, escalated = world.application(name="王一")
    _second, open_ = world.application(name="李二")
    later = world.now + timedelta(days=12)
    clock(later)
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant"), staff=True)
    workflow.move(Case.objects.get(public_id=escalated), "escalate", actor=SYSTEM, now=later)
    page = client.get("/console/joining?view=WAITING").content.decode()
    assert "已转上级工会办理" in page
    assert re.search(rf'value="{open_}"[^>]*disabled', page) is None
    assert re.search(rf'value="{escalated}"[^>]*disabled', page)
    first = page[: page.index("从第一件办起")].rsplit('href="', 1)[1]
    assert open_ in first
    sign_in(client, world.staff_person("TOWN_WORKER", "town"), staff=True)
    above = client.get("/console/joining?view=WAITING").content.decode()
    assert re.search(rf'value="{escalated}"[^>]*disabled', above) is None


def test_a_second_matter_of_a_kind_leads_to_the_first(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    """Sent from a page that stood open in a second tab: application, transfer, change, request."""
    world.open_plant("works", "town")
    person, case = world.application()
    sign_in(client, person)
    said = {"work_form": "employed", "willing": "on", "go_on": "on"}
    answer = client.post(f"/m/join/{world['works'].code}/confirm", said)
    assert (answer.status_code, answer["Location"]) == (302, f"/m/applications/{case}")
    member, _ = world.member(name="宋青禾")
    world.consent(member)
    sign_in(client, member)
    for address, given in (
        (f"/m/transfer/{world['works'].code}", {"reason": ""}),
        ("/m/membership/retain", {"reason": "retired", "on": world.today.isoformat()}),
        ("/m/data/ask/explain", {"text": "请说明我的入会审核为什么用了三天。"}),
        ("/m/data/ask/copy", {}),
    ):
        papers = {"papers": SimpleUploadedFile("退休证.pdf", b"%PDF-1.7\n" + b"x" * 50)} if "retain" in address else {}
        first = client.post(address, {**given, **papers})
        for paper in papers.values():
            paper.seek(0)
        second = client.post(address, {**given, **papers})
        assert first.status_code == 302, (address, first.content.decode())
        assert (second.status_code, second["Location"]) == (302, first["Location"]), address
        assert "正在办理，请先查看进度" in client.get(second["Location"]).content.decode()


def test_asking_for_a_correction_from_the_last_screen_leads_back_to_it(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person = world.person()
    world.consent(person)
    sign_in(client, person)
    screen = f"/m/join/{world['plant'].code}/confirm"
    page = client.get(screen).content.decode()
    for way in (f"/m/data/ask/correct?next={screen}", f"/m/mobile?next={screen}"):
        assert f'href="{way}"' in page
        assert f'class="zj-back" href="{screen}"' in client.get(way).content.decode()
    assert 'class="zj-back" href="/m/data"' in client.get("/m/data/ask/correct?next=//elsewhere").content.decode()


def test_what_the_union_asks_is_answered_in_words_that_the_reviewer_reads(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    admin, (person, case) = world.staff("GRASS_ADMIN", "plant"), world.application()
    applications.ask(admin, case, note="请补充您所在的车间和班组", now=world.now)
    told = Message.objects.get(template="joining.asked")
    assert "请您补充：" not in told.body
    sign_in(client, person)
    address = f"/m/applications/{case}/answer"
    (form,) = [form for form in forms_of(client.get(address)) if "note" in form.fields]
    assert form.send(client, note="我在二车间装配三班。", willing="on").status_code == 302
    assert "您补充了信息" in client.get(f"/m/applications/{case}").content.decode()
    officer = Client()
    sign_in(officer, Person.objects.get(pk=admin.person_id), staff=True)
    page = officer.get(f"/console/joining/{case}").content.decode()
    assert "我在二车间装配三班。" in page
    assert "本人补充了信息" in page
    assert "您补充了信息" not in page
