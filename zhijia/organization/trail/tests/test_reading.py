"""Who may read which part of the trail, what the pages show, and what a look leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.world import World
from zhijia.foundation.accounts import selectors as accounts
from zhijia.foundation.accounts.services import factors, stepping
from zhijia.foundation.audit import services as audit
from zhijia.foundation.audit.models import AuditEntry, Outcome
from zhijia.foundation.ledger import services as ledger
from zhijia.foundation.ui.listing import Query
from zhijia.kernel import db
from zhijia.kernel.actor import ANONYMOUS, Actor, Kind
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound
from zhijia.kernel.personal import DataSubject
from zhijia.kernel.registry import registry
from zhijia.organization.members.selectors.own_data import LABELS
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.models import Person
from zhijia.organization.people.rules import Profile
from zhijia.organization.people.services import erasing
from zhijia.organization.trail import rules, selectors, words
from zhijia.organization.trail.permissions import Permission
from zhijia.organization.trail.selectors import Question

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(world: World, client: Client, sign_in: Any, clock: Any) -> Person:
    person = world.staff_person("AUDIT_ADMIN", "province", "何亮")
    sign_in(client, person, staff=True)
    return person


def look(
    world: World, union: str = "county", name: str = "林晓禾", reason: str = "核对退休手续"
) -> tuple[Actor, Person]:
    """A cadre who saw a member's full numbers."""
    officer = world.staff("ORG", union, "马建国")
    person, _ = world.member("plant" if union == "county" else "other_home", name)
    people.read_numbers(officer, person.pk, reason=reason, now=world.now, unit_id=officer.grants[0].unit_id)
    return officer, person


