"""A colleague is found by his name, whoever looks, and the members cannot be leafed through."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from zhijia.foundation.ui.listing import Query
from zhijia.organization.access import actors, selectors
from zhijia.organization.access.forms import GrantForm
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.people.models import Person

pytestmark = pytest.mark.django_db


def found(actor: Any, text: str) -> list[str]:
    return [person.masked_name for person in selectors.find_people(actor, text)]


@pytest.mark.parametrize("text", ["林晓禾", " 林 晓禾 ", "林　晓禾"])
def test_a_security_administrator_finds_a_member_by_his_whole_name(world: World, text: str) -> None:
    world.member("plant", "林晓禾")
    assert found(world.staff("SECURITY_ADMIN", "county"), text) == ["林*禾"]


@pytest.mark.parametrize("text", ["林", "林晓", "晓禾", "林*禾", "lxh", "lin xiao he", ""])
def test_he_cannot_leaf_through_the_members(world: World, text: str) -> None:
    world.member("plant", "林晓禾")
    assert found(world.staff("SECURITY_ADMIN", "county"), text) == []


def test_members_elsewhere_are_found_by_nobody(world: World) -> None:
    world.member("other_home", "林晓禾")
    assert found(world.staff("SECURITY_ADMIN", "county"), "林晓禾") == []
    assert found(world.staff("SECURITY_ADMIN", "province"), "林晓禾") == ["林*禾"]


@pytest.mark.parametrize("text", ["孙玉梅", "孙", "玉梅", "孙 玉梅", "孙*梅", "sym", "SYM", "sun yu", "sun"])
def test_a_role_holder_is_found_as_people_write_him(world: World, text: str) -> None:
    world.staff("ORG", "county", "孙玉梅")
    world.staff("GRASS_ADMIN", "plant", "赵志强")
    admin = world.staff("SECURITY_ADMIN", "province", "周明")
    assert found(admin, text) == ["孙*梅"]
    rows = selectors.list_grants(admin, Query(search=text), today=world.today).rows
    assert [row.person.masked_name for row in rows] == ["孙*梅"]


def test_the_page_of_roles_is_searched_by_name(client: Client, world: World, sign_in: Any, clock: Any) -> None:
    world.staff("GRASS_ADMIN", "plant", "赵志强")
    sign_in(client, world.staff_person("SECURITY_ADMIN", "province", "周明"), staff=True)
    page = client.get("/console/access", {"q": "赵志强"}).content.decode()
    assert "赵*强" in page
    assert "没有符合条件的授权" not in page


# --- Until ----------------------------------------------------------------------------------------------------------
def said(**values: str) -> GrantForm:
    base = {"role": "ORG", "since": "2026-09-15", "until": "2026-12-31", "reason": "县总工会任职文件"}
    return GrantForm({**base, **values}, roles=[("ORG", "组织岗")])


def test_until_means_the_end_of_the_day_that_was_written(world: World) -> None:
    form = said()
    assert form.is_valid()
    assert form.cleaned_data["until"] == date(2027, 1, 1), "the first day without the role"
    person = world.person("王一")
    RoleGrant.objects.create(
        person=person, union=world["county"], role="ORG", since=world.today, until=form.cleaned_data["until"],
        in_force=True, created_at=timezone.now(),
    )  # fmt: skip
    held = [bool(actors.grants_of(person.pk, day)) for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert held == [True, False]
    row = selectors.list_grants(
        world.staff("SECURITY_ADMIN", "province"), Query(search="王一"), today=world.today
    ).rows[0]
    assert row.last_day == date(2026, 12, 31)


def test_the_pages_show_the_last_day_and_who_asked(client: Client, world: World, sign_in: Any, clock: Any) -> None:
    asker = world.staff_person("SECURITY_ADMIN", "county", "周明")
    checker = world.staff_person("SECURITY_ADMIN", "county", "吴静")
    person: Person = world.person("王一")
    sign_in(client, asker, staff=True)
    address = f"/console/access/ask?person={person.public_id}&union={world['county'].public_id}"
    fields = {"role": "ORG", "since": "2026-09-15", "until": "2026-12-31", "reason": "县总工会任职文件"}
    case = client.post(address, fields)["Location"]
    sign_in(client, checker, staff=True)
    page = client.get(case).content.decode()
    assert "周明" in page, "the asker by name"
    assert "2026-12-31（当日止）" in page
    assert "2027-01-01" not in page
    client.post(case, {"decision": "agree", "note": ""})
    shown = client.get(f"/console/access/people/{person.public_id}").content.decode()
    assert "2026-12-31" in shown
    assert "2027-01-01" not in shown
    assert RoleGrant.objects.get(person=person).until == date(2027, 1, 1)
