from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from zhijia.foundation.jobs import services
from zhijia.foundation.jobs.models import Tick
from zhijia.kernel import clockwork
from zhijia.kernel.clockwork import SHANGHAI, Periodic


@pytest.fixture
def only(monkeypatch, db):
    """`only(periodic)`: the clock knows nothing else."""

    def know(*items: Periodic) -> None:
        monkeypatch.setattr(clockwork, "_periodic", {item.name: item for item in items})

    return know


def test_it_runs_once_in_its_slot_and_again_in_the_next(only, now):
    seen: list[datetime] = []
    only(Periodic("tests.each", seen.append, minutes=5))
    assert services.run_due(now=now) == ["tests.each"]
    assert services.run_due(now=now + timedelta(minutes=4, seconds=59)) == []
    assert services.run_due(now=now + timedelta(minutes=5)) == ["tests.each"]
    assert len(seen) == 2


def test_missed_slots_are_caught_up_once(only, now):
    seen: list[datetime] = []
    only(Periodic("tests.each", seen.append, minutes=1))
    services.run_due(now=now)
    services.run_due(now=now + timedelta(hours=3))
    assert len(seen) == 2


def test_a_daily_thing_waits_for_its_hour_on_a_new_installation(only, now):
    seen: list[datetime] = []
    only(Periodic("tests.daily", seen.append, at=time(3, 0)))  # now is 10:00 in Shanghai
    assert services.run_due(now=now) == []
    assert services.run_due(now=now + timedelta(hours=16, minutes=59)) == []
    assert services.run_due(now=now + timedelta(hours=17)) == ["tests.daily"]
    assert services.run_due(now=now + timedelta(hours=40)) == []


def test_one_that_fails_is_asked_again_and_stops_no_other(only, now):
    calls = []

    def fail(_now: datetime) -> None:
        calls.append("failed")
        raise RuntimeError("no")

    only(Periodic("tests.bad", fail, minutes=60), Periodic("tests.good", lambda _now: None, minutes=60))
    assert services.run_due(now=now) == ["tests.good"]
    assert services.run_due(now=now + timedelta(minutes=1)) == []
    assert calls == ["failed", "failed"]
    assert Tick.objects.get(name="tests.bad").error == "RuntimeError"


def test_a_slot_taken_by_another_process_is_not_ours(only, now):
    item = Periodic("tests.each", lambda _now: None, minutes=1)
    only(item)
    assert services._claim(item, item.slot(now), now=now) is not None
    assert services._claim(item, item.slot(now), now=now) is None


LEASES = [({"minutes": 1}, services.LEASE), ({"at": time(3, 0)}, services.DAILY_LEASE)]


@pytest.mark.parametrize(("when", "lease"), LEASES)
def test_one_that_is_killed_on_its_way_is_done_again(only, now, when, lease):
    seen: list[datetime] = []

    class Killed(BaseException):
        """What no `except Exception` catches, as nobody catches a kill."""

    def begin(moment: datetime) -> None:
        seen.append(moment)
        if len(seen) == 1:
            raise Killed

    only(Periodic("tests.each", begin, **when))
    Tick.objects.create(name="tests.each", last_run=now - timedelta(days=2))
    with pytest.raises(Killed):
        services.run_due(now=now)
    assert services.run_due(now=now + lease - timedelta(seconds=1)) == [], "somebody may still be at it"
    assert services.run_due(now=now + lease) == ["tests.each"]
    assert services.run_due(now=now + lease) == []
    assert len(seen) == 2


def test_a_lease_begins_when_the_function_does(only, now):
    """One that takes long leaves those behind it their whole lease."""
    hour_later = now + timedelta(hours=1)
    held = []

    def look(_now: datetime) -> None:
        held.append(Tick.objects.get(name="tests.each").held_until)

    only(Periodic("tests.each", look, minutes=1))
    services.run_due(now=now, clock=lambda: hour_later)
    assert held == [hour_later + services.LEASE]


def test_one_that_was_overtaken_marks_nothing_done(only, now):
    """It outlived its lease: who took it over is still at it."""
    later = now + timedelta(minutes=30)

    def overtaken(_now: datetime) -> None:
        Tick.objects.filter(name="tests.each").update(held_until=later)

    only(Periodic("tests.each", overtaken, minutes=1))
    services.run_due(now=now)
    row = Tick.objects.get(name="tests.each")
    assert row.held_until == later
    assert row.last_run < now


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 1440) | st.times().map(lambda t: t.replace(microsecond=0)),
)
def test_a_slot_is_never_in_the_future_and_its_own_slot(now, when):
    item = Periodic("x", lambda _now: None, **({"minutes": when} if isinstance(when, int) else {"at": when}))
    slot = item.slot(now)
    assert slot <= now
    assert item.slot(slot) == slot
    if item.at is None:
        assert now - slot < timedelta(minutes=when)
    else:
        assert now - slot < timedelta(days=1)
        assert slot.astimezone(SHANGHAI).time() == when


def test_the_kernel_knows_what_capabilities_declared():
    names = {item.name for item in clockwork.periodic()}
    assert {"jobs.revive_silent_jobs", "jobs.return_lost_tasks", "jobs.forget_old_jobs"} <= names
