"""Clocks on a case: the turn of the year, pause, extension, reminders, moves by the clock; the inbox."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework import services as casework
from zhijia.foundation.notify.models import Message
from zhijia.foundation.parameters import services as parameters
from zhijia.foundation.workflow import clock, deadlines, reminders, selectors, services
from zhijia.foundation.workflow.models import Case, CaseHistory, Deadline, InboxEntry
from zhijia.foundation.workflow.rules import UNIT
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import RuleBroken, TooMany, WrongState
from zhijia.kernel.registry import registry
from zhijia.organization.access import services as access
from zhijia.organization.access.cases import GRANTS
from zhijia.organization.joining.rules import JOIN, Join

pytestmark = pytest.mark.django_db
NEW_YEARS_EVE = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)


def last_day(due_at: datetime) -> date:
    return timezone.localdate(due_at - timedelta(seconds=1))


def open_case(world: World, *, at: datetime | None = None, state: str = Join.PENDING, owner: int | None = None) -> Case:
    return services.open_case(
        JOIN,
        SYSTEM,
        title="张*的入会申请",
        unit_id=world["plant"].pk,
        owner_person_id=owner,
        now=at or world.now,
        start=state,
    )


def due(case: Case) -> Deadline:
    return Deadline.objects.get(case=case, kind="due", done_at=None)


# --- When it is due
def test_the_day_of_opening_does_not_count_and_the_sentence_says_how(world: World) -> None:
    """docs/rules/workflow.md#deadlines: opened on Tuesday 15 September, three working days: Friday 18."""
    case = open_case(world)
    assert (last_day(case.due_at), case.due_provisional) == (date(2026, 9, 18), False)
    assert case.last_day == date(2026, 9, 18)
    assert case.due_explained
    assert case.versions["join.review_wd"] == 1


def test_holidays_and_exchanged_days_count_as_published(world: World) -> None:
    """From Wednesday 30 September 2026: 1 to 7 October rest, then 8 and 9, and Saturday 10 is worked."""
    case = open_case(world, at=datetime(2026, 9, 30, 2, 0, tzinfo=UTC))
    assert last_day(case.due_at) == date(2026, 10, 10)


def test_beyond_the_loaded_calendar_a_date_is_provisional_and_follows_the_plan(world: World) -> None:
    """docs/rules/workflow.md#provisional"""
    case = open_case(world, at=NEW_YEARS_EVE)
    assert (last_day(case.due_at), case.due_provisional) == (date(2027, 1, 6), True)
    days = [(date(2027, 1, 1), True, "元旦"), (date(2027, 1, 4), True, "元旦"), (date(2027, 1, 5), True, "元旦")]
    parameters.load_calendar_year(SYSTEM, 2027, days, source="国办通知", now=world.now)
    assert deadlines.recompute_provisional() == 2  # the due date and the clock that escalates
    case.refresh_from_db()
    assert (last_day(case.due_at), case.due_provisional) == (date(2027, 1, 8), False)
    assert due(case).due_at == case.due_at
    assert deadlines.recompute_provisional() == 0


def test_a_corrected_year_moves_certain_deadlines_too(world: World) -> None:
    case = open_case(world)
    parameters.load_calendar_year(SYSTEM, 2026, [(date(2026, 9, 18), True, "临时放假")], source="更正", now=world.now)
    assert deadlines.recompute_provisional() == 0
    assert deadlines.recompute_provisional(year=2026) == 2
    case.refresh_from_db()
    assert last_day(case.due_at) == date(2026, 9, 21)


def test_recomputing_goes_on_chunk_by_chunk(world: World) -> None:
    for _ in range(3):
        open_case(world, at=NEW_YEARS_EVE)
    days = [(date(2027, 1, n), True, "元旦") for n in (1, 4)]
    parameters.load_calendar_year(SYSTEM, 2027, days, source="国办通知", now=world.now)
    after, total, chunks = 0, 0, 0
    while True:
        after, changed = deadlines.recompute_some(after=after, limit=2)
        total, chunks = total + changed, chunks + 1
        if not after:
            break
    assert (total, chunks) == (6, 4)


