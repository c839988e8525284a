"""After unions moved, the county and city on their members' rows follow in chunks; what happened before stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.world import World
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.members.models import Membership, MembershipEvent
from zhijia.organization.members.services import placing
from zhijia.organization.statistics.models import FigureMonth
from zhijia.organization.unions import services as unions
from zhijia.organization.unions.models import Union

pytestmark = pytest.mark.django_db


def move(world: World, key: str, parent: str) -> None:
    Union.objects.filter(pk=world[key].pk).update(direct=True)  # moved across regions
    union = world[key]
    unions.move_union(
        SYSTEM, union, world[parent].code, reason="区划调整文件", version=union.version, now=world.now
    )  # fmt: skip


def started() -> list[Job]:
    return list(Job.objects.filter(kind=placing.JOB).order_by("id"))


def places(key: str, world: World) -> set[tuple[int | None, int | None]]:
    rows = Membership.objects.filter(union__path__startswith=world[key].path, until__isnull=True)
    return set(rows.values_list("county_unit", "city_unit"))


@pytest.fixture
def members(world: World) -> list[Any]:
    return [world.member(key, "林晓禾")[1] for key in ("plant", "plant", "home", "plant", "home")]


def test_members_follow_into_another_county_and_city(world, members):
    ended = world.member("plant", "王一")[1]
    Membership.objects.filter(pk=ended.pk).update(until=world.today)
    stayed = world.member("other_home", "李二")[1]
    move(world, "town", "other_county")
    assert places("town", world) == {(world["county"].pk, world["city"].pk)}
    (job,) = started()
    jobs.run_slice(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.done, job.report["rewritten"]) == ("done", 5, 5)
    assert places("town", world) == {(world["other_county"].pk, world["other_county"].city_id)}
    ended.refresh_from_db()
    assert ended.county_unit == world["county"].pk, "a stay that has ended keeps its county"
    stayed.refresh_from_db()
    assert stayed.county_unit == world["other_county"].pk


def test_a_move_within_the_county_starts_nothing(world, members):
    move(world, "plant", "county")
    assert started() == []


def test_events_and_months_stay_as_they_are(world, members):
    before = (MembershipEvent.objects.count(), list(FigureMonth.objects.order_by("id").values()))
    move(world, "town", "other_county")
    after_move = (MembershipEvent.objects.count(), list(FigureMonth.objects.order_by("id").values()))
    jobs.run_slice(started()[0].public_id)
    assert (MembershipEvent.objects.count(), list(FigureMonth.objects.order_by("id").values())) == after_move
    assert after_move[0] == before[0]


@pytest.mark.parametrize(("rows", "batch"), [(1, 1), (1, 200), (2, 1), (2, 200), (5, 2), (6, 200)])
def test_every_chunk_size_reaches_every_row_once(world, members, monkeypatch, rows, batch):
    monkeypatch.setattr(placing, "ROWS", rows)
    monkeypatch.setattr(placing, "UNIONS", batch)
    move(world, "town", "other_county")
    (job,) = started()
    jobs.run_slice(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.done, job.report["rewritten"]) == ("done", 5, 5)
    assert places("town", world) == {(world["other_county"].pk, world["other_county"].city_id)}


def stop_after(chunks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Die in the middle of a later chunk, after its rows were written and before they are committed."""
    real: Callable[..., Any] = placing.place_some
    ran: list[int] = []

    def step(*arguments: Any) -> Any:
        done = real(*arguments)
        ran.append(1)
        if len(ran) > chunks:
            raise SystemExit
        return done

    monkeypatch.setattr(placing, "place_some", step)


def test_killed_in_the_middle_it_goes_on_where_it_stood(world, members, monkeypatch):
    monkeypatch.setattr(placing, "ROWS", 2)
    move(world, "town", "other_county")
    (job,) = started()
    with monkeypatch.context() as patched:
        stop_after(1, patched)
        with pytest.raises(SystemExit):
            jobs.run_slice(job.public_id)
    job.refresh_from_db()
    assert (job.state, job.done) == ("running", 2)
    assert len(places("town", world)) == 2, "two rows are rewritten, three wait"
    later = timezone.now() + timedelta(seconds=61)
    assert jobs.revive_silent(now=later) == 1
    jobs.run_slice(job.public_id, clock=lambda: later)
    job.refresh_from_db()
    assert (job.state, job.done, job.report["rewritten"]) == ("done", 5, 5)
    assert len(places("town", world)) == 1


def test_a_second_move_meanwhile_ends_at_the_last_place(world, members, monkeypatch):
    monkeypatch.setattr(placing, "ROWS", 2)
    move(world, "town", "other_county")
    first = started()[0]
    with monkeypatch.context() as patched:
        stop_after(1, patched)
        with pytest.raises(SystemExit):
            jobs.run_slice(first.public_id)
    move(world, "town", "county")
    later = timezone.now() + timedelta(seconds=61)
    for job in started():
        jobs.run_slice(job.public_id, clock=lambda: later)
    assert places("town", world) == {(world["county"].pk, world["city"].pk)}
