"""What a member or a cadre does in more than one call: invitations, mergers, files of members, a recycled number."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.callers import send
from tests.contracts.api_doors import checked_file, refused_row
from tests.world import World
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.casework.services import open_case
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.duplicates.services import hints
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people
from zhijia.organization.rosters.tests.files import id_number
from zhijia.organization.transfers.cases.claims import CLAIMS

pytestmark = pytest.mark.django_db


def test_who_invited_a_member_takes_it_back_and_nobody_else(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    admin, person = world.staff_person("GRASS_ADMIN", "plant"), world.person("李二")
    memberships.open_membership(
        SYSTEM, people.get_facts(person.pk), world.facts("home"), now=world.now, work_form="employed",
        new_form_group="", occupation="", is_migrant=False, employer_id=world.employer.pk, employer_text="",
        case_id=None,
    )  # fmt: skip
    actor = world.actor(admin, staff=True)
    pid = open_case(CLAIMS, actor, {"union": world["plant"].public_id, "person": person.public_id}, now=world.now)
    for who, status in ((world.staff_person("ORG", "county"), 404), (admin, 200), (admin, 409)):
        sign_in(client, who, staff=True)
        assert send(client, f"/claims/{pid}/take-back", {}).status_code == status


def test_a_pair_is_merged_by_two_persons_and_another_dismissed(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    for _ in range(3):
        world.member(name="林晓禾", born=date(1990, 3, 7))
    hints.look_further(now=world.now)
    asker, checker = (world.staff_person("ORG", "county", name) for name in ("吴科长", "郑科长"))
    sign_in(client, asker, staff=True)
    rows = client.get("/api/v1/duplicates").json()["items"]
    pairs = [(row["first"]["person"]["id"], row["second"]["person"]["id"]) for row in rows]
    assert len(pairs) == 3
    pair = dict(zip(("first", "second"), pairs[2], strict=True))
    elsewhere = Client()
    sign_in(elsewhere, world.staff_person("ORG", "other_county", "周正"), staff=True)
    merging = {"survivor": pairs[0][0], "duplicate": pairs[0][1], "reason": "同一人重复登记"}
    for address, said in (("/duplicates/dismiss", pair), ("/merges", merging)):
        assert send(elsewhere, address, said).status_code == 404
        wrong_role = Client()
        sign_in(wrong_role, world.staff_person("STATS", "county", "钱多"), staff=True)
        assert send(wrong_role, address, said).status_code == 403
    assert elsewhere.get("/api/v1/duplicates").json() == {"items": [], "next": ""}
    assert send(client, "/duplicates/dismiss", pair).json() == {"done": True}
    assert send(client, "/duplicates/dismiss", pair).status_code == 404
    pid = send(client, "/merges", merging).json()["id"]
    assert client.get("/api/v1/duplicates").json()["items"][0]["merge"] == pid
    same = send(client, f"/merges/{pid}/agree", {})
    assert (same.status_code, same.json()["code"]) == (422, "case.same_person")
    other = Client()
    sign_in(other, checker, staff=True)
    assert send(other, f"/merges/{pid}/agree", {}).json() == {"done": True}
    assert send(client, f"/merges/{pid}/ask-undo", {"note": "实为两个人"}).json() == {"done": True}
    assert send(other, f"/merges/{pid}/undo", {}).json() == {"done": True}
    assert client.get(f"/api/v1/merges/{pid}").json()["state"] == "UNDONE"
    duplicate = client.get(f"/api/v1/merges/{pid}/sides").json()["duplicate"]
    assert (duplicate["state"], duplicate["person"]["name"]) == ("在会", "林*禾")


def test_a_file_tells_its_figures_and_its_refused_rows(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    load = checked_file(world, ["林晓禾", "3702", ""], ["李二", "", ""])
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    found = client.get(f"/api/v1/rosters/{load.public_id}").json()
    assert (found["state"], found["rows"], found["file_name"]) == ("checked", 3, "名册.csv")
    assert found["figures"] == {"new": 1, "known": 0, "added": 0, "bound": 0, "same": 0, "bad": 2}
    assert found["refused"] == {"data": 2, "elsewhere": 0, "employer": 0, "twice": 0, "nobody": 0}
    first = client.get(f"/api/v1/rosters/{load.public_id}/faults?limit=1").json()
    assert (first["items"][0]["row"], first["items"][0]["name"], bool(first["next"])) == (2, "林*禾", True)
    assert first["items"][0]["faults"][0]["column"] == "id_number"
    rest = client.get(f"/api/v1/rosters/{load.public_id}/faults?after={first['next']}&kind=data").json()
    assert ([row["row"] for row in rest["items"]], rest["next"]) == ([3], "")


def test_a_row_is_mended_by_its_own_columns(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    pid = refused_row(world)
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    wrong = send(client, f"/roster-conflicts/{pid}/mend", {"id_number": "3702"})
    assert (wrong.status_code, wrong.json()["code"], set(wrong.json()["fields"])) == (422, "roster.row", {"id_number"})
    right = send(client, f"/roster-conflicts/{pid}/mend", {"id_number": id_number(7)})
    assert right.json() == {"done": True}
    assert client.get("/api/v1/roster-conflicts?view=done").json()["items"][0]["state"] == "RESOLVED"


def test_the_new_owner_of_a_number_leaves_the_old_account(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person, _ = world.member()
    sign_in(client, person)
    assert send(client, "/me/mobile/release").json() == {"done": True}
    assert client.get("/api/v1/me").status_code == 401
    assert Account.objects.get(pk=person.account_id).number_digest is None
