"""Every route of the API: closed by default, 401 and never a redirect, the same scope as the pages, one shape of error.

Each route for cadres and systems that takes a public id stands in `WITH_PID` with something real behind it: a new route
can't be forgotten here.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.callers import System, register, send
from tests.contracts.api_doors import (
    ALL,
    BY_NAME,
    IN_STEPS,
    NOT_FOR_SYSTEMS,
    OF_THE_UNION,
    STATS_MAY,
    WITH_PID,
    Door,
    call,
    is_error,
    real,
    said_for,
)  # fmt: skip
from tests.contracts.test_budgets import (
    Stage,
    _applications,
    _devices,
    _loads,
    _members,
    _messages,
    _own_cases,
    _unions,
)
from tests.world import World
from zhijia.config.reference import schema
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.kinds import kinds
from zhijia.kernel.api import Who
from zhijia.organization.duplicates.services import hints
from zhijia.organization.members.models import Membership

pytestmark = pytest.mark.django_db

OPEN = {
    "consents_wording", "join_place", "public_unions_find", "public_unions_page", "regions_children", "regions_locate",
    "regions_search", "session_current", "session_puzzle", "session_send_code", "session_sign_in", "verify_keys",
    "verify_verify",
}  # fmt: skip
NOT_ONCE = {
    "account_change_mobile", "account_end_everywhere", "account_mobile_code", "account_password",
    "account_release_number", "account_second", "account_second_code", "account_sign_out", "applications_file_code",
    "applications_identify",
    "members_numbers", "people_mobile_without_old", "session_send_code", "session_sign_in",
}  # fmt: skip


# --- Declared -------------------------------------------------------------------------------------------------------
def test_only_these_routes_are_open_to_anyone() -> None:
    assert {door.name for door in ALL if door.route.who is Who.ANYONE} == OPEN


def test_only_these_writes_are_carried_out_as_often_as_sent() -> None:
    """They count tries, end the session itself, or answer what must be kept nowhere."""
    assert {door.name for door in ALL if door.method == "POST" and not door.route.once} == NOT_ONCE


def test_every_route_is_described_by_its_own_fields() -> None:
    said = schema()
    assert said["openapi"] == "3.1.0"
    names = [found["operationId"] for methods in said["paths"].values() for found in methods.values()]
    assert len(names) == len(set(names)) == len(ALL) > 60
    for methods in said["paths"].values():
        for method, found in methods.items():
            codes = set(found["responses"])
            assert {200, 400, 404, 422, 429} <= codes
            assert found["summary"]
            for status in codes - {200}:
                shape = found["responses"][status]["content"]["application/json"]["schema"]
                assert shape == {"$ref": "#/components/schemas/ErrorOut"}
            if method == "post":
                assert {403, 409, 410, 413, 415} <= codes
            if "security" in found:
                assert {401, 403} <= codes


def test_no_field_bears_the_name_of_something_that_is_never_given() -> None:
    """Full numbers leave by one route, and row numbers by none."""
    forbidden = {"id_number", "mobile", "born_on", "person_id", "account_id", "password", "path", "serial"}
    shapes = schema()["components"]["schemas"]
    given = {name: set(shape.get("properties", {})) for name, shape in shapes.items() if not name.endswith("In")}
    assert {name for name, fields in given.items() if fields & forbidden} == {"NumbersOut"}


# --- Who ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("door", [door for door in ALL if door.route.who is not Who.ANYONE], ids=lambda door: door.name)
def test_a_visitor_is_told_401_and_never_led_away(door: Door, client: Client) -> None:
    answer = call(client, door)
    assert answer.status_code == 401, answer.content.decode()
    assert is_error(answer)
    assert "WWW-Authenticate" in answer


@pytest.mark.parametrize("door", [door for door in ALL if door.route.who is Who.CADRE], ids=lambda door: door.name)
def test_a_member_and_a_cadre_before_his_step_up_are_asked_for_it(
    door: Door, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    sign_in(client, world.staff_person("ORG", "county"))
    answer = call(client, door)
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.step_up")


MEMBERS_OWN = [door for door in ALL if door.route.who is Who.MEMBER and not door.route.takes_file]


@pytest.mark.parametrize("door", MEMBERS_OWN, ids=lambda door: door.name)
def test_a_system_has_no_affairs_of_its_own(door: Door, world: World, clock: Any) -> None:
    answer = register(world).call(door.method, door.address(), {} if door.method == "POST" else None)
    assert (answer.status_code, answer.json()["code"]) == (403, "client.members_only")


def test_a_session_needs_its_token_for_a_write(world: World, sign_in: Any, clock: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in(client, world.person())
    assert send(client, "/me/elder", {"on": True}).status_code == 403
    token = client.get("/api/v1/session").json()["csrf_token"]
    assert send(client, "/me/elder", {"on": True}, **{"X-CSRFToken": "x" * 64}).status_code == 403
    assert send(client, "/me/elder", {"on": True}, **{"X-CSRFToken": token}).json() == {"done": True}


# --- Where ----------------------------------------------------------------------------------------------------------
def test_every_cadres_route_with_an_id_is_walked_below() -> None:
    """Those of kinds of cases are walked by test_kinds.py."""
    of_kinds = tuple(f"/{kind.slug}/" for kind in kinds())
    own = [door for door in ALL if door.route.who is Who.CADRE and not door.path.startswith(of_kinds)]
    wanted = {door.name for door in own if "{pid}" in door.path}
    assert wanted == {*WITH_PID, *IN_STEPS}


@pytest.mark.parametrize("name", WITH_PID)
def test_the_right_role_in_scope_is_answered(name: str, world: World, client: Client, sign_in: Any, clock: Any) -> None:
    pid = real(world, name)
    role, unit = ("GRASS_CHAIR", "plant") if name in OF_THE_UNION else ("ORG", "county")
    sign_in(client, world.staff_person(role, unit), staff=True)
    answer = call(client, BY_NAME[name], said_for(world, name), pid=pid)
    assert answer.status_code == 200, answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", WITH_PID)
def test_elsewhere_the_real_one_and_a_made_up_one_look_alike(
    name: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    pid = real(world, name)
    sign_in(client, world.staff_person("ORG", "other_county"), staff=True)
    answers = [call(client, BY_NAME[name], said_for(world, name), pid=one) for one in (pid, "0" * 16)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert AuditEntry.objects.filter(event="audit.denied").count() == 2


@pytest.mark.parametrize("name", sorted(set(WITH_PID) - STATS_MAY))
def test_the_wrong_role_in_scope_is_refused_and_leaves_a_trace(
    name: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    pid = real(world, name)
    sign_in(client, world.staff_person("STATS", "county"), staff=True)
    answer = call(client, BY_NAME[name], said_for(world, name), pid=pid)
    assert answer.status_code == 403, answer.content.decode()
    assert AuditEntry.objects.filter(event="audit.denied", subject_id=name).exists()
    assert not Membership.objects.filter(person__name="王一").exists()


@pytest.mark.parametrize("name", WITH_PID)
def test_a_system_may_exactly_what_it_was_given(name: str, world: World, clock: Any) -> None:
    pid, door, said = real(world, name), BY_NAME[name], said_for(world, name)

    def status(system: System) -> int:
        given = said if door.method == "POST" else None
        return int(system.call(door.method, door.address(pid=pid), given).status_code)

    elsewhere = register(world, unit="other_county")
    wrong = "statistics:figure:view" if name.startswith(("members", "joining")) else "joining:application:decide"
    without = register(world, rights=(wrong,))
    assert status(elsewhere) == 404
    assert status(without) == 403
    assert status(register(world)) == (403 if name in NOT_FOR_SYSTEMS else 200)


LISTS = (
    "/unions", "/members", "/applications", "/transfers", "/changes", "/duplicates", "/rosters", "/roster-conflicts",
    "/data-requests", "/data-deletions", "/data-holds", "/employers?q=%E9%B2%81%E4%B8%9C",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_a_list_without_the_right_anywhere_is_refused(
    path: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    sign_in(client, world.staff_person("AUDIT_ADMIN", "province"), staff=True)
    answer = client.get("/api/v1" + path)
    assert answer.status_code == 403
    assert register(world, rights=("statistics:figure:view",)).get(path).status_code == 403


# --- Front doors ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("surfaces", "me", "cadre", "system", "open_route"),
    [
        ({"member", "public"}, 404, 404, 404, 404),
        ({"exchange"}, 404, 404, 200, 200),
        ({"exchange", "member"}, 200, 404, 200, 200),
        ({"exchange", "console"}, 404, 200, 200, 200),
    ],
)
def test_a_front_door_that_is_off_answers_404(
    surfaces: set[str], me: int, cadre: int, system: int, open_route: int, world: World, settings: Any, sign_in: Any,
    clock: Any,
) -> None:  # fmt: skip
    caller = register(world)
    settings.ZHIJIA_SURFACES = frozenset(surfaces)
    member, staff, caller.http = Client(), Client(), Client()
    sign_in(member, world.person())
    sign_in(staff, world.staff_person("ORG", "county"), staff=True)
    assert member.get("/api/v1/me").status_code == me
    assert staff.get("/api/v1/unions").status_code == cadre
    assert caller.get("/unions").status_code == system
    assert member.get("/api/v1/regions").status_code == open_route
    assert member.get("/api/v1/docs").status_code == open_route


# --- Repeating --------------------------------------------------------------------------------------------------------
def test_a_repeated_command_gives_its_first_answer(world: World, clock: Any) -> None:
    system, (_, case) = register(world), world.application()
    key = {"Idempotency-Key": "approve-0001"}
    answers = [system.post(f"/applications/{case}/approve", {}, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert Membership.objects.count() == 1
    again = system.post(f"/applications/{case}/approve", {})
    assert (again.status_code, again.json()["code"]) == (409, "case.wrong_state")
    other = system.post(f"/applications/{case}/approve", {"version": 2}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "request.key_reused")


def test_a_refused_command_frees_its_key(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    _, case = world.application()
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    key = {"Idempotency-Key": "reject-00001"}
    wrong = send(client, f"/applications/{case}/reject", {"reason": "NO_SUCH"}, **key)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "join.reason")
    right = send(client, f"/applications/{case}/reject", {"reason": "NOT_EMPLOYEE"}, **key)
    assert right.status_code == 200, right.content.decode()
    bad = send(client, f"/applications/{case}/reject", {"reason": "NOT_EMPLOYEE"}, **{"Idempotency-Key": "short"})
    assert (bad.status_code, bad.json()["code"]) == (422, "request.bad_key")


# --- Shape ------------------------------------------------------------------------------------------------------------
HUGE = "9" * 40


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status", "code"),
    [
        ("GET", "/nothing", "", "", 404, "request.not_found"),
        ("PUT", "/me", "", "", 405, "request.method"),
        ("DELETE", "/applications/" + "0" * 16, "", "", 405, "request.method"),
        ("POST", "/session/code", "mobile=1", "application/x-www-form-urlencoded", 415, "request.content_type"),
        ("POST", "/session/code", "x" * (256 * 1024 + 1), "application/json", 413, "request.too_large"),
        ("POST", "/session/code", "{", "application/json", 400, "request.malformed"),
        ("POST", "/session/code", '"\\ud800"', "application/json", 422, "request.invalid"),
        ("POST", "/session/code", "{}", "application/json", 422, "request.invalid"),
        ("POST", "/session/code", '{"mobile": 13800138000}', "application/json", 422, "request.invalid"),
        ("POST", "/session/code", '{"mobile": "13800138000", "x": 1}', "application/json", 422, "request.invalid"),
        ("POST", "/session/code", '{"\\ud800": 1}', "application/json", 422, "request.invalid"),
        ("GET", f"/consents/privacy?version={HUGE}", "", "", 422, "request.invalid"),
        ("GET", "/consents/nothing", "", "", 422, "request.invalid"),
        ("GET", "/regions?parent=%00", "", "", 400, "request.bad_characters"),
        ("GET", "/regions/locate?lng=NaN&lat=1e400", "", "", 422, "request.invalid"),
        ("GET", "/find-unions", "", "", 422, "unions.nothing_asked"),
        ("GET", "/verify/" + "A" * 150, "", "", 422, "code.malformed"),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_is_said_in_one_shape(
    method: str, path: str, body: str, kind: str, status: int, code: str, client: Client, world: World
) -> None:
    answer = client.generic(method, "/api/v1" + path, body, content_type=kind or "application/json")
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content.decode()
    assert is_error(answer)
    if status == 405:
        assert "GET" in answer["Allow"]


def test_bad_fields_are_named_in_chinese(client: Client, world: World, sign_in: Any, clock: Any) -> None:
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    answer = client.get("/api/v1/members?limit=101&state=GONE&q=" + "长" * 41)
    assert answer.json()["fields"] == {
        "limit": "不能大于 100。",
        "state": "请从规定的取值中选择。",
        "q": "最多 40 个字。",
    }
    body = {"ids": ["x"], "decision": "perhaps", "note": "长" * 201}
    assert send(client, "/applications/decide", body).json()["fields"] == {
        "ids.0": "格式不对，请核对。",
        "decision": "请从规定的取值中选择。",
        "note": "最多 200 个字。",
    }


def test_a_nul_in_a_body_is_dropped(client: Client, world: World, sign_in: Any, clock: Any) -> None:
    _, case = world.application()
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    assert send(client, f"/applications/{case}/ask", {"note": "请补\x00充单位全称"}).status_code == 200


def test_a_limit_says_when_to_come_back(client: Client, world: World, clock: Any) -> None:
    assert send(client, "/session/code", {"mobile": "13800138000"}).json() == {"wait_seconds": 60}
    answer = send(client, "/session/code", {"mobile": "13800138000"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


def test_the_page_for_people_and_the_schema_for_programs_are_public(client: Client, db: None) -> None:
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert all(f'id="{door.name}"' in text for door in ALL)
    assert "http://" not in text.replace("http://testserver", "").replace("http://127.0.0.1", "")
    said = json.loads(client.get("/api/v1/openapi.json").content)
    assert set(said["components"]["securitySchemes"]) == {"SessionCookie", "StaffSession", "SignedRequest"}


# --- Budgets ----------------------------------------------------------------------------------------------------------
def _twins(stage: Stage, count: int) -> None:
    """Pairs found at night, each of people with a name of their own."""
    done = stage.kept.setdefault("twins", 0)
    for number in range(done, done + count):
        for _ in range(2):
            stage.world.member(name="林" + chr(ord("一") + number), born=date(1990, 3, 7))
    stage.kept["twins"] = done + count
    hints.look_further(now=stage.world.now)


BUDGETS: dict[str, tuple[str, Any]] = {
    "/me/cases": ("", _own_cases),
    "/me/messages": ("", _messages),
    "/me/devices": ("", _devices),
    "/desk/inbox": ("ORG", _applications),
    "/applications": ("ORG", _applications),
    "/members": ("ORG", _members),
    "/duplicates": ("ORG", _twins),
    "/rosters": ("ORG", _loads),
    "/roster-conflicts": ("ORG", _loads),
    "/unions/{town}/children": ("ORG", _unions),
    "/figures/{town}/children": ("ORG", _unions),
}


@pytest.mark.parametrize("path", sorted(BUDGETS))
def test_thirty_rows_cost_the_queries_of_three(
    path: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    role, fill = BUDGETS[path]
    person = world.staff_person(role, "county") if role else world.person()
    world.consent(person)
    stage = Stage(world, person, {})
    fill(stage, 3)
    sign_in(client, person, staff=bool(role))
    address = "/api/v1" + path.format(town=world["town"].public_id)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address)
        assert answer.status_code == 200, answer.content.decode()
        return len(asked)

    count()
    with_three = count()
    fill(stage, 27)
    assert count() <= with_three


def test_a_list_is_paged_to_its_end_without_a_row_twice(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    for name in ("王一", "李二", "周三", "吴四", "郑五"):
        world.application(name=name)
        world.member(name=name)
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    for path in ("/members", "/applications"):
        seen: list[str] = []
        after = ""
        for _ in range(9):
            answer = client.get("/api/v1" + path, {"limit": 2, "after": after}).json()
            seen += [row["id"] for row in answer["items"]]
            after = answer["next"]
            if not after:
                break
        assert len(seen) == len(set(seen)) == 5
        assert client.get("/api/v1" + path, {"after": "nonsense"}).status_code == 422
