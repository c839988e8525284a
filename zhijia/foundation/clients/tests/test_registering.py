"""Two persons, within what may be given, and a secret that is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.callers import RIGHTS, register
from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.clients import selectors, services
from zhijia.foundation.clients.cases import CLIENTS
from zhijia.foundation.clients.models import Client, ClientSecret
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound, RuleBroken, WrongState

pytestmark = pytest.mark.django_db


def said(world: World, **changed: Any) -> dict[str, Any]:
    return {
        "name": "莱阳市政务服务平台",
        "contact": "莱阳市大数据局 0535-12345678",
        "reason": "一件事一次办",
        "permissions": list(RIGHTS),
        "units": world["county"].code,
        "per_minute": 120,
        "valid_from": world.today,
        "valid_until": world.today + timedelta(days=365),
        **changed,
    }


def ask(world: World, actor: Actor, **changed: Any) -> str:
    return open_case(CLIENTS, actor, said(world, **changed), now=world.now)


def move(world: World, actor: Actor, case: str, name: str, note: str = "") -> None:
    act(CLIENTS, actor, case, name, {"note": note}, now=world.now)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x"),
        ("contact", "无"),
        ("reason", ""),
        ("permissions", []),
        ("permissions", ["people:numbers:see"]),
        ("permissions", ["no:such:right"]),
        ("units", ""),
        ("units", "0000000000000000"),
        ("units", "' OR 1=1 --"),
        ("per_minute", 0),
        ("per_minute", 6_001),
    ],
)
def test_what_is_wrong_is_named(world: World, field: str, value: Any) -> None:
    operator = world.staff("OPERATOR", "province")
    with pytest.raises(Invalid) as refused:
        ask(world, operator, **{field: value})
    assert set(refused.value.fields) == {field}
    assert not Client.objects.exists()


@pytest.mark.parametrize(("first", "last"), [(-1, 10), (0, 0), (5, 4), (0, 1_099)])
def test_dates_begin_today_and_last_three_years_at_most(world: World, first: int, last: int) -> None:
    day = timedelta(days=1)
    with pytest.raises(Invalid):
        ask(
            world,
            world.staff("OPERATOR", "province"),
            valid_from=world.today + first * day,
            valid_until=world.today + last * day,
        )


def test_nobody_gives_rights_outside_his_own_scope(world: World) -> None:
    with pytest.raises(Invalid, match=r"client\.unit"):
        ask(world, world.staff("OPERATOR", "city"), units=world["other_county"].code)


def test_only_rights_meant_for_systems_can_be_given() -> None:
    assert {spec.code for spec in selectors.grantable()} == set(RIGHTS)


def test_who_registers_does_not_agree(world: World) -> None:
    operator = world.staff("OPERATOR", "province")
    case = ask(world, operator)
    with pytest.raises(NotAllowed):
        move(world, operator, case, "agree")
    with pytest.raises(WrongState):
        services.issue_secret(operator, case, now=world.now)


def test_who_stops_a_system_does_not_start_it_again(world: World) -> None:
    system, guard = register(world), world.staff("SECURITY_ADMIN", "province", "赵敏")
    move(world, guard, system.case, "suspend", "密钥可能泄露")
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        move(world, guard, system.case, "resume", "已核实原因")
    with pytest.raises(Invalid):
        move(world, world.staff("SECURITY_ADMIN", "province"), system.case, "resume")


def test_a_secret_is_kept_sealed_and_taken_out_by_the_registrars_room_alone(world: World) -> None:
    system = register(world)
    row = ClientSecret.objects.get()
    assert len(system.secret) == 43
    assert system.secret.encode() not in bytes(row.sealed)
    assert AuditEntry.objects.filter(event="clients.secret_issued", subject_id=system.client_id).count() == 1
    with pytest.raises(NotAllowed):
        services.issue_secret(world.staff("SECURITY_ADMIN", "province"), system.case, now=world.now)
    with pytest.raises(NotFound):
        services.issue_secret(world.staff("OPERATOR", "other_city"), system.case, now=world.now)


def test_the_pages_lead_from_registering_to_the_secret(world: World, client: Any, sign_in: Any, clock: Any) -> None:
    operator, checker = world.staff_person("OPERATOR", "province"), world.staff_person("SECURITY_ADMIN", "province")
    sign_in(client, operator, staff=True)
    form = said(world)
    posted = {
        "name": form["name"],
        "contact": form["contact"],
        "reason": form["reason"],
        "permissions": list(RIGHTS),
        "units": form["units"],
        "per_minute": 60,
        "valid_from": form["valid_from"].isoformat(),
        "valid_until": form["valid_until"].isoformat(),
    }
    assert client.post("/console/clients/new", {**posted, "units": "0" * 16}).status_code == 422
    answer = client.post("/console/clients/new", posted)
    assert answer.status_code == 302, answer.content.decode()
    address = answer["Location"]
    assert "领取密钥" not in client.get(address).content.decode()
    sign_in(client, checker, staff=True)
    assert client.post(address, {"decision": "refuse", "note": ""}).status_code == 422
    assert client.post(address, {"decision": "agree", "version": 1}).status_code == 302
    assert client.post(f"{address}/secret").status_code == 403
    sign_in(client, operator, staff=True)
    assert "领取密钥" in client.get(address).content.decode()
    issued = client.post(f"{address}/secret")
    assert issued["Cache-Control"] == "no-store"
    found = Client.objects.get()
    listed = client.get(f"/console/clients?view=held&q={found.public_id}").content.decode()
    assert form["name"] in listed
    assert form["name"] not in client.get("/console/clients?view=held&q=zzzzzzzz").content.decode()
    assert found.public_id in issued.content.decode()
    assert client.post(address, {"decision": "suspend", "note": "密钥可能泄露"}).status_code == 302
    found.refresh_from_db()
    assert not found.in_force
    assert "已停用" in client.get("/console/clients?view=after").content.decode()
    assert client.post(address, {"decision": "resume", "note": "已核实原因"}).status_code == 409
    assert "恢复须由停用人之外" in client.get(address).content.decode()


def test_a_registration_can_be_taken_back(world: World, client: Any, sign_in: Any, clock: Any) -> None:
    operator = world.staff_person("OPERATOR", "province")
    case = ask(world, world.actor(operator, staff=True))
    sign_in(client, operator, staff=True)
    assert client.post(f"/console/clients/{case}", {"decision": "withdraw"}).status_code == 302
    assert "已撤回" in client.get("/console/clients?view=back").content.decode()
