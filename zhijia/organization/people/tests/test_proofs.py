"""Consents taken back and requests answered go three years later; what still counts stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.world import World
from zhijia.foundation.workflow.models import Case
from zhijia.organization.people import services
from zhijia.organization.people.models import Consent, Purpose, RightsRequest
from zhijia.organization.people.services import proofs
from zhijia.organization.people.tests import asking

pytestmark = pytest.mark.django_db
NOBODY: frozenset[int] = frozenset()


def test_a_consent_taken_back_goes_three_years_later_and_others_stay(world: World) -> None:
    person = world.person()
    world.consent(person)
    services.withdraw_consent(world.actor(person), Purpose.ID_NUMBER, now=world.now)
    before = Consent.objects.count()
    end = world.now + timedelta(days=1095)
    assert proofs.forget_consents(end - timedelta(days=1), 10, NOBODY) == 0
    assert proofs.forget_consents(end, 10, frozenset({person.pk})) == 0
    assert proofs.forget_consents(end, 10, NOBODY) == 1
    assert Consent.objects.count() == before - 1
    assert not Consent.objects.filter(withdrawn_at__isnull=False).exists()


def test_a_hold_keeps_what_only_the_account_names(world: World) -> None:
    person = world.person()
    world.consent(person)
    services.withdraw_consent(world.actor(person), Purpose.ID_NUMBER, now=world.now)
    Consent.objects.update(person_id=None)
    end = world.now + timedelta(days=1095)
    assert proofs.forget_consents(end, 10, frozenset({person.pk})) == 0
    assert proofs.forget_consents(end, 10, frozenset({person.pk + 1})) == 1


def test_a_settled_request_goes_three_years_after_it_was_made(world: World) -> None:
    person, _ = world.member()
    actor = world.actor(person)
    settled = asking.ask(actor, "explain", text="请说明处理依据。", now=world.now)
    asking.withdraw(actor, settled, now=world.now)
    asking.ask(actor, "correct", text="我的学历登记错了。", now=world.now)
    end = world.now + timedelta(days=1095)
    assert proofs.forget_requests(end - timedelta(days=1), 10, NOBODY) == 0
    assert proofs.forget_requests(end, 10, frozenset({person.pk})) == 0
    assert proofs.forget_requests(end, 10, NOBODY) == 1
    assert RightsRequest.objects.get().kind == "correct"
    assert Case.objects.get(public_id=settled).owner_person_id is None
