"""Figures of any day: whatever happened, in old boundaries and in new, they equal a naive count of the events."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from django.utils import timezone

from tests.world import World
from zhijia.kernel import db
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.members.models import EventKind, Membership, MembershipEvent
from zhijia.organization.members.services import memberships, moving
from zhijia.organization.statistics import rules, selectors, services, tasks
from zhijia.organization.statistics.models import FigureDay, FigureDelta, FigureMonth, FigureSnapshot
from zhijia.organization.unions import services as unions
from zhijia.organization.unions.models import Union, UnionPath

pytestmark = pytest.mark.django_db
PLACES = ("plant", "home", "other_home")


def change(world: World, draw: Random) -> None:
    act = draw.choice(("join", "join", "join", "leave", "shift", "retain", "restore", "move"))
    stays = list(Membership.objects.filter(until__isnull=True).order_by("id"))
    stay = draw.choice(stays) if stays else None
    if act == "join":
        world.member(draw.choice(PLACES), level=draw.choice((2, 3)), female=draw.random() < 0.5)
    elif act == "move":
        plant = world["plant"]
        target = "other_town" if plant.path.startswith(world["city"].path) else "town"
        unions.move_union(
            SYSTEM, plant, world[target].code, reason="隶属关系调整", version=plant.version, now=world.now
        )
    elif stay is None:
        return
    elif act == "leave":
        kind = draw.choice(("withdrawn", "expelled", "deceased"))
        memberships.close_membership(SYSTEM, stay.pk, kind=kind, reason="OWN_WISH", on=world.today, now=world.now)
    elif act == "shift":
        target = draw.choice([key for key in PLACES if world[key].pk != stay.union_id])
        moving.shift(SYSTEM, stay, world.facts(target), now=world.now, reason="OWN_WISH", case_id=None)
    elif (act == "retain") == (stay.state == "ACTIVE"):
        state, kind = ("RETAINED", "retained") if act == "retain" else ("ACTIVE", "restored")
        moving.change_state(
            SYSTEM, stay, state, kind=kind, reason="RETIRED", on=world.today, now=world.now, case_id=None
        )


def naive_members(union_ids: set[int], day: date) -> int:
    """By the events alone: who became an active member there, and who ceased to be one, by the end of a day."""
    events = MembershipEvent.objects.filter(union_id__in=union_ids)
    return sum(
        (event.after.get("state") == "ACTIVE") - (event.before.get("state") == "ACTIVE")
        for event in events
        if timezone.localdate(event.at) <= day
    )


@pytest.fixture
def widely(world: World) -> World:
    """The plant may move to another city."""
    world.unions["other_town"] = Union.objects.get(parent=world["other_county"], type="GENERAL")
    Union.objects.filter(pk=world["plant"].pk).update(direct=True)
    return world


@pytest.mark.parametrize("seed", range(3))
def test_any_day_equals_a_count_of_the_events_in_old_and_new_boundaries(widely: World, seed: int) -> None:
    world, draw = widely, Random(seed)
    started, stood = world.today, {}
    while world.today < started + timedelta(days=75):
        for _ in range(draw.choice((0, 1, 2))):
            change(world, draw)
        if draw.random() < 0.4:
            services.merge_deltas(now=world.now, limit=draw.choice((1, 3, 1000)))
        stood[world.today] = dict(Union.objects.values_list("pk", "path"))
        world.now += timedelta(days=1)
        if world.today.day == 1 or (draw.random() < 0.1 and seed % 2):  # some are late by days
            services.take_snapshot(rules.month_start(world.today), now=world.now)
    today_paths = stood[max(stood)]
    for day in draw.sample(sorted(stood), 8):
        for boundaries, paths in (("then", stood[day]), ("now", today_paths)):
            told = selectors.figures_of(list(today_paths), day, boundaries)
            for key in world.unions.values():
                below = {other for other, path in paths.items() if path.startswith(paths[key.pk])}
                assert told[key.pk]["members"] == naive_members(below, day), (key.name, day, boundaries)
        province = world["province"].pk
        cities = [world["city"].pk, world["other_city"].pk if "other_city" in world.unions else _other_city(world)]
        for name in rules.MEASURES:
            sums = {
                sum(selectors.figures_of(cities, day, boundaries, (name,))[city][name] for city in cities)
                for boundaries in ("then", "now")
            }
            assert sums == {selectors.figures_on(province, day, names=(name,))[name]}, (name, day)
    _assert_balanced(world, sorted(draw.sample(sorted(stood), 6)))
    assert services.recount(now=world.now).differing == 0


def _other_city(world: World) -> int:
    key = world["other_county"].parent_id
    assert key is not None
    return key


def _assert_balanced(world: World, days: list[date]) -> None:
    """The end is the beginning and what came and went, for every union between any two days."""
    keys = list(Union.objects.values_list("pk", flat=True))
    told = [selectors.figures_of(keys, day, "now") for day in days]
    for begin, end in pairwise(told):
        for key in keys:
            flows = {name: end[key][name] - begin[key][name] for name in rules.FLOWS}
            assert rules.balanced_end(begin[key]["members"], flows) == end[key]["members"]
            groups = [end[key][name] for name in rules.GROUP_MEASURES.values()]
            assert sum(groups) == end[key]["new_form"]
            left = flows["withdrawn"] + flows["expelled"] + flows["deceased"]
            assert 0 <= left <= flows["left"]


def test_every_kind_of_event_is_a_term_of_the_balance_or_changes_no_number() -> None:
    assert set(rules.BALANCE) == set(EventKind.values) - {"corrected"}
    assert rules.balanced_end(100, {"joined": 5, "transferred_in": 2, "transferred_out": 1, "withdrawn": 1}) == 105


def test_who_comes_back_from_retention_and_who_leaves_retained_are_told_apart(world: World) -> None:
    _, stay = world.member("plant")
    moving.change_state(
        SYSTEM, stay, "RETAINED", kind="retained", reason="RETIRED", on=world.today, now=world.now, case_id=None
    )  # fmt: skip
    memberships.close_membership(SYSTEM, stay.pk, kind="withdrawn", reason="OWN_WISH", on=world.today, now=world.now)
    told = selectors.current(world["plant"].pk, world["plant"].path)
    assert (told["members"], told["retained"], told["kept"]) == (0, 0, 1)
    assert (told["left"], told["withdrawn"]) == (1, 0)  # he left, but no active member was lost by it


def fold(now: datetime) -> None:
    while services.merge_deltas(now=now):
        pass


def at(day: date, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour, minute, second))


@pytest.mark.parametrize("last", [date(2026, 8, 31), date(2027, 12, 31), date(2028, 2, 29), date(2027, 2, 28)])
def test_the_last_second_of_a_month_belongs_to_it_and_midnight_to_the_next(world: World, last: date) -> None:
    """Also at the year's end, on a leap day, and on 28 February without one."""
    UnionPath.objects.update(since=date(2026, 8, 1))
    world.now = at(last, 23, 59, 59)
    world.member("plant")
    world.now += timedelta(seconds=1)
    world.member("plant")
    first = last + timedelta(days=1)
    assert (world.today, first.day) == (first, 1)
    tasks.take_monthly_snapshot(world.now + timedelta(minutes=5))
    assert FigureMonth.objects.get(on=first, union_id=world["province"].pk).members == 1
    plant = world["plant"].pk
    assert selectors.figures_on(plant, last)["members"] == 1
    assert selectors.figures_on(plant, first)["members"] == 2
    assert selectors.figures_on(plant, last - timedelta(days=1))["members"] == 0


