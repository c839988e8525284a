"""The demonstration: the same from the same seed, every state reached, history as the services write it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from zhijia.demo import build, cases
from zhijia.demo.moves import COMPANIES
from zhijia.demo.staff import find_unions
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.foundation.workflow.rules import SYSTEM as SYSTEM_MOVE, Workflow
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.registry import registry
from zhijia.organization.members.models import Membership, MembershipEvent
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.statistics import services as statistics
from zhijia.organization.statistics.models import FigureMonth, FigureSnapshot
from zhijia.organization.transfers.models import FoundingTask
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.models import Union

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
REPLAYED = 200
COPIED = (
    "union_id", "county_unit", "city_unit", "name_key", "initials", "state", "since", "until", "ended_by", "joined_on",
    "work_form", "new_form_group", "is_migrant", "occupation", "employer_id", "employer_text", "sex", "birth_year",
    "real_name_level", "activated", "version",
)  # fmt: skip


@pytest.fixture
def province(now: datetime, settings: Any, tmp_path: Path) -> dict[str, str]:
    settings.VAR_DIR = tmp_path
    return build.build_anew(scale="small", seed=7, now=now, say=lambda _text: None, unions_count=120, members_count=700)


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_the_province_is_whole_and_the_same_again(
    province: dict[str, str], now: datetime, settings: Any, tmp_path: Path
) -> None:
    """Two buildings, several looks: they are the dearest of the suite."""
    first = _people()
    every_state_of_every_workflow_is_there()
    its_figures_equal_a_recount(now)
    its_months_equal_the_members_own_days(now)
    the_guide_promises_what_is_there()
    a_second_start_changes_nothing_and_says_the_same(province, now)
    members_replayed_through_the_services_give_the_same_rows()
    call_command("flush", interactive=False, verbosity=0)
    settings.VAR_DIR = tmp_path / "again"
    settings.VAR_DIR.mkdir()
    build.build_anew(scale="small", seed=7, now=now, say=lambda _text: None, unions_count=120, members_count=700)
    assert _people() == first


def _people() -> list[tuple[Any, ...]]:
    found = list(Person.objects.order_by("id").values_list("name", "id_masked", "public_id")[:700])
    assert len(found) == 700
    return found


def passing(flow: Workflow) -> set[str]:
    """States that nobody sees: the move that leads there goes on by itself."""
    return {
        state
        for state in flow.states()
        if state not in flow.closed
        and flow.moves_from(state)
        and {m.by for m in flow.moves_from(state)} == {SYSTEM_MOVE}
    }


def every_state_of_every_workflow_is_there() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for workflow, state in Case.objects.values_list("workflow", "state").distinct():
        found[workflow].add(state)
    missing = {code: set(flow.states()) - passing(flow) - found[code] for code, flow in registry.workflows.items()}
    assert {code: states for code, states in missing.items() if states} == {}


def its_figures_equal_a_recount(now: datetime) -> None:
    result = statistics.recount(now=now)
    assert (result.differing, result.wrong) == (0, [])


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("day", [date(2026, 10, 1), date(2026, 9, 2), date(2026, 8, 31)])
def test_figures_are_right_on_whatever_day_it_is_built(day: date, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    now = timezone.make_aware(datetime.combine(day, time(8, 30)))
    moves = (cases.play_joins, cases.play_changes, cases.play_claims, cases.play_founding, cases.play_files)
    build.build_anew(
        scale="small", seed=7, now=now, say=lambda _text: None, unions_count=60, members_count=200, acts=moves
    )
    its_figures_equal_a_recount(now)
    its_months_equal_the_members_own_days(now)


def its_months_equal_the_members_own_days(now: datetime) -> None:
    """Who was a member at each first of a month, and had joined or left by then: with the subtree and alone."""
    events, stays = MembershipEvent.objects, Membership.objects
    firsts = sorted(set(FigureMonth.objects.values_list("on", flat=True)))
    assert (len(firsts), firsts[-1]) == (24, timezone.localdate(now).replace(day=1))
    for key, union in find_unions().items():
        there = {"union_id__in": Union.objects.filter(path__range=(union.path, f"{union.path}~")).values("id")}
        for on in firsts:
            told = FigureMonth.objects.filter(union_id=union.pk, on=on).first() or FigureMonth()
            alone = FigureSnapshot.objects.filter(union_id=union.pk, on=on).first() or FigureSnapshot()
            earlier = events.filter(on__lt=on)
            joined, left = earlier.filter(kind="joined"), earlier.filter(kind__in=memberships.ENDING)
            stood = stays.filter(since__lt=on).exclude(until__lt=on)
            for row, where in ((told, there), (alone, {"union_id": union.pk})):
                said = (row.joined, row.left, row.members + row.retained)
                own = tuple(rows.filter(**where).count() for rows in (joined, left, stood))
                assert said == own, (key, on, said, own)


def the_guide_promises_what_is_there() -> None:
    unions_there = find_unions()
    late = InboxEntry.objects.filter(unit_id=unions_there["county"].pk, closed_at=None, case__state="ESCALATED")
    assert late.filter(case__workflow="joining.application").count() == 4
    home = Membership.objects.filter(union=unions_there["home"], until=None)
    for name, group, count, outcome in COMPANIES:
        people_there = home.filter(employer__name=name)
        assert set(people_there.values_list("new_form_group", flat=True)) == {group}
        assert 0 < people_there.filter(is_migrant=True).count() < count
        tasks = FoundingTask.objects.filter(employer__name=name).values_list("case__state", flat=True)
        assert list(tasks) == {"open": ["OPEN"], "drop": ["DROPPED"], "found": ["DONE"], "": []}[outcome]


def members_replayed_through_the_services_give_the_same_rows() -> None:
    written = list(Membership.objects.select_related("person").order_by("id")[:REPLAYED])
    assert len(written) == REPLAYED
    for row in written:
        before = {name: getattr(row, name) for name in COPIED}
        event = MembershipEvent.objects.get(membership_id=row.pk, kind="joined")
        told = (event.kind, event.on, event.union_id, event.after)
        at = event.at
        MembershipEvent.objects.filter(membership_id=row.pk).delete()
        Person.objects.filter(pk=row.person_id).update(real_name_level=row.real_name_level)
        row.delete()
        key = memberships.open_membership(
            SYSTEM, people.get_facts(row.person_id), unions.get_facts(row.union_id), now=at, work_form=row.work_form,
            new_form_group=row.new_form_group, occupation=row.occupation, is_migrant=row.is_migrant,
            employer_id=row.employer_id, employer_text=row.employer_text, case_id=None,
        )  # fmt: skip
        again = Membership.objects.get(pk=key)
        assert {name: getattr(again, name) for name in COPIED} == before
        event = MembershipEvent.objects.get(membership_id=key)
        assert (event.kind, event.on, event.union_id, event.after) == told


def a_second_start_changes_nothing_and_says_the_same(province: dict[str, str], now: datetime) -> None:
    count = Union.objects.count()
    guide = build.build(scale="small", seed=8, now=now, say=lambda _text: None)
    assert Union.objects.count() == count
    assert province["plant_name"] in guide
    assert f"/j/{province['plant']}?s=" in guide


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_province_is_written_as_a_small_one_is(now: datetime, settings: Any, tmp_path: Path) -> None:
    """`--scale province` at a size that a test can wait for: the same figures, numbers that open, digests that hold."""
    settings.VAR_DIR = tmp_path
    build.build_anew(scale="province", seed=3, now=now, say=lambda _text: None, unions_count=150, members_count=3_000)
    assert Membership.objects.count() >= 3_000
    its_figures_equal_a_recount(now)
    assert FigureSnapshot.objects.values("on").distinct().count() == 24
    stay = Membership.objects.filter(activated=True).select_related("person").order_by("id")[100]
    full = people.read_numbers(SYSTEM, stay.person_id, reason="核对全省演示", now=now)
    assert people.find_by_id_number("RESIDENT_ID", full.id_number).id == stay.person_id
    assert people.find_by_mobile(full.mobile)[0].id == stay.person_id
    for event in MembershipEvent.objects.order_by("id")[:50]:
        assert [row.stated == row.actual for row in memberships.digests_of_events([event])] == [True]
    numbers = set(Membership.objects.values_list("member_number", flat=True))
    assert len(numbers) == Membership.objects.values("person").distinct().count()


@pytest.mark.django_db
def test_a_province_is_refused_by_a_database_for_a_county(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build.db, "holds_millions", lambda: False)
    with pytest.raises(SystemExit, match="PostgreSQL"):
        build.build_anew(scale="province", seed=1, now=now, say=lambda _text: None)
