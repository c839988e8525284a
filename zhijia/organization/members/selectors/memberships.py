"""Reading memberships, applications and cards: own ones for members, within a scope for cadres."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from zhijia.foundation.audit import services as audit
from zhijia.foundation.workflow.columns import numbered
from zhijia.kernel import db, identifiers
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.masks import STAR, shown_as
from zhijia.organization.members.models import MemberCard, Membership, MembershipEvent, MembershipState
from zhijia.organization.members.permissions import Permission
from zhijia.organization.members.rules import GROUP_MEASURES
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

PAGE = 50


def union_ids_of(person_ids: Iterable[int]) -> dict[int, int]:
    """Where each of these persons is a member now."""
    stays = Membership.objects.filter(person_id__in=list(person_ids), until__isnull=True)
    return dict(stays.values_list("person_id", "union_id"))


def open_stay(person_id: int) -> Membership | None:
    """The person's present membership."""
    return db.find(Membership, person_id=person_id, until=None)


def last_stay(person_id: int) -> Membership | None:
    """The person's present membership, or the one that ended last."""
    found = db.find_rows(Membership, {"person_id": person_id}, order=["-id"], limit=1)
    return found[0] if found else None


def living_card(person_id: int) -> MemberCard | None:
    return db.find(MemberCard, person_id=person_id, voided_at=None)


@dataclass(frozen=True, slots=True)
class MyCard:
    """What a member sees of his card: `state_label` is 在会 or 保留会籍."""

    name: str
    number: str
    union_name: str
    union_public_id: str
    state_label: str
    since: date
    serial: str


def my_card(actor: Actor) -> MyCard | None:
    """The own card; None for who is no member."""
    if actor.person_id is None:
        return None
    membership = open_stay(actor.person_id)
    card = living_card(actor.person_id) if membership else None
    if membership is None or card is None:
        return None
    union = unions.get_facts(membership.union_id)
    person = people.get_facts(actor.person_id)
    return MyCard(
        person.name,
        membership.member_number,
        union.name,
        union.public_id,
        MembershipState(membership.state).label,
        membership.joined_on,
        card.serial,
    )


@dataclass(frozen=True, slots=True)
class CardHolder:
    """What a check of a valid card answers: the name with one letter, how he is a member, and where."""

    masked_name: str
    state_label: str
    union_name: str
    person_id: int
    union_id: int


def holder_of(serial: str) -> CardHolder | None:
    """Who a valid card belongs to, by the serial of its code; None for a void or an unknown one. Four short reads."""
    card = db.find(MemberCard, serial=serial, voided_at=None)
    stay = open_stay(card.person_id) if card is not None else None
    if stay is None:
        return None
    union = unions.get_facts(stay.union_id)
    label = MembershipState(stay.state).label
    return CardHolder(people.public_name(stay.person_id), label, union.name, stay.person_id, union.id)


def file_from_card(actor: Actor, holder: CardHolder, *, now: datetime) -> str:
    """The public id of the member's file for a cadre of his union, empty for everybody else. Leaves an audit row."""
    if not actor.living_grants:
        return ""
    union = unions.get_facts(holder.union_id)
    if not actor.may(Permission.FILE_FROM_CARD, union.path):
        return ""
    person = people.get_facts(holder.person_id)
    audit.record_read(
        actor, "members.card_file", ("person", person.public_id), now=now, unit_id=union.id, concerns=person.id
    )
    return person.public_id


def about_person(words: str) -> Q:
    """Rows with a case and a person: by the case's number, by the beginning of his name, or as lists show it, `张*`."""
    name = identifiers.search_words(words)
    if pattern := shown_as(name):
        return Q(person__name__startswith=name.partition(STAR)[0], person__name__regex=pattern)
    return numbered(words) | Q(person__name__startswith=name)


@dataclass(frozen=True, slots=True)
class MemberFile:
    """A member's file as his union's cadre sees it."""

    membership: Membership
    person: people.PersonFacts
    union: unions.UnionFacts
    events: Sequence[MembershipEvent]
    card: MemberCard | None


def get_member(actor: Actor, person_public_id: str) -> MemberFile:
    """Raises NotFound for anybody outside the scope, also for persons who are no members."""
    person = people.find_by_public_id(person_public_id)
    membership = open_stay(person.id) if person else None
    if person is None or membership is None:
        raise NotFound
    union = unions.get_facts(membership.union_id)
    actor.require(Permission.VIEW, union.path)
    history = list(MembershipEvent.objects.filter(person_id=person.id).order_by("-at", "-id")[:50])
    return MemberFile(membership, person, union, history, living_card(person.id))


def stock_counts(union_ids: Collection[int] | None = None) -> dict[int, dict[str, int]]:
    """The stock measures of each union alone, counted from its open memberships: what figures must equal."""
    everybody = Membership.objects.filter(until__isnull=True)
    if union_ids is not None:
        everybody = everybody.filter(union_id__in=union_ids)
    rows = everybody.filter(state=MembershipState.ACTIVE)
    kept = everybody.filter(state=MembershipState.RETAINED).values("union_id").annotate(retained=Count("id"))
    counted: Any = rows.values("union_id").annotate(
        members=Count("id"),
        real_name=Count("id", filter=Q(real_name_level__gte=3)),
        activated=Count("id", filter=Q(activated=True)),
        female=Count("id", filter=Q(sex="2")),
        migrant=Count("id", filter=Q(is_migrant=True)),
        new_form=Count("id", filter=~Q(new_form_group="")),
        dispatched=Count("id", filter=Q(work_form="dispatched")),
        **{name: Count("id", filter=Q(new_form_group=code)) for code, name in GROUP_MEASURES.items()},
    )
    counts = {row["union_id"]: {name: value for name, value in row.items() if name != "union_id"} for row in counted}
    for union_id, number in kept.values_list("union_id", "retained"):
        counts.setdefault(union_id, {})["retained"] = number
    return counts