def test_an_event_folded_after_its_snapshot_counts_on_the_first(world: World, now: datetime) -> None:
    """A transaction that began before midnight and was seen only after the snapshot loses nothing for later days."""
    UnionPath.objects.update(since=date(2026, 8, 1))
    world.member("home")
    FigureDelta.objects.update(day=date(2026, 8, 20))
    services.take_snapshot(date(2026, 9, 1), now=now)
    world.member("plant")
    FigureDelta.objects.update(day=date(2026, 8, 31))
    fold(now)
    assert FigureDay.objects.get(union_id=world["plant"].pk, members=1).day == date(2026, 9, 1)
    told = [selectors.figures_on(world["plant"].pk, day)["members"] for day in (date(2026, 8, 31), date(2026, 9, 1))]
    assert told == [0, 1]


def test_a_snapshot_killed_half_way_leaves_nothing_and_the_next_run_is_whole(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.member("plant")
    FigureDelta.objects.update(day=date(2026, 8, 20))
    first = date(2026, 9, 1)
    real = db.copy_rows

    def dies(model: type, *arguments: object) -> None:
        if model is FigureMonth:
            raise SystemExit
        real(model, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(db, "copy_rows", dies)
        with pytest.raises(SystemExit):
            services.take_snapshot(first, now=now)
    assert not FigureSnapshot.objects.exists()
    assert services.take_snapshot(first, now=now) > 0
    assert services.take_snapshot(first, now=now) == 0
    assert FigureSnapshot.objects.get(on=first, union_id=world["plant"].pk).members == 1
    assert FigureMonth.objects.get(on=first, union_id=world["city"].pk).members == 1


def test_a_late_snapshot_stands_in_the_boundaries_of_midnight(widely: World, now: datetime) -> None:
    """The plant goes to another city on the 5th; the snapshot of the first is taken on the 10th."""
    world = widely
    world.now = at(date(2026, 8, 20))
    UnionPath.objects.update(since=date(2026, 8, 1))
    world.member("plant")
    world.now = at(date(2026, 9, 5))
    plant = world["plant"]
    unions.move_union(
        SYSTEM, plant, world["other_town"].code, reason="隶属关系调整", version=plant.version, now=world.now
    )
    services.take_snapshot(date(2026, 9, 1), now=at(date(2026, 9, 10)))
    stored = dict(FigureMonth.objects.filter(on=date(2026, 9, 1)).values_list("union_id", "members"))
    assert (stored[world["city"].pk], stored[_other_city(world)]) == (1, 0)
    day = date(2026, 8, 31)
    told = Counter({key: selectors.figures_on(world["city"].pk, day, key)["members"] for key in ("then", "now")})
    assert told == {"then": 1, "now": 0}
