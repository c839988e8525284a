"""Member lists: the same as a naive sort, page by page, and never a whole county read for one page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Query
from zhijia.organization.members import selectors
from zhijia.organization.members.models import Membership

pytestmark = pytest.mark.django_db

NAMES = (
    "王一",
    "王一",
    "王一",
    "林晓禾",
    "林晓禾",
    "𬭎宇",
    "欧阳娜",
    "Anna Petrova",
    "买买提·艾力",
    "司马相如",
    "赵六",
)


def _through(cadre, unit, **kwargs):
    """Public ids page by page until the list ends, and how many pages that took."""
    seen, after, pages = [], "", 0
    while True:
        page = selectors.list_members(cadre, unit, Query(after=after, **kwargs))
        seen += [row.membership.pk for row in page.rows]
        pages += 1
        after = page.next
        if not after:
            return seen, pages


@pytest.fixture
def cadre(world):
    for number, name in enumerate(NAMES):
        world.member(("plant", "home")[number % 2], name, female=number % 3 == 0)
    return world.staff("ORG", "province")


@pytest.mark.parametrize("key", ["province", "city", "county", "town", "plant"])
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_joined_are_the_naive_list(world, cadre, key, limit):
    unit = world.facts(key)
    naive = Membership.objects.filter(union__path__startswith=unit.path, until=None).order_by("name_key", "id")
    seen, _ = _through(cadre, unit, limit=limit)
    assert seen == list(naive.values_list("pk", flat=True))


@pytest.mark.parametrize("windows", [(1, 2, 3), (2, 2, 2), (500, 4_500, 15_000)])
def test_filtered_pages_joined_are_the_naive_list_whatever_the_windows(world, cadre, monkeypatch, windows):
    monkeypatch.setattr("zhijia.organization.members.selectors.lists._WINDOWS", windows)
    seen, _ = _through(cadre, world.facts("county"), filters={"sex": "1"}, limit=2)
    naive = Membership.objects.filter(sex="1", until=None).order_by("name_key", "id")
    assert seen == list(naive.values_list("pk", flat=True))


def test_a_page_stops_after_so_many_rows_and_says_that_it_goes_on(world, cadre, monkeypatch):
    monkeypatch.setattr("zhijia.organization.members.selectors.lists._WINDOWS", (1, 2, 3))
    page = selectors.list_members(cadre, world.facts("county"), Query(filters={"state": "RETAINED"}))
    assert page.rows == []
    assert page.examined
    assert page.next
    seen, pages = _through(cadre, world.facts("county"), filters={"state": "RETAINED"})
    assert seen == []
    assert pages == 2


def test_an_old_copy_of_the_county_hides_a_row_and_never_shows_a_foreign_one(world, cadre):
    foreign, stay = world.member("other_home", "孙七")
    Membership.objects.filter(pk=stay.pk).update(county_unit=world["county"].pk)
    county = world.staff("ORG", "county")
    shown = selectors.list_members(county, world.facts("county"), Query())
    assert foreign.public_id not in {row.person.public_id for row in shown.rows}
    assert len(shown.rows) == len(NAMES)


def test_a_search_keeps_filters_and_pages(world, cadre):
    seen, pages = _through(cadre, world.facts("county"), search="wy", limit=2)
    assert (len(seen), pages) == (3, 2)
    only, _ = _through(cadre, world.facts("county"), search="wy", filters={"sex": "2"})
    assert set(only) < set(seen)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("maimaiti", {"买买提·艾力"}),
        ("mai mai ti ai", {"买买提·艾力"}),
        ("买买提•艾力", {"买买提·艾力"}),
        ("买买提．艾", {"买买提·艾力"}),
        ("ouyangna", {"欧阳娜"}),
        ("Ou Yang", set()),  # as a name is written
        ("OUYANG", {"欧阳娜"}),
        ("oyn", {"欧阳娜"}),
        ("simaxiangru", {"司马相如"}),
        ("zhaoliu", {"赵六"}),
        ("zl", {"赵六"}),
        ("赵*", {"赵六"}),  # as lists show it
        ("赵＊。", {"赵六"}),
        ("司***如", set()),
        ("司马*如", {"司马相如"}),
        ("买**·*力", {"买买提·艾力"}),
        ("欧*", set()),
        ("*", set()),
    ],
)
def test_names_are_found_by_sound_and_by_any_dot(world, cadre, typed, found):
    page = selectors.list_members(cadre, world.facts("county"), Query(search=typed))
    assert {row.person.name for row in page.rows} == found


def test_a_card_number_is_found_as_it_is_shown(world, cadre):
    person, stay = world.member("plant", "周深秋")
    for typed in (formats.group4(stay.member_number), formats.group4(stay.member_number).replace(" ", "-")):
        page = selectors.list_members(cadre, world.facts("county"), Query(search=typed))
        assert [row.person.id for row in page.rows] == [person.pk]


@pytest.mark.postgres
def test_the_first_and_a_deep_page_of_a_county_read_the_index_without_sorting(world, cadre):
    """What the planner does with a large county: its estimate is forced, the statement is ours."""
    last = selectors.list_members(cadre, world.facts("county"), Query(limit=3)).next
    for after in ("", last):
        with CaptureQueriesContext(connection) as asked:
            selectors.list_members(cadre, world.facts("county"), Query(after=after))
        statement = next(
            q["sql"]
            for q in asked.captured_queries
            if 'FROM "members_membership"' in q["sql"] and "ORDER BY" in q["sql"]
        )
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("EXPLAIN " + statement.replace("%", "%%"))
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "Index Scan using membership_" in plan
        assert "Sort" not in plan
        if after:
            assert "name_key" in plan.split("Index Cond", 1)[1].split("\n", 1)[0]
