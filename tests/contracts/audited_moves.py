"""How each service that moves or changes a membership is called once, for the audit contract."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from tests.world import World
from zhijia.foundation.casework import services as casework
from zhijia.foundation.casework.selectors import papers_of
from zhijia.foundation.files import services as files
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.organization.changes.cases import CHANGES
from zhijia.organization.changes.tests import asking as changing
from zhijia.organization.changes.tests.asking import Given
from zhijia.organization.duplicates.cases import MERGES
from zhijia.organization.duplicates.models import DuplicateHint
from zhijia.organization.duplicates.services import corrections, hints
from zhijia.organization.duplicates.services.corrections import Correction
from zhijia.organization.members.applying import OwnData, Work
from zhijia.organization.members.models import Membership
from zhijia.organization.members.services import memberships, moving, own_data
from zhijia.organization.people import services as people_services
from zhijia.organization.people.models import Person, RightsRequest
from zhijia.organization.people.rules import Profile
from zhijia.organization.people.selectors import rights as rights_reads
from zhijia.organization.people.tests import asking
from zhijia.organization.transfers.tests import asking as going

Scenario = Callable[[World], Callable[[], Any]]


def _paper() -> tuple[str, io.BytesIO]:
    return "决定书.pdf", io.BytesIO(b"%PDF-1.7\n" + b"x" * 100)


# --- Transfers
def _asking(world: World) -> tuple[Person, Case]:
    world.open_plant("works", "town")
    person, _ = world.member()
    return person, going.ask(world.actor(person), world["works"].pk, now=world.now)


def _accept(world: World) -> Callable[[], Any]:
    _, case = _asking(world)
    admin = world.staff("GRASS_ADMIN", "works")
    return lambda: going.act(admin, case.public_id, "accept", now=world.now)


def _reopen(world: World) -> Callable[[], Any]:
    _, stay = world.member()
    memberships.close_membership(SYSTEM, stay.pk, kind="withdrawn", reason="own_wish", on=world.today, now=world.now)
    ended = Membership.objects.get(pk=stay.pk)
    return lambda: moving.reopen(
        SYSTEM, ended, world.facts("plant"), kind="restored", reason="appeal", now=world.now, case_id=None
    )


# --- Duplicates and corrections
def _two(world: World) -> tuple[Person, Person, Actor]:
    first, _ = world.member(name="林晓禾")
    second, _ = world.member(name="林晓荷")
    return first, second, world.staff("ORG", "county", "吴科长")


def _merging(name: str) -> Scenario:
    """Agreed to by another, or parted again: `agree`, `undo`."""

    def prepare(world: World) -> Callable[[], Any]:
        first, second, asker = _two(world)
        checker = world.staff("ORG", "county", "郑科长")
        given = {"survivor": first.public_id, "duplicate": second.public_id, "reason": "电话核实是同一人"}
        case = casework.open_case(MERGES, asker, given, now=world.now)
        if name == "undo":
            casework.act(MERGES, checker, case, "agree", now=world.now)
            casework.act(MERGES, asker, case, "ask_undo", {"note": "核对后是两个人。"}, now=world.now)
        return lambda: casework.act(MERGES, checker, case, name, now=world.now)

    return prepare


def _dismiss(world: World) -> Callable[[], Any]:
    _, _, asker = _two(world)
    world.member(name="林晓禾")
    while hints.look_further(now=world.now)[0]:
        pass
    hint = DuplicateHint.objects.get()
    return lambda: hints.dismiss_hint(asker, hint.pk, now=world.now)


def _correct(world: World) -> Callable[[], Any]:
    person, _ = world.member(bound=False)
    said = Correction("林晓禾", "RESIDENT_ID", "", "13900007777", "名册录入时写错了", (_paper(),))
    admin = world.staff("GRASS_ADMIN", "plant")
    return lambda: corrections.correct_member(admin, person.public_id, said, now=world.now)


def _correct_person(world: World) -> Callable[[], Any]:
    person, _ = world.member(bound=False)
    return lambda: people_services.correct_person(
        SYSTEM, person.pk, name=person.name, id_type="RESIDENT_ID", id_number="", mobile="13900007777",
        reason="名册录入时写错了", now=world.now,
    )  # fmt: skip


def _read_evidence(world: World) -> Callable[[], Any]:
    person, _ = world.member()
    actor = world.actor(person)
    case = changing.ask_own(actor, Given("retain", "unemployed", world.today, papers=(_paper(),)), now=world.now)
    (file,) = papers_of(CHANGES, case)
    return lambda: files.read_file(actor, file.public_id, now=world.now)


# --- A person's own data
_WORDS = "请按我的要求办理，谢谢。"


def _asked_correction(world: World) -> str:
    person, _ = world.member()
    wanted = {"name": "林晓荷"}
    return asking.ask(world.actor(person), "correct", text=_WORDS, wanted=wanted, papers=[_paper()], now=world.now)


def show_wanted(world: World) -> Callable[[], Any]:
    case, officer = _asked_correction(world), world.staff("PRIVACY", "county")
    row = RightsRequest.objects.get(case__public_id=case)
    return lambda: rights_reads.show_wanted(officer, row, now=world.now)


def _change_own(world: World) -> Callable[[], Any]:
    person, _ = world.member()
    said = OwnData(Profile(), Work("none"))
    return lambda: own_data.change_own(world.actor(person), said, now=world.now)


def _told(name: str) -> Scenario:
    def prepare(world: World) -> Callable[[], Any]:
        person = world.person()
        service = getattr(people_services, name)
        return lambda: service(world.actor(person), person.pk, Profile(education="21"), now=world.now)

    return prepare


MOVES: dict[str, Scenario] = {
    "members.services.own_data.change_own": _change_own,
    "people.services.profile.change_profile": _told("change_profile"),
    "people.services.profile.keep_said": _told("keep_said"),
    "members.services.moving.reopen": _reopen,
    "members.services.moving.shift": _accept,
    "duplicates.services.hints.dismiss_hint": _dismiss,
    "members.services.moving.close_for": _merging("agree"),
    "duplicates.services.corrections.correct_member": _correct,
    "people.services.merging.correct_person": _correct_person,
    "people.services.merging.merge_person": _merging("agree"),
    "people.services.merging.unmerge_person": _merging("undo"),
    "files.services.read_file": _read_evidence,
}
