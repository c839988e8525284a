"""What the doctor says, to whom, and with which status."""

from __future__ import annotations

import json
from collections import namedtuple
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from zhijia.foundation.jobs import health as jobs_health, services as jobs
from zhijia.foundation.jobs.models import PULSE, Tick
from zhijia.foundation.notify import health as notify_health, services as notify
from zhijia.foundation.parameters import health as calendar_health
from zhijia.foundation.parameters.models import CalendarYear
from zhijia.foundation.upkeep import health as upkeep_health, selectors, services
from zhijia.kernel import health
from zhijia.kernel.health import Finding, Grade

pytestmark = pytest.mark.django_db


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`only(finding, ...)`: the installation has nothing else to say."""

    def say(*findings: Finding) -> None:
        monkeypatch.setattr(health, "_looks", {"test": lambda _now: findings})
        cache.clear()

    yield say
    cache.clear()


WELL = health.good("a.good", "很好。")
SOON = health.warn("b.soon", "快满了。", "请清理。")
NOW_ = health.bad("c.bad", "停了。", "请启动。")


@pytest.mark.parametrize(("found", "status"), [([WELL], 0), ([WELL, SOON], 1), ([SOON, NOW_, WELL], 2)])
def test_the_status_is_that_of_the_worst(only, capsys, found, status):
    only(*found)
    assert _doctor() == status
    out = capsys.readouterr().out
    assert all(each.text in out and each.advice in out for each in found)


def _doctor(*arguments: str) -> int:
    try:
        call_command("doctor", *arguments)
    except SystemExit as error:
        return int(error.code or 0)
    return 0


def test_monitoring_reads_json(only, capsys):
    only(WELL, NOW_)
    assert _doctor("--json", "--quiet") == 2
    said = json.loads(capsys.readouterr().out)
    assert (said["grade"], [each["code"] for each in said["findings"]]) == ("bad", ["c.bad"])


def test_a_look_that_fails_hides_no_other(monkeypatch, now):
    def broken(_now: datetime) -> list[Finding]:
        raise RuntimeError("no")

    def away(_now: datetime) -> list[Finding]:
        raise OperationalError("no")

    looks = {"a": broken, "b": away, "c": away, "d": lambda _now: [WELL]}
    monkeypatch.setattr(health, "_looks", looks)
    assert [each.code for each in health.examine(now=now)] == ["a", "database", "a.good"]


def grades(found: Any) -> list[Grade]:
    return [each.grade for each in found]


def test_a_clock_that_stands_still_is_told(now):
    assert grades(jobs_health.clock_runs(now)) == [Grade.BAD]
    Tick.objects.create(name="jobs.revive_silent_jobs", last_run=now - timedelta(minutes=2))
    assert grades(jobs_health.clock_runs(now)) == [Grade.GOOD]
    assert grades(jobs_health.clock_runs(now + timedelta(minutes=4))) == [Grade.BAD]


def test_a_worker_shows_that_it_lives_by_its_pulse(now):
    assert grades(jobs_health.worker_runs(now)) == [Grade.BAD]
    jobs.note_pulse(now=now)
    jobs.note_pulse(now=now + timedelta(minutes=1))
    assert Tick.objects.filter(name=PULSE).count() == 1
    assert grades(jobs_health.worker_runs(now + timedelta(minutes=15))) == [Grade.GOOD]
    assert grades(jobs_health.worker_runs(now + timedelta(minutes=17))) == [Grade.BAD]


def test_the_worker_is_asked_once_while_it_does_not_answer(now):
    from django_tasks_db.models import DBTaskResult

    jobs.ask_for_pulse()
    jobs.ask_for_pulse()
    assert DBTaskResult.objects.filter(task_path=jobs.beat.module_path).count() == 1


def test_a_pulse_is_no_sign_of_the_clock(now):
    jobs.note_pulse(now=now)
    assert grades(jobs_health.clock_runs(now)) == [Grade.BAD]


def test_a_function_that_failed_is_named(now):
    Tick.objects.create(name="tests.bad", last_run=now, error="RuntimeError")
    assert "tests.bad" in next(iter(jobs_health.nothing_keeps_failing(now))).text


def test_next_years_calendar_is_asked_for_in_december(now):
    assert grades(calendar_health.calendar_is_loaded(now)) == [Grade.GOOD]
    december = now.replace(month=12)
    assert grades(calendar_health.calendar_is_loaded(december)) == [Grade.WARN]
    CalendarYear.objects.create(year=2027, source="国务院办公厅", loaded_at=now)
    assert grades(calendar_health.calendar_is_loaded(december)) == [Grade.GOOD]
    assert grades(calendar_health.calendar_is_loaded(now.replace(year=2030))) == [Grade.BAD]


def test_texts_that_do_not_leave_are_told(world, now):
    notify.send_to_number("accounts.invitation", "13900001111", {"link": "x"}, now=now)
    assert grades(notify_health.texts_leave(now)) == [Grade.GOOD]
    late = list(notify_health.texts_leave(now + timedelta(minutes=16)))
    assert grades(late) == [Grade.BAD]
    assert "1 条" in late[0].text


def test_a_full_disk_is_told_before_it_is_full(monkeypatch, now):
    usage = namedtuple("usage", "total free")
    for free, grade in ((90, Grade.GOOD), (9, Grade.WARN), (1, Grade.BAD)):
        monkeypatch.setattr("shutil.disk_usage", lambda _path, free=free: usage(100 * 1024**3, free * 1024**3))
        assert grades(upkeep_health.disk_has_room(now)) == [grade]


def test_clocks_that_differ_are_told(monkeypatch, now):
    monkeypatch.setattr("zhijia.kernel.db.server_time", lambda: now + timedelta(seconds=9))
    assert grades(upkeep_health.clocks_agree(now)) == [Grade.BAD]
    monkeypatch.setattr("zhijia.kernel.db.server_time", lambda: now + timedelta(seconds=2))
    assert grades(upkeep_health.clocks_agree(now)) == [Grade.GOOD]


def test_the_database_is_migrated_here(now):
    assert grades(upkeep_health.migrated(now)) == [Grade.GOOD]


# --- Pages ----------------------------------------------------------------------------------------------------------
def test_an_operator_finds_it_on_the_desk_and_in_whole(world, sign_in, client: Client, only):
    only(WELL, SOON, NOW_)
    sign_in(client, world.staff_person("OPERATOR", "province"), staff=True)
    desk = client.get("/console/").content.decode()
    assert "2 项需要处理" in desk
    assert desk.index("停了。") < desk.index("快满了。")
    page = client.get("/console/health").content.decode()
    assert all(each.text in page for each in (WELL, SOON, NOW_))


def test_others_find_nothing_of_it(world, sign_in, client: Client, only):
    only(NOW_)
    sign_in(client, world.staff_person("ORG", "province"), staff=True)
    assert "停了。" not in client.get("/console/").content.decode()
    assert client.get("/console/health").status_code == 403


def test_everything_is_looked_at_once_in_two_minutes(world, now, only, monkeypatch):
    seen: list[datetime] = []

    def count(moment: datetime) -> list[Finding]:
        seen.append(moment)
        return [WELL]

    only(WELL)
    monkeypatch.setattr(health, "_looks", {"test": count})
    actor = world.staff("OPERATOR", "province")
    for minutes in (0, 1, 3):
        selectors.summary(actor, now=now + timedelta(minutes=minutes))
    assert len(seen) == 2


def test_the_keys_of_the_suite_fit(now):
    services.require_known_keys(now=now)
    assert grades(upkeep_health.keys_fit(now)) == [Grade.GOOD]
