"""Transfer: one action, decided by the target; batches with objection; secondment and return."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.world import World
from zhijia.foundation.casework.selectors import list_cases
from zhijia.foundation.casework.services import move_by_clock
from zhijia.foundation.notify.models import Message
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import clock
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import Duplicate, Expired, Invalid, NotAllowed, NotFound, RuleBroken, WrongState
from zhijia.organization.changes.tests import asking
from zhijia.organization.members import selectors
from zhijia.organization.members.models import MemberCard, Membership, MembershipEvent
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.statistics import selectors as figures, services as statistics
from zhijia.organization.transfers.cases import batches, returns, transfers
from zhijia.organization.transfers.cases.transfers import TRANSFERS
from zhijia.organization.transfers.models import Transfer
from zhijia.organization.transfers.rules import transfers as rules
from zhijia.organization.transfers.tests import asking as going
from zhijia.organization.unions import services as union_services

pytestmark = pytest.mark.django_db


@pytest.fixture
def works(world: World) -> World:
    """The world with a second plant in another city."""
    world.open_plant("works", "other_town")
    return world


def asked(world: World, person: Person, union: str = "works") -> Case:
    return going.ask(world.actor(person), world[union].pk, now=world.now)


def members_of(world: World, union: str) -> int:
    return figures.current(world[union].pk, world[union].path)["members"]


def test_one_action_of_the_member_and_one_of_the_target_move_the_membership(works: World) -> None:
    person, stay = works.member()
    case = asked(works, person)
    assert selectors.open_stay(person.pk).union_id == works["plant"].pk
    admin = works.staff("GRASS_ADMIN", "works")
    going.act(admin, case.public_id, "accept", now=works.now)
    old, new = Membership.objects.order_by("id")
    assert (old.until, old.ended_by, new.since, new.until) == (works.today, "transferred_out", works.today, None)
    assert (new.union_id, new.county_unit, new.city_unit) == (
        works["works"].pk, works["other_county"].pk, works["other_city"].pk,
    )  # fmt: skip
    assert (new.member_number, new.joined_on, new.state) == (stay.member_number, stay.joined_on, "ACTIVE")
    assert new.employer_id == works["works"].employer_id
    assert MemberCard.objects.filter(person=person, voided_at__isnull=True).count() == 1
    assert (members_of(works, "plant"), members_of(works, "works"), members_of(works, "province")) == (0, 1, 1)
    assert statistics.recount(now=works.now).wrong == []
    kinds = list(MembershipEvent.objects.order_by("id").values_list("kind", "union_id", "other_union_id"))
    plant, target = works["plant"].pk, works["works"].pk
    assert kinds == [
        ("joined", plant, None), ("transferred_out", plant, target), ("transferred_in", target, plant),
    ]  # fmt: skip
    assert Transfer.objects.get().dues_from == date(2026, 10, 1)
    assert [row.template for row in Message.objects.filter(person_id=person.pk).order_by("id")] == [
        "transfers.transfer_asked", "transfers.transfer_done",
    ]  # fmt: skip


def test_dues_are_split_at_the_first_of_the_next_month() -> None:
    assert rules.dues_from(date(2026, 11, 20)) == date(2026, 12, 1)
    assert rules.dues_from(date(2026, 12, 31)) == date(2027, 1, 1)


def test_the_union_left_is_told_and_cannot_decide(works: World) -> None:
    source = works.staff("GRASS_ADMIN", "plant")
    person, _ = works.member()
    case = asked(works, person)
    assert Message.objects.get(person_id=source.person_id).template == "transfers.transfer_leaving"
    with pytest.raises(NotAllowed) as raised:
        going.act(source, case.public_id, "accept", now=works.now)
    assert raised.value.code == "case.others_decide"
    with pytest.raises(NotAllowed):
        going.act(source, case.public_id, "refuse", reason="OTHER", note="不同意转出", now=works.now)
    assert [one.case.pk for one in list_cases(TRANSFERS, source, Query(view="out")).rows] == [case.pk]
    assert list_cases(TRANSFERS, source, Query(view="in")).rows == []
    stranger = works.staff("ORG", "county")
    with pytest.raises(NotFound):
        going.act(works.staff("ORG", "other_county", "周正"), "0" * 16, "accept", now=works.now)
    with pytest.raises(NotAllowed):
        going.act(stranger, case.public_id, "accept", now=works.now)


def test_a_second_request_is_refused_while_one_is_open(works: World) -> None:
    person, _ = works.member()
    asked(works, person)
    with pytest.raises(Duplicate) as raised:
        asked(works, person, "other_home")
    assert raised.value.code == "transfers.transfer.already_open"


def test_what_blocks_a_transfer(works: World) -> None:
    person, _ = works.member()
    stranger = works.person("周正")
    with pytest.raises(RuleBroken) as none:
        asked(works, stranger)
    assert none.value.code == "transfer.not_member"
    with pytest.raises(RuleBroken) as same:
        asked(works, person, "plant")
    assert same.value.code == "transfer.same_union"
    with pytest.raises(RuleBroken) as upper:
        asked(works, person, "other_county")
    assert upper.value.code == "union.takes_no_members"
    union_services.suspend_union(SYSTEM, works["works"], reason="整顿期间暂停", now=works.now)
    with pytest.raises(Expired) as closed:
        asked(works, person)
    assert closed.value.code == "union.closed"
    chair = works.staff_person("GRASS_CHAIR", "plant", "郑主席")
    memberships.open_membership(
        SYSTEM, people.get_facts(chair.pk), works.facts("plant"), now=works.now, work_form="employed",
        new_form_group="", occupation="", is_migrant=False, employer_id=None, employer_text="", case_id=None,
    )  # fmt: skip
    with pytest.raises(RuleBroken) as post:
        asked(works, chair, "other_home")
    assert post.value.code == "transfer.holds_post"


def test_a_target_suspended_between_request_and_decision_takes_nobody(works: World) -> None:
    person, _ = works.member()
    case = asked(works, person)
    admin = works.staff("GRASS_ADMIN", "works")
    union_services.suspend_union(SYSTEM, works["works"], reason="整顿期间暂停", now=works.now)
    with pytest.raises(Expired):
        going.act(admin, case.public_id, "accept", now=works.now)
    assert selectors.open_stay(person.pk).union_id == works["plant"].pk
    case.refresh_from_db()
    assert case.state == "TARGET_PENDING"


def test_a_refusal_names_a_reason_and_leaves_the_membership(works: World) -> None:
    person, _ = works.member()
    case = asked(works, person)
    admin = works.staff("GRASS_ADMIN", "works")
    for reason, note in (("", ""), ("NOPE", ""), ("OTHER", "不行")):
        with pytest.raises(Invalid):
            going.act(admin, case.public_id, "refuse", reason=reason, note=note, now=works.now)
    going.act(admin, case.public_id, "refuse", reason="NOT_EMPLOYEE", now=works.now)
    assert selectors.open_stay(person.pk).union_id == works["plant"].pk
    assert asked(works, person).state == "TARGET_PENDING"


def test_after_three_working_days_the_upper_union_decides(works: World) -> None:
    admin = works.staff("GRASS_ADMIN", "works")
    upper = works.staff("TOWN_WORKER", "other_town", "周正")
    person, _ = works.member()
    case = asked(works, person)
    assert InboxEntry.objects.get(closed_at__isnull=True).unit_id == works["works"].pk
    clock.fire_due(now=works.now + timedelta(days=7))
    case.refresh_from_db()
    assert case.state == "ESCALATED"
    assert InboxEntry.objects.get(closed_at__isnull=True).unit_id == works["other_town"].pk
    with pytest.raises(NotAllowed, match=r"case\.others_decide"):
        going.act(admin, case.public_id, "accept", now=works.now + timedelta(days=7))
    going.act(upper, case.public_id, "accept", now=works.now + timedelta(days=7))
    assert selectors.open_stay(person.pk).union_id == works["works"].pk


def test_the_member_may_cancel_until_it_is_decided(works: World) -> None:
    person, _ = works.member()
    case = asked(works, person)
    with pytest.raises(NotFound):
        going.act(works.actor(works.person("周正")), case.public_id, "cancel", now=works.now)
    going.act(works.actor(person), case.public_id, "cancel", now=works.now)
    with pytest.raises(WrongState):
        going.act(works.staff("GRASS_ADMIN", "works"), case.public_id, "accept", now=works.now)


def test_nobody_accepts_himself(works: World) -> None:
    admin = works.staff_person("GRASS_ADMIN", "works")
    memberships.open_membership(
        SYSTEM, people.get_facts(admin.pk), works.facts("plant"), now=works.now, work_form="employed",
        new_form_group="", occupation="", is_migrant=False, employer_id=None, employer_text="", case_id=None,
    )  # fmt: skip
    case = asked(works, admin)
    with pytest.raises(RuleBroken) as raised:
        going.act(works.actor(admin, staff=True), case.public_id, "accept", now=works.now)
    assert raised.value.code == "case.own"


def test_leaving_the_union_ends_the_transfer_under_way(works: World) -> None:
    person, _ = works.member()
    case = asked(works, person)
    leaving = asking.ask_own(works.actor(person), asking.Given("withdraw", "own_wish", works.today), now=works.now)
    clock.fire_due(now=works.now + timedelta(days=2))
    move_by_clock(Case.objects.get(pk=leaving.pk), "leave", now=works.now + timedelta(days=8))
    case.refresh_from_db()
    assert (case.state, selectors.open_stay(person.pk)) == ("CANCELLED", None)


def test_a_request_that_waits_at_the_old_union_goes_to_the_new_one(works: World) -> None:
    person, _ = works.member()
    waiting = asking.ask_own(works.actor(person), asking.Given("retain", "retired", works.today), now=works.now)
    case = asked(works, person)
    going.act(works.staff("GRASS_ADMIN", "works"), case.public_id, "accept", now=works.now)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.unit_id) == ("ASKED", works["works"].pk)


# --- Batches
def test_a_batch_moves_those_who_do_not_object_within_seven_days(works: World) -> None:
    works.open_plant("second", "town")
    worker = works.staff("TOWN_WORKER", "town")
    persons = [works.member(name=name)[0] for name in ("林晓禾", "王建国", "李敏")]
    stranger, _ = works.member("works", "周正")
    batch, rows = batches.propose_batch(
        worker,
        [*(person.public_id for person in persons), stranger.public_id, "0" * 16],
        works["second"].pk,
        reason="车间划归新公司",
        now=works.now,
    )
    assert [row.code for row in rows] == ["", "", "", "request.not_found", "request.not_found"]
    assert Transfer.objects.filter(batch=batch).count() == 3
    assert Message.objects.filter(template="transfers.transfer_noticed").count() == 3
    objecting = Transfer.objects.get(case__owner_person_id=persons[0].pk).case
    going.act(works.actor(persons[0]), objecting.public_id, "object", now=works.now)
    called_off = Transfer.objects.get(case__owner_person_id=persons[1].pk).case
    going.act(worker, called_off.public_id, "call_off", note="核对后不需要转", now=works.now)
    clock.fire_due(now=works.now + timedelta(days=7, hours=-10))
    assert Transfer.objects.filter(completed_at__isnull=False).count() == 0
    clock.fire_due(now=works.now + timedelta(days=10))
    states = [Transfer.objects.get(case__owner_person_id=person.pk).case.state for person in persons]
    assert states == ["OBJECTED", "CANCELLED", "COMPLETED"]
    assert selectors.open_stay(persons[2].pk).union_id == works["second"].pk


def test_a_batch_stays_inside_the_scope_and_says_what_is_missing(works: World) -> None:
    worker = works.staff("TOWN_WORKER", "town")
    person, _ = works.member()
    with pytest.raises(NotFound):
        batches.propose_batch(worker, [person.public_id], works["works"].pk, reason="车间划归新公司", now=works.now)
    with pytest.raises(Invalid) as raised:
        batches.propose_batch(worker, [], works["home"].pk, reason="划", now=works.now)
    assert set(raised.value.fields) == {"members", "reason"}
    admin = works.staff("GRASS_ADMIN", "plant", "周正")
    with pytest.raises((NotAllowed, NotFound)):
        batches.propose_batch(admin, [person.public_id], works["home"].pk, reason="车间划归新公司", now=works.now)


def test_what_has_become_impossible_ends_with_a_word_why(works: World) -> None:
    works.open_plant("second", "town")
    worker = works.staff("TOWN_WORKER", "town")
    person, _ = works.member()
    batches.propose_batch(worker, [person.public_id], works["second"].pk, reason="车间划归新公司", now=works.now)
    union_services.suspend_union(SYSTEM, works["second"], reason="整顿期间暂停", now=works.now)
    clock.fire_due(now=works.now + timedelta(days=10))
    case = Transfer.objects.get().case
    assert case.state == "CANCELLED"
    assert selectors.open_stay(person.pk).union_id == works["plant"].pk


# --- Secondment
def test_only_a_secondment_of_more_than_six_months_moves_the_membership() -> None:
    today = date(2026, 11, 20)
    with pytest.raises(Invalid):
        rules.check_secondment(date(2027, 5, 20), today)
    rules.check_secondment(date(2027, 5, 21), today)
    with pytest.raises(Invalid):
        rules.check_secondment(None, today)
    with pytest.raises(Invalid):
        rules.check_secondment(date(2031, 11, 21), today)


def seconded(world: World) -> tuple[Person, Case]:
    person, _ = world.member()
    until = world.today + timedelta(days=300)
    case = going.ask(world.actor(person), world["works"].pk, until=until, now=world.now)
    going.act(world.staff("GRASS_ADMIN", "works"), case.public_id, "accept", now=world.now)
    return person, case


def test_a_seconded_member_goes_back_by_himself_without_asking(works: World) -> None:
    person, case = seconded(works)
    assert transfers.can_return(Case.objects.get(pk=case.pk), Transfer.objects.get(case=case))
    returns.return_home(works.actor(person), case.public_id, now=works.now + timedelta(days=200))
    assert selectors.open_stay(person.pk).union_id == works["plant"].pk
    with pytest.raises(WrongState):
        returns.return_home(works.actor(person), case.public_id, now=works.now + timedelta(days=201))


def test_after_the_last_day_the_return_is_proposed_and_happens_unless_he_objects(works: World) -> None:
    person, _ = seconded(works)
    late = works.now + timedelta(days=302)
    assert returns.propose_returns(now=works.now + timedelta(days=299)) == 0
    assert returns.propose_returns(now=late) == 1
    assert returns.propose_returns(now=late) == 0
    clock.fire_due(now=late + timedelta(days=10))
    assert selectors.open_stay(person.pk).union_id == works["plant"].pk


def test_who_has_gone_elsewhere_is_not_sent_back(works: World) -> None:
    person, _ = seconded(works)
    onward = asked(works, person, "other_home")
    going.act(works.staff("TOWN_WORKER", "other_town", "周正"), onward.public_id, "accept", now=works.now)
    assert returns.propose_returns(now=works.now + timedelta(days=302)) == 0
