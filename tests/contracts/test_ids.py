"""Every page with an id: the pages of a kind are walked by their table; each other one is opened here by a stranger.

A page that neither a kind nor `real` knows fails by its name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.contracts.api_doors import checked_file
from tests.contracts.test_doors import ALL, Door, ids, things
from tests.world import World
from zhijia.foundation.casework.kinds import kinds
from zhijia.foundation.notify import services as notify
from zhijia.foundation.notify.models import Message
from zhijia.organization.joining.tests.test_disputes import disputed
from zhijia.organization.transfers.tests import asking as going

pytestmark = pytest.mark.django_db

OF_A_KIND = {
    kind.page(name) for kind in kinds() for name in ("review", "case", *(move.name for move in kind.own_moves))
}
OPEN = {"unions:public"}
"""Anybody's."""
ELSEWHERE = {
    "accounts:end_device": "zhijia/foundation/accounts/tests/test_devices_and_number.py",
    "files:mine": "zhijia/foundation/files/tests/test_files.py",
    "files:console": "zhijia/organization/rosters/tests/test_files_after_the_role.py",
    "unions:load_file": "zhijia/organization/unions/tests/test_pages.py",
    "unions:load_write": "zhijia/organization/unions/tests/test_pages.py",
    "unions:load_drop": "zhijia/organization/unions/tests/test_pages.py",
    "unions:load_bad": "zhijia/organization/unions/tests/test_pages.py",
}
"""What takes more than a row to stand there, and the tests that open it as a stranger."""
BY_ID = [
    door
    for door in ALL
    if "pid" in door.arguments and door.name not in OF_A_KIND and door.name not in OPEN and door.name not in ELSEWHERE
]


def real(world: World, door: Door) -> dict[str, str]:
    """The arguments of something that is there, in the county of the small province."""
    space = door.name.partition(":")[0]
    if door.name in (known := things(world)):
        return known[door.name]
    member, _ = world.member(name="卫三")
    if space == "unions":
        return {"pid": world["plant"].public_id}
    if door.name == "joining:mobiles":
        return {"pid": disputed(world)}
    if space == "access":
        return {"pid": world.staff_person("GRASS_ADMIN", "plant", "沈四").public_id}
    if space == "rosters":
        return {"pid": checked_file(world, ["林晓禾", "3702", ""]).public_id}
    if space == "portal":
        notify.send("members.bound", person_id=member.pk, context={"union": "某工会"}, now=world.now)
        return {"pid": Message.objects.get(person_id=member.pk).public_id}
    if space == "transfers":
        return {"pid": going.ask(world.actor(member), world["home"].pk, now=world.now).public_id}
    other, _ = world.member(name="蒋五")
    return {"pid": member.public_id, "other": other.public_id, "kind": "retain"}


@pytest.mark.parametrize("door", BY_ID, ids=ids)
def test_a_stranger_finds_what_is_there_as_little_as_what_is_not(
    door: Door, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    arguments = real(world, door)
    console = door.route.startswith("console/")
    stranger = world.staff_person("ORG", "other_county", "韩七") if console else world.member(name="杨六")[0]
    sign_in(client, stranger, staff=console)
    for send in (client.get, client.post):
        answers = [send(door.address(**arguments)), send(door.address(**arguments | {"pid": "0" * 16}))]
        statuses = {answer.status_code for answer in answers}
        assert statuses in ({404}, {405}, {302} if send == client.get else {404}), (door.name, send.__name__, statuses)


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_what_is_opened_elsewhere_is_opened_there(name: str) -> None:
    door = next(door for door in ALL if door.name == name)
    stem = door.route[: door.route.index("<")]
    text = (Path(__file__).resolve().parents[2] / ELSEWHERE[name]).read_text()
    assert stem in text or f'"{name}"' in text
    assert "404" in text