def test_a_region_decides_how_long_it_takes(world: World) -> None:
    parameters.schedule_value(
        SYSTEM, "join.review_wd", 1, valid_from=date(2026, 9, 1), region="370682000000", source="县定",
        made_by=None, checked_by=None, now=world.now,
    )  # fmt: skip
    assert last_day(open_case(world).due_at) == date(2026, 9, 16)


# --- Pause, resume, extend
def test_a_pause_is_given_back_in_whole_days(world: World) -> None:
    case = open_case(world)
    deadlines.pause(case, actor=SYSTEM, now=world.now)
    assert clock.fire_due(now=world.now + timedelta(days=30)) == {"due": 0, "clock": 0, "failed": 0}
    deadlines.resume(case, actor=SYSTEM, now=world.now + timedelta(days=4))
    case.refresh_from_db()
    # Friday 18 September and four days: Tuesday 22.
    assert last_day(case.due_at) == date(2026, 9, 22)
    assert "暂停 4 天" in case.due_explained


def test_a_case_that_stands_is_not_late(world: World) -> None:
    here, above = world.staff("GRASS_ADMIN", "plant", "王一"), world.staff("ORG", "county")
    case, later = open_case(world), world.now + timedelta(days=30)
    (waiting,) = selectors.list_inbox(here, now=later)
    assert waiting.due == "late"
    deadlines.pause(case, actor=SYSTEM, now=world.now)
    (waiting,) = selectors.list_inbox(here, now=later)
    assert (waiting.due, waiting.case.due_explained) == ("none", "暂停计时，恢复后顺延")
    assert selectors.late_below(above, [world["plant"].pk], now=later) == []
    deadlines.resume(case, actor=SYSTEM, now=world.now + timedelta(days=4))
    (late,) = selectors.late_below(above, [world["plant"].pk], now=later)
    assert late.case.pk == case.pk


def test_what_has_no_due_date_stands_last_on_both_databases(world: World) -> None:
    here = world.staff("GRASS_ADMIN", "plant", "王一")
    stands, runs = open_case(world), open_case(world)
    deadlines.pause(stands, actor=SYSTEM, now=world.now)
    assert [row.case.pk for row in selectors.list_inbox(here, now=world.now)] == [runs.pk, stands.pk]


def test_a_second_pause_adds_up_and_a_new_calendar_takes_none_of_it_away(world: World) -> None:
    case = open_case(world, at=NEW_YEARS_EVE)
    for days in (1, 2):
        deadlines.pause(case, actor=SYSTEM, now=NEW_YEARS_EVE)
        deadlines.resume(case, actor=SYSTEM, now=NEW_YEARS_EVE + timedelta(days=days))
    assert due(case).stood_days == 3
    before = last_day(due(case).due_at)
    parameters.load_calendar_year(SYSTEM, 2027, [(date(2027, 1, 1), True, "元旦")], source="国办通知", now=world.now)
    deadlines.recompute_provisional()
    assert last_day(due(case).due_at) >= before
    assert due(case).stood_days == 3


def test_a_deadline_is_extended_once(world: World) -> None:
    case = open_case(world)
    deadlines.extend(case, actor=SYSTEM, add=2, now=world.now)
    case.refresh_from_db()
    # Friday 18, then Sunday 20, worked in exchange for the October holiday, and Monday 21.
    assert last_day(case.due_at) == date(2026, 9, 21)
    with pytest.raises(WrongState, match=r"case\.extended_already"):
        deadlines.extend(case, actor=SYSTEM, add=1, now=world.now)


