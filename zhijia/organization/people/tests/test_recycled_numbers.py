"""A number that the operator gave to somebody new."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.foundation.accounts import services as accounts
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.notify.models import Message
from zhijia.kernel.errors import RuleBroken
from zhijia.organization.members import selectors as members

pytestmark = pytest.mark.django_db


def test_the_new_owner_is_parted_from_the_old_account_at_once(world: World, client: Client, sign_in: Any) -> None:
    person, stay = world.member(mobile="13911112222")
    sign_in(client, person)
    page = client.get("/m/not-me")
    assert page.status_code == 200
    assert "林*" in page.content.decode()
    answer = client.post("/m/not-me")
    assert (answer.status_code, answer["Location"]) == (302, "/m/sign-in")
    account = Account.objects.get(pk=person.account_id)
    assert account.number_digest is None
    person.refresh_from_db()
    assert (person.mobile_digest, person.mobile_masked, bytes(person.mobile_sealed)) == ("", "", b"")
    assert client.get("/m/membership").status_code == 302
    assert members.open_stay(person.pk) == stay
    assert Message.objects.get(person_id=person.pk).template == "people.number_released"
    assert AuditEntry.objects.filter(event="accounts.number_released").count() == 1


def test_a_staff_account_is_not_parted_by_a_tap(world: World) -> None:
    cadre = world.staff_person("GRASS_ADMIN", "plant")
    account = Account.objects.get(pk=cadre.account_id)
    account.set_password("zhijia-test-2026")
    account.save(update_fields=["password"])
    with pytest.raises(RuleBroken) as raised:
        accounts.release_number(world.actor(cadre), now=world.now)
    assert raised.value.code == "accounts.staff_number"
    assert Account.objects.get(pk=account.pk).number_digest is not None
