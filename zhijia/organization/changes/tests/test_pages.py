"""Changes on the phone and the console: what is offered when, asked once more, kept when somebody was quicker."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.forms import forms_of
from tests.world import World
from zhijia.foundation.files.models import StoredFile
from zhijia.foundation.notify.models import Message
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.organization.people.models import Person

from . import asking
from .asking import Given

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, case: Case) -> str:
    return client.get(reverse(f"changes:{name}", args=[case.public_id])).content.decode()


def withdrawing(world: World) -> tuple[Person, Case]:
    person, _ = world.member(name="李二")
    return person, asking.ask_own(world.actor(person), Given("withdraw", "own_wish", world.today), now=world.now)


def test_what_is_taken_back_is_asked_once_more(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, case = withdrawing(world)
    sign_in(client, person)
    address = reverse("changes:take_back", args=[case.public_id])
    assert address in page(client, "case", case)
    asked = client.get(address)
    assert "会籍不变，会员卡照常使用" in asked.content.decode()
    case.refresh_from_db()
    assert case.state == "COOLING"
    (form,) = [form for form in forms_of(asked) if form.action == address]
    assert form.send(client).status_code == 302
    case.refresh_from_db()
    assert case.state == "TAKEN_BACK"
    assert client.get(address).status_code == 302


def test_a_talk_is_noted_once_and_then_nothing_waits(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    _, case = withdrawing(world)
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant"), staff=True)
    address = reverse("changes:review", args=[case.public_id])
    assert "登记谈话情况" in client.get(address).content.decode()
    assert client.post(address, {"note": "已电话沟通，本人坚持。"}).status_code == 302
    assert "登记谈话情况" not in client.get(address).content.decode()
    assert not InboxEntry.objects.filter(case=case, closed_at=None).exists()
    assert case.public_id not in client.get(reverse("changes:list")).content.decode()
    assert case.public_id in client.get(reverse("changes:list") + "?view=open&q=李二").content.decode()
    assert case.public_id not in client.get(reverse("changes:list") + "?view=open&q=王").content.decode()


def test_an_appeal_stands_on_the_page_as_long_as_it_may_be_made(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person, _ = world.member(name="李二")
    paper = ("决定书.pdf", io.BytesIO(b"%PDF-1.7\n" + b"x" * 100))
    said = Given("expel", "crime", world.today, document="鲁精工字〔2026〕3号", papers=[paper])
    case = asking.ask_for(world.staff("GRASS_CHAIR", "plant", "郑主席"), person.public_id, said, now=world.now)
    asking.act(world.staff("TOWN_WORKER", "town", "周正"), case.public_id, "file", now=world.now)
    address = reverse("changes:appeal", args=[case.public_id])
    sign_in(client, person)
    shown = page(client, "case", case)
    assert address in shown
    assert "决定书.pdf" in shown
    clock(world.now + timedelta(days=40))
    sign_in(client, person)
    assert address not in page(client, "case", case)
    assert client.post(address, {"note": "判决已撤销，请复核。"}).status_code == 410


def test_who_was_treated_as_gone_needs_no_consent_to_join_again(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person, _ = world.member(name="李二")
    chair, upper = world.staff("GRASS_CHAIR", "plant", "郑主席"), world.staff("TOWN_WORKER", "town", "周正")
    note = "11月5日电话谈话，本人无异议。"
    said = Given("treated", "no_dues", world.today, document="鲁精工字〔2026〕5号", note=note)
    case = asking.ask_for(chair, person.public_id, said, now=world.now)
    asking.act(upper, case.public_id, "file", now=world.now)
    sign_in(client, world.staff_person("ORG", "county", "吴科长"), staff=True)
    shown = page(client, "review", case)
    assert "同意重新入会" not in shown
    assert note in shown
    assert "郑*席" in shown


def test_words_are_kept_where_somebody_was_quicker(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member(name="李二")
    case = asking.ask_own(world.actor(person), Given("retain", "retired", world.today), now=world.now)
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant"), staff=True)
    address = reverse("changes:review", args=[case.public_id])
    (form,) = [form for form in forms_of(client.get(address)) if "decision" in form.fields or form.action == address]
    Case.objects.filter(pk=case.pk).update(version=7)  # a step that left it where it is
    answer = form.send(client, decision="refuse", note="请先办理退休手续。")
    assert answer.status_code == 409
    (again,) = [form for form in forms_of(answer) if form.action == address]
    assert (again.fields["decision"], again.fields["version"]) == (["refuse"], ["7"])
    assert "请先办理退休手续。" in again.fields["note"][0]
    asking.act(world.staff("GRASS_CHAIR", "plant", "郑主席"), case.public_id, "agree", now=world.now)
    answer = again.send(client)
    assert answer.status_code == 409
    assert "您刚才写的：<q>请先办理退休手续。</q>" in answer.content.decode()
    assert "办理没有提交" in answer.content.decode()


def test_papers_come_with_the_form_and_a_second_request_leads_to_the_first(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person, _ = world.member(name="李二")
    sign_in(client, person)
    address = reverse("changes:new", args=["retain"])
    (form,) = [form for form in forms_of(client.get(address)) if form.action == address]
    assert form.files
    without = form.send(client, reason="unemployed")
    assert without.status_code == 422
    assert "请上传证明材料" in without.content.decode()
    paper = io.BytesIO(b"%PDF-1.7\n" + b"x" * 100)
    paper.name = "失业登记.pdf"
    answer = form.send(client, reason="unemployed", papers=[paper], idempotency_key=None)
    case = Case.objects.get(workflow="changes.change")
    assert answer["Location"] == reverse("changes:case", args=[case.public_id])
    assert StoredFile.objects.get(about_id=case.public_id).name == "失业登记.pdf"
    for kind in ("retain", "withdraw"):
        again = client.get(reverse("changes:new", args=[kind]))
        assert again["Location"] == reverse("changes:case", args=[case.public_id])
    told = Message.objects.get(person_id=person.pk)
    assert (told.title, "保留会籍：失业。" in told.body) == ("保留会籍申请已提交", True)
