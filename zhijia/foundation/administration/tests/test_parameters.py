"""Parameters: proposed by one operator, agreed to by another; regions; pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.foundation.administration import rules, selectors
from zhijia.foundation.administration.cases import PARAMETERS
from zhijia.foundation.administration.models import ParameterChange
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.parameters import selectors as parameters, services as parameter_services
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow.models import InboxEntry
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken, Stale, WrongState
from zhijia.kernel.registry import ParameterSpec, registry

pytestmark = pytest.mark.django_db
CODE = "join.escalate_wd"


def propose(world: World, actor: Actor, value: Any = 4, region: str = "", code: str = CODE, **changed: Any) -> str:
    said = {
        "code": code,
        "value": value,
        "region": region,
        "valid_from": date(2026, 10, 1),
        "source": "省总工会通知〔2026〕9 号",
        "reason": "扫码入会量上升",
    }
    return open_case(PARAMETERS, actor, {**said, **changed}, now=world.now)


def agree(actor: Actor, pid: str, now: datetime) -> None:
    act(PARAMETERS, actor, pid, "agree", now=now)


def test_a_value_holds_from_its_day_after_two_persons_agreed(world: World) -> None:
    maker, checker = world.staff("OPERATOR", "province"), world.staff("OPERATOR", "province", "李明")
    pid = propose(world, maker)
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        agree(maker, pid, world.now)
    agree(checker, pid, world.now)
    assert parameters.value(CODE, on=date(2026, 9, 30)) == 5
    found = parameters.versioned(CODE, on=date(2026, 10, 1))
    assert (found.value, found.version) == (4, 2)
    row = parameters.list_values(CODE)[0]
    assert (row.made_by, row.checked_by) == (maker.person_id, checker.person_id)
    with pytest.raises(WrongState):
        agree(checker, pid, world.now)


def test_a_city_sets_values_for_its_own_region_and_below(world: World) -> None:
    maker, checker = world.staff("OPERATOR", "city"), world.staff("OPERATOR", "city", "李明")
    agree(checker, propose(world, maker, 2, "370682000000"), world.now)
    on = date(2026, 10, 1)
    assert parameters.value(CODE, on=on, region="370682101000") == 2
    assert parameters.value(CODE, on=on, region="370602000000") == 5
    for elsewhere in ("", "370200000000", "370000000000"):
        with pytest.raises(NotAllowed, match=r"parameter\.not_your_region"):
            propose(world, maker, 2, elsewhere)


def test_a_single_operator_of_a_city_is_checked_by_the_province(world: World) -> None:
    maker, upper = world.staff("OPERATOR", "city"), world.staff("OPERATOR", "province", "李明")
    pid = propose(world, maker, 2, "370600000000")
    entry = InboxEntry.objects.get(case__public_id=pid, closed_at=None)
    assert entry.unit_id == world["province"].pk
    agree(upper, pid, world.now)


def test_bad_proposals_name_every_field(world: World) -> None:
    maker = world.staff("OPERATOR", "province")
    for changed, wrong in (
        ({"valid_from": world.today}, {"value", "valid_from"}),
        ({"source": "", "reason": "x"}, {"source", "reason"}),
    ):
        with pytest.raises(Invalid) as said:
            propose(world, maker, 0, **changed)
        assert set(said.value.fields) == wrong
    for value in (61, -1, True, "3", 3.5, None):
        with pytest.raises(Invalid):
            propose(world, maker, value)
    with pytest.raises(Invalid):
        propose(world, maker, 4, "370699000000")
    with pytest.raises(NotFound):
        propose(world, maker, code="no.such")
    with pytest.raises(NotAllowed):
        propose(world, world.staff("ORG", "province", "周平"))


def test_one_proposal_a_parameter_and_region_is_open_at_a_time(world: World) -> None:
    maker, other = world.staff("OPERATOR", "province"), world.staff("OPERATOR", "province", "李明")
    pid = propose(world, maker)
    with pytest.raises(Duplicate, match=r"administration\.parameter\.already_open"):
        propose(world, other, 6)
    propose(world, other, 6, "370600000000")
    with pytest.raises(NotFound):
        act(PARAMETERS, other, pid, "withdraw", now=world.now)
    act(PARAMETERS, maker, pid, "withdraw", now=world.now)
    propose(world, other, 6)


def test_a_value_never_holds_backwards_and_never_over_a_newer_one(world: World) -> None:
    maker, checker = world.staff("OPERATOR", "province"), world.staff("OPERATOR", "province", "李明")
    pid = propose(world, maker, valid_from=world.today + timedelta(days=2))
    with pytest.raises(RuleBroken, match=r"parameter\.too_late"):
        agree(checker, pid, world.now + timedelta(days=2))
    parameter_services.schedule_value(
        SYSTEM, CODE, 7, valid_from=date(2026, 9, 16), source="另一份", made_by=None, checked_by=None, now=world.now
    )
    with pytest.raises(Stale):
        agree(checker, pid, world.now)
    act(PARAMETERS, checker, pid, "refuse", {"note": "已有新值"}, now=world.now)
    assert ParameterChange.objects.get(case__public_id=pid).case.state == "REFUSED"


def test_values_are_told_in_words() -> None:
    told = {("wd", 3): "3 个工作日", ("fen", 123450): "1,234.50 元", ("share", 125): "1.25%", ("flag", True): "是"}
    for (unit, value), words in told.items():
        assert rules.value_words(unit, value) == words
    assert rules.value_words("wd", None) == "—"
    spec = ParameterSpec("a.b_wd", "甲", 3, "wd", "默认", 1, 10)
    assert rules.bounds_words(spec) == "工作日，1 至 10 的整数"
    assert rules.covers("370600000000", "370682101000")
    assert not rules.covers("370600000000", "370200000000")
    assert not rules.covers("370600000000", "")


def test_every_declared_parameter_has_a_page(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    sign_in(client, world.staff_person("OPERATOR", "province"), staff=True)
    page = client.get("/console/parameters").content.decode()
    for spec in registry.parameters.values():
        assert spec.code in page
        assert client.get(f"/console/parameters/{spec.code}").status_code == 200, spec.code
    assert client.get("/console/parameters/no.such").status_code == 404
    assert "没有找到“zzzz”" in client.get("/console/parameters?q=zzzz").content.decode()


def test_a_form_filled_in_half_tells_all_that_is_wrong_at_once(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    sign_in(client, world.staff_person("OPERATOR", "province"), staff=True)
    sent = {"value": "99999", "valid_from": "2020-01-01", "source": "", "reason": ""}
    page = client.post(f"/console/parameters/{CODE}", sent)
    assert page.status_code == 422
    words = page.content.decode()
    for sentence in ("生效日期应在明天到两年之内", "请填写依据", "请填写理由"):
        assert sentence in words
    assert set(page.context["form"].errors) == {"value", "valid_from", "source", "reason"}


def test_the_pages_carry_a_value_from_proposal_to_force(world: World, sign_in: Any, clock: Any) -> None:
    maker, checker = Client(), Client()
    sign_in(maker, world.staff_person("OPERATOR", "province"), staff=True)
    sign_in(checker, world.staff_person("OPERATOR", "province", "李明"), staff=True)
    address = f"/console/parameters/{CODE}"
    said = {
        "value": "4",
        "region": "",
        "valid_from": "2026-10-01",
        "source": "省总工会通知",
        "reason": "扫码入会量上升",
    }
    assert maker.post(address, {**said, "value": "400"}).status_code == 422
    assert maker.post(address, {**said, "value": "x"}).status_code == 422
    case = maker.post(address, said)["Location"]
    assert "提交复核" not in maker.get(case).content.decode()
    page = checker.get(case).content.decode()
    assert "5 个工作日" in page
    assert "4 个工作日" in page
    assert checker.post(case, {"decision": "refuse", "note": ""}).status_code == 422
    assert checker.post(case, {"decision": "agree"})["Location"] == case
    assert "已同意" in maker.get(case).content.decode()
    assert "2026-10-01 起" in maker.get(address).content.decode()


def test_a_county_desk_reads_and_changes_nothing(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    assert client.get(f"/console/parameters/{CODE}").status_code == 200
    assert client.post(f"/console/parameters/{CODE}", {"value": "4"}).status_code == 403
    pid = propose(world, world.staff("OPERATOR", "province", "李明"))
    assert client.get(f"/console/parameter-changes/{pid}").status_code == 404


def test_the_list_costs_the_same_however_many_values(world: World, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        selectors.list_parameters(Query(), today=world.today)
    for n in range(12):
        parameter_services.schedule_value(
            SYSTEM,
            CODE,
            n + 1,
            valid_from=date(2026, 10, n + 1),
            source="测试",
            made_by=None,
            checked_by=None,
            now=world.now,
        )
    with django_assert_num_queries(2):
        selectors.list_parameters(Query(), today=world.today)


def test_a_change_stands_under_the_menu_line_of_what_it_changes(world: World, sign_in: Any, clock: Any) -> None:
    maker, checker = Client(), Client()
    person = world.staff_person("OPERATOR", "province")
    sign_in(maker, person, staff=True)
    sign_in(checker, world.staff_person("OPERATOR", "province", "李明"), staff=True)
    pid = propose(world, world.actor(person, staff=True))
    for address in (f"/console/parameter-changes/{pid}", "/console/parameter-changes"):
        page = checker.get(address)
        (current,) = [
            line["label"] for group in page.context["chrome"].nav for line in group["entries"] if line["current"]
        ]
        assert current == "参数"
    reader = Client()
    sign_in(reader, world.staff_person("STATS", "province", "周平"), staff=True)
    for client, name in ((checker, "孙玉梅"), (reader, "孙*梅")):
        assert name in client.get(f"/console/parameter-changes/{pid}").content.decode()
    assert "孙玉梅" not in reader.get(f"/console/parameter-changes/{pid}").content.decode()
