"""What people paste means the same at every door: page, API, roster, search and command."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.accounts.api import SignInIn
from zhijia.foundation.ui.form import IdNumberField, MobileField, OneTimeCodeField
from zhijia.foundation.ui.listing import Query
from zhijia.kernel.identifiers import normalize_mobile
from zhijia.organization.access import selectors as access
from zhijia.organization.joining.api import applying as joining_api
from zhijia.organization.members import selectors as members
from zhijia.organization.members.rules.scanning import read_scanned
from zhijia.organization.rosters.models import RosterLoad
from zhijia.organization.rosters.rules import rows as rosters
from zhijia.organization.rosters.tests.files import csv_file, person_row
from zhijia.organization.unions import selectors as unions

pytestmark = pytest.mark.django_db

MOBILE, NUMBER = "13800130001", "370299199003070010"
DRESSED = (
    "{}",
    " {} ",
    "\u202d{}\u202c",
    "\u200e{}",
    "{}\ufe0f",
    "\u2066{}\u2069",
    "'{}",
    '="{}"',
    "\ufeff{}\u200b",
)
"""What comes along from spreadsheets, phone contacts and chats."""


def wide(text: str) -> str:
    """`138` → `１３８`"""
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


def spellings(number: str) -> list[str]:
    spaced = f"{number[:3]} {number[3:7]}　{number[7:]}"
    return [
        dress.format(form)
        for dress in DRESSED
        for form in (number, wide(number), spaced, number[:5] + wide(number[5:]))
    ]


def roster_entry(today: date, **cells: str) -> rosters.Entry:
    texts = {"name": "林晓禾", "id_number": NUMBER, **cells}
    return rosters.understand([(2, list(texts.values()))], {name: place for place, name in enumerate(texts)}, today)[0]


def test_a_mobile_number_is_the_same_at_every_door(world: World) -> None:
    agreed = {"privacy": True, "agreement": True}
    for text in [*spellings(MOBILE), "+86 138-0013-0001", "0086 138 0013 0001", "＋８６１３８００１３０００１"]:
        assert normalize_mobile(text) == MOBILE, text
        assert MobileField().clean(text) == MOBILE, text
        said = SignInIn.model_validate({"mobile": text, "code": "123456", **agreed})
        assert normalize_mobile(said.mobile) == MOBILE, text
        assert roster_entry(world.today, mobile=text).mobile == MOBILE, text


def test_a_number_of_a_document_is_the_same_at_every_door(world: World) -> None:
    for text in [*spellings(NUMBER), NUMBER[:-1] + wide("0")]:
        assert IdNumberField().clean(text) == NUMBER, text
        said = joining_api.IdentityIn.model_validate({"name": "林晓禾", "id_number": text, "consent": True})
        assert said.id_number == NUMBER, text
        entry = roster_entry(world.today, id_number=text)
        assert (entry.id_number, entry.faults) == (NUMBER, []), text


def test_a_code_costs_no_try_however_it_was_typed() -> None:
    for text in ["123456", "１２３４５６", "123 456", "123-456", "\u202d123456\u202c", " １２３　456 "]:
        assert OneTimeCodeField().clean(text) == "123456"
        said = {"mobile": MOBILE, "code": text.replace("-", ""), "privacy": True, "agreement": True}
        assert SignInIn.model_validate(said).code == "123456"


def test_searches_find_what_was_pasted(world: World) -> None:
    person, stay = world.member("plant", "林晓禾", mobile=MOBILE)
    chair = world.staff("GRASS_CHAIR", "plant")
    county = world.staff("ORG", "county")
    number = world.number_of(person)
    for text in [*spellings(MOBILE), *spellings(number), *spellings(stay.member_number), "林 晓禾", "\u200e林晓　禾"]:
        found = members.list_members(chair, world.facts("plant"), Query(search=text[:60]))
        assert [row.person.id for row in found.rows] == [person.pk], text
    for text in [*spellings(MOBILE), *spellings(number)]:
        assert [found.id for found in access.find_people(county, text)] == [person.pk], text
    for text in spellings(world["plant"].code):
        assert [facts.id for facts in unions.search_public(text)] == [world["plant"].pk], text
        assert read_scanned(text).value == world["plant"].code, text
        assert roster_entry(world.today, union_code=text).union_code == world["plant"].code, text


def test_a_command_takes_a_pasted_code(world: World, tmp_path: Any) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(csv_file([person_row(1)]).getvalue())
    call_command("load_members", path, under=f"'{wide(world['plant'].code)}", verbosity=0)
    assert RosterLoad.objects.latest("id").unit_id == world["plant"].pk


def test_free_text_that_turns_around_is_refused_at_the_page_and_at_the_api(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant"), staff=True)
    person, _ = world.member("plant", "钱在册")
    text = "改成\u202e正确的名字"
    page = client.post(reverse("duplicates:correct", args=[person.public_id]), {"reason": text})
    assert "改变文字方向的隐藏字符" in page.content.decode()
    body = {"name": "钱在册", "reason": text}
    answer = client.post(f"/api/v1/members/{person.public_id}/correct", body, content_type="application/json")
    assert answer.status_code == 422
    assert "改变文字方向的隐藏字符" in answer.json()["fields"]["reason"]
