"""Roles in a person's rights: handed over, kept for three years after their end, then gone. docs/rules/rights.md"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.world import World
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.personal import DataSubject
from zhijia.organization.access import personal
from zhijia.organization.access.cases import GRANTS
from zhijia.organization.access.cases.grants import revoke_grant
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.people.models import Person

pytestmark = pytest.mark.django_db
NOBODY: frozenset[int] = frozenset()


def granted(world: World) -> tuple[Person, RoleGrant]:
    person = world.person("王一")
    case = open_case(
        GRANTS,
        world.staff("ORG", "county"),
        {
            "person": person.public_id,
            "role": "GRASS_ADMIN",
            "union": world["plant"].public_id,
            "since": world.today,
            "until": world.today + timedelta(days=365),
            "reason": "任职文件〔2026〕3 号",
        },
        now=world.now,
    )
    act(GRANTS, world.staff("SECURITY_ADMIN", "county", "李明"), case, "agree", now=world.now)
    return person, RoleGrant.objects.get(case__public_id=case)


def test_a_living_role_is_handed_over_and_kept(world: World) -> None:
    person, _ = granted(world)
    subject = DataSubject((person.pk,), person.account_id)
    rows = personal.export_grants(subject)
    assert [(row["角色"], row["工会"], row["状态"]) for row in rows] == [
        ("基层工会管理员", world["plant"].name, "生效中")
    ]
    later = world.now + timedelta(days=4000)
    assert [kept.reason for kept in personal.kept_grants(subject, later)] == [personal.LIVING]
    assert personal.erase_grants(subject, later) == 0
    assert personal.forget_grants(later, 10, NOBODY) == 0


def test_a_role_taken_back_goes_three_years_later(world: World) -> None:
    person, grant = granted(world)
    revoke_grant(world.staff("SECURITY_ADMIN", "county", "李明"), grant.pk, note="岗位调整", now=world.now)
    subject = DataSubject((person.pk,), person.account_id)
    end = world.now + timedelta(days=1095)
    (kept,) = personal.kept_grants(subject, end - timedelta(days=1))
    assert kept.until == timezone.localdate(end)
    assert personal.kept_grants(subject, end) == []
    assert personal.forget_grants(end - timedelta(days=1), 10, NOBODY) == 0
    assert personal.forget_grants(end, 10, frozenset({person.pk})) == 0
    assert personal.forget_grants(end, 10, NOBODY) == 1
    assert not RoleGrant.objects.filter(pk=grant.pk).exists()
    case = Case.objects.get(pk=grant.case_id)
    assert "王" not in case.title


def test_a_role_that_was_never_given_goes_too(world: World) -> None:
    person = world.person("王一")
    asker = world.staff("ORG", "county")
    case = open_case(
        GRANTS,
        asker,
        {
            "person": person.public_id,
            "role": "GRASS_ADMIN",
            "union": world["plant"].public_id,
            "since": world.today,
            "until": world.today + timedelta(days=365),
            "reason": "任职文件〔2026〕3 号",
        },
        now=world.now,
    )
    act(GRANTS, asker, case, "withdraw", now=world.now)
    subject = DataSubject((person.pk,), person.account_id)
    assert personal.erase_grants(subject, world.now) == 0
    assert personal.erase_grants(subject, world.now + timedelta(days=1095)) == 1
    assert personal.export_grants(subject) == []


def test_the_worked_day_of_the_rules(world: World) -> None:
    _, grant = granted(world)
    ended = datetime(2023, 9, 15, 4, tzinfo=UTC)
    RoleGrant.objects.filter(pk=grant.pk).update(in_force=False, revoked_at=ended)
    assert personal.forget_grants(datetime(2026, 9, 13, 4, tzinfo=UTC), 10, NOBODY) == 0
    assert personal.forget_grants(datetime(2026, 9, 14, 4, tzinfo=UTC), 10, NOBODY) == 1