# --- What time does
def test_when_a_due_date_passes_those_who_can_act_are_told_and_nobody_else(world: World) -> None:
    here = world.staff("GRASS_ADMIN", "plant", "王一")
    world.staff("ORG", "county", "李明")
    owner = world.staff("GRASS_CHAIR", "plant", "张三")
    case = open_case(world, owner=owner.person_id)
    assert clock.fire_due(now=due(case).due_at - timedelta(seconds=1))["due"] == 0
    assert clock.fire_due(now=due(case).due_at)["due"] == 1
    told = Message.objects.filter(template="workflow.due")
    assert [row.person_id for row in told] == [here.person_id]
    assert told[0].link == f"/console/joining/{case.public_id}"
    assert "张*的入会申请" in told[0].body
    assert clock.fire_due(now=case.due_at + timedelta(hours=1))["due"] == 0


def test_the_clock_escalates_to_the_upper_union(world: World) -> None:
    _person, pid = world.application()
    case = Case.objects.get(public_id=pid)
    moment = Deadline.objects.get(case=case, kind="clock", move="escalate").due_at
    assert clock.fire_due(now=moment)["clock"] == 1
    case.refresh_from_db()
    assert case.state == Join.ESCALATED
    assert CaseHistory.objects.filter(case=case, actor_kind="system", move="escalate").count() == 1


def test_a_clock_whose_state_was_left_does_nothing(world: World) -> None:
    case = open_case(world)
    Case.objects.filter(pk=case.pk).update(state=Join.APPROVED)
    done = clock.fire_due(now=world.now + timedelta(days=60))
    assert (done["due"], done["clock"]) == (0, 0)


def test_many_moves_by_the_clock_leave_alone_what_has_moved_on(world: World) -> None:
    cases = [open_case(world) for _ in range(4)]
    Case.objects.filter(pk=cases[0].pk).update(state=Join.APPROVED)
    moved = services.move_many(JOIN, "escalate", [case.pk for case in cases], actor=SYSTEM, now=world.now)
    assert moved == [case.pk for case in cases[1:]]
    with pytest.raises(WrongState):
        services.move_many(JOIN, "escalate", [], actor=world.staff("ORG", "county"), now=world.now)
    with pytest.raises(WrongState):
        services.move_many(JOIN, "approve", [cases[1].pk], actor=SYSTEM, now=world.now)


# --- The inbox
def entry_of(case: Case) -> InboxEntry:
    return InboxEntry.objects.get(case=case, closed_at=None)


def test_an_entry_goes_to_the_nearest_union_where_somebody_can_act(world: World) -> None:
    assert entry_of(open_case(world)).unit_id == world["plant"].pk  # nobody anywhere: it stays at home
    world.staff("ORG", "city")
    assert entry_of(open_case(world)).unit_id == world["city"].pk
    world.staff("ORG", "county", "李明")
    assert entry_of(open_case(world)).unit_id == world["county"].pk
    world.staff("GRASS_ADMIN", "plant", "王一")
    assert entry_of(open_case(world)).unit_id == world["plant"].pk


def test_open_entries_follow_when_roles_begin_and_end(world: World) -> None:
    county = world.staff("ORG", "county")
    checker = world.staff("SECURITY_ADMIN", "county", "李明")
    case = open_case(world)
    assert entry_of(case).unit_id == world["county"].pk
    person = world.person("王一")
    said = {
        "person": person.public_id, "union": world["plant"].public_id, "role": "GRASS_ADMIN", "since": world.today,
        "until": world.today + timedelta(days=100), "reason": "任职文件",
    }  # fmt: skip
    grant = casework.open_case(GRANTS, county, said, now=world.now)
    casework.act(GRANTS, checker, grant, "agree", now=world.now)
    assert entry_of(case).unit_id == world["plant"].pk
    assert [row.case.pk for row in selectors.list_inbox(world.actor(person, staff=True), now=world.now)] == [case.pk]
    access.end_person_grants(person.pk, union_id=None, reason="离任", now=world.now)
    assert entry_of(case).unit_id == world["county"].pk


