"""Lost ways into the console are cleared by two administrators, and the owner hears of it."""

from __future__ import annotations

import pytest

from tests.world import World
from zhijia.foundation.accounts import selectors as accounts, services as account_services
from zhijia.foundation.accounts.models import SessionInfo
from zhijia.foundation.accounts.services import factors
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.notify.models import Message
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken, ZhijiaError
from zhijia.organization.access.cases import RESETS
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person

WORDS = "手机丢失，已当面核对证件"
pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(world: World) -> Person:
    """A county's organizer with everything set up and nothing of it in hand."""
    person = world.staff_person("ORG", "county", "吴立春")
    account = accounts.get_account(person.account_id or 0)
    factors.set_password(SYSTEM, account, "清晨-的-烟台-2026", now=world.now)
    secret = factors.new_totp_secret()
    code = factors.totp_code(secret, int(world.now.timestamp()) // 30)
    factors.enrol_totp(world.actor(person), account, secret, code, now=world.now)
    return person


def has(person: Person) -> accounts.Factors:
    return accounts.factors_of(accounts.get_account(person.account_id or 0))


def security(world: World, union: str = "county") -> Actor:
    return world.staff("SECURITY_ADMIN", union)


def asked(world: World, person: Person) -> str:
    return open_case(RESETS, security(world), {"person": person.public_id, "reason": WORDS}, now=world.now)


def ask(world: World, actor: Actor, public_id: str, *, reason: str = WORDS) -> str:
    return open_case(RESETS, actor, {"person": public_id, "reason": reason}, now=world.now)


def approve(world: World, actor: Actor, case: str) -> None:
    act(RESETS, actor, case, "agree", now=world.now)


def refused(call, *args, **kwargs) -> ZhijiaError:
    with pytest.raises(ZhijiaError) as caught:
        call(*args, **kwargs)
    return caught.value


def test_two_administrators_clear_everything_and_all_are_told(
    world: World, lost: Person, client, sign_in, texts
) -> None:
    sign_in(client, lost, staff=True)
    third = security(world)
    case = asked(world, lost)
    assert has(lost).any, "nothing happens before the second one agrees"
    assert Message.objects.filter(person_id=lost.pk, template="access.reset_asked").count() == 1
    texts()
    act(RESETS, security(world), case, "agree", now=world.now)
    left = has(lost)
    assert (left.password, left.totp, left.passkeys, left.recovery_left) == (False, False, (), None)
    assert client.get("/m/devices").status_code == 302
    assert not SessionInfo.objects.filter(account_id=lost.account_id).exists()
    bodies = [body for _, body in texts()]
    assert any("已由管理员重置" in body for body in bodies)
    assert any("/console/invitation/" in body for body in bodies)
    assert Message.objects.filter(person_id=third.person_id, template="access.reset_done").count() == 1
    assert AuditEntry.objects.filter(event="accounts.factors_cleared").count() == 1


def test_the_one_who_asks_does_not_agree_nor_the_owner(world: World, lost: Person) -> None:
    asker = security(world)
    case = open_case(RESETS, asker, {"person": lost.public_id, "reason": WORDS}, now=world.now)
    assert refused(approve, world, asker, case).code == "case.same_person"
    world.grant(lost, "SECURITY_ADMIN", "county")
    assert refused(approve, world, world.actor(lost, staff=True), case).code == "case.own"
    assert has(lost).any


def test_a_county_reaches_nobody_who_also_works_above_or_elsewhere(world: World, lost: Person) -> None:
    case = asked(world, lost)
    world.grant(lost, "ORG", "city")
    assert refused(asked, world, lost).code == "reset.above"
    assert refused(approve, world, security(world), case).code == "reset.above"
    assert has(lost).any
    act(RESETS, security(world, "province"), case, "agree", now=world.now)
    assert not has(lost).any


def test_who_is_out_of_scope_is_not_there(world: World, lost: Person) -> None:
    elsewhere = security(world, "other_county")
    assert isinstance(refused(ask, world, elsewhere, lost.public_id, reason=WORDS), NotFound)
    chair = world.staff("GRASS_CHAIR", "plant")
    error = refused(ask, world, chair, lost.public_id, reason=WORDS)
    assert isinstance(error, (NotFound, NotAllowed))


def test_bad_input_is_told(world: World, lost: Person) -> None:
    admin = security(world)
    assert isinstance(refused(ask, world, admin, lost.public_id, reason="丢了"), Invalid)
    me = Person.objects.get(pk=admin.person_id)
    assert refused(ask, world, admin, me.public_id, reason=WORDS).code == "reset.self"
    fresh = world.staff_person("ORG", "county", "于海")
    assert refused(ask, world, admin, fresh.public_id, reason=WORDS).code == "reset.nothing"
    asked(world, lost)
    assert isinstance(refused(asked, world, lost), Duplicate)


def test_a_refused_or_withdrawn_wish_changes_nothing(world: World, lost: Person) -> None:
    act(RESETS, security(world), asked(world, lost), "refuse", {"note": "没有核实到本人"}, now=world.now)
    asker = security(world)
    case = open_case(RESETS, asker, {"person": lost.public_id, "reason": WORDS}, now=world.now)
    act(RESETS, asker, case, "withdraw", now=world.now)
    assert refused(approve, world, security(world), case).status == 409
    assert has(lost).any


def test_after_a_reset_the_own_link_works_again(world: World, lost: Person) -> None:
    with pytest.raises(RuleBroken):
        account_services.invite_staff(SYSTEM, _number(lost), now=world.now)
    act(RESETS, security(world), asked(world, lost), "agree", now=world.now)
    assert account_services.invite_staff(world.actor(lost), _number(lost), now=world.now)


def _number(person: Person) -> str:
    return people.mobile_for_message(person.pk)


# --- Pages ----------------------------------------------------------------------------------------------------------
def test_the_pages_lead_from_the_person_to_the_decision(client, world: World, lost: Person, sign_in, clock) -> None:
    first, second = (Person.objects.get(pk=security(world).person_id) for _ in range(2))
    sign_in(client, first, staff=True)
    page = client.get(f"/console/access/people/{lost.public_id}").content.decode()
    address = f"/console/access/people/{lost.public_id}/reset"
    assert address in page
    assert client.post(address, {"reason": "短"}).status_code == 422
    case = client.post(address, {"reason": WORDS})["Location"]
    shown = client.get(case).content.decode()
    assert "孙玉梅" in shown, "the asker by name"
    assert "吴*春" in shown
    assert not [word for word in ("吴立春", "出生") if word in shown], "no more of him than was there"
    assert "同意重置" not in shown
    sign_in(client, second, staff=True)
    assert "同意重置" in client.get(case).content.decode()
    assert client.post(case, {"decision": "agree", "note": ""}).status_code == 302
    assert "已重置" in client.get(case).content.decode()
    assert not has(lost).any
