"""A first role sends the way into the console by text."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from tests.world import World
from zhijia.foundation.accounts.models import StaffInvitation
from zhijia.foundation.accounts.selectors import number_digest
from zhijia.foundation.accounts.services import invite_staff
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.services import act
from zhijia.foundation.notify.models import Message
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import RuleBroken
from zhijia.organization.access.cases import GRANTS
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.people.models import Person

from .test_grants import ask, holds

pytestmark = pytest.mark.django_db


def grant(world: World, person: Person, role: str = "GRASS_ADMIN", union: str = "plant") -> None:
    asker, checker = world.staff("ORG", "county"), world.staff("SECURITY_ADMIN", "county", "李明")
    act(GRANTS, checker, ask(world, asker, person, role=role, union=union), "agree", now=world.now)


def links(sent: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(number, body) for number, body in sent if "/console/invitation/" in body]


def test_who_is_new_gets_the_link_that_opens_the_console_by_text(world: World, texts: Any) -> None:
    person = world.person("王一", mobile="13900007777")
    texts()
    grant(world, person)
    sent = texts()
    assert [number for number, _ in links(sent)] == ["13900007777"]
    assert any("另一条短信" in body for _, body in sent)
    invitation = StaffInvitation.objects.get(number_digest=number_digest("13900007777"))
    assert invitation.unit_id == world["plant"].pk
    assert invitation.expires_at > world.now
    message = Message.objects.get(person_id=person.pk)
    assert "/console/invitation/" not in message.body, "the link goes to the number alone"
    assert AuditEntry.objects.filter(event="accounts.invited", subject_id=invitation.public_id).count() == 1


def test_who_stands_in_a_roster_without_an_account_is_given_no_role(world: World, texts: Any) -> None:
    """A role that waits for somebody to come would be there for whoever knows his name and number."""
    person = world.person("王一", mobile="13900007778", bound=False)
    with pytest.raises(RuleBroken, match=r"grant\.unbound"):
        grant(world, person)
    assert links(texts()) == []
    assert not RoleGrant.objects.filter(person=person).exists()


@pytest.mark.parametrize("way", ["password", "totp"])
def test_who_has_a_way_in_already_gets_none(world: World, texts: Any, way: str) -> None:
    person = world.person("王一", mobile="13900007779")
    account = person.account
    if way == "password":
        account.set_password("a long enough passphrase")
        account.save()
    else:
        Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": "x"})
    texts()
    grant(world, person)
    sent = texts()
    assert links(sent) == []
    assert any("从“我的”进入工作台" in body for _, body in sent)


def test_without_a_number_or_with_another_accounts_number_the_role_counts_all_the_same(
    world: World, texts: Any
) -> None:
    silent, moved = world.person("王一"), world.person("李二", mobile="13900007780")
    Person.objects.filter(pk=silent.pk).update(mobile_sealed=b"")
    moved.account.number_digest = number_digest("13900007781")
    moved.account.save()
    texts()
    for person in (silent, moved):
        grant(world, person)
        assert holds(world, person) == {"GRASS_ADMIN"}
    assert links(texts()) == []


def test_more_than_five_links_a_day_are_not_sent_and_stop_no_grant(world: World, texts: Any) -> None:
    person = world.person("王一", mobile="13900007782")
    for _ in range(5):
        invite_staff(SYSTEM, "13900007782", now=world.now)
    texts()
    grant(world, person)
    assert links(texts()) == []
    assert holds(world, person) == {"GRASS_ADMIN"}
