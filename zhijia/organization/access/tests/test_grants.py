"""Roles: asked, checked by a second person, in force, taken back; scope, level, conflicts; ending with the post."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.notify.models import Message
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow.models import CaseHistory, InboxEntry
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken, WrongState
from zhijia.kernel.registry import registry
from zhijia.organization.access import actors, rules, selectors, services
from zhijia.organization.access.cases import GRANTS
from zhijia.organization.access.cases.grants import revoke_grant
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.access.roles import ROLES, conflict
from zhijia.organization.people.models import Person

pytestmark = pytest.mark.django_db


def ask(
    world: World, actor: Actor, person: Person, role: str = "GRASS_ADMIN", union: str = "plant", **changed: Any
) -> str:
    said: dict[str, Any] = {
        "person": person.public_id,
        "role": role,
        "union": world[union].public_id,
        "since": world.today,
        "until": world.today + timedelta(days=365),
        "reason": "任职文件〔2026〕3 号",
    }
    return open_case(GRANTS, actor, {**said, **changed}, now=changed.pop("now", world.now))


def holds(world: World, person: Person) -> set[str]:
    return {grant.role for grant in world.actor(person, staff=True).grants}


# --- Asking and checking
def test_a_role_counts_only_after_a_second_person_has_agreed(world: World) -> None:
    asker, checker = world.staff("ORG", "county"), world.staff("SECURITY_ADMIN", "county", "李明")
    person = world.person("王一")
    case = ask(world, asker, person)
    assert holds(world, person) == set()
    act(GRANTS, checker, case, "agree", now=world.now)
    assert holds(world, person) == {"GRASS_ADMIN"}
    assert Message.objects.filter(person_id=person.pk, template="access.granted_first").count() == 1
    with pytest.raises(WrongState):
        act(GRANTS, checker, case, "agree", now=world.now)


def test_who_asked_cannot_check_even_with_the_right(world: World) -> None:
    admin = world.staff("SECURITY_ADMIN", "county")
    case = ask(world, admin, world.person("王一"))
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        act(GRANTS, admin, case, "agree", now=world.now)
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        act(GRANTS, admin, case, "refuse", {"note": "不行不行"}, now=world.now)


def test_a_checker_stands_no_lower_than_the_asker(world: World) -> None:
    case = ask(world, world.staff("ORG", "city"), world.person("王一"))
    with pytest.raises(NotAllowed, match=r"case\.others_decide"):
        act(GRANTS, world.staff("SECURITY_ADMIN", "county", "李明"), case, "agree", now=world.now)
    act(GRANTS, world.staff("SECURITY_ADMIN", "city", "赵云"), case, "agree", now=world.now)


def test_a_refusal_needs_its_reason(world: World) -> None:
    case = ask(world, world.staff("ORG", "county"), world.person("王一"))
    checker = world.staff("SECURITY_ADMIN", "county", "李明")
    with pytest.raises(Invalid, match=r"case\.invalid"):
        act(GRANTS, checker, case, "refuse", {"note": " "}, now=world.now)
    act(GRANTS, checker, case, "refuse", {"note": "没有任职文件"}, now=world.now)
    assert not RoleGrant.objects.filter(case__public_id=case, in_force=True).exists()


def test_the_asker_takes_it_back_while_it_waits(world: World) -> None:
    asker = world.staff("ORG", "county")
    case = ask(world, asker, world.person("王一"))
    with pytest.raises(NotFound):
        act(GRANTS, world.staff("ORG", "county", "李明"), case, "withdraw", now=world.now)
    act(GRANTS, asker, case, "withdraw", now=world.now)
    with pytest.raises(WrongState):
        act(GRANTS, world.staff("SECURITY_ADMIN", "county", "赵云"), case, "agree", now=world.now)


# --- Bad input (Role grant)
def test_a_union_above_ones_own_breaks_the_rule_and_elsewhere_is_not_found(world: World) -> None:
    county = world.staff("ORG", "county")
    person = world.person("王一")
    with pytest.raises(RuleBroken, match=r"grant\.above"):
        ask(world, county, person, "ORG", "city")
    with pytest.raises(RuleBroken, match=r"grant\.above"):
        ask(world, county, person, "ORG", "province")
    for elsewhere in ("other_county", "other_city"):
        with pytest.raises(NotFound):
            ask(world, county, person, "ORG", elsewhere)
    with pytest.raises(NotAllowed):
        ask(world, world.staff("STATS", "county", "李明"), person)


def test_a_role_fits_the_level_of_its_union(world: World) -> None:
    asker, person = world.staff("ORG", "province"), world.person("王一")
    for role, union in (
        ("GRASS_ADMIN", "county"),
        ("ORG", "plant"),
        ("TOWN_WORKER", "plant"),
        ("AUDIT_ADMIN", "county"),
        ("NOBODY", "plant"),
    ):
        with pytest.raises(Invalid, match=r"grant\.role|case\.invalid"):
            ask(world, asker, person, role, union)


def test_the_period_lies_ahead_and_within_five_years(world: World) -> None:
    asker, person = world.staff("ORG", "county"), world.person("王一")
    for since, until in ((-1, 10), (5, 5), (5, 4), (0, 5 * 366 + 1)):
        with pytest.raises(Invalid, match=r"grant\.period"):
            ask(
                world,
                asker,
                person,
                since=world.today + timedelta(days=since),
                until=world.today + timedelta(days=until),
            )
    with pytest.raises(Invalid, match=r"case\.invalid"):
        ask(world, asker, person, reason="  无 ")


def test_nobody_gives_himself_a_role(world: World) -> None:
    asker = world.staff("ORG", "county")
    with pytest.raises(RuleBroken, match=r"grant\.self"):
        ask(world, asker, Person.objects.get(pk=asker.person_id), "STATS", "county")


def test_only_a_person_matched_by_the_authority_holds_a_role(world: World) -> None:
    with pytest.raises(RuleBroken, match=r"grant\.real_name"):
        ask(world, world.staff("ORG", "county"), world.person("王一", level=2))


def test_the_three_administrators_and_the_auditor_stand_apart(world: World) -> None:
    asker = world.staff("ORG", "county")
    pairs = [("AUDITOR", "FINANCE"), ("FINANCE", "AUDITOR"), ("SECURITY_ADMIN", "ORG"), ("ORG", "SECURITY_ADMIN")]
    for held, asked in pairs:
        person = world.staff_person(held, "county", "王一")
        with pytest.raises(RuleBroken, match=r"grant\.conflict"):
            ask(world, asker, person, asked, "county")
    for one in selectors.ADMINS:
        for other in ROLES:
            assert (conflict(one, other) is None) == (one == other)


def test_a_conflict_that_arose_while_it_waited_is_found_at_the_decision(world: World) -> None:
    asker, checker = world.staff("ORG", "county"), world.staff("SECURITY_ADMIN", "county", "李明")
    person = world.person("王一")
    first, second = ask(world, asker, person, "AUDITOR", "county"), ask(world, asker, person, "FINANCE", "county")
    act(GRANTS, checker, first, "agree", now=world.now)
    with pytest.raises(RuleBroken, match=r"grant\.conflict"):
        act(GRANTS, checker, second, "agree", now=world.now)
    assert holds(world, person) == {"AUDITOR"}


def test_the_same_role_is_neither_asked_twice_nor_held_twice(world: World) -> None:
    asker, checker = world.staff("ORG", "county"), world.staff("SECURITY_ADMIN", "county", "李明")
    person = world.person("王一")
    case = ask(world, asker, person)
    with pytest.raises(Duplicate, match=r"access\.grant\.already_open"):
        ask(world, asker, person)
    act(GRANTS, checker, case, "agree", now=world.now)
    with pytest.raises(Duplicate, match=r"grant\.exists"):
        ask(world, asker, person)


def test_an_expired_grant_makes_room_for_the_next(world: World) -> None:
    asker, checker = world.staff("ORG", "county"), world.staff("SECURITY_ADMIN", "county", "李明")
    person = world.person("王一")
    act(GRANTS, checker, ask(world, asker, person, until=world.today + timedelta(days=2)), "agree", now=world.now)
    later = world.now + timedelta(days=3)
    case = ask(
        world,
        asker,
        person,
        since=timezone.localdate(later),
        until=timezone.localdate(later) + timedelta(days=9),
        now=later,
    )
    act(GRANTS, checker, case, "agree", now=later)
    assert RoleGrant.objects.filter(person=person, in_force=True).count() == 1


def test_a_request_decided_after_its_last_day_is_refused(world: World) -> None:
    asker, checker = world.staff("ORG", "county"), world.staff("SECURITY_ADMIN", "county", "李明")
    case = ask(world, asker, world.person("王一"), until=world.today + timedelta(days=2))
    with pytest.raises(Invalid, match=r"grant\.period"):
        act(GRANTS, checker, case, "agree", now=world.now + timedelta(days=5))


# --- Where it waits
def test_a_request_never_waits_where_only_its_asker_could_decide(world: World) -> None:
    asker = world.staff("SECURITY_ADMIN", "county")
    upper = world.staff("SECURITY_ADMIN", "province", "李明")
    case = ask(world, asker, world.person("王一"))
    entry = InboxEntry.objects.get(case__public_id=case, closed_at=None)
    assert (entry.home_unit_id, entry.unit_id) == (world["county"].pk, world["province"].pk)
    act(GRANTS, upper, case, "agree", now=world.now)


def test_a_second_holder_at_the_union_keeps_it_there(world: World) -> None:
    asker = world.staff("SECURITY_ADMIN", "county")
    world.staff("SECURITY_ADMIN", "county", "赵云")
    world.staff("SECURITY_ADMIN", "province", "李明")
    case = ask(world, asker, world.person("王一"))
    assert InboxEntry.objects.get(case__public_id=case, closed_at=None).unit_id == world["county"].pk


def test_entries_follow_when_the_second_holder_leaves_and_comes(world: World) -> None:
    asker = world.staff("SECURITY_ADMIN", "county")
    second = world.staff("SECURITY_ADMIN", "county", "赵云")
    world.staff("SECURITY_ADMIN", "province", "李明")
    case = ask(world, asker, world.person("王一"))
    services.end_person_grants(second.person_id, union_id=None, reason="离任", now=world.now)
    assert InboxEntry.objects.get(case__public_id=case, closed_at=None).unit_id == world["province"].pk
    newcomer = ask(world, world.staff("ORG", "county", "周平"), world.person("钱七"), "SECURITY_ADMIN", "county")
    act(GRANTS, asker, newcomer, "agree", now=world.now)
    assert InboxEntry.objects.get(case__public_id=case, closed_at=None).unit_id == world["county"].pk


# --- Ending
def test_the_very_next_request_of_a_cadre_whose_post_ended_has_no_right(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person = world.staff_person("ORG", "county")
    sign_in(client, person, staff=True)
    assert client.get("/console/access").status_code == 200
    assert services.end_person_grants(person.pk, union_id=world["county"].pk, reason="离任", now=world.now) == 1
    assert client.get("/console/access").status_code in (302, 403)
    assert AuditEntry.objects.filter(event="access.ended", concerns_person_id=person.pk).count() == 1


def test_a_role_taken_back_is_gone_with_the_next_request_and_the_person_is_told(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person = world.staff_person("GRASS_ADMIN", "plant", "王一")
    sign_in(client, person, staff=True)
    assert client.get("/console/joining").status_code == 200
    grant = RoleGrant.objects.get(person=person)
    revoke_grant(world.staff("ORG", "county"), grant.pk, note="岗位调整", now=world.now)
    assert client.get("/console/joining").status_code in (302, 403)
    assert Message.objects.filter(person_id=person.pk, template="access.revoked").count() == 1
    grant.refresh_from_db()
    assert [step.move for step in CaseHistory.objects.filter(case=grant.case).order_by("id")] == ["open", "revoke"]
    with pytest.raises(WrongState):
        revoke_grant(world.staff("ORG", "county", "赵云"), grant.pk, note="岗位调整", now=world.now)


def test_a_role_is_taken_back_by_who_has_the_right_over_it_and_never_by_oneself(world: World) -> None:
    grant = RoleGrant.objects.get(person=world.staff_person("GRASS_ADMIN", "plant", "王一"))
    with pytest.raises(NotFound):
        revoke_grant(world.staff("ORG", "other_county"), grant.pk, note="岗位调整", now=world.now)
    with pytest.raises(NotAllowed):
        revoke_grant(world.staff("STATS", "county"), grant.pk, note="岗位调整", now=world.now)
    own = world.staff("ORG", "county")
    with pytest.raises(RuleBroken, match=r"grant\.self"):
        revoke_grant(own, RoleGrant.objects.get(person_id=own.person_id).pk, note="岗位调整", now=world.now)
    with pytest.raises(Invalid, match=r"case\.invalid"):
        revoke_grant(own, grant.pk, note=" ", now=world.now)


def test_a_grant_stops_counting_on_its_last_day_before_the_clock_closes_it(world: World) -> None:
    person = world.person("王一")
    case = ask(world, world.staff("ORG", "county"), person, until=world.today + timedelta(days=1))
    act(GRANTS, world.staff("SECURITY_ADMIN", "county", "李明"), case, "agree", now=world.now)
    tomorrow = world.now + timedelta(days=1)

    assert actors.grants_of(person.pk, timezone.localdate(tomorrow)) == ()
    assert services.end_expired(now=tomorrow) == 1
    assert services.end_expired(now=tomorrow) == 0


# --- Who sees what
def test_the_three_administrators_hold_no_right_over_business(world: World) -> None:
    allowed = (
        "access:",
        "clients:",
        "administration:",
        "jobs:",
        "people:consent:",
        "unions:union:view",
        "audit:",
        "trail:",
        "accounts:",
        "upkeep:",
        "regions:",
    )
    for role in selectors.ADMINS:
        for code in registry.permissions_of(role):
            assert code.startswith(allowed), (role, code)


def test_the_list_shows_the_subtree_and_nothing_beside_it(world: World) -> None:
    county = world.staff("ORG", "county")
    world.staff("GRASS_ADMIN", "plant", "王一")
    world.staff("GRASS_ADMIN", "other_home", "赵六")
    world.staff("ORG", "city", "钱七")
    seen = {(row.person.name, row.union.name) for row in selectors.list_grants(county, Query(), today=world.today).rows}
    assert {name for name, _ in seen} == {"孙玉梅", "王一"}
    with pytest.raises(NotAllowed):
        selectors.list_grants(world.staff("STATS", "county", "周平"), Query(), today=world.today)


def test_the_list_is_searched_by_name_sound_union_role_and_right(world: World) -> None:
    county = world.staff("ORG", "county")
    world.staff("GRASS_ADMIN", "plant", "王一")
    world.staff("TOWN_WORKER", "town", "单冰")

    def names(search: str = "", **filters: str) -> list[str]:
        page = selectors.list_grants(county, Query(search=search, filters=filters), today=world.today)
        return [row.person.name for row in page.rows]

    assert names(search="王") == ["王一"]
    assert names(search="wy") == ["王一"]
    assert names(search="鲁东") == ["王一"]
    assert names(role="TOWN_WORKER") == ["单冰"]
    assert sorted(names(may="joining:application:decide")) == sorted(["王一", "单冰", "孙玉梅"])
    assert names(may="no:such:right") == []
    assert names(search="单") == ["单冰"]


def test_pages_by_key_show_every_grant_once(world: World) -> None:
    county = world.staff("ORG", "county")
    for n in range(7):
        world.staff("GRASS_ADMIN", "plant" if n % 2 else "home", f"王{'一二三四五六七'[n]}")
    seen, after = [], ""
    while True:
        page = selectors.list_grants(county, Query(after=after, limit=3), today=world.today)
        seen += [row.id for row in page.rows]
        after = page.next
        if not after:
            break
    assert len(seen) == len(set(seen)) == 8
    for wrong in ("x", "0001~a~1", "~~~", "0001~王~x~1", "0001~a~1~99999999999999999999"):
        with pytest.raises(Invalid, match=r"request\.page"):
            selectors.list_grants(county, Query(after=wrong), today=world.today)


def test_a_person_is_found_by_exact_number_by_anyone_who_may_ask_and_leaves_a_trace(world: World) -> None:
    county = world.staff("ORG", "county")
    person = world.person("王一", mobile="13911112222")
    assert [p.id for p in services.find_people(county, "139 1111 2222", now=world.now)] == [person.pk]
    assert [p.id for p in services.find_people(county, world.number_of(person), now=world.now)] == [person.pk]
    assert services.find_people(county, "王一", now=world.now) == []
    member, stay = world.member("plant", "赵六")
    assert [p.id for p in services.find_people(county, "赵六", now=world.now)] == [member.pk]
    assert [p.id for p in services.find_people(county, stay.member_number, now=world.now)] == [member.pk]
    assert services.find_people(world.staff("ORG", "other_county", "周平"), "赵六", now=world.now) == []
    security = world.staff("SECURITY_ADMIN", "county", "李明")
    assert services.find_people(security, "赵", now=world.now) == [], "he reads no roster, and finds whole names only"
    assert AuditEntry.objects.filter(event="access.looked_up", concerns_person_id=person.pk).count() == 2
    with pytest.raises(NotAllowed):
        services.find_people(world.staff("STATS", "county", "钱七"), "王一", now=world.now)


def test_checks_name_conflicts_and_missing_administrators(world: World) -> None:
    admin = world.staff("SECURITY_ADMIN", "province")
    found = {check.text: check for check in selectors.checks(admin, today=world.today)}
    assert found["三员分立"].state == "warn"
    clash = world.staff_person("AUDITOR", "county", "邹琴")
    RoleGrant.objects.create(
        person=clash, union=world["county"], role="FINANCE", since=world.today, until=world.today + timedelta(days=9),
        in_force=True, created_at=world.now,
    )  # fmt: skip
    found = {check.text: check for check in selectors.checks(admin, today=world.today)}
    assert found["角色冲突"].value == "1 人"
    assert "邹琴" not in found["角色冲突"].detail


def test_how_a_right_is_exercised_follows_from_the_workflows() -> None:
    assert selectors.kind_of("access:grant:view") == "see"
    assert selectors.kind_of("access:grant:ask") == "mc"
    assert selectors.kind_of("access:grant:check") == "mc"
    assert selectors.kind_of("access:grant:revoke") == "do"
    assert selectors.kind_of("joining:application:decide") == "do"


# --- Pages
def test_a_role_is_asked_for_and_checked_on_the_pages(world: World, sign_in: Any, clock: Any) -> None:
    asker, checker = world.staff_person("ORG", "county"), world.staff_person("SECURITY_ADMIN", "county", "李明")
    person = world.person("王一", mobile="13911112222")
    client, other = Client(), Client()
    sign_in(client, asker, staff=True)
    sign_in(other, checker, staff=True)
    page = client.post("/console/access/ask", {"who": "13911112222"}).content.decode()
    assert person.public_id in page
    assert "13911112222" not in page.replace('value="13911112222"', "")
    address = f"/console/access/ask?person={person.public_id}&union={world['plant'].public_id}"
    assert "基层工会管理员" in client.get(address).content.decode()
    said = {"role": "GRASS_ADMIN", "since": "2026-09-15", "until": "2028-09-15", "reason": "任职文件"}
    assert client.post(address, {**said, "until": "2020-01-01"}).status_code == 422
    case = client.post(address, said)["Location"]
    assert "提交复核" not in client.get(case).content.decode()
    assert "王*" not in client.get("/console/access").content.decode().split("谁能办什么")[-1].split("我申请的")[0]
    assert case in other.get("/console/access").content.decode()
    assert other.post(case, {"decision": "refuse"}).status_code == 422
    assert other.post(case, {"decision": "agree"}).status_code == 302
    page = client.get(f"/console/access/people/{person.public_id}").content.decode()
    assert "生效中" in page
    grant = RoleGrant.objects.get(person=person)
    wrong = client.post(f"/console/access/people/{person.public_id}/revoke", {"grant": grant.pk, "note": ""})
    assert wrong.status_code == 422
    done = client.post(f"/console/access/people/{person.public_id}/revoke", {"grant": grant.pk, "note": "岗位调整"})
    assert done.status_code == 302
    assert "已收回" in client.get(f"/console/access/people/{person.public_id}").content.decode()


def test_a_cadre_elsewhere_finds_neither_person_nor_case(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person = world.staff_person("GRASS_ADMIN", "plant", "王一")
    case = ask(world, world.staff("ORG", "county"), world.person("赵六"))
    sign_in(client, world.staff_person("ORG", "other_county", "周平"), staff=True)
    for address in (
        f"/console/access/people/{person.public_id}", f"/console/grants/{case}",
        f"/console/access/people/{world.person('无职').public_id}",
        f"/console/access/ask?person={person.public_id}&union={world['plant'].public_id}",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    assert client.post(f"/console/access/people/{person.public_id}/revoke", {"grant": 1}).status_code == 404


def test_the_list_costs_the_same_queries_for_three_and_thirty_grants(
    world: World, client: Client, sign_in: Any, clock: Any, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sign_in(client, world.staff_person("SECURITY_ADMIN", "province"), staff=True)
    counts = []
    for n in (3, 27):
        for k in range(n):
            world.staff(
                "GRASS_ADMIN", "plant" if k % 2 else "home", f"王{'一二三四五六七八九'[k % 9]}{'甲乙丙'[k // 9]}"
            )
        client.get("/console/access")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/console/access").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1], counts


def test_dates_in_the_worked_table_hold() -> None:
    """docs/rules/access.md#periods"""
    today = date(2026, 9, 15)
    rules.check_period(today, date(2031, 9, 14), today)
    with pytest.raises(Invalid):
        rules.check_period(today, date(2031, 9, 20), today)
