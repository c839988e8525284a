"""Files of other people's data are read by the rights of the moment: not before the step-up, not after the role."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.foundation.files import services as files
from zhijia.foundation.files.models import StoredFile
from zhijia.foundation.jobs import services as jobs
from zhijia.kernel.errors import NotFound
from zhijia.kernel.registry import registry
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.people.models import Person
from zhijia.organization.rosters.models import RosterExport

from .asking import ask, decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(world: World) -> tuple[Person, str]:
    """A county organizer and the file of whole numbers that was made for him."""
    world.member("plant")
    person = world.staff_person("ORG", "county")
    maker, checker = world.actor(person, staff=True), world.staff("ORG", "county", "李明")
    case = ask(world, maker, "county")
    decide(world, checker, case)
    row = RosterExport.objects.get(case__public_id=case)
    jobs.run_slice(row.job, clock=lambda: world.now)
    row.refresh_from_db()
    return person, row.file


DOORS = ("/m/files/{}", "/console/files/{}")


@pytest.mark.parametrize("door", DOORS)
def test_a_file_of_whole_numbers_asks_for_the_step_up(
    client: Client, export: Any, sign_in: Any, clock: Any, door: str
) -> None:
    person, file = export
    sign_in(client, person)
    assert client.get(door.format(file)).status_code in (302, 404)
    sign_in(client, person, staff=True)
    answer = client.get(door.format(file))
    assert answer.status_code == 200
    assert "林晓禾" in b"".join(answer.streaming_content).decode("utf-8-sig")


@pytest.mark.parametrize("door", DOORS)
def test_it_does_not_outlive_the_role(
    client: Client, world: World, export: Any, sign_in: Any, clock: Any, door: str
) -> None:
    person, file = export
    sign_in(client, person, staff=True)
    assert client.get(door.format(file)).status_code == 200
    RoleGrant.objects.filter(person=person).update(in_force=False)
    assert client.get(door.format(file)).status_code in (302, 404)
    world.grant(person, "STATS", "county")
    assert client.get(door.format(file)).status_code == 404
    world.grant(person, "ORG", "other_county")
    assert client.get(door.format(file)).status_code == 404


def test_parts_and_other_peoples_files_are_nobodys(world: World, export: Any) -> None:
    person, file = export
    colleague = world.staff("ORG", "county", "李明")
    with pytest.raises(NotFound):
        files.read_file(colleague, file, now=world.now)
    part = StoredFile.objects.filter(use="rosters.export_part").values_list("public_id", flat=True).first()
    assert part
    with pytest.raises(NotFound):
        files.read_file(world.actor(person, staff=True), part, now=world.now)


@pytest.mark.parametrize("use", ["rosters.file", "rosters.export", "documents.paper", "changes.evidence"])
def test_what_was_sent_at_work_is_not_read_back_as_a_member(world: World, use: str) -> None:
    person = world.staff_person("ORG", "county")
    actor = world.actor(person, staff=True)
    table = "姓名,证件号码\n林晓禾,370299199003070010\n".encode()
    content = table if "csv" in registry.file_uses[use].types else b"%PDF-1.7\n"
    kept = files.keep(
        actor, io.BytesIO(content), use=use, name="名册.csv", about=("load", "0123456789abcdef"),
        unit_id=world["county"].pk, now=world.now,
    )  # fmt: skip
    with pytest.raises(NotFound):
        files.read_file(world.actor(person), kept.public_id, now=world.now)
    RoleGrant.objects.filter(person=person).update(in_force=False)
    with pytest.raises(NotFound):
        files.read_file(world.actor(person, staff=True), kept.public_id, now=world.now)


OWN_TABLES = {"people.copy": "a person's copy of his own data"}


def test_every_file_that_can_hold_a_table_of_people_is_read_by_the_rights_of_the_moment() -> None:
    tables = {code for code, use in registry.file_uses.items() if use.types & {"xlsx", "csv"}}
    own = {code for code in tables if not registry.file_uses[code].at_work}
    assert own == set(OWN_TABLES)