def page_of(client: Client, address: str, **query: str) -> str:
    answer = client.get(reverse(address), query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


# --- Who may ---------------------------------------------------------------------------------------------------------
PAGES = ("trail:entries", "trail:looks", "trail:people", "trail:export", "trail:exports:list", "trail:ledger")


@pytest.mark.parametrize("name", PAGES)
def test_the_trail_is_for_audit_administrators(
    name: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    look(world)
    sign_in(client, world.staff_person("AUDIT_ADMIN", "province"), staff=True)
    assert client.get(reverse(name)).status_code == 200
    for role, union in (("SECURITY_ADMIN", "province"), ("ORG", "province"), ("GRASS_CHAIR", "plant")):
        sign_in(client, world.staff_person(role, union), staff=True)
        assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", ["trail:denied", "trail:denied_people"])
def test_refused_tries_are_for_security_administrators(
    name: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    sign_in(client, world.staff_person("SECURITY_ADMIN", "province"), staff=True)
    assert client.get(reverse(name)).status_code == 200
    for role in ("AUDIT_ADMIN", "ORG", "OPERATOR"):
        sign_in(client, world.staff_person(role, "province"), staff=True)
        assert client.get(reverse(name)).status_code == 403


def test_a_city_reads_its_own_part_and_another_citys_entry_does_not_exist(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    mine, _ = look(world)
    theirs, _ = look(world, "other_county")
    city = world.staff_person("AUDIT_ADMIN", "city")
    sign_in(client, city, staff=True)
    shown = page_of(client, "trail:looks")
    assert world["county"].name in shown
    assert world["other_county"].name not in shown
    rows = {row.person_id: row for row in AuditEntry.objects.filter(event="people.numbers_read", outcome="read")}
    own, foreign = rows[mine.person_id], rows[theirs.person_id]
    assert client.get(reverse("trail:entry", args=[selectors.entry_key(own)])).status_code == 200
    assert client.get(reverse("trail:entry", args=[selectors.entry_key(foreign)])).status_code == 404
    made_up = selectors.entry_key(own).partition("-")[0] + "-999999999"
    assert client.get(reverse("trail:entry", args=[made_up])).status_code == 404
    assert client.get(reverse("trail:entries"), {"unit": world["other_county"].public_id}).status_code == 422
    sign_in(client, world.staff_person("AUDIT_ADMIN", "province"), staff=True)
    assert client.get(reverse("trail:entry", args=[selectors.entry_key(foreign)])).status_code == 200


def test_what_stands_under_no_unit_is_seen_by_the_top_and_by_the_unit_of_the_cadre(world: World) -> None:
    own = world.staff("ORG", "county")
    other = world.staff("ORG", "other_county")
    for actor in (own, other, ANONYMOUS):
        audit.record_refused(actor, "accounts.step_up_failed", now=world.now, detail={"factor": "password"})
    question = Question(rules.days_of(None, None, today=world.today, named=False), outcome="denied")

    def seen(union: str) -> set[int | None]:
        admin = world.staff("SECURITY_ADMIN", union)
        return {row.entry.person_id for row in selectors.list_entries(admin, question, Permission.DENIED, Query()).rows}

    assert seen("county") == {own.person_id}
    assert seen("province") == {own.person_id, other.person_id, None}


# --- Filters ---------------------------------------------------------------------------------------------------------
def test_each_filter_narrows(world: World, auditor: Person, client: Client) -> None:
    officer, person = look(world)
    applicant, case = world.application(name="王一")
    audit.record_refused(officer, "accounts.step_up_failed", now=world.now - timedelta(days=40))
    acted, concerned = people.get_facts(officer.person_id or 0), people.get_facts(person.pk)

    def shown(**query: str) -> list[str]:
        answer = client.get(reverse("trail:entries"), query)
        assert answer.status_code == 200
        return [line.head.text for line in answer.context["table"].lines]

    assert shown(person=acted.public_id, event="people.numbers_read") == ["查看完整号码"]
    assert set(shown(person=acted.public_id)) == {"查看完整号码", "进入工作台未通过"}  # named: no bound of days
    assert shown(person=acted.public_id, first="2026-09-01", last="2026-09-15") == ["查看完整号码"]
    assert "查看完整号码" in shown(person=concerned.public_id, side="about")
    assert shown(person=concerned.public_id) == []
    assert shown(case=case) == ["入会申请：提交"]
    assert "查看完整号码" in shown(unit=world["city"].code)
    assert "查看完整号码" not in shown(unit=world["plant"].code)
    assert "进入工作台未通过" not in shown()
    assert "进入工作台未通过" in shown(first="2026-08-01", last="2026-08-31")
    assert shown(event="people.numbers_read", first="2026-09-15", last="2026-09-15") == ["查看完整号码"]
    assert shown(case="0" * 16) == []
    assert Person.objects.filter(pk=applicant.pk).exists()


def test_a_name_that_means_several_unions_asks_which(world: World, auditor: Person, client: Client) -> None:
    answer = client.get(reverse("trail:entries"), {"unit": "总工会"})
    assert answer.status_code == 200
    assert "有几个单位符合" in answer.content.decode()
    assert answer.context["question"] is None
    none = client.get(reverse("trail:entries"), {"unit": "不存在的工会"})
    assert none.status_code == 422
    assert "没有找到这个单位" in none.content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"first": "2026-01-01", "last": "2026-09-01"}, "一次最多查 92 天"),
        ({"first": "2026-09-02", "last": "2026-09-01"}, "结束日期不能早于开始日期。"),
        ({"first": "昨天"}, "不是一个日期"),
        ({"event": "no.such"}, "不在可选的范围内"),
    ],
)
def test_a_wrong_filter_is_told(
    query: dict[str, str], words: str, world: World, auditor: Person, client: Client
) -> None:
    answer = client.get(reverse("trail:entries"), query)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_pages_go_on_by_key_without_losing_or_doubling(world: World) -> None:
    admin = world.staff("AUDIT_ADMIN", "province")
    for number in range(7):  # four of one moment
        audit.record(admin, "accounts.signed_out", now=world.now - timedelta(minutes=max(0, number - 3)))
    question = Question(rules.days_of(None, None, today=world.today, named=False), event="accounts.signed_out")
    found: list[int] = []
    after = ""
    for _ in range(4):
        page = selectors.list_entries(admin, question, Permission.VIEW, Query(after=after, limit=2))
        found += [row.entry.pk for row in page.rows]
        after = page.next
    assert (len(found), len(set(found)), after) == (7, 7, "")
    for wrong in ("~", "a~1", "1~", "1~2~3", "9" * 18 + "~1", "١~1"):
        with pytest.raises(Invalid):
            selectors.list_entries(admin, question, Permission.VIEW, Query(after=wrong))


# --- What is shown ---------------------------------------------------------------------------------------------------
def test_numbers_and_names_are_masked_also_in_a_reason(world: World, auditor: Person, client: Client) -> None:
    _, person = look(world, reason="13800138000 本人来电，证件 370299199003070010")
    for name in ("trail:entries", "trail:looks"):
        shown = page_of(client, name)
        assert "林*禾" in shown
        assert "林晓禾" not in shown
        assert "13800138000" not in shown
        assert "370299199003070010" not in shown
        assert world.number_of(person) not in shown
        assert "138***8000" in shown


