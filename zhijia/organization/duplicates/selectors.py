"""Finding people who stand in the rosters twice. Every answer is a look-up by index, however many members there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from zhijia.foundation.files.selectors import FileFacts
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.paging import Page, page_of
from zhijia.organization.duplicates import rules
from zhijia.organization.duplicates.models import DuplicateHint, PersonMerge
from zhijia.organization.duplicates.permissions import Permission
from zhijia.organization.members.permissions import Permission as See
from zhijia.organization.members.selectors.memberships import open_stay
from zhijia.organization.members.selectors.stays import namesakes, stays_of
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

MOST_ALIKE = 20


@dataclass(frozen=True, slots=True)
class Side:
    """One of two files, masked: the person, his union, since when a member. No union: no member now."""

    person: people.PersonFacts
    union: unions.UnionFacts | None
    joined_on: date | None
    state_label: str


def side_of(person_id: int) -> Side:
    person = people.get_facts(person_id)
    stay = open_stay(person_id)
    if stay is None:
        return Side(person, None, None, "不是会员")
    return Side(person, unions.get_facts(stay.union_id), stay.joined_on, stay.get_state_display())


def get_side(actor: Actor, public_id: str) -> Side:
    """The file of a member whom the actor may propose to merge. Raises NotFound, NotAllowed."""
    person = people.find_by_public_id(public_id)
    side = side_of(person.id) if person else None
    if side is None or side.union is None:
        raise NotFound
    actor.require(Permission.MERGE_ASK, side.union.path)
    return side


def alike(person_ids: Sequence[int]) -> list[tuple[int, int, str]]:
    """Pairs `(older id, younger id, kind)` that some of these persons make with anybody: same mobile with another ID,
    or same name, birthday, sex and union or employer. Merged persons are left out.
    """
    pairs: dict[tuple[int, int], str] = {}
    for one, other in people.pairs_of_mobile(person_ids):
        pairs[min(one, other), max(one, other)] = rules.MOBILE
    groups: dict[tuple[str, str, int], set[int]] = {}
    for person_id, (name, at, working_for) in namesakes(person_ids).items():
        groups.setdefault(("union", name, at), set()).add(person_id)
        if working_for is not None:
            groups.setdefault(("employer", name, working_for), set()).add(person_id)
    asked = set(person_ids)
    wanted = [ids for ids in groups.values() if len(ids) > 1 and ids & asked]
    known = {
        person.id: (person.name, born_on, person.sex)
        for person, born_on in people.facts_and_birthdays({key for ids in wanted for key in ids})
        if person.merged_into_id is None
    }
    for ids in wanted:
        for one in sorted(ids & asked & known.keys()):
            for other in sorted(ids & known.keys() - {one}):
                if rules.is_same(known[one], known[other]):
                    pairs.setdefault((min(one, other), max(one, other)), rules.SAME)
    return [(first, second, kind) for (first, second), kind in sorted(pairs.items())]


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody who may be the same human being, and why."""

    side: Side
    kind_label: str


def find_alike(actor: Actor, person_id: int) -> list[Alike]:
    """Who may be the same as this member, in the actor's scope. Raises NotFound, NotAllowed for the member himself."""
    stay = open_stay(person_id)
    if stay is None:
        raise NotFound
    actor.require(See.VIEW, unions.get_facts(stay.union_id).path)
    scope = actor.scope_for(See.VIEW)
    found = []
    for first, second, kind in alike([person_id])[:MOST_ALIKE]:
        side = side_of(second if first == person_id else first)
        if side.union is not None and scope.covers(side.union.path):
            found.append(Alike(side, rules.KINDS[kind]))
    return found


@dataclass(frozen=True, slots=True)
class HintRow:
    first: Side
    second: Side
    kind_label: str
    case_public_id: str


def list_hints(actor: Actor, query: Query) -> Page[HintRow]:
    """What the nightly look found in the actor's scope and nobody has settled, oldest first."""
    rows = DuplicateHint.objects.filter(
        db.in_scope("union__path", actor.scope_for(Permission.MERGE_ASK)),
        dismissed_at__isnull=True,
        merged_at__isnull=True,
    )
    page = page_of(rows, ("id",), after=query.after, limit=query.limit)
    hints = page.rows
    ids = {key for hint in hints for key in (hint.first_id, hint.second_id)}
    persons = people.facts_of(ids)
    stays = stays_of(ids)
    facts = unions.facts_of(stay.union_id for stay in stays.values())
    asked = dict(
        PersonMerge.objects.filter(duplicate_id__in=ids, case__state=TwoPersons.PROPOSED).values_list(
            "duplicate_id", "case__public_id"
        )
    )

    def side(key: int) -> Side:
        stay = stays.get(key)
        if stay is None:
            return Side(persons[key], None, None, "不是会员")
        return Side(persons[key], facts[stay.union_id], stay.joined_on, stay.get_state_display())

    return page.of(
        HintRow(
            side(hint.first_id),
            side(hint.second_id),
            rules.KINDS[hint.kind],
            asked.get(hint.first_id) or asked.get(hint.second_id) or "",
        )
        for hint in hints
    )


def get_hint(actor: Actor, hint_id: int) -> DuplicateHint:
    """Raises NotFound, NotAllowed."""
    hint = DuplicateHint.objects.filter(pk=hint_id).first()
    if hint is None:
        raise NotFound
    actor.require(Permission.MERGE_ASK, unions.get_facts(hint.union_id).path)
    return hint


def may_read_paper(actor: Actor, file: FileFacts) -> bool:
    """The paper of a correction is for who may correct there."""
    return file.unit_id is not None and actor.may(Permission.CORRECT, unions.get_facts(file.unit_id).path)


def find_hint_between(one: int, other: int) -> int | None:
    """The unsettled hint about two persons, by its id."""
    first, second = sorted((one, other))
    rows = DuplicateHint.objects.filter(
        first_id=first, second_id=second, dismissed_at__isnull=True, merged_at__isnull=True
    )
    return rows.values_list("pk", flat=True).first()


def may_read_evidence(actor: Actor, file: FileFacts) -> bool:
    """A paper of a correction is for who may correct there."""
    return file.unit_id is not None and actor.may(Permission.CORRECT, unions.get_facts(file.unit_id).path)
