"""How a change is asked for, passed, approved; docs/rules/reorganizing.md."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.casework import services as casework
from zhijia.kernel.errors import Invalid, RuleBroken, WrongState
from zhijia.organization.reorganizing import rules
from zhijia.organization.reorganizing.cases import ORG_CHANGES
from zhijia.organization.reorganizing.models import OrgChange

from .desk import Desk, open_joint

pytestmark = pytest.mark.django_db
NEW = "莱阳市鲁东机械集团有限公司工会委员会"


@pytest.fixture
def desk(world: World) -> Desk:
    world.open_plant("works", "town")
    return Desk(world)


# --- Asking and deciding
@pytest.mark.parametrize(
    ("due", "attended", "in_favour", "code"),
    [
        (30, 31, 20, "reorganizing.attended"),
        (30, 20, 21, "reorganizing.votes"),
        (30, 28, 15, "reorganizing.vote"),
        (31, 28, 15, "reorganizing.vote"),
    ],
)
def test_half_of_those_due_is_not_enough(desk: Desk, due: int, attended: int, in_favour: int, code: str) -> None:
    case = desk.draft("plant", "RENAME", name=NEW)
    with pytest.raises(RuleBroken) as refused:
        desk.act(case, "pass", due=due, attended=attended, in_favour=in_favour)
    assert refused.value.code == code
    rules.check_vote(30, 28, 16)
    rules.check_vote(31, 28, 16)


def test_the_record_holds_what_its_sort_needs(desk: Desk) -> None:
    case = desk.draft("works", "DISSOLVE")
    for missing in ("assets", "audit", "liquidation"):
        with pytest.raises(Invalid, match=rf"case\.{missing}"):
            desk.act(case, "pass", **{missing: [] if missing == "assets" else ""})
    with pytest.raises(Invalid, match=r"case\.held_on"):
        desk.act(case, "pass", held_on=desk.world.today + timedelta(days=1))


def test_who_drafted_does_not_approve_and_a_stale_page_is_told(desk: Desk) -> None:
    case = desk.passed("plant", "RENAME", name=NEW)
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        desk.act(case, "approve", desk.maker)
    with pytest.raises(WrongState):
        casework.act(ORG_CHANGES, desk.checker, case, "approve", {"note": ""}, now=desk.world.now, version=1)
    desk.act(case, "return", desk.checker, note="请补充依据。")
    desk.act(case, "pass", in_favour=20)
    assert desk.approve(case).in_favour == 20


def test_what_a_draft_lacks_stands_beside_its_field(desk: Desk) -> None:
    for sort, field in (("RENAME", "name"), ("MOVE", "parent"), ("MERGE", "successor"), ("SPLIT", "name")):
        with pytest.raises(Invalid) as refused:
            desk.draft("plant", sort)
        assert list(refused.value.fields) == [field]
    with pytest.raises(Invalid, match=r"case\.successor"):
        desk.draft("plant", "MERGE", successor="3706821010900018")
    with pytest.raises(Invalid, match=r"case\.successor"):
        desk.draft("plant", "MERGE", successor="没有这个工会委员会")
    assert desk.draft("works", "MERGE", successor=desk.world["plant"].name), "by its full name"


def test_pages_ask_only_what_the_sort_needs(desk: Desk, sign_in: Any, clock: Any) -> None:
    world = desk.world
    client = Client()
    sign_in(client, world.staff_person("ORG", "county", "县干部"), staff=True)
    address = reverse("reorganizing:begin")
    assert "会员由系统逐批转入接续工会" in client.get(address).content.decode()
    page = client.get(address, {"sort": "MERGE", "union": world["works"].code}).content.decode()
    assert 'name="successor"' in page
    assert 'name="parent"' not in page
    employers = open_joint(world, "street")
    split = client.get(address, {"sort": "SPLIT", "union": world["street"].code}).content.decode()
    assert employers[2].name in split
    said = {"union": world["works"].code, "successor": world["works"].code, "reason": "按上级文件办理。"}
    wrong = client.post(f"{address}?sort=MERGE", said)
    assert wrong.status_code == 422
    assert "不能把工会并入它自己" in wrong.content.decode()
    done = client.post(f"{address}?sort=MERGE", said | {"successor": world["plant"].code})
    assert done.status_code == 302
    review = client.get(done.headers["Location"]).content.decode()
    assert "资产清单" in review
    assert 'name="liquidation"' not in review
    assert OrgChange.objects.get().sort == "MERGE"