def test_an_entry_tells_who_as_what_where_why_and_its_seal(world: World, auditor: Person, client: Client) -> None:
    look(world)
    row = AuditEntry.objects.get(event="people.numbers_read", outcome="read")
    address = reverse("trail:entry", args=[selectors.entry_key(row)])
    fresh = client.get(address).content.decode()
    assert "尚未存证" in fresh
    for word in ("马*国", "组织岗", world["county"].name, "127.0.0.1", "核对退休手续", "林*禾", "10:00:00"):
        assert word in fresh
    while ledger.seal(now=world.now):
        pass
    assert "与存证一致" in client.get(address).content.decode()
    with db.unguarded(AuditEntry):
        AuditEntry.objects.filter(pk=row.pk).update(detail={"reason": "改过的理由"})
    assert "与存证不一致" in client.get(address).content.decode()


def test_a_step_of_a_case_is_told_in_its_own_words(world: World, auditor: Person, client: Client) -> None:
    _, case = world.application(name="王一")
    row = AuditEntry.objects.get(event="workflow.move", subject_id=case)
    shown = client.get(reverse("trail:entry", args=[selectors.entry_key(row)])).content.decode()
    assert "尚未提交" in shown
    assert "SUBMITTED" not in shown
    assert row.after in shown


def test_a_correction_is_told_in_words_with_role_and_union(world: World, auditor: Person, client: Client) -> None:
    officer, (member, _) = world.staff("PRIVACY", "county", "韩雪"), world.member("plant")
    people_services.correct_person(
        officer, member.pk, name="林晓荷", id_type=member.id_type, id_number="", mobile=None, reason="材料无误",
        now=world.now,
    )  # fmt: skip
    entry = AuditEntry.objects.get(event="people.corrected")
    page = page_of(client, "trail:entries", event="people.corrected")
    assert world["county"].name in page
    page = client.get(reverse("trail:entry", args=[selectors.entry_key(entry)])).content.decode()
    for word in ("改动", "姓名", registry.role_label("PRIVACY"), world["county"].name):
        assert word in page


def test_whatever_a_member_can_have_changed_has_a_word() -> None:
    """Columns of what he told, of how he works, and of what an officer puts right."""
    named = {*Profile.__dataclass_fields__, *LABELS, "employer_id", "name", "id", "mobile"}
    named |= {field.code for room in registry.corrections() for field in room.fields} - {"id_number"}
    assert named <= set(words.VALUES["changed"])


def test_an_erased_persons_entries_stay_readable(world: World, auditor: Person, client: Client) -> None:
    person = world.person("周三")
    audit.record(world.actor(person), "accounts.signed_in", now=world.now, concerns=person.pk)
    erasing.erase_identity(DataSubject((person.pk,), None), world.now)
    shown = page_of(client, "trail:entries", event="accounts.signed_in")
    assert "已删除个人信息的人员" in shown
    row = AuditEntry.objects.filter(event="accounts.signed_in").latest("id")
    assert client.get(reverse("trail:entry", args=[selectors.entry_key(row)])).status_code == 200
    gone = Actor(Kind.PERSON, account_id=1, person_id=999_999)
    audit.record(gone, "accounts.signed_out", now=world.now)
    assert "已删除个人信息的人员" in page_of(client, "trail:entries", event="accounts.signed_out")


# --- What a look leaves ----------------------------------------------------------------------------------------------
def test_who_looked_at_the_trail_for_whom_is_in_the_trail(world: World, auditor: Person, client: Client) -> None:
    officer, _ = look(world)
    facts = people.get_facts(officer.person_id or 0)
    page_of(client, "trail:entries", person=facts.public_id)
    row = AuditEntry.objects.get(event="trail.read")
    assert (row.person_id, row.concerns_person_id, row.subject_id) == (auditor.pk, facts.id, facts.public_id)
    assert (row.role, row.unit_id, row.outcome) == ("AUDIT_ADMIN", world["province"].pk, Outcome.DONE)
    assert "查阅审计记录" in page_of(client, "trail:entries", person=facts.public_id, side="about")
    entry = AuditEntry.objects.get(event="people.numbers_read", outcome="read")
    client.get(reverse("trail:entry", args=[selectors.entry_key(entry)]))
    assert AuditEntry.objects.get(event="trail.opened").subject_id == selectors.entry_key(entry)
    page_of(client, "trail:looks")
    assert AuditEntry.objects.filter(event="trail.looks_read").count() == 1


