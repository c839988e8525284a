"""Deciding several applications at once: whose they are is said first, and a refusal keeps what was ticked."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.errors import Invalid
from zhijia.organization.members.services import joining

pytestmark = pytest.mark.django_db
ADDRESS = "/console/joining/decide"


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
    page = township.get("/console/joining").content.decode()
    assert page.count("还在下级工会办理") == 1
    assert f'/console/joining/{cases["own"]}">从第一件办起' in page
    both = {"pick": list(cases.values()), "do": "approve"}
    asked = township.post(ADDRESS, both)
    assert (asked.status_code, states(*cases.values())) == (422, ["PENDING", "PENDING"])
    assert "勾选的 2 件中，有 1 件还在下级工会办理" in asked.content.decode()
    assert ticked(asked.content.decode()) == set(cases.values())
    assert township.post(ADDRESS, {**both, "agreed": "2"}).status_code == 422
    assert township.post(ADDRESS, {**both, "agreed": "1"}).status_code == 200
    assert states(*cases.values()) == ["APPROVED", "APPROVED"]


def test_what_waits_here_needs_no_second_press(cases: dict[str, str], township: Client) -> None:
    assert township.post(ADDRESS, {"pick": [cases["own"]], "do": "approve"}).status_code == 200
    assert states(*cases.values()) == ["PENDING", "APPROVED"]


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
            joining.decide_many(worker, list(cases.values()), decision=decision, now=world.now)
    assert states(*cases.values()) == ["PENDING", "PENDING"]
