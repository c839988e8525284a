"""Entries of the trail within a reader's scope, with the persons and unions they name; wishes for files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from zhijia.foundation.audit import selectors as audit
from zhijia.foundation.audit.selectors import Part, Seal, Wanted
from zhijia.foundation.files import selectors as files
from zhijia.foundation.files.selectors import FileFacts
from zhijia.foundation.ledger import heads, rules as ledger_rules, selectors as ledger
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import selectors as cases
from zhijia.kernel import identifiers
from zhijia.kernel.actor import Actor, Grant, Scope
from zhijia.kernel.errors import Invalid, NotFound
from zhijia.kernel.ids import is_public_id
from zhijia.kernel.paging import Page
from zhijia.kernel.registry import registry
from zhijia.kernel.typed import typed
from zhijia.organization.access import selectors as access
from zhijia.organization.people import selectors as people
from zhijia.organization.people.selectors import PersonFacts
from zhijia.organization.unions import places, selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

from . import rules
from .models import TrailExport
from .permissions import Permission

FEW_UNIONS: Final = 500
"""So many unions are named one by one in a question, which finds their entries by the index of units."""
EXAMINED: Final = 5_000
"""Refused tries that are looked through for what strikes, the newest."""


# --- Questions ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Question:
    """What a reader wants to see. `side` is did or about: what the person did, or what was done with his data."""

    days: rules.Days
    person: PersonFacts | None = None
    side: str = "did"
    union: UnionFacts | None = None
    event: str = ""
    outcome: str = ""
    case: str = ""
    address: str = ""

    @property
    def is_named(self) -> bool:
        return self.person is not None or bool(self.case)


def acting_grant(actor: Actor, permission: str) -> Grant:
    """The highest grant under which he reads. Raises NotSignedIn, NotAllowed."""
    actor.require_anywhere(permission)
    return next(grant for grant in actor.living_grants if permission in grant.permissions)


def find_union(actor: Actor, text: str, permission: str) -> list[UnionFacts]:
    """By public id, code or a part of the name, within the scope; closed ones too, since they have a past."""
    scope, text = actor.scope_for(permission), typed(text)[:60]
    found = unions.find_by_public_id(text) if is_public_id(text) else None  # a code of sixteen digits looks like one
    if found is not None:
        return [found] if scope.covers(found.path) else []
    return unions.search(scope, text, limit=20, closed=True)


def about_union(question: Question, union: UnionFacts) -> Question:
    """The question, narrowed to a union and all below it."""
    return replace(question, union=union)


def find_people(actor: Actor, text: str, permission: str, *, limit: int = 10) -> list[PersonFacts]:
    """Persons by exact mobile or ID number; by name among who holds a role in scope, by whole name among members.

    Raises NotAllowed.
    """
    actor.require_anywhere(permission)
    text = identifiers.search_words(text)[:40]
    if not text:
        return []
    exact = access.by_number(text)
    if exact:
        return exact[:limit]
    holders = access.find_holders(actor.scope_for(permission), text, limit=limit)
    members = people.facts_of(registry.find_people(actor, text, limit=limit, by=permission))
    found = {person.id: person for person in [*holders, *members.values()]}
    return [person for person in found.values() if person.merged_into_id is None][:limit]


def get_person(public_id: str) -> PersonFacts:
    """Raises NotFound."""
    found = people.find_by_public_id(public_id) if is_public_id(public_id) else None
    if found is None:
        raise NotFound
    return found


def _part(scope: Scope) -> Part | None:
    """None for the whole trail: of the topmost union everything is seen, also what stands under no union."""
    if scope.everything or unions.top().path in scope.paths:
        return None
    return Part(places.ids_within(scope), access.ids_of_holders(scope))


def _units(union: UnionFacts) -> audit.Ids:
    below = places.ids_below(union.path)
    few = [row["id"] for row in below[: FEW_UNIONS + 1]]
    return few if len(few) <= FEW_UNIONS else below


def wanted(question: Question, scope: Scope) -> Wanted:
    """The question as the trail understands it, narrowed to a scope."""
    person = question.person
    persons = tuple(people.with_aliases(person.merged_into_id or person.id)) if person is not None else ()
    first, last = question.days
    return Wanted(
        since=_midnight(first) if first else None,
        until=_midnight(last + timedelta(days=1)) if last and last < date.max else None,
        did=persons if question.side == "did" else (),
        about=persons if question.side == "about" else (),
        units=_units(question.union) if question.union is not None else None,
        event=question.event,
        outcome=question.outcome,
        address=question.address,
        subject=(cases.workflow_of(question.case) or "case", question.case) if question.case else None,
        within=_part(scope),
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def read_question(actor: Actor, said: Mapping[str, Any], permission: str, *, today: date) -> Question:
    """A question that is sent in words, ids and days, as the API does.

    Raises NotFound for no such person, Invalid `trail.days`, `trail.unit`, `trail.event`.
    """
    person = get_person(said["person"]) if said["person"] else None
    case = said["case"].replace("-", "").lower()
    found = find_union(actor, said["unit"], permission) if said["unit"] else []
    if said["unit"] and len(found) != 1:
        text = "没有找到这个单位，或有几个单位都是这个名称，请改用工会编码。"
        raise Invalid("trail.unit", text, fields={"unit": text})
    if said["event"] and said["event"] not in registry.audit_events:
        text = "没有这个事项，请核对事项代码。"
        raise Invalid("trail.event", text, fields={"event": text})
    return Question(
        rules.days_of(said["first"], said["last"], today=today, named=bool(person or case)),
        person=person,
        side=said["side"],
        union=found[0] if found else None,
        event=said["event"],
        outcome=said["outcome"],
        case=case,
        address=said["address"],
    )


# --- Pages ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Told:
    """An entry with whom and which union it names."""

    entry: Any
    person: PersonFacts | None
    concerned: PersonFacts | None
    union: UnionFacts | None


def _told(entries: Sequence[Any]) -> list[Told]:
    persons = people.facts_of({key for row in entries for key in (row.person_id, row.concerns_person_id) if key})
    named = unions.facts_of({row.unit_id for row in entries if row.unit_id})
    return [
        Told(
            row, persons.get(row.person_id or 0), persons.get(row.concerns_person_id or 0), named.get(row.unit_id or 0)
        )
        for row in entries
    ]


def list_entries(actor: Actor, question: Question, permission: str, query: Query) -> Page[Told]:
    """Newest first. Raises NotAllowed, Invalid `request.page`."""
    actor.require_anywhere(permission)
    asked = wanted(question, actor.scope_for(permission))
    page = audit.list_entries(asked, after=query.after, limit=query.limit)
    return page.of(_told(page.rows))


def entry_key(entry: Any) -> str:
    """How an entry is called in an address: its day, which leads to its month, and its number: `20260915-812`."""
    return f"{timezone.localdate(entry.at):%Y%m%d}-{entry.pk}"


def get_entry(actor: Actor, key: str, permission: str) -> tuple[Told, Seal | None]:
    """One entry, and where it lies in the sealed log. Raises NotFound, NotAllowed."""
    actor.require_anywhere(permission)
    day, _, number = key.partition("-")
    if not (key.isascii() and day.isdigit() and len(day) == 8 and number.isdigit() and len(number) <= 18):
        raise NotFound
    try:
        on = date.fromisoformat(day)
        entry = audit.find_entry(on, int(number), within=_part(actor.scope_for(permission)))
    except (ValueError, OverflowError):
        raise NotFound from None
    if entry is None or (permission == Permission.DENIED and entry.event not in rules.REFUSED):
        raise NotFound
    return _told([entry])[0], audit.seal_of(entry)


@dataclass(frozen=True, slots=True)
class Strikes:
    """What strikes among the newest refused tries; `all_seen`: the days hold no more than were examined."""

    rows: Sequence[rules.Strike]
    people: Mapping[int, PersonFacts]
    all_seen: bool


def list_strikes(actor: Actor, question: Question, *, limit: int = 8) -> Strikes:
    """Addresses with many tries, persons whose console many tried to enter."""
    asked = wanted(question, actor.scope_for(Permission.DENIED))
    page = audit.list_entries(asked, limit=EXAMINED)
    tries = page.rows
    rows = rules.striking(rules.Try(each.address, each.person_id, each.event) for each in tries)[:limit]
    return Strikes(rows, people.facts_of(row.person_id for row in rows if row.person_id), not page.next)


# --- The sealed log -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class LogState:
    """The newest head, whether our signature stands under it, the heads kept elsewhere, and the last checks.

    `wrong` are sentences of the ledger; empty says that a quick look found nothing.
    """

    size: int
    root: str
    at: datetime | None
    signed: bool
    kept: int
    wrong: list[str] = field(default_factory=list)
    checks: Sequence[Any] = ()

    @property
    def is_whole(self) -> bool:
        return self.signed and not self.wrong


_COMPARED: Final = 3
"""Heads kept elsewhere that a page compares, the newest, beside the oldest; a check compares them all."""


def log_state(actor: Actor) -> LogState:
    """A quick look: heads, signature, what the last check found. Raises NotAllowed."""
    actor.require_anywhere(Permission.VERIFY)
    head, kept, checks = ledger.newest_head(), heads.kept(), ledger.list_checks()
    wrong = heads.contradictions(dict.fromkeys([*kept[:1], *kept[-_COMPARED:]]))
    wrong += [sentence for sentence in (checks[0].wrong if checks else ()) if sentence not in wrong]
    if head is None:
        return LogState(0, "", None, True, len(kept), wrong, checks)
    root = bytes(head.root)
    said = ledger_rules.head_text(head.size, root, head.at)
    signed = settings.ZHIJIA_KEYS.verifier.verify(head.key_id, said, bytes(head.signature))
    return LogState(head.size, root.hex(), head.at, signed, len(kept), wrong, checks)


# --- Exports --------------------------------------------------------------------------------------------------------
def kept(question: Question, asked: Wanted, *, now: datetime) -> dict[str, Any]:
    """A question as a row keeps it: ids and codes. Nothing later than `now` belongs to it."""
    behind = now + timedelta(microseconds=1)
    return {
        "person": question.person.id if question.person else None,
        "side": question.side,
        "union": question.union.id if question.union else None,
        "event": question.event,
        "outcome": question.outcome,
        "case": question.case,
        "since": asked.since.isoformat() if asked.since else "",
        "until": min(asked.until or behind, behind).isoformat(),
    }


def question_of(export: TrailExport) -> Question:
    """For showing what was asked."""
    said = export.wanted
    since, until = said["since"], datetime.fromisoformat(said["until"]) - timedelta(microseconds=1)
    first = timezone.localdate(datetime.fromisoformat(since)) if since else None
    return Question(
        rules.Days(first, timezone.localdate(until)),
        person=people.facts_of([said["person"]]).get(said["person"]) if said["person"] else None,
        side=said["side"],
        union=unions.get_facts(said["union"]) if said["union"] else None,
        event=said["event"],
        outcome=said["outcome"],
        case=said["case"],
    )


def wanted_of(export: TrailExport) -> Wanted:
    """What the file holds: as it was asked, from the subtree of the union under which it was asked."""
    asked = wanted(question_of(export), Scope(paths=(unions.get_facts(export.case.unit_id).path,)))
    since = export.wanted["since"]
    return Wanted(
        since=datetime.fromisoformat(since) if since else None,
        until=datetime.fromisoformat(export.wanted["until"]),
        did=asked.did,
        about=asked.about,
        units=asked.units,
        event=asked.event,
        outcome=asked.outcome,
        subject=asked.subject,
        within=asked.within,
    )


def page_of_export(export: TrailExport, after: str, size: int) -> Page[Told]:
    """The next entries of the file."""
    page = audit.list_entries(wanted_of(export), after=after, limit=size)
    return page.of(_told(page.rows))


def may_read_export(actor: Actor, file: FileFacts) -> bool:
    """By who asked for it, as long as he may export there."""
    if file.unit_id is None or not files.is_giver(actor, file):
        return False
    return actor.may(Permission.EXPORT, unions.get_facts(file.unit_id).path)