def test_a_person_is_found_by_number_or_name_and_never_named_in_the_address(
    world: World, auditor: Person, client: Client
) -> None:
    officer, person = look(world)
    number = world.number_of(person)
    for who in (number, people.mobile_for_message(person.pk), "林晓禾"):
        answer = client.post(reverse("trail:people"), {"who": who})
        assert answer.status_code == 200
        assert [row["label"] for row in answer.context["rows"]] == ["林*禾"]
        assert number not in answer.content.decode().replace(f'value="{number}"', "")
        assert f"person={person.public_id}" in answer.context["rows"][0]["href"]
    by_part = client.post(reverse("trail:people"), {"who": "建国"})
    assert [row["label"] for row in by_part.context["rows"]] == ["马*国"]
    assert client.post(reverse("trail:people"), {"who": "查无此人"}).context["rows"] == []
    assert AuditEntry.objects.filter(event="trail.found", concerns_person_id=person.pk).count() == 3
    assert officer.person_id is not None


def test_no_page_asks_more_with_thirty_entries_than_with_three(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    def fill(count: int) -> None:
        for number in range(count):
            officer, person = look(world, name=f"林{'禾苗秀芳丽'[number % 5]}", reason=f"核对第{number}号")
            audit.record_denied(officer, code="auth.not_allowed", where="access:list", now=world.now)
            stepped = world.actor(person)
            audit.record_refused(stepped, "accounts.step_up_failed", now=world.now, detail={"factor": "password"})

    admins = {
        "trail:entries": world.staff_person("AUDIT_ADMIN", "city"),
        "trail:looks": world.staff_person("AUDIT_ADMIN", "province"),
        "trail:denied": world.staff_person("SECURITY_ADMIN", "county"),
    }

    def count(name: str) -> int:
        sign_in(client, admins[name], staff=True)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(name)).status_code == 200
        assert not [query for query in asked.captured_queries if "COUNT(" in query["sql"] and "audit_" in query["sql"]]
        return len(asked)

    fill(3)
    for name in admins:
        count(name)
    with_three = {name: count(name) for name in admins}
    fill(27)
    assert {name: count(name) for name in admins if count(name) > with_three[name]} == {}


# --- Refused tries ---------------------------------------------------------------------------------------------------
def test_failed_ways_in_and_denied_tries_stand_together_and_what_strikes_stands_out(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    admin = world.staff_person("SECURITY_ADMIN", "county", "周明")
    person = world.staff_person("ORG", "county", "马建国")

    factors.set_password(
        world.actor(person, staff=True),
        accounts.get_account(person.account_id or 0),
        "清晨-的-烟台-2026",
        now=world.now,
    )
    for minute in range(5):
        with pytest.raises(Invalid):
            stepping.check_password(world.actor(person), "猜一猜", now=world.now + timedelta(minutes=minute))
    sign_in(client, person, staff=True)
    assert client.get(reverse("trail:denied")).status_code == 403
    sign_in(client, admin, staff=True)
    answer = client.get(reverse("trail:denied"))
    shown = answer.content.decode()
    assert [line.head.text for line in answer.context["table"].lines].count("进入工作台未通过") == 5
    assert "被拒绝的尝试" in shown
    assert "没有这项权限" in shown
    assert [row["label"] for row in answer.context["strikes"]] == ["针对 马*国"]
    assert answer.context["strikes"][0]["end"] == "5 次，来自 1 个地址"
    only = client.get(reverse("trail:denied"), {"event": "audit.denied"})
    assert [line.head.text for line in only.context["table"].lines] == ["被拒绝的尝试"]
    assert client.get(reverse("trail:denied"), {"address": "203.0.113.7"}).context["table"].lines == []
    row = AuditEntry.objects.filter(event="accounts.step_up_failed").first()
    assert row is not None
    assert client.get(reverse("trail:denied_entry", args=[selectors.entry_key(row)])).status_code == 200
    other = AuditEntry.objects.filter(event="accounts.password_set").latest("id")
    assert client.get(reverse("trail:denied_entry", args=[selectors.entry_key(other)])).status_code == 404
    assert AuditEntry.objects.filter(event="trail.denied_read", person_id=admin.pk).count() == 3


def test_services_refuse_who_may_not(world: World) -> None:
    question = Question(rules.days_of(None, None, today=world.today, named=False))
    cadre = world.staff("ORG", "province")
    with pytest.raises(NotAllowed):
        selectors.list_entries(cadre, question, Permission.VIEW, Query())
    with pytest.raises(NotAllowed):
        selectors.get_entry(cadre, "20260915-1", Permission.VIEW)
    admin = world.staff("AUDIT_ADMIN", "province")
    for wrong in ("20260915", "2026-1", "99999999-1", "00000000-1", "20260915-x"):
        with pytest.raises(NotFound):
            selectors.get_entry(admin, wrong, Permission.VIEW)
