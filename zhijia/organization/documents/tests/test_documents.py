"""Made-up documents: listed and lifted by two persons, met with a neutral sentence. docs/rules/documents.md"""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework import selectors as cases, services as casework
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.files.models import StoredFile
from zhijia.foundation.notify.models import Message, TextMessage
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.parameters.models import ParameterValue
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import clock as clockwork
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken, WrongState
from zhijia.kernel.personal import DataSubject
from zhijia.organization.documents import personal, rules, selectors as reads
from zhijia.organization.documents.cases import BATCHES, CHECKS, batches, checks
from zhijia.organization.documents.cases.batches import Proposal
from zhijia.organization.documents.models import DocumentCheck, FakeBatch, ListedNumber
from zhijia.organization.duplicates.services import corrections
from zhijia.organization.duplicates.tests.test_duplicates import Authority
from zhijia.organization.joining import selectors as joining
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.cases import DISPUTES, open_dispute
from zhijia.organization.joining.services import applications
from zhijia.organization.members.models import Membership
from zhijia.organization.people import services as people_services
from zhijia.organization.people.models import Person
from zhijia.organization.rosters.tests.asking import settle
from zhijia.organization.rosters.tests.files import csv_file, id_number, person_row, xlsx_file
from zhijia.organization.rosters.tests.test_pages import loaded
from zhijia.organization.transfers.cases import claims
from zhijia.organization.transfers.cases.claims import CLAIMS

pytestmark = pytest.mark.django_db
WHY = "公安机关通报：同一打印店伪造的一批身份证"


def pair(world: World, union: str = "county") -> tuple[Actor, Actor]:
    return world.staff("ORG", union, "吴科长"), world.staff("ORG", union, "郑科长")


def listed(world: World, *numbers: str, by: tuple[Actor, Actor] | None = None, why: str = WHY) -> str:
    """A batch in force."""
    maker, checker = by or pair(world)
    case = batches.propose(maker, Proposal(why, typed="\n".join(numbers)), now=world.now)
    casework.act(BATCHES, checker, case, "agree", now=world.now)
    return case


def apply(world: World, person: Person) -> str:
    world.consent(person)
    form = JoinForm(work_form="employed", employer_text="莱阳市鲁东精密机械有限公司")
    case = applications.submit(world.actor(person), world["plant"].pk, form, channel="web", now=world.now).case
    assert case is not None
    return case.public_id


# --- What may be told
def test_the_worked_batch_of_the_rules() -> None:
    """Four lines, five entries, three documents."""
    first, second = id_number(11), id_number(12)
    old = "440524800101001"
    lines = rules.typed_lines(f"{first}\n {second} , {first}\n\n{old}；{second.lower()}")
    assert [place for place, _ in lines] == [1, 2, 2, 4, 4]
    found = rules.read_numbers(lines, "RESIDENT_ID", field="numbers", today=date(2026, 9, 15))
    assert [number for _, number in found] == [first, second, found[2][1]]
    assert found[2][1].startswith("44052419800101001")
    assert {document for document, _ in found} == {"RESIDENT_ID"}


def test_one_wrong_number_refuses_the_batch_and_no_number_is_repeated() -> None:
    wrong = id_number(11)[:-1] + ("0" if id_number(11)[-1] != "0" else "1")
    with pytest.raises(Invalid, match=r"blacklist\.numbers") as said:
        rules.read_numbers([(1, id_number(12)), *((n, wrong) for n in range(2, 9))], "RESIDENT_ID", field="numbers",
                           today=date(2026, 9, 15))  # fmt: skip
    assert "第 2 行" in said.value.message
    assert "第 6 行" in said.value.message
    assert "第 7 行" not in said.value.message
    assert "另有 2 行" in said.value.message
    assert wrong not in said.value.message


