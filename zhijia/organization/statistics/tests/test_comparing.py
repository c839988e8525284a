"""Who stands out among nine unions of one township, and two days beside one another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.kernel.indicators import Indicator
from zhijia.kernel.registry import registry
from zhijia.organization.statistics import selectors, services
from zhijia.organization.statistics.models import FigureDelta
from zhijia.organization.statistics.selectors import comparing
from zhijia.organization.unions.models import UnionPath
from zhijia.organization.unions.selectors import UnionFacts, kinds

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = date(2026, 8, 20), date(2026, 9, 10)


def indicator(code: str) -> Indicator:
    return next(each for each in registry.indicators() if each.code == code)


@pytest.fixture
def nine(world: World) -> World:
    """Nine plants of a hundred in August; in September the first grows by 31, the second by 30, the others by one or
    two; the last has few real names.
    """
    FigureDelta.objects.all().delete()
    world.unions["plant1"] = world.unions["plant"]
    for number in range(2, 10):
        world.open_plant(f"plant{number}", "town")
    UnionPath.objects.update(since=date(2020, 1, 1))
    FigureDelta.objects.all().delete()
    for number in range(1, 10):
        key, path = world[f"plant{number}"].pk, world[f"plant{number}"].path
        real = 60 if number == 9 else 90 + number % 3
        FigureDelta.objects.create(union_id=key, path=path, day=AUGUST, members=100, real_name=real)
        more = {1: 31, 2: 30}.get(number, 1 + number % 2)
        FigureDelta.objects.create(union_id=key, path=path, day=SEPTEMBER, members=more, real_name=more)
    services.take_snapshot(date(2026, 9, 1), now=world.now)
    return world


def peers(world: World) -> list[UnionFacts]:
    return kinds.list_alike(world["town"].path, 7, "GRASSROOTS", limit=100)


def test_more_than_thirty_per_cent_is_a_jump_and_thirty_is_only_far_from_the_others(nine: World) -> None:
    found = comparing.outliers(indicator("members"), peers(nine), selectors.Moment(nine.today, nine.today))
    told = {each.union.id: (each.reading.count, each.jumped, each.strange) for each in found}
    assert told == {nine["plant1"].pk: (131, True, True), nine["plant2"].pk: (130, False, True)}


def test_a_share_far_from_its_peers_is_found_and_a_large_one_is_not(nine: World) -> None:
    found = comparing.outliers(indicator("real_name"), peers(nine), selectors.Moment(nine.today, nine.today))
    assert [(each.union.id, each.strange, each.jumped) for each in found] == [(nine["plant9"].pk, True, False)]
    assert found[0].z is not None
    assert found[0].z < -3.5


def test_fewer_than_eight_peers_have_no_distance_but_may_jump(nine: World) -> None:
    moment = selectors.Moment(nine.today, nine.today)
    found = comparing.outliers(indicator("members"), peers(nine)[:7], moment)
    assert [(each.union.id, each.z, each.jumped) for each in found] == [(nine["plant1"].pk, None, True)]
    assert comparing.outliers(indicator("real_name"), peers(nine)[2:], moment) == []


def test_two_days_stand_beside_one_another(nine: World, client: Client, sign_in: Any, clock: Any) -> None:
    clock(nine.now)
    sign_in(client, nine.staff_person("ORG", "county"), staff=True)
    asked = {"unit": nine["town"].public_id, "from": "2026-08-31", "form": "csv"}
    saved = b"".join(client.get("/console/statistics/comparison", asked)).decode("utf-8-sig")
    assert saved.splitlines()[0] == "单位,2026-08-31,2026-09-15"
    assert f"{nine['plant1'].name},100,131" in saved
    assert f"{nine['town'].name},900,{900 + 31 + 30 + 4 * 2 + 3 * 1}" in saved
    page = client.get("/console/statistics/comparison", {**asked, "form": ""}).content.decode()
    assert "+31.0%" in page
    outliers = client.get("/console/statistics/outliers", {"unit": nine["county"].public_id, "kind": "7-GRASSROOTS"})
    assert "9 个单位中有 2 个要看一看" in outliers.content.decode()


def test_ranks_follow_what_is_shown(nine: World) -> None:
    scope = nine.staff("ORG", "county", "李敏").scope_for("statistics:figure:view")
    lines = comparing.rank_peers(indicator("members"), peers(nine), selectors.Moment(nine.today, nine.today), scope)
    assert [line.rank for line in lines] == [1, 2, 3, 3, 3, 3, 7, 7, 7]
    assert {line.before for line in lines} == {1}
