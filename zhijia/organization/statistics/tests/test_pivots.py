"""Pivots: counted at once for a small union, by night for a large one; the same by both, and rounded for who may not
read the list.
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.kernel.errors import NotFound
from zhijia.organization.members.models import Membership
from zhijia.organization.members.selectors.pivots import DIMENSIONS
from zhijia.organization.people.models import Person
from zhijia.organization.statistics import cells, services
from zhijia.organization.statistics.models import FigureCell
from zhijia.organization.statistics.selectors import pivots

pytestmark = pytest.mark.django_db


@pytest.fixture
def peopled(world: World) -> World:
    """Eleven members of several kinds in two cities, one retained."""
    educations, groups = ("21", "31", "", "10"), ("FOOD_RIDER", "", "COURIER")
    for number, key in enumerate(("plant", "home", "other_home", "plant", "plant", "home", "plant", "home") * 2):
        person, stay = world.member(key, female=number % 3 == 0, level=2 + number % 2)
        Person.objects.filter(pk=person.pk).update(education=educations[number % 4], political_status="02")
        Membership.objects.filter(pk=stay.pk).update(
            new_form_group=groups[number % 3], birth_year=1960 + number * 3, is_migrant=number % 2 == 0
        )
    Membership.objects.filter(pk=stay.pk).update(state="RETAINED")
    while services.merge_deltas(now=world.now):
        pass
    return world


def told(world: World, key: str, rows: str, columns: str, *, exact: bool = True) -> pivots.Pivot:
    found = pivots.pivot(world[key].pk, world[key].path, rows, columns, today=world.today, exact=exact)
    assert found is not None
    return found


def test_a_small_union_is_counted_as_one_would_by_hand(peopled: World) -> None:
    found = told(peopled, "county", "sex", "education")
    hand: Counter[tuple[str, str]] = Counter()
    for stay in Membership.objects.filter(state="ACTIVE", county_unit=peopled["county"].pk).select_related("person"):
        hand[stay.sex, stay.person.education[:1]] += 1
    codes = [code for code, _ in found.columns]
    assert {
        (line.code, code): n for line in found.lines for code, n in zip(codes, line.cells, strict=True) if n
    } == hand
    assert found.total == sum(hand.values()) == sum(found.totals)
    assert found.day is None


def test_cells_of_the_night_say_what_counting_says(peopled: World, monkeypatch: Any) -> None:
    live = {
        (key, rows, columns): told(peopled, key, rows, columns)
        for key in ("province", "city", "county", "town") for rows, columns in product(DIMENSIONS, repeat=2)
    }  # fmt: skip
    for module in (cells, pivots):
        monkeypatch.setattr(module, "MOST_COUNTED", 4)
    assert cells.rebuild(now=peopled.now) >= 4
    for (key, rows, columns), found in live.items():
        night = told(peopled, key, rows, columns)
        assert night.day == peopled.today
        assert (night.lines, night.totals, night.total) == (found.lines, found.totals, found.total), (
            key,
            rows,
            columns,
        )


def test_killed_half_way_every_union_has_one_night_and_the_next_run_mends(peopled: World, monkeypatch: Any) -> None:
    for module in (cells, pivots):
        monkeypatch.setattr(module, "MOST_COUNTED", 4)
    cells.rebuild(now=peopled.now)
    whole = list(FigureCell.objects.order_by("union_id", "first", "second", "a", "b").values_list("union_id", "number"))
    peopled.member("plant")
    real, done = cells._store, []

    def dies(*arguments: Any) -> None:
        if done:
            raise SystemExit
        real(*arguments)
        done.append(1)

    with monkeypatch.context() as patched:
        patched.setattr(cells, "_store", dies)
        with pytest.raises(SystemExit):
            cells.rebuild(now=peopled.now)
    assert told(peopled, "province", "sex", "age").total == 15
    cells.rebuild(now=peopled.now)
    assert told(peopled, "province", "sex", "age").total == 16
    assert len(whole) <= FigureCell.objects.count()


def test_a_large_union_waits_for_its_first_night_and_says_so(
    peopled: World, client: Client, sign_in: Any, clock: Any, monkeypatch: Any
) -> None:
    clock(peopled.now)
    monkeypatch.setattr(pivots, "MOST_COUNTED", 4)
    assert pivots.pivot(
        peopled["province"].pk, peopled["province"].path, "sex", "age", today=peopled.today, exact=True
    ) is None  # fmt: skip
    sign_in(client, peopled.staff_person("ORG", "province"), staff=True)
    response = client.get("/console/statistics/pivot")
    assert (response.status_code, "明天就可以看了" in response.content.decode()) == (200, True)
    asked = client.get(f"/api/v1/figures/{peopled['province'].public_id}/pivot")
    assert (asked.status_code, asked.json()["code"]) == (404, "statistics.not_counted")
    with pytest.raises(NotFound):
        told(peopled, "plant", "sex", "name")


def test_a_union_that_has_shrunk_is_counted_at_once_again(peopled: World, monkeypatch: Any) -> None:
    with monkeypatch.context() as patched:
        for module in (cells, pivots):
            patched.setattr(module, "MOST_COUNTED", 4)
        cells.rebuild(now=peopled.now)
    assert told(peopled, "province", "sex", "age").day is None
    cells.rebuild(now=peopled.now)
    assert not FigureCell.objects.exists()


def test_who_may_not_read_the_list_sees_every_cell_and_total_rounded_by_itself(peopled: World) -> None:
    exact, rounded = (told(peopled, "province", "sex", "age", exact=each) for each in (True, False))
    numbers = [n for line in exact.lines for n in (*line.cells, line.total)]
    shown = [n for line in rounded.lines for n in (*line.cells, line.total)]
    assert any(0 < n < 5 for n in numbers if isinstance(n, int))
    assert shown == ["＜5" if 0 < int(n) < 5 else 5 * ((int(n) + 2) // 5) for n in numbers]
