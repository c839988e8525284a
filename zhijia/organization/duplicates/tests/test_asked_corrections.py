"""A member asks for what is not his to change to be put right, with papers; who agrees carries it out in one tap."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from stdnum.cn import ric

from tests.forms import forms_of
from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework import services as casework
from zhijia.foundation.files import selectors as files
from zhijia.foundation.files.models import StoredFile
from zhijia.foundation.notify.models import Message
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken, WrongState
from zhijia.organization.documents.cases import BATCHES, batches
from zhijia.organization.documents.cases.batches import Proposal
from zhijia.organization.members.models import Membership, MembershipEvent
from zhijia.organization.members.rules import member_number
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person, RightsRequest
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import personal, rights as reads
from zhijia.organization.people.tests import asking
from zhijia.organization.statistics import selectors as figures, services as statistics

pytestmark = pytest.mark.django_db
WHY = "名册录入时把我的名字写错了。"
HIS = "370299199003070010"


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, "PNG")
    return out.getvalue()


def paper() -> tuple[str, io.BytesIO]:
    return "身份证.png", io.BytesIO(picture())


def number(serial: int, born: str = "19900307") -> str:
    body = f"370299{born}{serial:03d}"
    return body + ric.calc_check_digit(body + "0")


MALE = number(1, "19850307")


def ask(world: World, person: Person, **wanted: str) -> str:
    return asking.ask(world.actor(person), "correct", text=WHY, wanted=wanted, papers=[paper()], now=world.now)


def desk(world: World, name: str = "韩雪") -> Actor:
    return world.staff("PRIVACY", "county", name)


def state(pid: str) -> str:
    return str(RightsRequest.objects.select_related("case").get(case__public_id=pid).case.state)


# --- Carried out
def test_name_and_number_are_put_right_and_the_membership_follows(world: World) -> None:
    person, stay = world.member(name="林晓禾", female=True)
    assert figures.current(world["plant"].pk, world["plant"].path)["female"] == 1
    pid = ask(world, person, name="林晓荷", id_number=MALE)
    before = RightsRequest.objects.get()
    assert "林晓荷".encode() not in bytes(before.wanted_sealed)
    asking.agree(desk(world), pid, now=world.now)
    person.refresh_from_db()
    stay.refresh_from_db()
    assert (person.name, world.number_of(person), person.real_name_level) == ("林晓荷", MALE, 3)
    assert (person.sex, person.birth_year) == ("1", 1985), "sex and birthday follow from the number"
    assert (stay.name_key, stay.sex, stay.birth_year) == (person.name_key, "1", 1985)
    assert figures.current(world["plant"].pk, world["plant"].path).get("female", 0) == 0
    assert statistics.recount(now=world.now).wrong == []
    told = {row.template for row in Message.objects.filter(person_id=person.pk)}
    assert told >= {"people.corrected", "people.rights_answered"}
    asked = RightsRequest.objects.get()
    assert asked.result["corrected"][0] == {"label": "姓名", "old": "林晓禾", "new": "林晓荷"}
    assert MALE not in str(asked.result)
    assert bytes(asked.wanted_sealed) == b""
    assert asked.answer == "已按您的材料更正姓名、证件号码。"
    assert AuditEntry.objects.filter(event="people.corrected", concerns_person_id=person.pk).count() == 1


def test_the_day_of_joining_and_the_card_number_are_put_right(world: World) -> None:
    person, stay = world.member()
    right = member_number("37", 2016, 77)
    pid = ask(world, person, joined_on="2016-05-01", member_number=f"{right[:4]} {right[4:]}")
    asking.agree(desk(world), pid, now=world.now)
    stay.refresh_from_db()
    assert (stay.joined_on, stay.member_number) == (date(2016, 5, 1), right)
    event = MembershipEvent.objects.get(kind="corrected")
    assert (event.before["joined_on"], event.after) == (
        world.today.isoformat(), {"joined_on": "2016-05-01", "member_number": "*"},
    )  # fmt: skip
    assert statistics.recount(now=world.now).wrong == []
    memberships.close_membership(SYSTEM, stay.pk, kind="withdrawn", reason="own", on=world.today, now=world.now)
    again = memberships.open_membership(
        SYSTEM, people.get_facts(person.pk), world.facts("home"), now=world.now + timedelta(days=1), work_form="none",
        new_form_group="", occupation="", is_migrant=False, employer_id=None, employer_text="", case_id=None,
    )  # fmt: skip
    back = Membership.objects.get(pk=again)
    assert (back.member_number, back.joined_on) == (right, date(2016, 5, 1)), "who comes back has what was put right"


# --- Nothing is done where anything is in the way
def test_what_the_authority_does_not_know_is_not_done(world: World) -> None:
    person, stay = world.member()
    old = world.number_of(person)
    pid = ask(world, person, id_number=number(998), joined_on="2016-05-01")
    with pytest.raises(Invalid) as refused:
        asking.agree(desk(world), pid, now=world.now)
    assert refused.value.code == "real_name.mismatch"
    stay.refresh_from_db()
    assert (world.number_of(person), stay.joined_on, state(pid)) == (old, world.today, "TO_CORRECT")
    assert reads.told_corrections(RightsRequest.objects.get()), "it waits as before"


def test_a_number_of_somebody_else_and_a_listed_one_are_refused(world: World) -> None:
    person, _ = world.member()
    other, theirs = world.member(name="王建国", id_number=HIS)
    assert other.pk
    officer = desk(world)
    with pytest.raises(Duplicate) as taken:
        asking.agree(officer, ask(world, person, id_number=HIS), now=world.now)
    assert taken.value.code == "correct.id_taken"
    with pytest.raises(Invalid) as card:
        ask(world, world.member(name="孙丽")[0], member_number=theirs.member_number)
    assert set(card.value.fields) == {"member_number"}
    third, _ = world.member(name="周正")
    fake = number(51)
    maker, checker = world.staff("ORG", "county", "吴科长"), world.staff("ORG", "county", "郑科长")
    case = batches.propose(maker, Proposal("民警核实系伪造的证件号码", typed=fake), now=world.now)
    casework.act(BATCHES, checker, case, "agree", now=world.now)
    with pytest.raises(RuleBroken) as listed:
        asking.agree(officer, ask(world, third, id_number=fake), now=world.now)
    assert listed.value.code == "document.check"
    assert world.number_of(third) != fake


def test_a_card_number_given_away_meanwhile_is_refused(world: World) -> None:
    person, stay = world.member()
    right = member_number("37", 2016, 77)
    pid = ask(world, person, member_number=right, name="林晓荷")
    _, other = world.member(name="王建国")
    Membership.objects.filter(pk=other.pk).update(member_number=right)
    with pytest.raises(Duplicate):
        asking.agree(desk(world), pid, now=world.now)
    person.refresh_from_db()
    assert (person.name, state(pid)) == ("林晓禾", "TO_CORRECT"), "the name neither: all or nothing"
    assert Membership.objects.get(pk=stay.pk).member_number == stay.member_number


def test_nobody_agrees_to_his_own_and_nobody_elsewhere(world: World) -> None:
    officer, _ = world.member(name="韩雪")
    world.grant(officer, "PRIVACY", "county")
    pid = ask(world, officer, name="韩雪梅")
    with pytest.raises(RuleBroken) as own:
        asking.agree(world.actor(officer, staff=True), pid, now=world.now)
    assert own.value.code == "case.own"
    for stranger in (world.staff("PRIVACY", "other_county"), world.staff("ORG", "county")):
        with pytest.raises((NotAllowed, NotFound)):
            asking.agree(stranger, pid, now=world.now)
    assert people.get_facts(officer.pk).name == "韩雪"


def test_refusing_needs_a_reason_and_words_alone_are_no_correction(world: World) -> None:
    person, _ = world.member()
    officer, pid = desk(world), ask(world, person, name="林晓荷")
    with pytest.raises(Invalid) as silent:
        asking.answer(officer, pid, "refuse", text="", now=world.now)
    assert set(silent.value.fields) == {"answer"}
    with pytest.raises(WrongState):
        asking.answer(officer, pid, "answer", text="已经改好了，请查看。", now=world.now)
    asking.answer(officer, pid, "refuse", text="材料看不清，请重新拍照后再申请。", now=world.now)
    assert (state(pid), people.get_facts(person.pk).name) == ("REFUSED", "林晓禾")
    assert bytes(RightsRequest.objects.get().wanted_sealed) == b""
    with pytest.raises(WrongState):
        asking.agree(officer, pid, now=world.now)
    words = asking.ask(world.actor(person), "correct", text="转会的日期记错了。", now=world.now)
    with pytest.raises(WrongState):
        asking.agree(officer, words, now=world.now)
    asking.answer(officer, words, "answer", text="已核对，转会日期无误。", now=world.now)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"name": "林晓禾"}, "name"),
        ({"name": "<>"}, "name"),
        ({"id_number": "370299199003070012"}, "id_number"),
        ({"joined_on": "2030-01-01"}, "joined_on"),
        ({"joined_on": "2001-01-01"}, "joined_on"),
        ({"joined_on": "去年"}, "joined_on"),
        ({"member_number": "3720160000000779"}, "member_number"),
    ],
)
def test_what_cannot_be_right_is_told_beside_it(world: World, wanted: dict[str, str], field: str) -> None:
    person, _ = world.member()
    with pytest.raises(Invalid) as refused:
        ask(world, person, **wanted)
    assert (refused.value.code, set(refused.value.fields)) == ("rights.wanted", {field})
    assert not RightsRequest.objects.exists()
    assert not StoredFile.objects.exists()


def test_papers_are_needed_and_for_the_desk_alone(world: World) -> None:
    person, _ = world.member()
    with pytest.raises(Invalid) as bare:
        asking.ask(world.actor(person), "correct", text=WHY, wanted={"name": "林晓荷"}, now=world.now)
    assert set(bare.value.fields) == {"papers"}
    with pytest.raises(Invalid) as many:
        asking.ask(
            world.actor(person), "correct", text=WHY, wanted={"name": "林晓荷"},
            papers=[paper() for _ in range(rules.MOST_PAPERS + 1)], now=world.now,
        )  # fmt: skip
    assert set(many.value.fields) == {"papers"}
    pid = ask(world, person, name="林晓荷")
    (file,) = files.list_about("case", [pid])[pid]
    assert files.may_read(desk(world), file)
    assert files.may_read(world.actor(person), file)
    for other in (world.staff("GRASS_ADMIN", "plant"), world.staff("PRIVACY", "other_county")):
        assert not files.may_read(other, file)
    (row,) = personal.export_requests(personal.subject_of(person.pk, person.account_id))
    assert row["更正为"] == "姓名 林晓荷"


def test_who_is_in_no_union_is_not_asked_for_a_membership(world: World) -> None:
    person = world.person()
    assert [field.code for field in reads.correctable(person.pk)] == ["name", "id_number"]
    with_stay, _ = world.member(name="王建国")
    assert [field.code for field in reads.correctable(with_stay.pk)] == [
        "name", "id_number", "joined_on", "member_number",
    ]  # fmt: skip


# --- Pages
def test_asked_on_the_phone_and_agreed_with_one_tap(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member()
    world.consent(person)
    sign_in(client, person)
    (form,) = [form for form in forms_of(client.get("/m/data/ask/correct")) if "id_number" in form.fields]
    assert form.files
    bad = form.send(client, text="错", name="林晓荷")
    assert bad.status_code == 422
    picked = SimpleUploadedFile("身份证.png", picture(), "image/png")
    sent = form.send(client, text=WHY, name="林晓荷", id_number=HIS, papers=picked)
    assert sent.status_code == 302, sent.content.decode()
    page = client.get(sent["Location"]).content.decode()
    assert "林晓禾 → 林晓荷" in page
    assert HIS not in page
    pid = RightsRequest.objects.get().case.public_id

    officer = Client()
    sign_in(officer, Person.objects.get(pk=desk(world).person_id), staff=True)
    address = review_address(pid)
    page = officer.get(address).content.decode()
    for word in ("林晓禾", "林晓荷", "同意，马上更正", "身份证.png", "<img"):
        assert word in page
    assert HIS not in page
    assert not AuditEntry.objects.filter(event="people.numbers_read", concerns_person_id=person.pk).exists()
    (one,) = [form for form in forms_of(officer.get(address)) if form.action.endswith(pid)]
    shown = officer.post(f"{address}/numbers")
    assert shown.status_code == 200
    assert HIS in shown.content.decode()
    assert [form for form in forms_of(shown) if form.action.endswith(pid)], "it is decided from there too"
    assert shown["Cache-Control"] == "private, no-store"
    assert AuditEntry.objects.filter(event="people.numbers_read", concerns_person_id=person.pk).count() == 1
    assert one.send(officer, decision="agree").status_code == 302
    assert people.get_facts(person.pk).name == "林晓荷"
    page = officer.get(address).content.decode()
    assert "已更正" in page
    assert "更正前" in page
    assert "现在登记的" not in page
    again = officer.post(address, {"decision": "agree"})  # in a second tab
    assert again.status_code == 409
    assert "这件已经办结" in again.content.decode()
    assert "已办理" in client.get(sent["Location"]).content.decode()


def review_address(pid: str) -> str:
    return reverse("people:data-requests:review", args=[pid])


def test_what_is_in_the_way_is_told_on_the_page(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member()
    pid = ask(world, person, id_number=number(998))
    sign_in(client, Person.objects.get(pk=desk(world).person_id), staff=True)
    answer = client.post(review_address(pid), {"decision": "agree"})
    assert answer.status_code == 422
    assert "姓名和证件号码不一致" in answer.content.decode()
    assert client.post(review_address(pid), {"decision": "agree", "version": "99"}).status_code == 409
