"""Figures: exact at any moment, whatever happened in whatever order; months kept; a wrong one found."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.registry import registry
from zhijia.organization.members.models import Membership
from zhijia.organization.members.services import memberships
from zhijia.organization.statistics import rules, selectors, services, tasks
from zhijia.organization.statistics.models import Figure, FigureDelta, FigureMonth, FigureSnapshot, Recount
from zhijia.organization.unions import services as unions

pytestmark = pytest.mark.django_db
PLACES = ("plant", "home", "other_home")


def assert_exact(world: World) -> None:
    """Every union's figures equal a naive count over its subtree."""
    own = services.naive_counts()
    for union in world.unions.values():
        union.refresh_from_db()
        said = selectors.current(union.pk, union.path)
        below = [counts for key, counts in own.items() if world.path_of(key).startswith(union.path)]
        for name in rules.STOCKS:
            assert said[name] == sum(counts.get(name, 0) for counts in below), (union.name, name)


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_of_changes_leaves_every_figure_exact(world: World, seed: int) -> None:
    draw = Random(seed)
    for step in range(40):
        act = draw.choice(("join", "join", "join", "leave", "suspend", "resume", "merge", "move"))
        if act == "join":
            world.member(
                draw.choice(PLACES), level=draw.choice((2, 3)), bound=draw.random() < 0.5, female=draw.random() < 0.5
            )
        open_ones = list(Membership.objects.filter(until__isnull=True).order_by("id"))
        if act == "leave" and open_ones:
            memberships.close_membership(
                SYSTEM, draw.choice(open_ones).pk, kind="withdrawn", reason="OWN_WISH", on=world.today, now=world.now
            )
        if act == "suspend" and world["plant"].status == "ACTIVE":
            unions.suspend_union(SYSTEM, world["plant"], reason="单位正在搬迁", now=world.now)
        if act == "resume" and world["plant"].status == "SUSPENDED":
            unions.resume_union(SYSTEM, world["plant"], reason="搬迁已经完成", now=world.now)
        if act == "move" and world["plant"].status == "ACTIVE":
            plant = world["plant"]
            target = "county" if plant.parent_id == world["town"].pk else "town"
            unions.move_union(
                SYSTEM, plant, world[target].code, reason="隶属关系调整", version=plant.version, now=world.now
            )
        if act == "merge":
            services.merge_deltas(now=world.now, limit=draw.choice((1, 3, 1000)))
        if step % 10 == 9:
            assert_exact(world)
    top = selectors.current(world["province"].pk, world["province"].path)
    assert top["joined"] - top["left"] == top["members"]
    assert services.recount(now=world.now).differing == 0


def test_a_delta_of_nothing_is_not_written(world: World) -> None:
    FigureDelta.objects.all().delete()
    services.add(world["plant"].pk, {"members": 0}, day=world.today)
    assert not FigureDelta.objects.exists()


def test_a_falsified_figure_is_found_and_reported(world: World) -> None:
    world.member()
    while services.merge_deltas(now=world.now):
        pass
    Figure.objects.filter(union_id=world["county"].pk).update(members=99)
    result = services.recount(now=world.now)
    assert (result.state, result.differing) == ("wrong", 1)
    assert result.wrong == [[world["county"].pk, "members", 99, 1]]
    assert Recount.objects.count() == 1


def test_a_snapshot_holds_each_union_alone_and_with_its_subtree_and_is_taken_once(world: World) -> None:
    world.member("plant")
    world.member("home")
    first = date(2026, 10, 1)
    assert services.take_snapshot(first, now=world.now) > 0
    assert services.take_snapshot(first, now=world.now) == 0
    alone = dict(FigureSnapshot.objects.filter(on=first).values_list("union_id", "members"))
    assert (alone[world["plant"].pk], alone[world["home"].pk]) == (1, 1)
    assert world["town"].pk not in alone or alone[world["town"].pk] == 0
    assert FigureMonth.objects.get(on=first, union_id=world["province"].pk).members == 2
    for boundaries in ("then", "now"):
        assert selectors.months_of(world["county"].pk, [first], boundaries)[first]["members"] == 2


