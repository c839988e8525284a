"""What is this capability's own: who may propose, what a benefit is checked for. The walker tests the rest."""

from __future__ import annotations

from typing import Any

import pytest
from zhijia_proposals.cases import PROPOSALS, checks
from zhijia_proposals.models import Proposal
from zhijia_proposals.rules import State

from tests.world import World
from zhijia.foundation.casework.fields import samples
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.notify.models import Message
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.errors import RuleBroken

pytestmark = pytest.mark.django_db


def test_only_a_member_proposes_and_to_his_own_union(world: World) -> None:
    member, stay = world.member(name="李二")
    stranger = world.person(name="王一")
    said = samples(PROPOSALS.opens)
    with pytest.raises(RuleBroken, match=r"proposal\.not_member"):
        open_case(PROPOSALS, world.actor(stranger), said, now=world.now)
    open_case(PROPOSALS, world.actor(member), said, now=world.now)
    case = Case.objects.get(workflow="proposals.proposal")
    assert (case.unit_id, case.title) == (stay.union_id, "改用感应灯")


def test_an_answer_is_told_to_who_proposed(world: World) -> None:
    member, _ = world.member(name="李二")
    case = open_case(PROPOSALS, world.actor(member), samples(PROPOSALS.opens), now=world.now)
    act(PROPOSALS, world.staff("GRASS_ADMIN", "plant"), case, "answer", {"answer": "下月起有热饭。"}, now=world.now)
    told = Message.objects.get(person_id=member.pk)
    assert "已答复" in told.body
    assert "下月起有热饭。" in told.body


@pytest.mark.parametrize(("fen", "state"), [(0, "ok"), (10_000_000, "ok"), (10_000_001, "warn")])
def test_a_large_benefit_is_to_be_looked_at(fen: int, state: str, world: World) -> None:
    nobody: Any = None
    (line,) = checks(Case(state=State.REPORTED), Proposal(benefit_fen=fen), nobody, world.now)
    assert line.state == state
    assert checks(Case(state=State.ADOPTED), Proposal(benefit_fen=fen), nobody, world.now) == []
