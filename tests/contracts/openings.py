"""What opening a case of a kind asks that names somebody, for the walk of every kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from tests.world import World
from zhijia.foundation.accounts import selectors as accounts
from zhijia.foundation.accounts.services import factors
from zhijia.foundation.audit import services as audit
from zhijia.foundation.casework import services
from zhijia.foundation.casework.fields import samples
from zhijia.foundation.casework.kinds import By, CaseKind
from zhijia.kernel.actor import SYSTEM as SYSTEM_ACTOR
from zhijia.organization.documents.cases import BATCHES
from zhijia.organization.documents.cases.batches import Proposal, propose
from zhijia.organization.documents.models import ListedNumber
from zhijia.organization.members.models import Membership
from zhijia.organization.people.models import Person
from zhijia.organization.posts.models import Post, Term
from zhijia.organization.rosters.models import RosterLoad

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"


def names() -> Iterator[str]:
    while True:
        yield from (f"{surname}志强" for surname in SURNAMES)


NAMES = names()


def _named(world: World, member: Person) -> dict[str, Any]:
    return {"name": member.name, "id_number": world.number_of(member)}


def _colleague(world: World, _: Person) -> dict[str, Any]:
    """One with a password, so that there is something to clear."""
    person = world.staff_person("ORG", "county", next(NAMES))
    factors.set_password(SYSTEM_ACTOR, accounts.get_account(person.account_id or 0), "清晨-的-烟台-2026", now=world.now)
    return {"person": person.public_id}


def _new_cadre(world: World, _: Person) -> dict[str, Any]:
    return {"person": world.person(next(NAMES)).public_id, "union": world["plant"].public_id}


def _twins(world: World, member: Person) -> dict[str, Any]:
    return {"survivor": member.public_id, "duplicate": world.member(name=member.name)[0].public_id}


def _claimed(world: World, member: Person) -> dict[str, Any]:
    """A member of the online home who works for the plant."""
    stay = Membership.objects.get(person=member, until__isnull=True)
    home = world["home"]
    Membership.objects.filter(pk=stay.pk).update(union=home, employer=world["plant"].employer_id)
    return {"union": world["plant"].public_id, "person": member.public_id}


def _at_home(member: Person, world: World) -> None:
    Membership.objects.filter(person=member, until__isnull=True).update(union=world["home"])


def _going(world: World, member: Person) -> dict[str, Any]:
    _at_home(member, world)
    return {"union_code": world["plant"].code}


def _moved(kind: str, start: str) -> Callable[[World, Person], dict[str, Any]]:
    """By a service that has checked it."""

    def say(world: World, member: Person) -> dict[str, Any]:
        _at_home(member, world)
        stay = Membership.objects.get(person=member, until__isnull=True)
        return {"stay": stay, "target": world.facts("plant"), "kind": kind, "start": start}

    return say


def _expelled(_: World, member: Person) -> dict[str, Any]:
    return {"person": member.public_id, "kind": "expel", "reason": "crime"}


def _trail(world: World, _: Person) -> dict[str, Any]:
    """No question that finds nothing is asked for as a file."""
    audit.record(world.staff("AUDIT_ADMIN", "county", next(NAMES)), "accounts.signed_out", now=world.now)
    return dict.fromkeys(("person", "unit", "event", "outcome", "case", "address"), "")


def _request(kind: str, **wanted: str) -> Callable[[World, Person], dict[str, Any]]:
    """What somebody asks about his data, as the page of his phone has checked it."""

    def say(_: World, member: Person) -> dict[str, Any]:
        return {"kind": kind, "person_id": member.pk, "account_id": member.account_id, "scope": "", "wanted": wanted,
                "papers": ()}  # fmt: skip

    return say


def _row(kind: str) -> Callable[[World, Person], dict[str, Any]]:
    """A refused row of the plant's roster, as the job that writes it says it."""

    def say(world: World, _: Person) -> dict[str, Any]:
        name = next(NAMES)
        person = world.member("other_home", name)[0] if kind == "elsewhere" else world.person(name)
        load = RosterLoad.objects.create(unit=world["plant"], file_name="名册.csv", digest="", created_at=world.now)
        texts = {"name": person.name, "id_number": world.number_of(person)}
        return {"union_id": world["plant"].pk, "load_id": load.pk, "kind": kind, "person_id": person.pk,
                "identity": person.public_id, "title": "林*禾", "texts": texts}  # fmt: skip

    return say