def test_ones_own_matter_waits_at_the_upper_union_where_nobody_else_decides(world: World) -> None:
    own = world.staff("GRASS_ADMIN", "plant", "王一")
    world.staff("ORG", "county")
    assert entry_of(open_case(world, owner=own.person_id)).unit_id == world["county"].pk
    assert entry_of(open_case(world)).unit_id == world["plant"].pk


def test_the_inbox_is_one_query_and_late_work_below_is_seen_from_above(
    world: World, django_assert_num_queries: Any
) -> None:
    cadre, county = world.staff("GRASS_ADMIN", "plant", "王一"), world.staff("ORG", "county")
    for _ in range(5):
        open_case(world)
    with django_assert_num_queries(1):
        assert len(list(selectors.inbox_entries(cadre))) == 5
    later = world.now + timedelta(days=10)
    below = [world["plant"].pk, world["county"].pk]
    assert len(selectors.late_below(county, below, now=later)) == 5
    assert selectors.late_below(county, below, now=world.now) == []
    assert {row.due for row in selectors.list_inbox(cadre, now=later)} == {"late"}


def test_holders_are_told_nearest_first(world: World) -> None:
    here, above = world.staff("GRASS_ADMIN", "plant", "王一"), world.staff("ORG", "county")
    found = registry.units.holders(world["plant"].pk, "joining:application:decide", world.today)
    assert list(found) == [
        (world["plant"].pk, frozenset({here.person_id})), (world["county"].pk, frozenset({above.person_id}))
    ]  # fmt: skip
    assert registry.units.top(world["plant"].pk) == world["province"].pk
    assert JOIN.checks_of(Join.PENDING, UNIT, "joining:application:decide") == ()
    with pytest.raises(LookupError):
        registry.units.holders(world["plant"].pk, "no:such:right", world.today)


# --- Found by its number
def test_a_case_is_found_by_its_number_also_when_it_is_decided_and_only_by_who_decides_there(world: World) -> None:
    cadre, other = world.staff("GRASS_ADMIN", "plant", "王一"), world.staff("ORG", "other_county", "李明")
    finance = world.staff("GRASS_FINANCE", "plant", "赵云")
    case = open_case(world)
    for number in (case.public_id, case.public_id[:8]):
        assert selectors.find_by_number(cadre, number) == case
    services.move(case, "approve", actor=cadre, now=world.now)
    assert selectors.find_by_number(cadre, case.public_id) == case
    assert selectors.find_by_number(world.staff("ORG", "county"), case.public_id) == case
    for actor in (other, finance):
        assert selectors.find_by_number(actor, case.public_id) is None
    for text in (case.public_id[:7], case.public_id[:8] + "!", "", "x" * 17):
        assert selectors.find_by_number(cadre, text) is None


# --- Reminding
def test_somebody_above_reminds_who_is_to_act_once_a_day(world: World) -> None:
    here = world.staff("GRASS_ADMIN", "plant", "王一")
    above = world.staff("ORG", "county")
    case, later = open_case(world), world.now + timedelta(days=30)
    with pytest.raises(WrongState):
        reminders.remind(above, case, now=world.now)
    assert reminders.remind(above, case, now=later) == 1
    told = Message.objects.get(person_id=here.person_id, template="workflow.reminded")
    assert "莱阳市总工会" in told.body
    assert selectors.timeline(case)[0].title == "上级工会催办"
    with pytest.raises(TooMany, match=r"case\.reminded"):
        reminders.remind(above, case, now=later + timedelta(hours=1))
    assert reminders.remind(above, case, now=later + timedelta(days=1)) == 1
    assert AuditEntry.objects.filter(event="workflow.remind").count() == 2


def test_where_nobody_can_act_a_reminder_says_so_and_leaves_nothing(world: World) -> None:
    above = world.staff("ORG", "county")
    case, later = open_case(world, owner=above.person_id), world.now + timedelta(days=30)
    with pytest.raises(RuleBroken, match=r"case\.nobody"):
        reminders.remind(above, case, now=later)
    assert not CaseHistory.objects.filter(case=case, move="remind").exists()
