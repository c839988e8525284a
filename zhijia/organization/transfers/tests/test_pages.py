"""Transfers on the phone and the console: a second one, both unions' lists, escalated ones, many at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.notify.models import Message
from zhijia.foundation.workflow import clock as deadlines
from zhijia.foundation.workflow.models import Case
from zhijia.organization.transfers.models import Transfer

from . import asking

pytestmark = pytest.mark.django_db


def test_a_second_transfer_leads_to_the_first_before_anything_is_filled_in(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    world.open_plant("works", "other_town")
    person, _ = world.member(name="李二")
    case = asking.ask(world.actor(person), world["works"].pk, now=world.now)
    sign_in(client, person)
    there = reverse("transfers:case", args=[case.public_id])
    for address in (reverse("transfers:choose"), reverse("transfers:ask", args=[world["home"].code])):
        answer = client.get(address)
        assert answer["Location"] == there
        assert "您有一件转会正在办理" in client.get(there).content.decode()
    assert client.post(address, {"reason": ""})["Location"] == there
    assert Transfer.objects.count() == 1


def test_each_union_finds_it_on_its_own_side(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    world.open_plant("works", "other_town")
    person, _ = world.member(name="李二")
    case = asking.ask(world.actor(person), world["works"].pk, now=world.now)
    for union, views in (("works", {"mine", "in"}), ("plant", {"out"})):
        desk = Client()
        sign_in(desk, world.staff_person("GRASS_ADMIN", union, "赵志强"), staff=True)
        found = {
            view
            for view in ("mine", "in", "out", "invited", "noticed", "done")
            if case.public_id in desk.get(f"/api/v1/transfers?view={view}").content.decode()
        }
        assert found == views
        lines = b"".join(desk.get(reverse("transfers:list") + f"?view={min(views)}&q=李二&form=csv"))
        assert len(lines.decode("utf-8-sig").splitlines()) == 2
    shown = desk.get(reverse("transfers:review", args=[case.public_id])).content.decode()
    assert world["works"].name in shown
    assert 'name="decision"' not in shown


def test_the_upper_union_refuses_what_was_late_with_a_reason_that_he_reads(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    world.open_plant("works", "other_town")
    upper = world.staff_person("TOWN_WORKER", "other_town", "周正")
    person, _ = world.member(name="李二")
    case = asking.ask(world.actor(person), world["works"].pk, now=world.now)
    deadlines.fire_due(now=world.now + timedelta(days=7))
    clock(world.now + timedelta(days=7))
    sign_in(client, upper, staff=True)
    address = reverse("transfers:review", args=[case.public_id])
    vague = client.post(address, {"decision": "refuse", "reason": "OTHER", "note": "不行"})
    assert vague.status_code == 422
    assert "至少 5 个字" in vague.content.decode()
    client.post(address, {"decision": "refuse", "reason": "WRONG_UNION", "note": "您的单位由机械厂工会涵盖。"})
    told = Message.objects.get(person_id=person.pk, template="transfers.transfer_refused")
    assert "应转入其他工会：您的单位由机械厂工会涵盖。" in told.body
    assert Case.objects.get(pk=case.pk).state == "REJECTED"
    member = Client()
    sign_in(member, person)
    shown = member.get(reverse("transfers:case", args=[case.public_id])).content.decode()
    assert "应转入其他工会：您的单位由机械厂工会涵盖。" in shown
    assert "重新选择工会" in shown


def test_several_are_taken_in_at_once(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    world.open_plant("works", "other_town")
    persons = [world.member(name=name)[0] for name in ("李二", "周三")]
    cases = [asking.ask(world.actor(person), world["works"].pk, now=world.now).public_id for person in persons]
    sign_in(client, world.staff_person("GRASS_ADMIN", "works", "赵志强"), staff=True)
    answer = client.post(reverse("transfers:ticked"), {"pick": cases, "do": "accept"})
    assert answer.status_code == 200
    assert answer.content.decode().count("已转入") >= 2
    assert Transfer.objects.filter(completed_at__isnull=False).count() == 2


def test_who_was_seconded_returns_after_being_asked_once_more(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    world.open_plant("works", "other_town")
    person, _ = world.member(name="李二")
    until = world.today + timedelta(days=300)
    case = asking.ask(world.actor(person), world["works"].pk, until=until, now=world.now)
    asking.act(world.staff("GRASS_ADMIN", "works"), case.public_id, "accept", now=world.now)
    sign_in(client, person)
    address = reverse("transfers:return_home", args=[case.public_id])
    assert address in client.get(reverse("transfers:case", args=[case.public_id])).content.decode()
    assert world["plant"].name in client.get(address).content.decode()
    assert client.post(address)["Location"] == reverse("portal:membership")
    back = Transfer.objects.get(kind="return")
    assert (back.case.state, back.case.unit_id) == ("COMPLETED", world["plant"].pk)
