"""Two files of one human being: found, merged by two persons, parted again; names and numbers mended."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.world import World
from zhijia.foundation.casework import services
from zhijia.foundation.notify.models import Message
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Duplicate, Expired, Invalid, NotFound, RuleBroken
from zhijia.organization.changes import selectors as timelines
from zhijia.organization.duplicates import selectors as reads
from zhijia.organization.duplicates.cases import MERGES
from zhijia.organization.duplicates.models import DuplicateHint
from zhijia.organization.duplicates.services import corrections, hints
from zhijia.organization.duplicates.services.corrections import Correction
from zhijia.organization.members import selectors
from zhijia.organization.members.models import MemberCard, Membership, MembershipEvent
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.models import Person
from zhijia.organization.people.sources import Answer, Outcome
from zhijia.organization.statistics import services as statistics
from zhijia.organization.transfers.cases.claims import CLAIMS
from zhijia.organization.transfers.tests import asking as going

pytestmark = pytest.mark.django_db


class Authority:
    """Answers what it is told to."""

    def __init__(self, outcome: Outcome = Outcome.MATCHED) -> None:
        self.outcome = outcome

    def check(self, name: str, id_type: str, number: str) -> Answer:
        return Answer(self.outcome, "test", "")


def twins(world: World) -> tuple[Person, Person]:
    """One woman who stands in two rosters under two numbers, the second younger by a year."""
    old, stay = world.member(name="林晓禾", born=date(1990, 3, 7))
    Membership.objects.filter(pk=stay.pk).update(joined_on=date(2019, 5, 1))
    world.open_plant("works", "town")
    young, _ = world.member("works", "林晓禾", born=date(1990, 3, 7), bound=False)
    return old, young


def ask(actor: Actor, survivor: Person, duplicate: Person, why: str, *, now: datetime) -> str:
    given = {"survivor": survivor.public_id, "duplicate": duplicate.public_id, "reason": why}
    return services.open_case(MERGES, actor, given, now=now)


def act(actor: Actor, case: str, move: str, note: str = "", *, now: datetime) -> None:
    services.act(MERGES, actor, case, move, {"note": note}, now=now)


def merged(world: World, survivor: Person, duplicate: Person, *, by: tuple[Actor, Actor] | None = None) -> str:
    asker, checker = by or (world.staff("ORG", "county", "吴科长"), world.staff("ORG", "county", "郑科长"))
    case = ask(asker, survivor, duplicate, "同一人两个单位重复登记", now=world.now)
    act(checker, case, "agree", now=world.now)
    return case


# --- Finding
def test_same_mobile_or_same_name_birthday_and_employer_are_found(world: World) -> None:
    person, _ = world.member(name="林晓禾", born=date(1990, 3, 7), mobile="13900001111")
    phone, _ = world.member(name="王建国", born=date(1980, 1, 1), mobile="13900001111", bound=False)
    same, _ = world.member(name="林晓禾", born=date(1990, 3, 7))
    world.member(name="林晓禾", born=date(1991, 3, 7))
    world.member("home", "林晓禾", born=date(1990, 3, 7))
    pairs = {(first, second): kind for first, second, kind in reads.alike([person.pk])}
    assert pairs == {(person.pk, phone.pk): "mobile", (person.pk, same.pk): "same"}
    org = world.staff("ORG", "county", "吴科长")
    assert {row.side.person.public_id for row in reads.find_alike(org, person.pk)} == {phone.public_id, same.public_id}
    with pytest.raises(NotFound):
        reads.find_alike(world.staff("ORG", "other_county", "周正"), person.pk)


def test_the_nightly_look_finds_each_pair_once_and_goes_on_where_it_stopped(world: World) -> None:
    first, _ = world.member(name="林晓禾", born=date(1990, 3, 7))
    for year in range(1980, 1985):
        world.member(name="王建国", born=date(year, 1, 1))
    while hints.look_further(now=world.now, size=3)[0]:
        pass
    assert not DuplicateHint.objects.exists()
    second, _ = world.member(name="林晓禾", born=date(1990, 3, 7))
    looked, found = hints.look_further(now=world.now, size=3)
    assert (looked, found) == (1, 1)
    assert hints.look_further(now=world.now, size=3) == (0, 0)
    hint = DuplicateHint.objects.get()
    assert (hint.first_id, hint.second_id) == (first.pk, second.pk)
    org = world.staff("ORG", "county", "吴科长")
    assert [(row.first.person.id, row.second.person.id) for row in reads.list_hints(org, Query()).rows] == [
        (hint.first_id, hint.second_id)
    ]
    assert reads.list_hints(world.staff("ORG", "other_county", "周正"), Query()).rows == []
    hints.dismiss_hint(org, hint.pk, now=world.now)
    assert reads.list_hints(org, Query()).rows == []


# --- Merging
def test_two_persons_of_the_county_merge_and_the_survivor_keeps_the_earlier_day(world: World) -> None:
    old, young = twins(world)
    case = merged(world, young, old)
    kept = selectors.open_stay(young.pk)
    assert kept is not None
    assert (kept.joined_on, selectors.open_stay(old.pk)) == (date(2019, 5, 1), None)
    assert Membership.objects.get(person=old).ended_by == "merged"
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.merged_into_id, old.account_id) == (young.pk, None)
    assert young.account_id is not None
    assert kept.activated
    assert MemberCard.objects.filter(person=young, voided_at__isnull=True).count() == 1
    assert not MemberCard.objects.filter(person=old, voided_at__isnull=True).exists()
    assert people.find_by_id_number("RESIDENT_ID", world.number_of(old)).id == young.pk
    assert statistics.recount(now=world.now).wrong == []
    assert len(timelines.timeline(young.pk)[0]) == 2
    assert Case.objects.get(public_id=case).state == "IN_FORCE"
    assert MembershipEvent.objects.filter(kind="merged", union_id=world["plant"].pk).count() == 1


def test_who_names_the_merged_document_is_the_survivor(world: World) -> None:
    old, young = twins(world)
    merged(world, young, old)
    actor = world.actor(Person.objects.get(pk=young.pk))
    identity = people_services.read_identity("林晓禾", "RESIDENT_ID", world.number_of(old), today=world.today)
    done = people_services.identify(
        actor, identity, mobile="13700008888", channel="web", now=world.now, source=Authority()
    )
    assert done.person.id == young.pk


def test_who_asks_does_not_decide_and_strangers_find_nothing(world: World) -> None:
    old, young = twins(world)
    asker = world.staff("ORG", "county", "吴科长")
    why = "同一人两个单位重复登记"
    stranger = world.staff("ORG", "other_county", "周正")
    with pytest.raises(NotFound):
        ask(stranger, young, old, why, now=world.now)
    with pytest.raises(Invalid):
        ask(asker, young, old, "重复", now=world.now)
    with pytest.raises(RuleBroken):
        ask(asker, young, young, why, now=world.now)
    case = ask(asker, young, old, why, now=world.now)
    with pytest.raises(Duplicate):
        ask(asker, young, old, why, now=world.now)
    with pytest.raises(RuleBroken) as raised:
        act(asker, case, "agree", now=world.now)
    assert raised.value.code == "case.same_person"
    with pytest.raises(NotFound):
        act(stranger, case, "agree", now=world.now)


def test_files_of_two_counties_are_merged_by_the_city_above_both(world: World) -> None:
    old, _ = world.member(name="林晓禾")
    far, _ = world.member("other_home", "林晓禾")
    county, province = world.staff("ORG", "county", "吴科长"), world.staff("ORG", "province", "郑处长")
    why = "同一人两个城市重复登记"
    with pytest.raises(NotFound):
        ask(county, old, far, why, now=world.now)
    case = ask(province, old, far, why, now=world.now)
    assert Case.objects.get(public_id=case).unit_id == world["province"].pk


def test_who_holds_a_role_is_not_merged_away(world: World) -> None:
    cadre = world.staff_person("GRASS_ADMIN", "plant", "赵志强")
    member, _ = world.member(name="赵志强")
    with pytest.raises(RuleBroken) as raised:
        ask(world.staff("ORG", "county", "吴科长"), member, cadre, "重复登记了两次", now=world.now)
    assert raised.value.code == "merge.holds_post"


def test_a_claim_that_was_open_ends_with_the_merger(world: World) -> None:
    survivor, _ = world.member(name="林晓禾")
    duplicate, stay = world.member("home", "林晓禾")
    Membership.objects.filter(pk=stay.pk).update(employer_id=world["plant"].employer_id)
    said = {"union": world["plant"].public_id, "person": duplicate.public_id}
    offer = services.open_case(CLAIMS, world.staff("GRASS_ADMIN", "plant"), said, now=world.now)
    merged(world, survivor, duplicate)
    assert Case.objects.get(public_id=offer).state == "CANCELLED"


# --- Undoing
def test_undone_within_thirty_days_both_stand_where_they_stood(world: World) -> None:
    old, young = twins(world)
    case = merged(world, young, old)
    asker, checker = world.staff("ORG", "county", "吴一"), world.staff("ORG", "county", "郑二")
    later = world.now + timedelta(days=29)
    act(asker, case, "ask_undo", "核对后是两个人。", now=later)
    with pytest.raises(RuleBroken):
        act(asker, case, "undo", now=later)
    act(checker, case, "undo", now=later)
    back, kept = selectors.open_stay(old.pk), selectors.open_stay(young.pk)
    assert back is not None and kept is not None  # noqa: PT018
    assert (back.union_id, back.joined_on) == (world["plant"].pk, date(2019, 5, 1))
    assert kept.joined_on == world.today
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.merged_into_id, young.account_id) == (None, None)
    assert old.account_id is not None
    assert statistics.recount(now=later).wrong == []
    assert MembershipEvent.objects.filter(kind="unmerged").count() == 1


@pytest.mark.parametrize("first", [0, 1])
def test_the_two_who_merged_may_undo_it_in_either_order(first: int, world: World) -> None:
    old, young = twins(world)
    pair = (world.staff("ORG", "county", "吴科长"), world.staff("ORG", "county", "郑科长"))
    case = merged(world, young, old, by=pair)
    asker, checker = pair[first], pair[1 - first]
    act(asker, case, "ask_undo", "核对后是两个人。", now=world.now)
    waiting = InboxEntry.objects.get(case__public_id=case, closed_at=None)
    assert waiting.unit_id == world["county"].pk
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        act(asker, case, "undo", now=world.now)
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        act(asker, case, "keep", "还是同一人。", now=world.now)
    act(checker, case, "undo", now=world.now)
    old.refresh_from_db()
    assert old.merged_into_id is None


def test_a_refused_undo_may_be_asked_again_by_the_other(world: World) -> None:
    old, young = twins(world)
    pair = (world.staff("ORG", "county", "吴科长"), world.staff("ORG", "county", "郑科长"))
    case = merged(world, young, old, by=pair)
    act(pair[0], case, "ask_undo", "核对后是两个人。", now=world.now)
    act(pair[1], case, "keep", "户口簿证明是同一人。", now=world.now)
    assert Case.objects.get(public_id=case).state == "IN_FORCE"
    act(pair[1], case, "ask_undo", "又有了新的证明。", now=world.now)
    act(pair[0], case, "undo", now=world.now)
    assert Case.objects.get(public_id=case).state == "UNDONE"


def test_after_thirty_days_nothing_is_undone(world: World) -> None:
    old, young = twins(world)
    case = merged(world, young, old)
    with pytest.raises(Expired):
        act(
            world.staff("ORG", "county", "吴一"),
            case,
            "ask_undo",
            "核对后是两个人。",
            now=world.now + timedelta(days=32),
        )


def test_undo_after_the_survivor_has_moved_leaves_him_where_he_is(world: World) -> None:
    old, young = twins(world)
    case = merged(world, young, old)
    world.open_plant("third", "other_town")
    moving = going.ask(world.actor(Person.objects.get(pk=young.pk)), world["third"].pk, now=world.now)
    going.act(world.staff("GRASS_ADMIN", "third", "甲乙"), moving.public_id, "accept", now=world.now)
    act(world.staff("ORG", "county", "吴一"), case, "ask_undo", "核对后是两个人。", now=world.now)
    act(world.staff("ORG", "county", "郑二"), case, "undo", now=world.now)
    assert selectors.open_stay(young.pk).union_id == world["third"].pk
    assert selectors.open_stay(old.pk).union_id == world["plant"].pk
    assert statistics.recount(now=world.now).wrong == []


# --- Corrections
def said(world: World, **changes: Any) -> Correction:
    values: dict[str, Any] = {
        "name": "林晓荷", "id_type": "RESIDENT_ID", "id_number": "", "mobile": "", "reason": "名册录入时写错了字",
        "papers": (("身份证.pdf", io.BytesIO(b"%PDF-1.7\nx")),),
    }  # fmt: skip
    return Correction(**(values | changes))


def test_a_corrected_name_moves_in_the_list_and_is_told_to_the_member(world: World) -> None:
    person, stay = world.member(name="林晓禾", bound=False)
    admin = world.staff("GRASS_ADMIN", "plant")
    corrections.correct_member(admin, person.public_id, said(world), now=world.now, source=Authority())
    person.refresh_from_db()
    stay.refresh_from_db()
    assert (person.name, stay.name_key) == ("林晓荷", person.name_key)
    assert Message.objects.filter(person_id=person.pk, template="people.corrected").count() == 1
    event = MembershipEvent.objects.get(kind="corrected")
    assert event.after["name_key"] == "*"
    assert statistics.recount(now=world.now).wrong == []


def test_a_corrected_document_changes_sex_and_figures(world: World) -> None:
    person, stay = world.member(name="林晓禾", bound=False, level=2)
    admin = world.staff("GRASS_ADMIN", "plant")
    corrections.correct_member(
        admin, person.public_id, said(world, name="林晓禾", id_number="370299199003070010"), now=world.now,
        source=Authority(),
    )  # fmt: skip
    stay.refresh_from_db()
    assert (stay.sex, stay.real_name_level) == ("1", 3)
    assert statistics.recount(now=world.now).wrong == []


def test_what_is_refused_when_correcting(world: World) -> None:
    person, _ = world.member(name="林晓禾")
    other, _ = world.member(name="王建国", bound=False, id_number="370299199003070010")
    admin = world.staff("GRASS_ADMIN", "plant")

    def code(error: type[Exception], correction: Correction, outcome: Outcome = Outcome.MATCHED) -> str:
        with pytest.raises(error) as raised:
            corrections.correct_member(admin, person.public_id, correction, now=world.now, source=Authority(outcome))
        return str(raised.value.code)

    assert code(Invalid, said(world, reason="错", papers=(), mobile="12")) == "correct.form"
    assert code(Invalid, said(world), Outcome.MISMATCH) == "real_name.mismatch"
    assert code(RuleBroken, said(world), Outcome.UNAVAILABLE) == "real_name.try_later"
    assert code(RuleBroken, said(world, mobile="13900002222")) == "correct.own_mobile"
    assert code(Duplicate, said(world, id_number="370299199003070010")) == "correct.id_taken"
    with pytest.raises(NotFound):
        corrections.correct_member(
            world.staff("ORG", "other_county", "周正"), other.public_id, said(world), now=world.now
        )
