"""The calendar: a year's plan by two operators, and what becomes of open deadlines."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from zhijia.foundation.administration import presenting, rules, services
from zhijia.foundation.administration.cases import CALENDARS
from zhijia.foundation.administration.models import CalendarChange
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.workflow.models import Case, Deadline, InboxEntry
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, RuleBroken

pytestmark = pytest.mark.django_db
PLAN = """
2027-01-01 休 元旦
2027-01-04 休 元旦
2027-02-05 休 春节
2027-02-08 休 春节
2027-02-09 休 春节
2027-02-10 休 春节
2027-02-11 休 春节
2027-04-05 休 清明节
2027-05-03 休 劳动节
2027-06-09 休 端午节
2027-09-15 休 中秋节
2027-10-01 休 国庆节
2027-02-14 班 春节
"""


LABELS = {"增加放假", "取消放假", "增加调休上班", "取消调休上班", "改名称"}


def file_of(text: str) -> io.BytesIO:
    lines = ["日期,类型,名称", *(",".join(line.split()) for line in text.strip().splitlines())]
    return io.BytesIO("\n".join(lines).encode())


def propose(world: World, actor: Any, year: int = 2027, plan: str = PLAN) -> str:
    return open_case(CALENDARS, actor, {"year": year, "days": plan, "source": "国务院办公厅通知"}, now=world.now)


def agree(world: World, actor: Any, pid: str) -> None:
    act(CALENDARS, actor, pid, "agree", now=world.now)


def run_job(now: datetime) -> None:
    jobs.run_slice(Job.objects.get(kind=services.RECOMPUTE).public_id, clock=lambda: now)


def test_a_case_opened_on_31_december_is_provisional_until_the_next_year_is_loaded(world: World) -> None:
    """docs/rules/administration.md#calendar"""
    new_years_eve = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)
    _person, pid = world.application()
    case = Case.objects.get(public_id=pid)
    Deadline.objects.filter(case=case).delete()
    from zhijia.foundation.workflow import deadlines
    from zhijia.organization.joining.rules import JOIN

    clocks = deadlines.for_state(JOIN, case.state, case.unit_id, new_years_eve)
    deadlines.write(case.pk, clocks)
    due = Deadline.objects.get(case=case, kind="due")
    # 1 January rests as a fixed date, 2 and 3 are a weekend: Monday 4, Tuesday 5, Wednesday 6 January.
    assert (timezone.localdate(due.due_at - timedelta(seconds=1)), due.provisional) == (date(2027, 1, 6), True)
    maker, checker = world.staff("OPERATOR", "province"), world.staff("OPERATOR", "province", "李明")
    change = propose(world, maker)
    agree(world, checker, change)
    run_job(world.now)
    due.refresh_from_db()
    # With Monday 4 January off, the third working day is Thursday 7 January, and certain.
    assert (timezone.localdate(due.due_at - timedelta(seconds=1)), due.provisional) == (date(2027, 1, 7), False)
    case.refresh_from_db()
    assert (case.due_at, case.due_provisional) == (due.due_at, False)
    assert {entry.due_at for entry in InboxEntry.objects.filter(case=case, closed_at=None)} == {due.due_at}
    assert CalendarChange.objects.get().recomputed == 2
    assert AuditEntry.objects.filter(event="administration.recomputed").count() == 1


def test_a_year_holds_at_once_when_the_second_person_agrees(world: World) -> None:
    maker, checker = world.staff("OPERATOR", "province"), world.staff("OPERATOR", "province", "李明")
    pid = propose(world, maker)
    assert 2027 not in parameters.loaded_years()
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        agree(world, maker, pid)
    agree(world, checker, pid)
    assert parameters.loaded_years()[2027] == "国务院办公厅通知"
    assert not parameters.calendar().is_workday(date(2027, 1, 4))
    assert parameters.calendar().is_workday(date(2027, 2, 14))


def test_a_refused_year_changes_nothing(world: World) -> None:
    maker, checker = world.staff("OPERATOR", "province"), world.staff("OPERATOR", "province", "李明")
    pid = propose(world, maker)
    with pytest.raises(Duplicate):
        propose(world, checker)
    act(CALENDARS, checker, pid, "refuse", {"note": "缺国庆节"}, now=world.now)
    assert 2027 not in parameters.loaded_years()
    assert not Job.objects.exists()
    act(CALENDARS, maker, propose(world, maker), "withdraw", now=world.now)