def test_months_tell_their_end_and_what_came_and_went_in_them(world: World) -> None:
    for on, members, joined, left in ((date(2026, 7, 1), 10, 12, 2), (date(2026, 8, 1), 13, 16, 3),
                                      (date(2026, 9, 1), 12, 17, 5), (date(2026, 10, 1), 99, 99, 0)):  # fmt: skip
        FigureMonth.objects.create(on=on, union_id=world["town"].pk, members=members, joined=joined, left=left)
    chosen = [one for one in registry.indicators() if one.code in ("members", "joined", "left")]
    months = selectors.list_months(world.facts("town"), chosen, until=date(2026, 9, 15))
    told = ("members", "joined", "left")
    assert [(month.first_day, *(month.readings[code].number for code in told)) for month in months] == [
        (date(2026, 6, 1), 10, None, None),
        (date(2026, 7, 1), 13, 4, 1),
        (date(2026, 8, 1), 12, 1, 2),
    ]


def test_a_month_that_began_with_nothing_is_taken_once_too(world: World) -> None:
    """A platform of two weeks: the clock asks every night, and at the month's beginning there was no union yet."""
    for _ in range(3):
        assert services.take_snapshot(date(2026, 9, 1), now=world.now) == 0
    assert not FigureSnapshot.objects.exists()
    assert FigureMonth.objects.get(on=date(2026, 9, 1), union_id=world["province"].pk).members == 0


@pytest.mark.parametrize("folded", [False, True])
def test_a_snapshot_that_comes_late_still_tells_midnight(world: World, now: datetime, folded: bool) -> None:
    """The clock was down from the last of August until 15 September; two joined before, three since, one left."""
    first = date(2026, 9, 1)
    for _ in range(2):
        world.member("plant")
    FigureDelta.objects.update(day=date(2026, 8, 31))
    _, membership = world.member("home")
    for _ in range(2):
        world.member("plant")
    memberships.close_membership(
        SYSTEM, membership.pk, kind="withdrawn", reason="OWN_WISH", on=world.today, now=world.now
    )
    if folded:
        while services.merge_deltas(now=now):
            pass
    services.take_snapshot(first, now=now)
    alone = {key: members for key, members in FigureSnapshot.objects.values_list("union_id", "members") if members}
    assert alone == {world["plant"].pk: 2}
    month = FigureMonth.objects.get(on=first, union_id=world["province"].pk)
    assert (month.members, month.joined, month.left) == (2, 2, 0)
    top = selectors.current(world["province"].pk, world["province"].path)
    assert (top["members"], top["joined"], top["left"]) == (4, 5, 1)
    assert services.recount(now=now).differing == 0


def test_headlines_tell_the_month_and_the_change_since_its_first(world: World, now: datetime) -> None:
    world.member("plant")
    FigureDelta.objects.update(day=date(2026, 8, 20))
    services.take_snapshot(date(2026, 9, 1), now=now)
    world.member("plant", bound=False)
    lines = {line.code: line for line in selectors.headlines(world.facts("county"), today=timezone.localdate(now))}
    assert (lines["members"].value, lines["members"].change) == ("2", "+1")
    assert lines["joined"].value == "1"
    assert lines["activated"].value == "50.0%"


def test_a_share_without_members_is_a_dash_and_never_zero(world: World, now: datetime) -> None:
    lines = {line.code: line for line in selectors.headlines(world.facts("other_home"), today=timezone.localdate(now))}
    assert lines["real_name"].value == "—"


def test_the_page_leads_down_within_the_scope_and_asks_the_same_for_more_units(
    world: World, client: Client, sign_in: Any, clock: Any, django_assert_max_num_queries: Any
) -> None:
    clock(world.now)
    world.member("plant")
    sign_in(client, world.staff_person("STATS", "county"), staff=True)
    page = client.get("/console/statistics").content.decode()
    assert world["town"].name.removesuffix("总工会") in page
    down = client.get(f"/console/statistics?unit={world['town'].public_id}").content.decode()
    assert world["plant"].name in down
    assert client.get(f"/console/statistics?unit={world['other_county'].public_id}").status_code == 404
    with django_assert_max_num_queries(36):
        client.get("/console/statistics")


def test_the_clock_folds_deltas_and_takes_the_snapshot_of_the_month(world: World, now: datetime) -> None:
    world.member()
    tasks.fold_deltas(now)
    assert not FigureDelta.objects.exists()
    tasks.take_monthly_snapshot(now + timedelta(days=20))
    assert FigureSnapshot.objects.filter(on=date(2026, 10, 1)).exists()
    tasks.recount_figures(now)
    assert Recount.objects.get().state == "ok"
