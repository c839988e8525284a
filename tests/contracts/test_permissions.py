"""Every permission for every role: allowed where declared, refused elsewhere, unknown names refused loudly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.rooms import scenarios
from tests.world import World
from zhijia.kernel.actor import SYSTEM, Actor, Grant, Kind
from zhijia.kernel.errors import NotAllowed, NotFound, NotSignedIn
from zhijia.kernel.registry import MenuItem, Registry, Scenario, registry
from zhijia.organization.access.roles import ROLES

ROOT = Path(__file__).resolve().parents[2]
OURS = {spec.code for name, one in scenarios().values() if name.startswith("zhijia.") for spec in one.permissions}
PAIRS = [(code, role) for code in sorted(registry.permissions) for role in sorted(ROLES)]


def holder(role: str, path: str = "00010002", *, staff: bool = True) -> Actor:
    grant = Grant(7, path, role, registry.permissions_of(role))
    return Actor(Kind.PERSON, account_id=1, person_id=1, grants=(grant,), staff=staff)


@pytest.mark.parametrize(("code", "role"), PAIRS)
def test_a_role_may_exactly_what_is_declared(code: str, role: str) -> None:
    declared = role in registry.permissions[code].roles
    actor = holder(role)
    assert actor.may(code, "000100020005") is declared
    assert actor.holds(code) is declared
    if declared:
        actor.require(code, "00010002")
    else:
        with pytest.raises(NotAllowed):
            actor.require(code, "00010002")
    with pytest.raises(NotFound):
        actor.require(code, "00010003")
    assert not holder(role, staff=False).may(code, "00010002"), "nothing counts before the step-up"


@pytest.mark.parametrize("code", sorted(registry.permissions))
def test_a_permission_is_carried_by_known_roles_and_named_in_the_docs(code: str) -> None:
    spec = registry.permissions[code]
    assert spec.roles <= set(ROLES)
    assert spec.roles, "nobody could ever hold it"
    assert len(code.split(":")) == 3
    if code in OURS:  # packages of others name theirs themselves
        assert f"`{code}`" in (ROOT / "docs/reference/permissions.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", ["joining:application:decides", "", "members", "*", "members:*:*"])
def test_an_unknown_permission_raises_instead_of_being_refused(code: str) -> None:
    actor = holder("ORG")
    for ask in (
        lambda: actor.may(code, "00010002"),
        lambda: actor.holds(code),
        lambda: actor.require(code, "00010002"),
        lambda: actor.scope_for(code),
        lambda: SYSTEM.may(code, "0001"),
    ):
        with pytest.raises(LookupError):
            ask()


def test_a_visitor_is_asked_to_sign_in_whatever_he_wants() -> None:
    for code in registry.permissions:
        with pytest.raises(NotSignedIn):
            Actor(Kind.ANONYMOUS).require(code, "0001")


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_menu_line_opens_for_who_sees_it_and_for_nobody_else(role: str, world: World, client, sign_in) -> None:
    """What the menu shows answers 200; what it hides, by permission, is refused."""
    from django.urls import reverse

    unit = {7: "plant", 5: "town", 4: "county", 3: "city", 2: "province"}[max(ROLES[role].levels)]
    person = world.staff_person(role, unit)
    sign_in(client, person, staff=True)
    actor = world.actor(person, staff=True)
    shown = {item.url_name for _, items in registry.menu(actor) for item in items}
    for scenario in registry.scenarios:
        for item in scenario.menu:
            status = client.get(reverse(item.url_name)).status_code
            if item.url_name in shown:
                assert status in (200, 302), (item.url_name, status)
            elif item.rights:
                assert status in (403, 404), (item.url_name, status)


def test_a_menu_line_is_seen_by_who_holds_any_one_of_its_rights() -> None:
    first, second, other = sorted(registry.permissions)[:3]
    lines = Registry()
    lines.add(Scenario("tests", "测试", menu=(MenuItem("服务", "一项", "portal:desk", (first, second)),)))
    for held, seen in ((first, True), (second, True), (other, False)):
        grant = Grant(1, "0001", "TEST", frozenset({held}))
        actor = Actor(Kind.PERSON, account_id=1, person_id=1, grants=(grant,), staff=True)
        assert bool(lines.menu(actor)) is seen
