"""Deciding several applications at once: whose they are is said first, and a refusal keeps what was ticked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.kernel.errors import Invalid
from zhijia.organization.joining.services import applications

pytestmark = pytest.mark.django_db
ADDRESS = "/console/joining/decide?view=WAITING"


def states(*cases: str) -> list[str]:
    return [Case.objects.get(public_id=case).state for case in cases]


def ticked(page: str) -> set[str]:
    boxes = re.findall(r'<input[^>]*name="pick"[^>]*>', page)
    return {match[1] for box in boxes if " checked" in box and (match := re.search(r'value="(\w+)"', box))}


@pytest.fixture
def cases(world: World) -> dict[str, str]:
    """One waits at the plant, which has a cadre, and one at the township itself, in whose works nobody decides."""
    world.open_plant("works", "town")
    world.staff("GRASS_ADMIN", "plant", "王一")
    world.staff("TOWN_WORKER", "town", "李明")
    return {"below": world.application(name="林晓禾")[1], "own": world.application("works", name="宋青禾")[1]}


@pytest.fixture
def township(world: World, client: Client, sign_in: Any, clock: Any) -> Client:
    sign_in(client, world.staff_person("TOWN_WORKER", "town", "赵云"), staff=True)
    return client


def test_what_waits_at_a_union_below_is_decided_only_after_its_number_was_agreed_to(
    cases: dict[str, str], township: Client
) -> None:
    page = township.get("/console/joining?view=WAITING").content.decode()
    assert page.count("<small>还在下级工会办理</small>") == 1
    assert f'/console/joining/{cases["own"]}">从第一件办起' in page
    both = {"pick": list(cases.values()), "do": "approve"}
    asked = township.post(ADDRESS, both)
    assert (asked.status_code, states(*cases.values())) == (422, ["PENDING", "PENDING"])
    assert (
        "勾选的 2 件中，有 1 件还在下级工会办理，由本级办理后下级工会不再办理；有 1 件自动核对没有全部通过。"
        in asked.content.decode()
    )
    assert ticked(asked.content.decode()) == set(cases.values())
    assert township.post(ADDRESS, {**both, "agreed": "1"}).status_code == 422
    answer = township.post(ADDRESS, {**both, "agreed": "2"})
    assert (answer.status_code, answer.content.decode().count("已通过")) == (200, 2)
    assert states(*cases.values()) == ["APPROVED", "APPROVED"]


def test_what_is_his_comes_first_by_due_date_and_the_late_are_counted(
    world: World, cases: dict[str, str], client: Client, sign_in: Any, clock: Any
) -> None:
    late, later = cases["own"], world.application("works", name="周深秋")[1]
    InboxEntry.objects.filter(case__public_id=later).update(due_at=world.now + timedelta(days=10))
    Case.objects.filter(public_id=later).update(opened_at=world.now - timedelta(days=1))
    clock(world.now + timedelta(days=5))
    sign_in(client, world.staff_person("TOWN_WORKER", "town", "赵云"), staff=True)
    page = client.get("/console/joining").content.decode()
    assert "等您办理 2 件，其中逾期 1 件" in page
    assert f'/console/joining/{late}">从第一件办起' in page
    rows = [page.index(f'value="{case}"') for case in (late, later)]
    assert rows == sorted(rows), "by due date, whatever was submitted first"
    assert f"/console/joining/{cases['below']}" not in page
    assert f"/console/joining/{cases['below']}" in client.get("/console/joining?view=WAITING").content.decode()


def test_who_has_nothing_to_decide_is_led_to_what_waits_below(cases: dict[str, str], world: World, client: Client,
                                                              sign_in: Any, clock: Any) -> None:  # fmt: skip
    sign_in(client, world.staff_person("ORG", "county", "李静"), staff=True)
    page = client.get("/console/joining").content.decode()
    assert "现在没有等您审批的申请" in page
    assert "从第一件办起" not in page
    assert '?view=WAITING"' in page


def test_what_is_not_in_doubt_needs_no_second_press(cases: dict[str, str], township: Client) -> None:
    """Nor does asking for more where the checks found something: that is what they are for."""
    said = {"pick": [cases["own"]], "do": "ask", "note": "请补充在职证明"}
    assert township.post(ADDRESS, said).status_code == 200
    assert states(*cases.values()) == ["PENDING", "NEED_INFO"]


def test_select_all_leaves_out_what_wants_a_look_and_says_why(cases: dict[str, str], township: Client) -> None:
    page = township.get("/console/joining?view=WAITING").content.decode()
    assert 'data-flagged title="还在下级工会办理"' in page
    assert 'data-flagged title="需人工核对"' in page
    assert 'value="reject" data-needs="reason"' in page


@pytest.mark.parametrize("spelled", [lambda pid: f"{pid[:4]}-{pid[4:8]}", lambda pid: f"{pid[:4]} {pid[4:]}".upper(),
                                     lambda _: "宋 青禾", lambda _: "宋*禾"])  # fmt: skip
def test_an_application_is_found_by_its_number_as_shown_and_by_name(
    spelled: Any, cases: dict[str, str], township: Client
) -> None:
    page = township.get("/console/joining", {"view": "WAITING", "q": spelled(cases["own"])}).content.decode()
    assert cases["own"] in page
    assert f'/console/joining/{cases["below"]}"' not in page


def test_one_page_says_too_that_it_waits_below(cases: dict[str, str], township: Client) -> None:
    said = "这件申请还在下级工会办理"
    assert said in township.get(f"/console/joining/{cases['below']}").content.decode()
    assert said not in township.get(f"/console/joining/{cases['own']}").content.decode()


@pytest.mark.parametrize(
    ("decision", "said", "sentence"),
    [
        ("reject", {"note": "请到单位开证明"}, "请选择不通过的原因。"),
        ("reject", {"reason": "OTHER", "note": "不"}, "请写明原因，至少 5 个字"),
        ("ask", {"note": "补"}, "请写明需要补充什么"),
    ],
)
def test_a_refused_batch_keeps_ticks_and_words(
    decision: str, said: dict[str, str], sentence: str, cases: dict[str, str], township: Client
) -> None:
    answer = township.post(ADDRESS, {"pick": [cases["own"]], "do": decision, **said})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert ticked(page) == {cases["own"]}
    assert f'value="{said["note"]}"' in page
    assert (" selected>" in page) == ("reason" in said)
    assert states(cases["own"]) == ["PENDING"]


def test_a_batch_that_lacks_what_all_rows_need_touches_none(world: World, cases: dict[str, str]) -> None:
    worker = world.staff("TOWN_WORKER", "town")
    for decision in ("reject", "ask"):
        with pytest.raises(Invalid):
            applications.decide_many(worker, list(cases.values()), decision=decision, now=world.now)
    assert states(*cases.values()) == ["PENDING", "PENDING"]
