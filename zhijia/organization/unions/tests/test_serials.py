"""Running numbers: never twice, whatever is rolled back and whoever asks at once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection, transaction

from tests.world import World
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.unions import serials, services
from zhijia.organization.unions.models import Serial, Union


@pytest.mark.django_db(transaction=True)
def test_a_block_costs_one_write_and_leaves_a_gap_when_the_process_dies() -> None:
    assert [serials.take("x", block=1_000) for _ in range(3)] == [1, 2, 3]
    assert Serial.objects.get(name="x").next == 1_001
    serials.forget()
    assert serials.take("x", block=1_000) == 1_001


@pytest.mark.django_db(transaction=True)
def test_a_block_that_is_rolled_back_is_not_kept() -> None:
    with transaction.atomic():
        assert serials.take("x", block=1_000) == 1
        transaction.set_rollback(True)
    assert serials.take("x", block=1_000) == 1
    serials.forget()  # another process
    assert serials.take("x", block=1_000) == 1_001


def test_a_child_hands_out_none_of_its_parents_numbers() -> None:
    serials._keep("x", 2, 1_001)
    child = os.fork()
    if child == 0:
        os._exit(len(serials._blocks))
    assert os.waitpid(child, 0)[1] == 0
    assert serials._blocks == {"x": (2, 1_001)}


@pytest.mark.django_db
def test_many_series_are_reserved_together() -> None:
    serials.take("a")
    assert serials.take_counts(["a", "b", "a", "c"]) == {"a": 2, "b": 1, "c": 1}
    assert dict(Serial.objects.values_list("name", "next")) == {"a": 4, "b": 2, "c": 2}
    assert serials.take_counts([]) == {}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_unions_opened_at_once_get_paths_and_codes_of_their_own(world: World, now: datetime) -> None:
    parent = world["town"]

    def open_ten(thread: int) -> list[str]:
        try:
            return [
                services.open_union(
                    SYSTEM, name=f"第{thread}之{number}联合工会", type="JOINT", level=7, region=parent.region,
                    parent=parent, now=now,
                ).code
                for number in range(10)
            ]  # fmt: skip
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        codes = [code for part in pool.map(open_ten, range(8)) for code in part]
    assert len(set(codes)) == 80
    paths = Union.objects.filter(parent=parent, type="JOINT").values_list("path", flat=True)
    assert len(set(paths)) == 80


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_townships_opened_at_once_do_not_wait_for_each_other_for_ever(world: World, now: datetime) -> None:
    """Each takes two series, its own and its home's, in one transaction."""
    county = world["county"]

    def open_town(number: int) -> str:
        try:
            with transaction.atomic():
                serials.take("shared")
                return str(serials.take(f"own:{number}")) + services.open_union(
                    SYSTEM, name=f"第{number}直属联合工会", type="JOINT", level=7, region=county.region, parent=county,
                    now=now,
                ).code  # fmt: skip
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(open_town, range(24), timeout=60))
    assert len(set(found)) == 24
    assert Serial.objects.get(name="shared").next == 25