def test_plans_that_are_not_whole_are_refused(world: World) -> None:
    maker = world.staff("OPERATOR", "province")
    few = "\n".join(PLAN.strip().splitlines()[:5])
    wrong = (
        few,
        PLAN + "2026-12-31 休 元旦",
        PLAN + "2027-01-01 休 元旦",
        PLAN.replace("2027-01-01 休 元旦", "2027-01-05 休 元旦"),
    )
    for plan in wrong:
        with pytest.raises(Invalid) as said:
            propose(world, maker, plan=plan)
        assert set(said.value.fields) == {"days"}
    for plan in ("2027-13-01 休 元旦", "2027-01-01 假 元旦", "2027-01-01 休 =SUM(1)"):
        with pytest.raises(Invalid, match=r"calendar\.rows"):
            services.read_days(file_of(plan))
        with pytest.raises(Invalid) as said:
            propose(world, maker, plan=plan)
        assert "行" in said.value.fields["days"]
    for year in (2030, 2020):
        with pytest.raises(Invalid, match=r"calendar\.year"):
            propose(world, maker, year=year)
    with pytest.raises(NotAllowed, match=r"calendar\.top_only"):
        propose(world, world.staff("OPERATOR", "city", "周平"))


def test_the_pages_load_a_pasted_year(world: World, sign_in: Any, clock: Any) -> None:
    maker, checker = Client(), Client()
    sign_in(maker, world.staff_person("OPERATOR", "province"), staff=True)
    sign_in(checker, world.staff_person("OPERATOR", "province", "李明"), staff=True)
    page = maker.get("/console/calendar").content.decode()
    assert "2027 年的放假安排还没有载入" in page
    said = {"year": "2027", "source": "国务院办公厅通知", "days": PLAN}
    assert maker.post("/console/calendar", {**said, "days": ""}).status_code == 422
    assert maker.post("/console/calendar", {**said, "days": "乱写"}).status_code == 422
    case = maker.post("/console/calendar", said)["Location"]
    page = checker.get(case).content.decode()
    assert "02-05 至 02-11" in page
    assert "这一年的安排还没有载入" in page
    assert checker.post(case, {"decision": "agree"}).status_code == 302
    assert "正在重算" in checker.get(case).content.decode()
    change = CalendarChange.objects.get()
    services.recompute(change.pk, 2027, after=0, so_far=0, now=world.now)
    assert "0 件" in checker.get(case).content.decode()
    assert "还没有载入" not in maker.get("/console/calendar").content.decode()
    for odd in ("?year=9999", "?year=x", "?year=20260"):
        assert maker.get(f"/console/calendar{odd}").status_code == 200


def test_the_checker_reads_what_a_second_plan_changes(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    maker, checker = (world.staff_person("OPERATOR", "province", name) for name in ("王一", "李明"))
    agree(world, world.actor(checker, staff=True), propose(world, world.actor(maker, staff=True)))
    sign_in(client, checker, staff=True)
    plan = PLAN.replace("2027-02-05 休 春节\n", "").replace("2027-04-05 休 清明节", "2027-04-05 休 清明")
    plan = plan.replace("2027-02-14 班 春节", "2027-02-20 班 春节\n2027-02-12 休 春节")
    page = client.get(f"/console/calendar-changes/{propose(world, world.actor(maker, staff=True), plan=plan)}")
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd[^>]*>([^<]+)</dd>", page.content.decode()))
    assert {label: words for label, words in facts.items() if label in LABELS} == {
        "增加放假": "02-12 春节", "取消放假": "02-05 春节", "增加调休上班": "02-20 春节",
        "取消调休上班": "02-14 春节", "改名称": "04-05 清明节改为清明",
    }  # fmt: skip


def test_the_same_plan_again_changes_nothing(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    maker, checker = (world.staff_person("OPERATOR", "province", name) for name in ("王一", "李明"))
    agree(world, world.actor(checker, staff=True), propose(world, world.actor(maker, staff=True)))
    sign_in(client, checker, staff=True)
    again = client.get(f"/console/calendar-changes/{propose(world, world.actor(maker, staff=True))}")
    assert "与现行日历相同，没有变化" in again.content.decode()


def test_a_file_is_read_like_what_is_pasted(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    sign_in(client, world.staff_person("OPERATOR", "province"), staff=True)
    file = file_of(PLAN)
    file.name = "2027.csv"
    answer = client.post("/console/calendar", {"year": "2027", "source": "国务院办公厅通知", "file": file})
    assert answer.status_code == 302
    assert len(CalendarChange.objects.get().days.splitlines()) == 13


def test_the_year_view_marks_only_days_that_differ_from_their_weekday() -> None:
    days = [(date(2027, 1, 1), True, "元旦"), (date(2027, 1, 3), False, "元旦"), (date(2027, 1, 9), True, "周末")]
    january = presenting.preview_months(2027, days)[0]
    kinds = {cell["day"]: cell["kind"] for week in january["weeks"] for cell in week if cell}
    assert (kinds[1], kinds[3], kinds[4], kinds[10]) == ("rest", "work", "", "")
    assert rules.LEAST_RESTS == 11
