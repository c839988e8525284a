"""Certificates and the six haves; docs/rules/legal.md."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.foundation.casework import services as casework
from zhijia.foundation.casework.fields import samples
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.errors import Duplicate, Invalid, RuleBroken
from zhijia.organization.legal import rules, selectors
from zhijia.organization.legal.cases import OPENS, REGISTRATIONS
from zhijia.organization.legal.models import LegalPerson
from zhijia.organization.legal.rules import Standing, What
from zhijia.organization.members.models import Membership
from zhijia.organization.posts.models import Post, Term
from zhijia.organization.posts.rules.posts import Board
from zhijia.organization.unions.models import Union

pytestmark = pytest.mark.django_db
LAST = date(2029, 11, 19)


@pytest.mark.parametrize(
    ("today", "stands"),
    [
        (date(2029, 10, 19), Standing.ISSUED),
        (date(2029, 10, 20), Standing.EXPIRING),
        (date(2029, 11, 19), Standing.EXPIRING),
        (date(2029, 11, 20), Standing.EXPIRED),
    ],
)
def test_a_certificate_by_the_day(today: date, stands: Standing) -> None:
    assert rules.standing(LAST, None, today) is stands
    assert rules.standing(LAST, date(2028, 1, 1), today) is Standing.CANCELLED
    assert rules.standing(None, None, today) is Standing.NONE


def test_what_is_offered() -> None:
    assert rules.offered(Standing.NONE) == {What.FIRST}
    assert rules.offered(Standing.ISSUED) == {What.CHANGE, What.CANCEL}
    assert What.RENEW in rules.offered(Standing.EXPIRING)


def test_a_new_union_applies_within_60_days() -> None:
    assert rules.apply_by(date(2026, 9, 10)) == date(2026, 11, 9)


@pytest.mark.parametrize(
    ("posts", "last_day", "yes", "missing"),
    [
        ({"CHAIR"}, date(2026, 9, 15), True, ""),
        ({"CHAIR"}, date(2026, 9, 14), False, "按期换届"),
        (set(), date(2026, 9, 15), False, "选出主席"),
        (set(), None, False, "选出主席、按期换届"),
    ],
)
def test_the_first_have(posts: set[str], last_day: date | None, yes: bool, missing: str) -> None:
    have = rules.elected_chair(Board(last_day, posts, None, None), date(2026, 9, 15))
    assert (have.yes, have.missing) == (yes, missing)


def test_the_second_have() -> None:
    full = ["COMMITTEE"] * 3 + ["AUDIT", "WOMEN_CHAIR"]
    assert rules.complete_committees(full).yes
    assert rules.complete_committees(full[1:]).missing == "委员不足 3 名"


def chaired(world: World) -> Post:
    Term.objects.create(
        union=world["plant"], years=5, starts=date(2025, 9, 10), last_day=date(2030, 9, 9),
        first_last_day=date(2030, 9, 9),
    )  # fmt: skip
    return Post.objects.create(
        union=world["plant"], kind="CHAIR", person=world.person("陈主席"), since=date(2025, 9, 10), source="ELECTED"
    )


def ask(world: World, **said: Any) -> str:
    admin = world.staff("GRASS_ADMIN", "plant", "周干事")
    given = samples(OPENS) | {"union": world["plant"].code, "papers": ()} | said
    return casework.open_case(REGISTRATIONS, admin, given, now=world.now)


def register(world: World, case: str, **said: Any) -> None:
    county = world.staff("ORG", "county", "县干部")
    given = samples(REGISTRATIONS.step("register").asks) | {"last_day": None} | said
    casework.act(REGISTRATIONS, county, case, "register", given, now=world.now)


def test_a_union_is_registered_changed_and_cancelled(world: World) -> None:
    post = chaired(world)
    register(world, ask(world))
    row = LegalPerson.objects.get()
    assert (row.credit_code, row.person_id, row.last_day) == ("81370200MC0A000115", post.person_id, date(2030, 9, 9))
    assert Union.objects.get(pk=world["plant"].pk).credit_code == "81370200MC0A000115"
    with pytest.raises(RuleBroken, match=r"legal\.not_offered"):
        ask(world)
    register(world, ask(world, what="CHANGE", address="莱阳市沐浴店镇新址8号"), credit_code="")
    row.refresh_from_db()
    assert (row.address, row.last_day) == ("莱阳市沐浴店镇新址8号", date(2030, 9, 9))
    register(world, ask(world, what="CANCEL"), credit_code="")
    assert selectors.standing_of(world["plant"].pk, today=world.today) is Standing.CANCELLED


def test_without_a_chair_nobody_is_registered(world: World) -> None:
    with pytest.raises(RuleBroken, match=r"legal\.no_chair"):
        ask(world)


def test_a_chair_who_left_meanwhile(world: World) -> None:
    post = chaired(world)
    case = ask(world)
    Post.objects.filter(pk=post.pk).update(until=world.today, ended_by="RESIGN")
    with pytest.raises(RuleBroken, match=r"legal\.chair_left"):
        register(world, case)
    assert Case.objects.get(public_id=case).state == "APPLIED"


@pytest.mark.parametrize("code", ["91370200MA3C0A123W", "81370200MC0A000116", "8137"])
def test_a_code_that_is_no_unions(world: World, code: str) -> None:
    chaired(world)
    with pytest.raises(Invalid):
        register(world, ask(world), credit_code=code)
    assert not LegalPerson.objects.exists()


def test_a_code_of_another_union(world: World) -> None:
    chaired(world)
    world.open_plant("works", "town")
    Union.objects.filter(pk=world["works"].pk).update(credit_code="81370200MC0A000115")
    with pytest.raises(Duplicate, match=r"union\.credit_code_taken"):
        register(world, ask(world))


@pytest.mark.parametrize("last_day", [date(2026, 9, 15), date(2031, 9, 15)])
def test_a_certificate_is_good_for_five_years_at_most(world: World, last_day: date) -> None:
    chaired(world)
    with pytest.raises(Invalid, match=r"case\.last_day"):
        register(world, ask(world), last_day=last_day)


def test_empty_shells(world: World) -> None:
    org = world.staff("ORG", "county", "组织干部")

    def shells() -> list[str]:
        return [row.union.name for row in selectors.list_health(org, Query(view="shells"), today=world.today).rows]

    plant = world["plant"]
    Union.objects.filter(pk=plant.pk).update(founded_on=world.today - timedelta(days=400))
    assert shells() == [plant.name]
    person, _ = world.member()
    assert shells() == []
    Membership.objects.filter(person=person).delete()
    chaired(world)
    assert shells() == []


def test_pages(world: World, sign_in: Any, clock: Any) -> None:
    chaired(world)
    register(world, ask(world))
    client = Client()
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant", "周干事"), staff=True)
    page = client.get(f"/console/legal/{world['plant'].public_id}").content.decode()
    assert "81370200MC0A000115" in page
    assert "平台还没有这方面的记录" in page
    assert client.get("/console/legal?view=ending").status_code == 200
    stranger = Client()
    sign_in(stranger, world.staff_person("TOWN_WORKER", "other_town", "别人"), staff=True)
    assert stranger.get(f"/console/legal/{world['plant'].public_id}").status_code == 404