@pytest.mark.parametrize("count", [1_000, 1_001])
def test_a_thousand_numbers_are_the_most(count: int) -> None:
    lines = [(n, id_number(n % 999 + 1, born=date(1985 + n // 999, 4, 2))) for n in range(count)]
    if count > rules.MOST_NUMBERS:
        with pytest.raises(Invalid, match=r"blacklist\.numbers"):
            rules.read_numbers(lines, "RESIDENT_ID", field="numbers", today=date(2026, 9, 15))
        return
    assert len(rules.read_numbers(lines, "RESIDENT_ID", field="numbers", today=date(2026, 9, 15))) == count


@pytest.mark.parametrize("file", [csv_file, xlsx_file])
def test_a_table_is_read_and_not_kept(file: Any, world: World) -> None:
    maker, _ = pair(world)
    table = file([[id_number(21)], [id_number(22)]], header=("身份证号",))
    case = batches.propose(maker, Proposal(WHY, table=table), now=world.now)
    assert ListedNumber.objects.filter(batch__case__public_id=case).count() == 2
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        (Proposal("太短", typed=id_number(1)), "case.invalid", "reason"),
        (Proposal(WHY), "case.invalid", "numbers"),
        (Proposal(WHY, typed="12345"), "blacklist.numbers", "numbers"),
        (Proposal(WHY, "NONSENSE", id_number(1)), "case.invalid", "id_type"),
        (Proposal(WHY, typed=id_number(1), table=io.BytesIO(b"x")), "blacklist.numbers", "table"),
        (Proposal(WHY, table=csv_file([["1"]], header=("姓名",))), "table.header_missing", "table"),
        (Proposal(WHY, table=csv_file([["12345"]], header=("证件号码",))), "blacklist.numbers", "table"),
        (Proposal(WHY, table=io.BytesIO(b"")), "table.empty", "table"),
    ],
)
def test_bad_input_names_its_field(said: Proposal, code: str, field: str, world: World) -> None:
    maker, _ = pair(world)
    with pytest.raises(Invalid) as wrong:
        batches.propose(maker, said, now=world.now)
    assert wrong.value.code == code
    assert set(wrong.value.fields) == {field}
    assert not FakeBatch.objects.exists()


def test_no_number_can_be_read_from_what_is_kept(world: World) -> None:
    number = id_number(31)
    listed(world, number)
    entry = ListedNumber.objects.get()
    assert entry.masked == f"{number[:4]}**********{number[-4:]}"
    case = Case.objects.get(workflow="documents.fake_batch")
    assert number[6:14] not in f"{entry.__dict__}{case.__dict__}"
    for row in AuditEntry.objects.all():
        assert number not in str(row.__dict__)


# --- Two persons
def test_nothing_counts_before_a_second_person_agreed(world: World) -> None:
    person = world.person(id_number=id_number(41))
    maker, checker = pair(world)
    case = batches.propose(maker, Proposal(WHY, typed=id_number(41)), now=world.now)
    apply(world, person)
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        casework.act(BATCHES, maker, case, "agree", now=world.now)
    assert reads.listed_person(person.pk) is None
    casework.act(BATCHES, checker, case, "agree", now=world.now)
    assert reads.listed_person(person.pk) is not None
    assert AuditEntry.objects.filter(event="documents.listed", detail={"count": 1}).count() == 1


def test_refused_and_taken_back_count_for_nobody(world: World) -> None:
    person = world.person(id_number=id_number(42))
    maker, checker = pair(world)
    for end in ("refuse", "withdraw"):
        case = batches.propose(maker, Proposal(WHY, typed=id_number(42)), now=world.now)
        if end == "refuse":
            with pytest.raises(Invalid, match=r"case\.invalid"):
                casework.act(BATCHES, checker, case, "refuse", now=world.now)
            casework.act(BATCHES, checker, case, "refuse", {"note": "没有公安机关的文书。"}, now=world.now)
        else:
            with pytest.raises(NotFound):
                casework.act(BATCHES, checker, case, "withdraw", now=world.now)
            casework.act(BATCHES, maker, case, "withdraw", now=world.now)
    assert reads.listed_person(person.pk) is None
    assert not ListedNumber.objects.filter(ended_at=None).exists()


def test_a_county_sees_its_own_batches_and_a_check_holds_everywhere(world: World) -> None:
    case = listed(world, id_number(43), by=pair(world, "other_county"))
    here, province = world.staff("ORG", "county", "孙一"), world.staff("ORG", "province", "孙二")
    assert cases.list_cases(BATCHES, here, Query(view="held")).rows == []
    with pytest.raises(NotFound):
        cases.get_case(BATCHES, here, case)
    with pytest.raises(NotFound):
        casework.act(BATCHES, here, case, "ask_undo", {"note": "核对后是真实的证件"}, now=world.now)
    assert [row.case.public_id for row in cases.list_cases(BATCHES, province, Query(view="held")).rows] == [case]
    assert reads.list_numbers(province, case, Query()).rows[0].entry.in_force
    person = world.person(id_number=id_number(43))
    world.consent(person)
    with pytest.raises(RuleBroken, match=r"document\.check") as said:
        apply(world, person)
    assert "市南区总工会" in said.value.message


@pytest.mark.parametrize("role", ["STATS", "PRIVACY", "SECURITY_ADMIN"])
def test_other_desks_may_not(role: str, world: World) -> None:
    case = listed(world, id_number(44))
    other = world.staff(role, "county", "孙一")
    with pytest.raises(NotAllowed):
        batches.propose(other, Proposal(WHY, typed=id_number(45)), now=world.now)
    with pytest.raises(NotAllowed):
        cases.get_case(BATCHES, other, case)
    with pytest.raises(NotAllowed):
        cases.list_cases(BATCHES, other, Query())


# --- Who holds such a document
def test_a_join_gets_a_sentence_that_accuses_nobody(world: World) -> None:
    person = world.person(id_number=id_number(51))
    listed(world, id_number(51))
    with pytest.raises(RuleBroken, match=r"document\.check") as said:
        apply(world, person)
    assert said.value.message == (
        "该证件信息暂时不能在线办理，请携带证件到莱阳市总工会核对，也可以先电话咨询（服务热线 12351）。"
    )
    for word in ("虚假", "伪造", "名单", "公安"):
        assert word not in said.value.message


def test_a_roster_person_is_not_bound_and_nothing_of_it_stays(world: World) -> None:
    person, stay = world.member(bound=False, id_number=id_number(52), mobile="13700005555")
    listed(world, id_number(52))
    identity = people_services.read_identity(person.name, "RESIDENT_ID", id_number(52), today=world.today)
    actor = world.bare_actor()
    with pytest.raises(RuleBroken, match=r"document\.check"):
        people_services.identify(actor, identity, mobile="13700005555", channel="web", now=world.now)
    person.refresh_from_db()
    assert person.account_id is None
    assert not Membership.objects.get(pk=stay.pk).activated
    checks.ask_check(actor, identity, mobile="13700005555", now=world.now)
    check = DocumentCheck.objects.get()
    assert (check.account_id, check.case.owner_person_id, check.mobile_masked) == (
        actor.account_id,
        None,
        "137****5555",
    )


def test_a_dispute_does_not_bind_it_either(world: World) -> None:
    bound, _ = world.member(id_number=id_number(53))
    identity = people_services.Identity(bound.name, "RESIDENT_ID", id_number(53), None, bound.sex)
    case = open_dispute(
        world.bare_actor(), identity, mobile="13700001111", fallback_union_id=world["plant"].pk, now=world.now
    )
    listed(world, id_number(53))
    officer = world.staff("ORG", "county", "孙一")
    with pytest.raises(RuleBroken, match=r"document\.listed"):
        act(DISPUTES, officer, case, "uphold", {"note": "当面核对了身份证件"}, now=world.now)
    act(DISPUTES, officer, case, "dismiss", {"note": "没有本人到场，不能确认"}, now=world.now)


def test_a_rosters_row_waits_as_a_case_and_goes_through_once_lifted(world: World) -> None:
    batch = listed(world, id_number(54))
    actor, load = loaded(world, [person_row(54), person_row(55)])
    assert load.figures["added"] == 1
    case = Case.objects.get(workflow="rosters.conflict")
    assert "暂时不能在线办理" in case.note
    with pytest.raises(Invalid, match=r"roster\.row") as said:
        settle(world, actor, case.public_id)
    assert set(said.value.fields) == {"id_number"}
    first, second = pair(world)
    casework.act(BATCHES, first, batch, "ask_undo", {"note": "核对后都是真实证件"}, now=world.now)
    casework.act(BATCHES, second, batch, "undo", now=world.now)
    assert settle(world, actor, case.public_id).state == "RESOLVED"


def test_a_listed_member_is_not_claimed(world: World) -> None:
    member, stay = world.member("home", id_number=id_number(56))
    Membership.objects.filter(pk=stay.pk).update(employer_id=world["plant"].employer_id)
    admin = world.staff("GRASS_ADMIN", "plant")
    offer = open_case(CLAIMS, admin, {"union": world["plant"].public_id, "person": member.public_id}, now=world.now)
    listed(world, id_number(56))
    with pytest.raises(RuleBroken, match=r"document\.check"):
        act(CLAIMS, world.actor(member), offer, "confirm", now=world.now)
    act(CLAIMS, world.actor(member), offer, "decline", now=world.now)
    with pytest.raises(RuleBroken, match=r"document\.check"):
        open_case(CLAIMS, admin, {"union": world["plant"].public_id, "person": member.public_id}, now=world.now)
    result = claims.offer_claims(admin, world.facts("plant"), [member.public_id], now=world.now)
    assert [row.code for row in result] == ["document.check"]


def test_a_member_is_not_corrected_to_a_listed_number(world: World) -> None:
    member, _ = world.member()
    before = member.id_digest
    listed(world, id_number(57))
    said = corrections.Correction(
        member.name, "RESIDENT_ID", id_number(57), "", "身份证号登记错了", [("身份证.pdf", io.BytesIO(b"%PDF-1.7\n"))]
    )
    with pytest.raises(RuleBroken, match=r"document\.check"):
        corrections.correct_member(
            world.staff("ORG", "county"), member.public_id, said, now=world.now, source=Authority()
        )
    member.refresh_from_db()
    assert member.id_digest == before


# --- Applications that wait already
def test_an_application_that_waits_is_marked_and_not_approved_until_lifted(world: World) -> None:
    person = world.person(id_number=id_number(61))
    application = apply(world, person)
    chair = world.staff("GRASS_CHAIR", "plant")
    batch = listed(world, id_number(61), id_number(62))
    told = Message.objects.get(person_id=person.pk, template="documents.check")
    assert "莱阳市总工会" in told.body
    assert "虚假" not in told.body
    seen = joining.get_application(chair, application)
    assert seen.listing is not None
    assert WHY in seen.checks[0][1]
    assert [row.listing is not None for row in joining.list_queue(chair, Query()).rows] == [True]
    with pytest.raises(RuleBroken, match=r"document\.listed"):
        applications.approve(chair, application, now=world.now)
    assert Case.objects.get(public_id=application).state == "PENDING"
    results = applications.decide_many(chair, [application], decision="approve", now=world.now)
    assert [row.code for row in results] == ["document.listed"]
    first, second = pair(world)
    entry = ListedNumber.objects.get(digest=person.id_digest)
    check = checks.ask_lift_number(first, batch, entry.pk, note="本人持证到窗口，照片相符", now=world.now)
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        casework.act(CHECKS, first, check, "lift", now=world.now)
    casework.act(CHECKS, second, check, "lift", now=world.now)
    applications.approve(chair, application, now=world.now)
    assert ListedNumber.objects.filter(in_force=True).count() == 1


def test_the_clock_takes_nobody_in_who_is_listed(world: World) -> None:
    ParameterValue.objects.filter(code="join.auto_approve_cd").update(value=2)
    parameters.forget()
    person = world.person(id_number=id_number(63))
    application = apply(world, person)
    listed(world, id_number(63))
    done = clockwork.fire_due(now=world.now + timedelta(days=3, hours=1))
    assert done["failed"] == 1
    assert Case.objects.get(public_id=application).state == "PENDING"
    assert not Membership.objects.exists()


def test_a_number_in_two_batches_stays_until_both_are_lifted(world: World) -> None:
    person = world.person(id_number=id_number(64))
    first = listed(world, id_number(64))
    listed(world, id_number(64), by=pair(world, "other_county"))
    maker, checker = pair(world)
    casework.act(BATCHES, maker, first, "ask_undo", {"note": "核对后是真实的证件"}, now=world.now)
    assert reads.listed_person(person.pk) is not None
    casework.act(BATCHES, checker, first, "undo", now=world.now)
    entry = reads.listed_person(person.pk)
    assert entry is not None
    assert reads.union_of(entry).name == "市南区总工会"


# --- Lifting
def test_a_lift_refused_leaves_the_batch_in_force(world: World) -> None:
    maker, checker = pair(world)
    batch = listed(world, id_number(71), by=(maker, checker))
    with pytest.raises(Invalid, match=r"case\.invalid"):
        casework.act(BATCHES, checker, batch, "ask_undo", {"note": "误列"}, now=world.now)
    casework.act(BATCHES, checker, batch, "ask_undo", {"note": "持证人说自己没有造假"}, now=world.now)
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        casework.act(BATCHES, checker, batch, "undo", now=world.now)
    casework.act(BATCHES, maker, batch, "keep", {"note": "没有新的证明材料。"}, now=world.now)
    assert FakeBatch.objects.get().in_force
    assert Case.objects.get(public_id=batch).state == "IN_FORCE"
    assert not InboxEntry.objects.filter(case__public_id=batch, closed_at=None).exists()


def test_who_holds_a_document_asks_and_two_persons_clear_it(world: World) -> None:
    person = world.person(id_number=id_number(72))
    listed(world, id_number(72))
    first, second = pair(world)
    check = checks.ask_check(world.actor(person), None, mobile="13700006666", now=world.now)
    with pytest.raises(Duplicate, match=r"documents\.check\.already_open"):
        checks.ask_check(world.actor(person), None, mobile="13700006666", now=world.now)
    assert InboxEntry.objects.get(case__public_id=check, closed_at=None).unit_id == world["county"].pk
    with pytest.raises(WrongState):
        casework.act(CHECKS, first, check, "settle", now=world.now)
    casework.act(CHECKS, first, check, "vouch", {"note": "本人持身份证到窗口，照片相符。"}, now=world.now)
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        casework.act(CHECKS, first, check, "lift", now=world.now)
    casework.act(CHECKS, second, check, "lift", now=world.now)
    assert Message.objects.filter(person_id=person.pk, template="documents.cleared").count() == 1
    apply(world, person)
    with pytest.raises(NotFound, match=r"document\.not_listed"):
        checks.ask_check(world.actor(person), None, mobile="13700006666", now=world.now)


def test_a_check_that_confirms_nothing_is_told_and_can_be_asked_again(world: World) -> None:
    person = world.person(id_number=id_number(73))
    listed(world, id_number(73))
    officer, _ = pair(world)
    check = checks.ask_check(world.actor(person), None, mobile="", now=world.now)
    casework.act(CHECKS, officer, check, "uphold", {"note": "请补充户口簿后再来核对。"}, now=world.now)
    assert Message.objects.filter(person_id=person.pk, template="documents.kept").count() == 1
    assert cases.get_own(CHECKS, world.actor(person), check).case.state == "KEPT"
    with pytest.raises(NotFound):
        cases.get_own(CHECKS, world.actor(world.person()), check)
    assert checks.ask_check(world.actor(person), None, mobile="", now=world.now) != check


def test_lifting_the_batch_settles_what_was_asked_about_its_numbers(world: World) -> None:
    person, _ = world.member(bound=False, id_number=id_number(74))
    batch = listed(world, id_number(74))
    identity = people_services.read_identity(person.name, "RESIDENT_ID", id_number(74), today=world.today)
    check = checks.ask_check(world.bare_actor(), identity, mobile="13700007777", now=world.now)
    maker, checker = pair(world)
    casework.act(BATCHES, maker, batch, "ask_undo", {"note": "核对后都是真实证件"}, now=world.now)
    casework.act(BATCHES, checker, batch, "undo", now=world.now)
    assert Case.objects.get(public_id=check).state == "LIFTED"
    assert TextMessage.objects.filter(template="documents.cleared").count() == 1
    entry = ListedNumber.objects.get()
    with pytest.raises(WrongState):
        checks.ask_lift_number(maker, batch, entry.pk, note="核对后是真实的证件", now=world.now)


def test_a_stranger_learns_nothing_by_asking(world: World) -> None:
    person, _ = world.member(bound=False, id_number=id_number(75))
    listed(world, id_number(75), id_number(76))
    named = people_services.read_identity("王陌生", "RESIDENT_ID", id_number(75), today=world.today)
    nobody = people_services.read_identity(person.name, "RESIDENT_ID", id_number(76), today=world.today)
    for identity in (named, nobody, None):
        with pytest.raises(NotFound) as said:
            checks.ask_check(world.bare_actor(), identity, mobile="", now=world.now)
        assert said.value.code == NotFound().code


def test_nobody_clears_his_own_document(world: World) -> None:
    officer = world.staff("ORG", "county", "吴科长")
    person = Person.objects.get(pk=officer.person_id)
    listed(world, world.number_of(person))
    check = checks.ask_check(officer, None, mobile="", now=world.now)
    with pytest.raises(RuleBroken, match=r"case\.own"):
        casework.act(CHECKS, officer, check, "vouch", {"note": "这是我本人的身份证。"}, now=world.now)


# --- His data, and its end
def test_he_reads_where_to_go_and_never_why(world: World) -> None:
    person = world.person(id_number=id_number(81))
    listed(world, id_number(81))
    checks.ask_check(world.actor(person), None, mobile="", now=world.now)
    subject = DataSubject((person.pk,), person.account_id)
    rows = [*personal.export_listed(subject), *cases.export(CHECKS, subject)]
    assert [row["工会"] for row in rows] == ["莱阳市总工会"] * 2
    assert WHY not in str(rows)
    kept = [*personal.kept_listed(subject, world.now), *cases.kept(CHECKS, subject, world.now)]
    assert [line.count for line in kept] == [1, 1]


def test_what_has_ended_goes_a_year_later(world: World) -> None:
    person = world.person(id_number=id_number(82))
    maker, checker = pair(world)
    batch = listed(world, id_number(82), id_number(83), by=(maker, checker))
    check = checks.ask_check(world.actor(person), None, mobile="", now=world.now)
    casework.act(CHECKS, maker, check, "vouch", {"note": "本人持身份证到窗口，照片相符。"}, now=world.now)
    casework.act(CHECKS, checker, check, "lift", now=world.now)
    year = world.now + timedelta(days=365)
    day_before = year - timedelta(days=1)
    assert casework.forget(CHECKS, day_before, 100, frozenset()) == 0
    assert personal.forget_numbers(day_before, 100, frozenset()) == 0
    assert personal.forget_numbers(year, 100, frozenset({person.pk})) == 0
    assert casework.forget(CHECKS, year + timedelta(days=1), 100, frozenset()) == 1
    assert personal.forget_numbers(year, 100, frozenset()) == 1
    assert cases.get_case(BATCHES, maker, batch).row.count == 2
    assert ListedNumber.objects.count() == 1
    assert Case.objects.get(public_id=check).owner_person_id is None
