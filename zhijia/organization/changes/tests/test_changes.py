"""Retain, restore, withdraw, treat as withdrawn, expel, decease; appeals, readmission, retirement."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from hypothesis import given as drawn, strategies as st

from tests.world import World
from zhijia.foundation.casework.selectors import papers_of
from zhijia.foundation.files import services as files
from zhijia.foundation.workflow import clock
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.errors import Duplicate, Expired, Invalid, NotAllowed, NotFound, RuleBroken, WrongState
from zhijia.organization.changes import rules, selectors as reads
from zhijia.organization.changes.cases import CHANGES
from zhijia.organization.changes.rules.retirement import retirement
from zhijia.organization.changes.tests import asking
from zhijia.organization.changes.tests.asking import Given
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.services import applications
from zhijia.organization.members import selectors
from zhijia.organization.members.models import MemberCard, Membership, MembershipEvent, MembershipState
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.statistics import selectors as figures, services as statistics

pytestmark = pytest.mark.django_db
PAPER = ("判决书.pdf", b"%PDF-1.7\n" + b"x" * 400)


def paper() -> tuple[str, io.BytesIO]:
    return PAPER[0], io.BytesIO(PAPER[1])


def counts(world: World, union: str = "plant") -> tuple[int, int]:
    figure = figures.current(world[union].pk, world[union].path)
    return figure["members"], figure["retained"]


def retain(world: World, person: Person, reason: str = "retired") -> Case:
    papers = () if reason == "retired" else (paper(),)
    return asking.ask_own(world.actor(person), Given("retain", reason, world.today, papers=papers), now=world.now)


def expelled(world: World, person: Person) -> tuple[Case, Actor]:
    """An expulsion that the township has filed; and who filed it."""
    chair, upper = world.staff("GRASS_CHAIR", "plant", "郑主席"), world.staff("TOWN_WORKER", "town", "周正")
    said = Given("expel", "crime", world.today, document="鲁精工字〔2026〕3号", papers=(paper(),))
    case = asking.ask_for(chair, person.public_id, said, now=world.now)
    asking.act(upper, case.public_id, "file", now=world.now)
    return Case.objects.get(pk=case.pk), upper


# --- Retained and restored
def test_a_retired_member_is_retained_when_his_union_agrees_and_counts_apart(world: World) -> None:
    person, stay = world.member()
    case = retain(world, person)
    assert counts(world) == (1, 0)
    admin = world.staff("GRASS_ADMIN", "plant")
    asking.act(admin, case.public_id, "agree", now=world.now)
    stay.refresh_from_db()
    assert (stay.state, stay.until) == ("RETAINED", None)
    assert counts(world) == (0, 1)
    assert MemberCard.objects.filter(person=person, voided_at__isnull=True).exists()
    event = MembershipEvent.objects.order_by("-id")[0]
    assert (event.kind, event.reason, event.before, event.after) == (
        "retained", "retired", {"state": "ACTIVE"}, {"state": "RETAINED"},
    )  # fmt: skip
    assert statistics.recount(now=world.now).wrong == []


def test_retired_and_hired_again_stays_retained_others_are_restored(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    retired, _ = world.member(name="林晓禾")
    soldier, _ = world.member(name="王建国")
    for person, reason in ((retired, "retired"), (soldier, "military")):
        asking.act(admin, retain(world, person, reason).public_id, "agree", now=world.now)
    with pytest.raises(RuleBroken) as raised:
        asking.ask_own(world.actor(retired), Given("restore", "employed", world.today), now=world.now)
    assert raised.value.code == "change.retired"
    back = asking.ask_own(world.actor(soldier), Given("restore", "employed", world.today), now=world.now)
    asking.act(admin, back.public_id, "agree", now=world.now)
    assert counts(world) == (1, 1)
    assert statistics.recount(now=world.now).wrong == []


def test_what_a_cadre_asks_another_person_decides(world: World) -> None:
    person, _ = world.member()
    admin = world.staff("GRASS_ADMIN", "plant")
    case = asking.ask_for(admin, person.public_id, Given("retain", "retired", world.today), now=world.now)
    with pytest.raises(RuleBroken) as raised:
        asking.act(admin, case.public_id, "agree", now=world.now)
    assert raised.value.code == "case.same_person"
    entry = InboxEntry.objects.get(closed_at__isnull=True)
    assert entry.home_unit_id == world["plant"].pk
    chair = world.staff("GRASS_CHAIR", "plant", "郑主席")
    asking.act(chair, case.public_id, "agree", now=world.now)
    assert counts(world) == (0, 1)


def test_a_union_with_one_cadre_is_checked_by_the_upper_union(world: World) -> None:
    worker = world.staff("TOWN_WORKER", "town", "周正")
    person, _ = world.member()
    admin = world.staff("GRASS_ADMIN", "plant")
    case = asking.ask_for(admin, person.public_id, Given("retain", "retired", world.today), now=world.now)
    assert InboxEntry.objects.get(closed_at__isnull=True).unit_id == world["town"].pk
    asking.act(worker, case.public_id, "agree", now=world.now)
    assert counts(world) == (0, 1)


def test_whose_employer_is_gone_may_be_kept_at_an_online_home(world: World) -> None:
    person, _ = world.member()
    said = Given("retain", "employer_closed", world.today, papers=(paper(),), keep_at=world["home"].public_id)
    case = asking.ask_own(world.actor(person), said, now=world.now)
    asking.act(world.staff("GRASS_ADMIN", "plant"), case.public_id, "agree", now=world.now)
    stay = selectors.open_stay(person.pk)
    assert stay is not None
    assert (stay.union_id, stay.state) == (world["home"].pk, "RETAINED")
    assert (counts(world), counts(world, "home")) == ((0, 0), (0, 1))
    assert statistics.recount(now=world.now).wrong == []
    other, _ = world.member(name="王建国")
    wrong = Given("retain", "employer_closed", world.today, papers=(paper(),), keep_at=world["other_county"].public_id)
    with pytest.raises(RuleBroken) as raised:
        asking.ask_own(world.actor(other), wrong, now=world.now)
    assert raised.value.code == "change.keeper"


# --- Giving up
def test_giving_up_needs_nobodys_consent_and_takes_effect_after_seven_days(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant")
    person, stay = world.member()
    case = asking.ask_own(world.actor(person), Given("withdraw", "own_wish", world.today), now=world.now)
    with pytest.raises(WrongState):
        asking.act(admin, case.public_id, "refuse", note="希望再考虑", now=world.now)
    asking.act(admin, case.public_id, "talk", note="已电话沟通，本人坚持退会。", now=world.now)
    with pytest.raises(WrongState):
        asking.act(admin, case.public_id, "talk", note="再次沟通本人意愿。", now=world.now)
    clock.fire_due(now=world.now + timedelta(days=6))
    assert selectors.open_stay(person.pk) is not None
    clock.fire_due(now=world.now + timedelta(days=11))
    stay.refresh_from_db()
    assert stay.ended_by == "withdrawn"
    assert not MemberCard.objects.filter(person=person, voided_at__isnull=True).exists()
    assert counts(world) == (0, 0)
    world.consent(person)
    again = applications.submit(
        world.actor(person), world["plant"].pk, JoinForm("employed", employer_text="鲁东"), channel="web", now=world.now
    )
    assert again.case is not None


def test_within_the_seven_days_he_may_stay_after_all(world: World) -> None:
    person, _ = world.member()
    case = asking.ask_own(world.actor(person), Given("withdraw", "own_wish", world.today), now=world.now)
    asking.act(world.actor(person), case.public_id, "take_back", now=world.now + timedelta(days=6))
    clock.fire_due(now=world.now + timedelta(days=20))
    assert selectors.open_stay(person.pk) is not None


def test_two_requests_at_once_are_one_too_many(world: World) -> None:
    person, _ = world.member()
    retain(world, person)
    with pytest.raises(Duplicate) as raised:
        asking.ask_own(world.actor(person), Given("withdraw", "own_wish", world.today), now=world.now)
    assert raised.value.code == "changes.change.already_open"


def test_who_neither_pays_nor_takes_part_is_treated_as_gone_by_a_decision_and_may_appeal(world: World) -> None:
    person, _ = world.member()
    chair, upper = world.staff("GRASS_CHAIR", "plant", "郑主席"), world.staff("TOWN_WORKER", "town", "周正")
    said = Given(
        "treated", "no_dues", world.today, document="鲁精工字〔2026〕5号", note="11月5日电话谈话，本人无异议。"
    )
    case = asking.ask_for(chair, person.public_id, said, now=world.now)
    assert case.state == "REPORTED"
    asking.act(upper, case.public_id, "file", now=world.now)
    assert selectors.open_stay(person.pk) is None
    asking.act(world.actor(person), case.public_id, "appeal", note="我一直参加活动，有签到记录。", now=world.now)


# --- Expelled
def test_an_expulsion_is_filed_by_the_upper_union_and_needs_a_document_and_evidence(world: World) -> None:
    person, _ = world.member()
    chair = world.staff("GRASS_CHAIR", "plant", "郑主席")
    with pytest.raises(Invalid) as raised:
        asking.ask_for(chair, person.public_id, Given("expel", "crime", world.today), now=world.now)
    assert set(raised.value.fields) == {"document", "papers"}
    case, _ = expelled(world, person)
    assert (case.state, selectors.open_stay(person.pk)) == ("FILED", None)
    assert Membership.objects.get(person=person).ended_by == "expelled"
    assert counts(world) == (0, 0)


def test_who_was_expelled_joins_again_only_with_the_countys_consent(world: World) -> None:
    person, _ = world.member()
    world.consent(person)
    case, upper = expelled(world, person)

    def join() -> object:
        form = JoinForm("employed", employer_text="鲁东")
        return applications.submit(world.actor(person), world["plant"].pk, form, channel="web", now=world.now).case

    with pytest.raises(RuleBroken) as raised:
        join()
    assert raised.value.code == "join.expelled"
    with pytest.raises(NotAllowed):
        asking.act(upper, case.public_id, "readmit", note="本人已改正，同意。", now=world.now)
    county = world.staff("ORG", "county", "吴科长")
    asking.act(county, case.public_id, "readmit", note="本人已改正，同意。", now=world.now)
    assert join() is not None


def test_an_appeal_goes_one_union_higher_once_within_thirty_days(world: World) -> None:
    person, stay = world.member()
    case, filed_by = expelled(world, person)
    mine = world.actor(person)
    with pytest.raises(Invalid):
        asking.act(mine, case.public_id, "appeal", note="不服", now=world.now)
    with pytest.raises(Expired):
        asking.act(mine, case.public_id, "appeal", note="判决已撤销，请复核。", now=world.now + timedelta(days=32))
    asking.act(mine, case.public_id, "appeal", note="判决已撤销，请复核。", now=world.now + timedelta(days=29))
    with pytest.raises((NotFound, NotAllowed)):
        asking.act(filed_by, case.public_id, "uphold", note="维持原决定。", now=world.now)
    county = world.staff("ORG", "county", "吴科长")
    asking.act(county, case.public_id, "overturn", note="判决已撤销。", now=world.now)
    back = selectors.open_stay(person.pk)
    assert back is not None
    assert (back.union_id, back.state, back.member_number) == (world["plant"].pk, "ACTIVE", stay.member_number)
    assert MemberCard.objects.filter(person=person, voided_at__isnull=True).exists()
    assert counts(world) == (1, 0)
    assert statistics.recount(now=world.now).wrong == []


def test_an_upheld_expulsion_stays(world: World) -> None:
    person, _ = world.member()
    case, _ = expelled(world, person)
    asking.act(world.actor(person), case.public_id, "appeal", note="判决已撤销，请复核。", now=world.now)
    county = world.staff("ORG", "county", "吴科长")
    asking.act(county, case.public_id, "uphold", note="经核查，判决有效。", now=world.now)
    assert selectors.open_stay(person.pk) is None
    with pytest.raises(WrongState):
        asking.act(world.actor(person), case.public_id, "appeal", note="判决已撤销，请复核。", now=world.now)


# --- Deceased
def test_a_death_is_recorded_by_two_persons_and_ends_what_is_open(world: World) -> None:
    person, _ = world.member()
    retained = retain(world, person)
    admin = world.staff("GRASS_ADMIN", "plant")
    asking.act(admin, retained.public_id, "refuse", note="正在办理其他登记。", now=world.now)
    said = Given("decease", "death", world.today, papers=(paper(),))
    case = asking.ask_for(admin, person.public_id, said, now=world.now)
    asking.act(world.staff("GRASS_CHAIR", "plant", "郑主席"), case.public_id, "agree", now=world.now)
    assert Membership.objects.get(person=person).ended_by == "deceased"
    assert counts(world) == (0, 0)


# --- What must be right
@pytest.mark.parametrize(
    ("said", "fields"),
    [
        (Given("retain", "retired", date(2099, 1, 1)), {"on"}),
        (Given("retain", "retired", date(2001, 1, 1)), {"on"}),
        (Given("retain", "crime", date(2099, 1, 1)), {"reason", "on"}),
        (Given("retain", "unemployed", date(2026, 9, 1)), {"papers"}),
        (Given("retain", "retired", date(2026, 9, 1), note="长" * 201), {"note"}),
        (Given("retain", "retired", date(2026, 9, 1), papers=[PAPER] * 6), {"papers"}),
        (Given("expel", "crime", date(2026, 9, 1)), {"kind"}),
        (Given("nonsense", "crime", date(2026, 9, 1)), {"kind"}),
    ],
)
def test_every_bad_field_is_named_at_once(world: World, said: Given, fields: set[str]) -> None:
    person, _ = world.member()
    with pytest.raises(Invalid) as raised:
        asking.ask_own(world.actor(person), said, now=world.now)
    assert set(raised.value.fields) == fields


def test_a_post_is_given_up_before_the_membership(world: World) -> None:
    chair = world.staff_person("GRASS_CHAIR", "plant", "郑主席")
    memberships.open_membership(
        SYSTEM, people.get_facts(chair.pk), world.facts("plant"), now=world.now, work_form="employed",
        new_form_group="", occupation="", is_migrant=False, employer_id=None, employer_text="", case_id=None,
    )  # fmt: skip
    for kind, reason in (("retain", "retired"), ("withdraw", "own_wish")):
        with pytest.raises(RuleBroken) as raised:
            asking.ask_own(world.actor(chair), Given(kind, reason, world.today), now=world.now)
        assert raised.value.code == "change.holds_post"


def test_a_cadre_of_another_city_finds_nobody(world: World) -> None:
    person, _ = world.member()
    stranger = world.staff("ORG", "other_county")
    for key in (person.public_id, "0" * 16):
        with pytest.raises(NotFound):
            asking.ask_for(stranger, key, Given("retain", "retired", world.today), now=world.now)
    case = retain(world, person)
    for key in (case.public_id, "0" * 16):
        with pytest.raises(NotFound):
            asking.act(stranger, key, "agree", now=world.now)


def test_evidence_is_read_by_its_giver_and_who_decides_and_by_nobody_else(world: World) -> None:
    person, _ = world.member()
    case = retain(world, person, "unemployed")
    (file,) = papers_of(CHANGES, case)
    admin = world.staff("GRASS_ADMIN", "plant")
    for actor in (world.actor(person), admin):
        assert b"".join(files.read_file(actor, file.public_id, now=world.now)[1]) == PAPER[1]
    for actor in (world.staff("ORG", "other_county", "周正"), world.actor(world.person("李敏"))):
        with pytest.raises(NotFound):
            files.read_file(actor, file.public_id, now=world.now)


# --- Retirement
@pytest.mark.parametrize(
    ("born", "kind", "delay", "on"),
    [
        (date(1965, 1, 15), "men", 1, date(2025, 2, 15)),
        (date(1976, 9, 1), "men", 36, date(2039, 9, 1)),
        (date(1976, 8, 1), "men", 35, date(2039, 7, 1)),
        (date(1964, 12, 31), "men", 0, date(2024, 12, 31)),
        (date(1981, 9, 9), "women_55", 36, date(2039, 9, 9)),
        (date(1975, 2, 3), "women_50", 1, date(2025, 3, 3)),
        (date(1984, 11, 11), "women_50", 60, date(2039, 11, 11)),
        (date(1978, 6, 20), "women_50", 21, date(2030, 3, 20)),
    ],
)
def test_the_worked_dates_of_retirement(born: date, kind: str, delay: int, on: date) -> None:
    found = retirement(born, kind)
    assert (found.delay, found.on) == (delay, on)


@drawn(st.dates(date(1950, 1, 1), date(2010, 12, 31)), st.sampled_from(["men", "women_55", "women_50"]))
def test_who_is_born_later_never_retires_earlier(born: date, kind: str) -> None:
    assert retirement(born + timedelta(days=1), kind).on >= retirement(born, kind).on


def test_a_union_sees_who_reaches_the_age_soon(world: World) -> None:
    admin = world.staff("GRASS_ADMIN", "plant", "周正")
    soon, _ = world.member(name="王建国", born=date(1966, 2, 10), female=False)  # 60 and 4 months: 2026-06-10
    world.member(name="李强", born=date(1975, 1, 1), female=False)
    page = reads.list_reaching_retirement(admin, world.facts("plant"), today=date(2026, 9, 20))
    assert [(row.person.public_id, row.retirement.age_words) for row in page.rows] == [
        (soon.public_id, "60 周岁 4 个月")
    ]
    assert not page.examined
    assert reads.own_retirement(soon.pk)[0].on == date(2026, 6, 10)


# --- The balance
@pytest.mark.parametrize(
    ("kind", "before", "after", "flow"),
    [
        ("joined", "", "ACTIVE", 1),
        ("entered", "", "ACTIVE", 1),
        ("transferred_in", "", "RETAINED", 0),
        ("transferred_out", "ACTIVE", "", -1),
        ("transferred_out", "RETAINED", "", 0),
        ("retained", "ACTIVE", "RETAINED", -1),
        ("restored", "RETAINED", "ACTIVE", 1),
        ("withdrawn", "RETAINED", "", 0),
        ("expelled", "ACTIVE", "", -1),
        ("corrected", "ACTIVE", "ACTIVE", 0),
    ],
)
def test_flows_of_the_balance(kind: str, before: str, after: str, flow: int) -> None:
    assert rules.flow_of(kind, before, after) == flow


def test_one_timeline_tells_all_stays(world: World) -> None:
    person, _ = world.member()
    asking.act(world.staff("GRASS_ADMIN", "plant"), retain(world, person).public_id, "agree", now=world.now)
    stays, happened = reads.timeline(person.pk)
    assert [(stay.state_label, stay.until) for stay in stays] == [(MembershipState.RETAINED.label, None)]
    assert [row.title for row in happened] == ["保留会籍", "入会"]
    assert "退休" in happened[0].note