def _disputed(world: World, _: Person) -> dict[str, Any]:
    bound, stay = world.member(name=next(NAMES))
    return {"person": bound.pk, "account": world.bare_actor().account_id, "union": stay.union_id}


def _listed(world: World, member: Person) -> dict[str, Any]:
    """A number in force, his own."""
    proposal = Proposal("公安机关通报的一批伪造证件", typed=world.number_of(member))
    maker, checker = (world.staff("ORG", "county", next(NAMES)) for _ in range(2))
    services.act(BATCHES, checker, propose(maker, proposal, now=world.now), "agree", now=world.now)
    entry = ListedNumber.objects.latest("id")
    return {"entry": entry.pk, "person": member.pk, "why": ""}


def _term(world: World, _: Person) -> dict[str, Any]:
    """The plant, whose term ends with the year."""
    Term.objects.get_or_create(
        union=world["plant"], in_force=True, years=3, starts=date(2024, 1, 1), last_day=date(2026, 12, 31),
        first_last_day=date(2026, 12, 31),
    )  # fmt: skip
    return {"union": world["plant"].code}


def _chaired(world: World, _: Person) -> dict[str, Any]:
    """The plant with its chair and term."""
    Post.objects.get_or_create(
        union=world["plant"], kind="CHAIR", until=None,
        defaults={"person": world.person(next(NAMES)), "since": date(2024, 9, 10), "source": "ELECTED"},
    )  # fmt: skip
    return _term(world, _)


SAID: dict[str, Callable[[World, Person], dict[str, Any]]] = {
    "data-holds": _named,
    "grants": _new_cadre,
    "resets": _colleague,
    "disputes": _disputed,
    "merges": _twins,
    "document-checks": _listed,
    "clients": lambda world, _: {"units": world["city"].code},
    "trail-exports": _trail,
    "data-requests": _request("explain"),
    "data-requests TO_CORRECT": _request("correct", name="李二妹"),
    "data-requests TO_DELETE": _request("delete"),
    "roster-conflicts": _row("data"),
    "roster-conflicts ELSEWHERE": _row("elsewhere"),
    "roster-conflicts NO_EMPLOYER": _row("employer"),
    "claims": _claimed,
    "changes REPORTED": _expelled,
    "changes COOLING": lambda _, __: {"kind": "withdraw", "reason": "own_wish"},
    "changes cadre": lambda _, member: {"person": member.public_id},
    "transfers": _going,
    "transfers INVITED": _moved("invited", "INVITED"),
    "transfers NOTICED": _moved("batch", "NOTICED"),
    "founding-tasks": lambda world, _: {"home": world["home"].pk, "employer": world["plant"].employer_id},
    "terms": _term,
    "org-changes": lambda world, _: {"union": world["plant"].code},
    "registrations": _chaired,
    "foundings cadre": lambda world, _: {"parent": world["town"].code},
    "post-changes": lambda world, _: {"union": world["plant"].code},
    "member-exports": lambda world, _: {"union": world["plant"].public_id},
}
"""What opening asks that names somebody, so that no sample can stand for it; by another start where it has several."""


OPENED_BY = {
    "changes REPORTED": By.CADRE,
    "foundings APPLIED": By.CADRE,
    "transfers INVITED": By.SYSTEM,
    "transfers NOTICED": By.SYSTEM,
}
"""Who opens it by another start, where that is not the first way in."""


def said(kind: CaseKind, world: World, member: Person, start: str = "", by: By | None = None) -> dict[str, Any]:
    own = SAID.get(f"{kind.slug} {start}") or SAID.get(f"{kind.slug} {by}") or SAID.get(kind.slug)
    opening = kind.opening(by or kind.opener)
    return samples(opening.asks if opening else ()) | (own(world, member) if own else {})
