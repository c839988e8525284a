"""A person and what is kept of him: a copy, correction, deletion, explanation. Figures of docs/rules/rights.md."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.selectors import list_cases
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.files import services as files
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.foundation.notify.models import Message
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import clock as clocks
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Duplicate, Expired, Invalid, NotAllowed, NotFound, RuleBroken, WrongState
from zhijia.kernel.personal import Kept, cut_off, first_day_to_go
from zhijia.kernel.registry import registry
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.models import JoinApplication
from zhijia.organization.joining.services import applications
from zhijia.organization.people import selectors as people
from zhijia.organization.people.cases.holds import HOLDS
from zhijia.organization.people.cases.requests import REQUESTS
from zhijia.organization.people.models import DeletionRecord, Person, RightsRequest
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import rights as reads
from zhijia.organization.people.services import retention, rights
from zhijia.organization.people.tests import asking

WORDS = "请按我的要求办理，谢谢。"


def desk(world: World, union: str = "county", name: str = "韩雪") -> Actor:
    return world.staff("PRIVACY", union, name)


def waiting(actor: Actor, view: str = "mine") -> list[str]:
    return [row.case.public_id for row in list_cases(REQUESTS, actor, Query(view=view)).rows]


def run_jobs(now: Any) -> None:
    for job in Job.objects.filter(state="queued").values_list("public_id", flat=True):
        jobs.run_slice(job, clock=lambda: now)


# --- Rules ------------------------------------------------------------------------------------------------------------
def holding(code: str, count: int, *kept: Kept, last: bool = False, can_erase: bool = True) -> rules.Holding:
    return rules.Holding(code, code, count, kept, can_erase, last)


def test_what_nothing_keeps_goes_and_who_he_is_goes_last() -> None:
    plan = rules.plan([holding("messages", 3), holding("proof", 2, Kept(2, "凭据", None, False)),
                       holding("identity", 1, last=True)])  # fmt: skip
    assert [(line.code, line.count) for line in plan.erased] == [("messages", 3), ("identity", 1)]
    assert [(line.code, line.count, line.reason) for line in plan.kept] == [("proof", 2, "凭据")]
    assert plan.outcome == rules.Rights.PART


def test_a_membership_keeps_who_he_is() -> None:
    plan = rules.plan([holding("messages", 3), holding("stays", 2, Kept(2, "档案")), holding("identity", 1, last=True)])
    assert [line.code for line in plan.erased] == ["messages"]
    assert [(line.code, line.reason) for line in plan.kept] == [("stays", "档案"), ("identity", rules.NEEDED)]


def test_one_part_alone_can_be_meant_and_a_hold_keeps_all() -> None:
    parts = [holding("messages", 3), holding("profile", 1)]
    assert [line.code for line in rules.plan(parts, scope="profile").erased] == ["profile"]
    held = rules.plan(parts, on_hold=True)
    assert (held.erased, held.outcome) == ((), rules.Rights.REFUSED)
    assert {line.reason for line in held.kept} == {rules.ON_HOLD}
    assert rules.plan(parts).outcome == rules.Rights.ANSWERED


def test_of_three_applications_two_are_old_enough() -> None:
    until = date(2027, 3, 1)
    plan = rules.plan([holding("applications", 3, Kept(1, "一年", until))])
    assert [(line.code, line.count) for line in plan.erased] == [("applications", 2)]
    assert [(line.count, line.until) for line in plan.kept] == [(1, until)]


def test_a_year_after_it_was_refused_an_application_may_go() -> None:
    assert first_day_to_go(date(2025, 9, 15), 365) == date(2026, 9, 15)
    assert first_day_to_go(date(2027, 9, 15), 365) == date(2028, 9, 14)
    assert cut_off(date(2026, 9, 15), 365) == date(2025, 9, 15)


@pytest.mark.parametrize("text", ["", "    ", "删掉", "长" * 501])
def test_a_wish_without_words_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.check_text("delete", text)
    assert caught.value.code == "rights.text"
    assert rules.check_text("copy", "") == ""


def test_every_part_is_either_erased_or_says_why_not() -> None:
    parts = registry.personal_data()
    assert {part.code.split(".")[0] for part in parts} >= {
        "accounts", "audit", "files", "members", "notify", "people", "workflow",
    }  # fmt: skip
    for part in parts:
        assert part.erase is not None or part.kept is not None, part.code
        assert part.label
        assert part.purpose.endswith("。")
        assert part.retention
    assert len({part.label[:31] for part in parts}) == len(parts), "a sheet of a copy is named by its part"
    assert [part.last for part in parts] == sorted(part.last for part in parts)


# --- Copy -------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_copy_is_made_by_itself_and_holds_his_own_numbers(world: World) -> None:
    person, stay = world.member()
    world.consent(person)
    actor = world.actor(person)
    case = asking.ask(actor, "copy", now=world.now)
    assert reads.own_request(actor, case).case.state == "PREPARING"
    assert not InboxEntry.objects.exists()
    run_jobs(world.now)
    view = reads.own_request(actor, case)
    assert view.case.state == "ANSWERED"
    file, pieces = files.read_file(actor, view.request.file, now=world.now)
    assert file.type == "xlsx"
    whole = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(pieces)))
    assert whole.get_sheet_by_name("说明").to_python()[0] == ["信息", "为什么保存", "保存多久", "条数"]
    assert {"说明", "身份信息", "会籍", "会员卡", "同意记录", "办理事项"} <= set(whole.sheet_names)
    identity = whole.get_sheet_by_name("身份信息").to_python()
    assert world.number_of(person) in identity[1]
    assert stay.member_number in str(whole.get_sheet_by_name("会籍").to_python()[1])
    assert AuditEntry.objects.filter(event="people.copied", concerns_person_id=person.pk).count() == 1
    assert Message.objects.filter(person_id=person.pk, template="people.copy_ready").count() == 1


@pytest.mark.django_db
def test_only_he_can_fetch_the_copy_and_only_for_seven_days(world: World) -> None:
    person, _ = world.member()
    other, _ = world.member(name="王建国")
    actor = world.actor(person)
    case = asking.ask(actor, "copy", now=world.now)
    run_jobs(world.now)
    file = reads.own_request(actor, case).request.file
    for stranger in (world.actor(other), desk(world), world.staff("ORG", "county")):
        with pytest.raises(NotFound):
            files.read_file(stranger, file, now=world.now)
    files.read_file(actor, file, now=world.now + timedelta(days=7, seconds=-1))
    with pytest.raises(Expired):
        files.read_file(actor, file, now=world.now + timedelta(days=7))
    with pytest.raises(NotFound):
        reads.own_request(world.actor(other), case)


@pytest.mark.django_db
def test_a_copy_that_never_gets_ready_goes_to_the_desk(world: World) -> None:
    officer = desk(world)
    person, _ = world.member()
    case = asking.ask(world.actor(person), "copy", now=world.now)
    later = world.now + timedelta(hours=24)
    clocks.fire_due(now=later)
    assert waiting(officer) == [case]
    assert rights.finish_copy(case, now=later) > 0
    assert rights.finish_copy(case, now=later) == 0
    assert Case.objects.get(public_id=case).state == "ANSWERED"


# --- Asking -----------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_second_request_of_a_kind_waits_for_the_first(world: World) -> None:
    person, _ = world.member()
    actor = world.actor(person)
    asking.ask(actor, "correct", text="学历应为大学本科。", now=world.now)
    with pytest.raises(Duplicate) as caught:
        asking.ask(actor, "correct", text="学历应为大学本科。", now=world.now)
    assert caught.value.code == "people.rights.already_open"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "text", "scope", "code"),
    [
        ("steal", WORDS, "", "rights.kind"),
        ("correct", "", "", "rights.text"),
        ("delete", WORDS, "people.nothing", "rights.scope"),
    ],
)
def test_bad_wishes_are_told_what_is_wrong(world: World, kind: str, text: str, scope: str, code: str) -> None:
    person, _ = world.member()
    with pytest.raises(Invalid) as caught:
        asking.ask(world.actor(person), kind, text=text, scope=scope, now=world.now)
    assert caught.value.code == code
    assert not RightsRequest.objects.exists()


@pytest.mark.django_db
def test_the_nearest_privacy_desk_answers_within_fifteen_working_days(world: World) -> None:
    city = desk(world, "city", "马建国")
    county = desk(world)
    stranger = desk(world, "other_county", "刘洋")
    person, _ = world.member()
    case = asking.ask(world.actor(person), "explain", text="为什么没有通过我的申请？", now=world.now)
    assert waiting(county) == [case]
    assert waiting(city) == []
    assert waiting(stranger) == []
    with pytest.raises(NotFound):
        asking.answer(stranger, case, "answer", text=WORDS, now=world.now)
    with pytest.raises(NotAllowed):
        asking.answer(world.staff("ORG", "county"), case, "answer", text=WORDS, now=world.now)
    asked = Case.objects.get(public_id=case)
    # Asked on Tuesday 15 September 2026; working day 15, past both holidays, is 12 October.
    assert asked.last_day == date(2026, 10, 12), asked.due_explained
    asking.answer(county, case, "answer", text="已向您说明审核依据。", now=world.now)
    view = reads.own_request(world.actor(person), case)
    assert (view.case.state, view.request.answer) == ("ANSWERED", "已向您说明审核依据。")
    assert waiting(county, "done") == [case]


@pytest.mark.django_db
def test_who_is_late_is_reminded(world: World) -> None:
    officer = desk(world)
    person, _ = world.member()
    case = asking.ask(world.actor(person), "explain", text="请说明处理依据。", now=world.now)
    due = Case.objects.get(public_id=case).due_at
    assert due is not None
    clocks.fire_due(now=due - timedelta(seconds=1))
    assert not Message.objects.filter(template="workflow.due").exists()
    clocks.fire_due(now=due)
    assert Message.objects.filter(template="workflow.due", person_id=officer.person_id, case_public_id=case).exists()


@pytest.mark.django_db
def test_an_answer_needs_words_and_nobody_answers_himself(world: World) -> None:
    person, _ = world.member()
    officer = desk(world)
    case = asking.ask(world.actor(person), "explain", text="请说明处理依据。", now=world.now)
    for text in ("", "好"):
        with pytest.raises(Invalid) as caught:
            asking.answer(officer, case, "refuse", text=text, now=world.now)
        assert set(caught.value.fields) == {"answer"}
    own = asking.ask(officer, "explain", text="请说明处理依据。", now=world.now)
    with pytest.raises((RuleBroken, NotFound, NotAllowed)):
        asking.answer(officer, own, "answer", text=WORDS, now=world.now)


@pytest.mark.django_db
def test_he_takes_his_request_back_and_nobody_else(world: World) -> None:
    person, _ = world.member()
    other, _ = world.member(name="王建国")
    case = asking.ask(world.actor(person), "explain", text="请说明处理依据。", now=world.now)
    with pytest.raises(NotFound):
        asking.withdraw(world.actor(other), case, now=world.now)
    asking.withdraw(world.actor(person), case, now=world.now)
    with pytest.raises(WrongState):
        asking.answer(desk(world), case, "answer", text=WORDS, now=world.now)


# --- Deletion ---------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_members_deletion_is_carried_out_in_part(world: World) -> None:
    person, _ = world.member()
    world.consent(person)
    Person.objects.filter(pk=person.pk).update(education="21", ethnicity="01")
    actor, officer = world.actor(person), desk(world)
    case = asking.ask(actor, "delete", text="不想再留个人信息。", now=world.now)
    with pytest.raises(WrongState):
        asking.answer(officer, case, "answer", text=WORDS, now=world.now)
    asking.execute(officer, case, text="已删除可以删除的信息，其余依法保存。", now=world.now)
    view = reads.own_request(actor, case)
    assert view.case.state == "PART"
    erased = {row["code"] for row in view.request.result["erased"]}
    kept = {row["code"]: row["reason"] for row in view.request.result["kept"]}
    assert "people.profile" in erased
    assert {"members.stays", "members.cards", "people.identity", "accounts.account", "people.consents"} <= set(kept)
    assert kept["people.identity"] == rules.NEEDED
    person.refresh_from_db()
    assert (person.education, person.ethnicity, person.name) == ("", "", "林晓禾")
    assert people.find_by_id_number("RESIDENT_ID", world.number_of(person)) is not None
    records = DeletionRecord.objects.filter(case=case)
    assert set(records.values_list("code", flat=True)) == erased
    assert AuditEntry.objects.filter(event="people.erased").count() == 1
    assert list(Message.objects.filter(person_id=person.pk).values_list("template", flat=True)) == [
        "people.rights_answered"
    ], "the answer outlives the messages that were deleted"


@pytest.mark.django_db
def test_only_what_there_is_of_him_is_listed_and_offered_for_deletion(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person = world.person("林晓禾")
    sign_in(client, person)
    listed, offered = client.get("/m/data").content.decode(), client.get("/m/data/ask/delete").content.decode()
    assert "转会" not in listed
    assert 'value="joining.applications"' not in offered
    world.consent(person)
    applications.submit(
        world.actor(person), world["plant"].pk,
        JoinForm(work_form="employed", employer_text="莱阳市鲁东精密机械有限公司"), channel="web", now=world.now,
    )  # fmt: skip
    listed, offered = client.get("/m/data").content.decode(), client.get("/m/data/ask/delete").content.decode()
    assert "1 条，保存多久：通过的永久；未通过和撤回的一年" in listed
    assert 'value="joining.applications"' in offered
    assert 'value="transfers.transfers"' not in offered


def test_a_refused_try_deletes_nothing(world: World) -> None:
    person, _ = world.member()
    Person.objects.filter(pk=person.pk).update(education="21")
    case = asking.ask(world.actor(person), "delete", text="不想再留个人信息。", now=world.now)
    with pytest.raises(NotAllowed):
        asking.execute(world.staff("ORG", "county"), case, text=WORDS, now=world.now)
    with pytest.raises(Invalid):
        asking.execute(desk(world), case, text="", now=world.now)
    person.refresh_from_db()
    assert person.education == "21"
    assert not DeletionRecord.objects.exists()


@pytest.mark.django_db
def test_who_never_joined_is_forgotten_altogether(world: World) -> None:
    person, case = world.application()
    applications.withdraw(world.actor(person), case, now=world.now)
    number = world.number_of(person)
    actor, officer = world.actor(person), desk(world)
    early = asking.ask(actor, "delete", text="不想再留个人信息。", now=world.now)
    plan = asking.execute(officer, early, text="申请保存一年，到期自动删除。", now=world.now)
    until = {line.code: line.until for line in plan.kept}["joining.applications"]
    assert until == timezone.localdate(world.now) + timedelta(days=365)
    a_year_on = world.now + timedelta(days=365)
    late = asking.ask(actor, "delete", text="不想再留个人信息。", now=a_year_on)
    plan = asking.execute(desk(world, name="李静"), late, text="已删除您的信息。", now=a_year_on)
    gone = {line.code for line in plan.erased}
    assert {"joining.applications", "people.identity", "accounts.account", "notify.messages"} <= gone
    assert not JoinApplication.objects.filter(person_id=person.pk).exists()
    person.refresh_from_db()
    assert (person.name, bytes(person.id_sealed), person.mobile_masked) == ("已删除", b"", "")
    assert people.find_by_id_number("RESIDENT_ID", number) is None
    assert person.account_id is None
    assert Case.objects.get(public_id=case).title == "已到期删除"
    assert people.get_facts(person.pk).name == "已删除"
    assert Case.objects.get(public_id=late).state == "PART", "what proves that he consented stays"


@pytest.mark.django_db
def test_an_open_matter_keeps_everything_that_needs_him(world: World) -> None:
    person, _ = world.application()
    case = asking.ask(world.actor(person), "delete", text="不想再留个人信息。", now=world.now)
    plan = asking.execute(desk(world), case, text="申请办结后再删除。", now=world.now)
    kept = {line.code for line in plan.kept}
    assert {"joining.applications", "workflow.cases", "people.identity"} <= kept
    assert JoinApplication.objects.filter(person=person).exists()


# --- Who looked -------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_he_sees_which_unit_and_role_saw_his_numbers_and_never_who(world: World) -> None:
    person, _ = world.member()
    actor = world.actor(person)
    officer = world.staff("ORG", "county", "孙玉梅")
    people.read_numbers(officer, person.pk, reason="核对退休手续", now=world.now)
    people.read_numbers(actor, person.pk, reason="看自己的号码", now=world.now)
    looks = reads.list_looks(actor).rows
    assert [(look.unit, look.role, look.reason) for look in looks] == [("莱阳市总工会", "组织岗", "核对退休手续")]
    assert "孙玉梅" not in str(looks)


@pytest.mark.django_db
def test_looks_are_paged_by_key(world: World) -> None:
    person, _ = world.member()
    officer = world.staff("ORG", "county")
    for _ in range(5):
        people.read_numbers(officer, person.pk, reason="核对退休手续", now=world.now)
    first = reads.list_looks(world.actor(person), limit=3)
    rest = reads.list_looks(world.actor(person), after=first.next, limit=3)
    assert ([len(first.rows), len(rest.rows)], rest.next) == ([3, 2], "")


# --- Holds and the clock ----------------------------------------------------------------------------------------------
def propose_hold(world: World, actor: Actor, person: Person, **other: str) -> str:
    said = {"name": person.name, "id_number": world.number_of(person), "reason": "法院调查令〔2026〕8号"}
    return open_case(HOLDS, actor, {**said, **other}, now=world.now)


def hold(world: World, person: Person) -> str:
    case = propose_hold(world, desk(world), person)
    act(HOLDS, desk(world, name="李静"), case, "agree", now=world.now)
    return case


@pytest.mark.django_db
def test_a_held_persons_data_is_neither_deleted_by_wish_nor_by_the_clock(world: World) -> None:
    held, case = world.application(name="王建国")
    applications.withdraw(world.actor(held), case, now=world.now)
    free, other = world.application(name="李敏")
    applications.withdraw(world.actor(free), other, now=world.now)
    order = hold(world, held)
    later = world.now + timedelta(days=365)
    asked = asking.ask(world.actor(held), "delete", text="不想再留个人信息。", now=later)
    plan = asking.execute(desk(world), asked, text="依法保全，暂不能删除。", now=later)
    assert (plan.erased, plan.outcome) == ((), rules.Rights.REFUSED)
    retention.begin(now=later)
    run_jobs(later)
    assert set(JoinApplication.objects.values_list("person_id", flat=True)) == {held.pk}
    record = DeletionRecord.objects.get(code="joining.applications", case="")
    assert (record.count, record.cut_off) == (1, timezone.localdate(world.now))
    act(HOLDS, desk(world, name="周静"), order, "lift", {"note": "调查已经结束。"}, now=later)
    retention.begin(now=later)
    run_jobs(later)
    assert not JoinApplication.objects.exists()
    assert AuditEntry.objects.filter(event__startswith="people.hold_").count() == 3


@pytest.mark.django_db
def test_a_day_short_of_a_year_nothing_goes(world: World) -> None:
    person, case = world.application()
    applications.withdraw(world.actor(person), case, now=world.now)
    retention.begin(now=world.now + timedelta(days=364))
    run_jobs(world.now + timedelta(days=364))
    assert JoinApplication.objects.count() == 1


@pytest.mark.django_db
def test_the_clock_deletes_in_chunks_and_leaves_one_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        person, case = world.application()
        applications.withdraw(world.actor(person), case, now=world.now)
    approved, good = world.application(name="李敏")
    applications.approve(world.staff("GRASS_CHAIR", "plant"), good, now=world.now)
    monkeypatch.setattr(retention, "CHUNK", 2)
    later = world.now + timedelta(days=400)
    retention.begin(now=later)
    assert retention.begin(now=later) == Job.objects.get(kind=retention.JOB).public_id
    run_jobs(later)
    assert list(JoinApplication.objects.values_list("person_id", flat=True)) == [approved.pk]
    assert list(DeletionRecord.objects.filter(code="joining.applications").values_list("count", flat=True)) == [5]
    assert Case.objects.filter(title="已到期删除", owner_person_id=None).count() == 5


@pytest.mark.django_db
def test_a_hold_takes_two_persons_and_a_reason(world: World) -> None:
    person, _ = world.member()
    officer = desk(world)
    with pytest.raises(Invalid) as caught:
        propose_hold(world, officer, person, reason="查")
    assert set(caught.value.fields) == {"reason"}
    with pytest.raises(Invalid, match=r"hold\.no_person"):
        propose_hold(world, officer, person, name="王五")
    with pytest.raises(Invalid, match=r"hold\.no_person"):
        propose_hold(world, desk(world, "other_county", "刘洋"), person)
    case = propose_hold(world, officer, person)
    with pytest.raises(RuleBroken) as refused:
        act(HOLDS, officer, case, "agree", now=world.now)
    assert refused.value.code == "case.same_person"
    with pytest.raises(Duplicate):
        propose_hold(world, officer, person)
    act(HOLDS, desk(world, name="李静"), case, "agree", now=world.now)
    with pytest.raises(Duplicate) as again:
        propose_hold(world, officer, person)
    assert again.value.code == "hold.in_force"
    with pytest.raises(Invalid):
        act(HOLDS, officer, case, "lift", {"note": ""}, now=world.now)


@pytest.mark.django_db
def test_a_hold_that_waits_holds_nobody(world: World) -> None:
    officer, second = desk(world), desk(world, name="李静")
    for outcome in ("refuse", "withdraw"):
        person, _ = world.member(name="王建国")
        case = propose_hold(world, officer, person)
        given = {"note": "文书没有盖章。"} if outcome == "refuse" else {}
        assert reads.held_persons() == frozenset()
        act(HOLDS, second if outcome == "refuse" else officer, case, outcome, given, now=world.now)
        assert reads.held_persons() == frozenset()
