"""Disputes in a person's rights: handed over, kept with a reason, gone in time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.world import World
from zhijia.foundation.casework.services import act
from zhijia.foundation.workflow.models import Case
from zhijia.foundation.workflow.services import FORGOTTEN
from zhijia.kernel.personal import DataSubject
from zhijia.kernel.registry import registry
from zhijia.organization.joining.cases import DISPUTES, open_dispute
from zhijia.organization.joining.models import BindingDispute
from zhijia.organization.joining.selectors import personal
from zhijia.organization.joining.services import forgetting
from zhijia.organization.people import services as people_services
from zhijia.organization.people.models import Person

pytestmark = pytest.mark.django_db
NOBODY: frozenset[int] = frozenset()


def subject_of(person: Person) -> DataSubject:
    return DataSubject((person.pk,), person.account_id)


def counts(part: str, subject: DataSubject, now: datetime) -> tuple[int, list[int]]:
    """How much a declared part hands over, and how much of it stays."""
    found = next(each for each in registry.personal_data() if each.code == part)
    kept = found.kept(subject, now) if found.kept else ()
    return len(found.export(subject)), [line.count for line in kept]


def settled_dispute(world: World) -> tuple[Person, DataSubject, Case]:
    bound, _ = world.member(name="周三")
    identity = people_services.Identity(bound.name, "RESIDENT_ID", world.number_of(bound), None, bound.sex)
    stranger = world.bare_actor()
    pid = open_dispute(stranger, identity, mobile="13700001111", fallback_union_id=world["plant"].pk, now=world.now)
    assert counts("joining.disputes", subject_of(bound), world.now) == (1, [1])
    act(DISPUTES, world.staff("ORG", "county"), pid, "dismiss", {"note": "当面核对，不是本人"}, now=world.now)
    other = world.person()
    return bound, DataSubject((other.pk,), stranger.account_id), Case.objects.get(public_id=pid)


def test_a_dispute_is_told_to_both_sides_each_his_own_part(world: World) -> None:
    bound, asking, _ = settled_dispute(world)
    his, others = personal.export_disputes(subject_of(bound)), personal.export_disputes(asking)
    assert [row["内容"] for row in his] == ["有人申请改绑您的证件号码"]
    assert his[0]["手机号码"] == ""
    assert [row["内容"] for row in others] == ["您申请改绑"]
    assert others[0]["手机号码"] == "137****1111"


def test_a_settled_dispute_goes_after_three_years(world: World) -> None:
    bound, _, case = settled_dispute(world)
    end = world.now + timedelta(days=1095)
    before = end - timedelta(days=1)
    assert counts("joining.disputes", subject_of(bound), before) == (1, [1])
    assert forgetting.erase_disputes(subject_of(bound), before) == 0
    assert forgetting.forget_disputes(before, 10, NOBODY) == 0
    assert forgetting.forget_disputes(end, 10, frozenset({bound.pk})) == 0
    assert forgetting.forget_disputes(end, 10, NOBODY) == 1
    assert not BindingDispute.objects.exists()
    case.refresh_from_db()
    assert (case.title, case.state) == (FORGOTTEN, "DISMISSED")


@pytest.mark.parametrize("code", ["joining.disputes"])
def test_each_sweep_of_the_night_runs_and_finds_nothing_early(code: str, world: World) -> None:
    sweep = next(each for each in registry.sweeps() if each.code == code)
    assert sweep.run(world.now, 100, NOBODY) == 0
