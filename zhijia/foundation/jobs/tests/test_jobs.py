from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from hypothesis import given, strategies as st

from zhijia.foundation.jobs import selectors, services
from zhijia.foundation.jobs.models import Job, State
from zhijia.foundation.jobs.tests import kinds
from zhijia.foundation.ui.listing import Query
from zhijia.kernel.actor import SYSTEM, Actor, Kind
from zhijia.kernel.errors import NotFound, WrongState

OWNER = Actor(Kind.PERSON, account_id=7)
STRANGER = Actor(Kind.PERSON, account_id=8)


@pytest.fixture
def table(transactional_db):
    kinds.create_table()


def start(now: datetime, kind: str = "tests.count", **payload) -> str:
    return services.enqueue(kind, payload or {"size": 35}, actor=OWNER, now=now)


def run(public_id: str, now: datetime) -> Job:
    services.run_slice(public_id, clock=lambda: now)
    return selectors.get_by_public_id(public_id)


def test_a_job_goes_through_all_its_chunks(table, now):
    job = run(start(now), now)
    assert job.state == State.DONE
    assert (job.done, job.total) == (35, 35)
    assert job.report == {"marked": 35, "rows": [0, 10, 20, 30], "last": "30"}
    assert kinds.marks() == list(range(35))


def test_a_rolled_back_command_starts_no_job(table, now):
    with transaction.atomic():
        start(now)
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_a_kind_that_nobody_declares_is_refused(table, now):
    with pytest.raises(LookupError):
        start(now, "tests.unknown")


def test_two_living_jobs_of_one_key_are_one(table, now):
    first = services.enqueue("tests.count", {"size": 5}, actor=OWNER, now=now, key="nightly")
    assert services.enqueue("tests.count", {"size": 5}, actor=OWNER, now=now, key="nightly") == first
    run(first, now)
    assert services.enqueue("tests.count", {"size": 5}, actor=OWNER, now=now, key="nightly") != first


def test_a_long_job_gives_others_their_turn_and_goes_on_later(table, now):
    public_id = start(now)
    services.run_slice(public_id, clock=lambda: now, seconds=0)
    job = selectors.get_by_public_id(public_id)
    assert (job.done, job.runner) == (10, "")
    assert DBTaskResult.objects.filter(status="READY").count() == 2
    assert run(public_id, now).state == State.DONE
    assert kinds.marks() == list(range(35))


def test_a_second_worker_leaves_a_living_job_alone(table, now):
    public_id = start(now)
    assert services._take(public_id, "first", now=now) is not None
    assert run(public_id, now).done == 0
    assert kinds.marks() == []


def test_a_worker_whose_job_was_taken_over_writes_nothing_more(table, now):
    public_id = start(now)
    old = services._take(public_id, "first", now=now)
    later = now + timedelta(seconds=61)
    assert services.revive_silent(now=later) == 1
    assert run(public_id, later).state == State.DONE
    assert services._do_chunk(public_id, old, "first", now=later) is None
    assert kinds.marks() == list(range(35))


def test_a_silent_job_is_revived_once(table, now):
    start(now)
    assert services.revive_silent(now=now + timedelta(seconds=59)) == 0
    assert services.revive_silent(now=now + timedelta(seconds=61)) == 1
    assert services.revive_silent(now=now + timedelta(seconds=62)) == 0


def test_an_unexpected_error_is_retried_later_with_the_cursor_kept_and_then_told(table, now):
    public_id = start(now, "tests.stumble", how="unexpected")
    job = run(public_id, now)
    assert (job.state, job.done, job.failures, job.error_code) == (State.RUNNING, 10, 1, "job.retrying")
    assert run(public_id, now).failures == 1, "it waits for its next try"
    for attempt in range(2, services.MOST_FAILURES + 1):
        now = job.heartbeat
        job = run(public_id, now)
        assert job.failures == attempt
    assert (job.state, job.done, job.error_code) == (State.FAILED, 10, "job.failed")
    assert job.error.endswith("。")
    assert "1101" not in job.error
    assert kinds.marks() == list(range(10))


def test_an_expected_error_ends_the_job_with_its_own_sentence(table, now):
    job = run(start(now, "tests.stumble", how="expected"), now)
    assert (job.state, job.error_code, job.done) == (State.FAILED, "tests.bad_row", 10)
    assert "第 12 行" in job.error


def test_a_failed_job_goes_on_from_its_cursor_when_resumed(table, now):
    public_id = start(now, "tests.stumble", how="expected")
    run(public_id, now)
    Job.objects.filter(public_id=public_id).update(kind="tests.count", payload={"size": 25})
    services.resume(OWNER, public_id, now=now)
    assert run(public_id, now).state == State.DONE
    assert kinds.marks() == list(range(25))
    with pytest.raises(WrongState):
        services.resume(OWNER, public_id, now=now)


def test_a_cancelled_job_stops_and_stays_stopped(table, now):
    public_id = start(now)
    services.run_slice(public_id, clock=lambda: now, seconds=0)
    services.cancel(OWNER, public_id, now=now)
    job = run(public_id, now)
    assert (job.state, job.done) == (State.CANCELLED, 10)
    with pytest.raises(WrongState):
        services.cancel(OWNER, public_id, now=now)


def test_nobody_sees_or_stops_a_strangers_job(table, now):
    public_id = start(now)
    assert selectors.get_job(OWNER, public_id).public_id == public_id
    assert selectors.list_jobs(STRANGER, Query()).rows == []
    for forbidden in (selectors.get_job, lambda a, p: services.cancel(a, p, now=now)):
        with pytest.raises(NotFound):
            forbidden(STRANGER, public_id)
    assert [job.public_id for job in selectors.list_jobs(SYSTEM, Query()).rows] == [public_id]


def test_a_lost_task_returns_to_the_queue(table, now):
    start(now)
    DBTaskResult.objects.update(status="RUNNING", started_at=now)
    assert services.return_lost_tasks(now=now + timedelta(seconds=services.TASK_LOST_S - 1)) == 0
    assert services.return_lost_tasks(now=now + timedelta(seconds=services.TASK_LOST_S + 1)) == 1
    assert DBTaskResult.objects.ready().count() == 1


def test_ended_jobs_and_tasks_are_forgotten_in_time(table, now):
    run(start(now), now)
    living = start(now)
    DBTaskResult.objects.update(status="SUCCESSFUL", finished_at=now)
    assert services.delete_old(now=now + timedelta(days=6)) == 0
    assert services.delete_old(now=now + timedelta(days=8)) == 2
    assert services.delete_old(now=now + timedelta(days=366)) == 1
    assert selectors.find_by_public_id(living) is not None


_VALUES = st.integers(0, 10**6) | st.booleans() | st.text(max_size=5) | st.lists(st.integers(), max_size=5)
_REPORTS = st.dictionaries(st.sampled_from(["rows", "bad", "note"]), _VALUES, max_size=3)


@given(_REPORTS, _REPORTS)
def test_a_merged_report_loses_no_name(old, new):
    assert set(services.merge_reports(old, new)) == set(old) | set(new)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_numbers_of_all_chunks_add_up(numbers):
    report: dict[str, int] = {}
    for number in numbers:
        report = services.merge_reports(report, {"rows": number})
    assert report == {"rows": sum(numbers)}


def test_lists_in_a_report_stop_growing():
    report = services.merge_reports({"bad": list(range(990))}, {"bad": list(range(20))})
    assert len(report["bad"]) == services.REPORT_LIST
