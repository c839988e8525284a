"""Whose an account is: the county telephones before it decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.services import act
from zhijia.foundation.notify.models import Message
from zhijia.organization.joining.cases import DISPUTES, open_dispute
from zhijia.organization.people import selectors as people, services as people_services

pytestmark = pytest.mark.django_db
ASKING, OF_FILE = "13700001111", "13911112222"


def disputed(world: World) -> str:
    bound, _ = world.member(name="周三", mobile=OF_FILE)
    identity = people_services.Identity(bound.name, "RESIDENT_ID", world.number_of(bound), None, bound.sex)
    return open_dispute(world.bare_actor(), identity, mobile=ASKING, fallback_union_id=world["plant"].pk, now=world.now)


def test_the_county_sees_the_numbers_to_call_once_and_leaves_a_row(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    case = disputed(world)
    sign_in(client, world.staff_person("ORG", "county", "李静"), staff=True)
    review, numbers = reverse("joining:disputes:review", args=[case]), reverse("joining:mobiles", args=[case])
    assert ASKING not in client.get(review).content.decode()
    shown = client.post(numbers)
    assert all(number in shown.content.decode() for number in (ASKING, OF_FILE))
    assert shown["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(event="joining.dispute_mobiles", subject_id=case).count() == 1
    assert ASKING not in client.get(review).content.decode()
    act(DISPUTES, world.staff("ORG", "county", "王芳"), case, "dismiss", {"note": "电话核实，不是本人"}, now=world.now)
    assert client.post(numbers).status_code == 409


def test_after_a_refusal_both_are_told_without_a_name(world: World, texts: Any) -> None:
    case = disputed(world)
    act(DISPUTES, world.staff("ORG", "county", "王芳"), case, "dismiss", {"note": "电话核实，不是本人"}, now=world.now)
    told = dict(texts())
    assert "没有同意把档案改由您的账号使用" in told[ASKING]
    assert "您的账号不变" in told[OF_FILE]
    assert "周三" not in "".join(told.values())
    kept = Message.objects.get(template="joining.dispute_kept")
    assert people.facts_of([kept.person_id])[kept.person_id].name == "周三"


def test_who_was_right_is_told_on_his_own_number(world: World, texts: Any) -> None:
    case = disputed(world)
    act(DISPUTES, world.staff("ORG", "county", "王芳"), case, "uphold", {"note": "当面核对了证件"}, now=world.now)
    told = texts()
    assert [number for number, words in told if "由您的这个账号使用" in words] == [ASKING]
    assert OF_FILE in dict(told), "and the number that was replaced"
