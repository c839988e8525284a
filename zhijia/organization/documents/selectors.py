"""Which documents may not be handled online, who listed them, and what waits for somebody to look again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from zhijia.foundation.files.selectors import FileFacts
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import selectors as cases
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.registry import registry
from zhijia.organization.documents import rules
from zhijia.organization.documents.models import DocumentCheck, FakeBatch, ListedNumber
from zhijia.organization.members.permissions import Permission as See
from zhijia.organization.members.selectors.stays import stays_of
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

from .permissions import Permission


# --- What every check asks
def listed(digest: str) -> ListedNumber | None:
    """The first entry in force of a document, by its keyed digest: the whole province's. One indexed query."""
    return db.find(ListedNumber, digest=digest, in_force=True, order=["id"])


def listed_person(person_id: int) -> ListedNumber | None:
    """By the person's own document; a duplicate's that was merged into him does not count."""
    return listed(people.digest_of(person_id))


def listed_among(digests: Iterable[str]) -> frozenset[str]:
    """Which of these documents are listed: thousands at once."""
    rows = db.select_rows(ListedNumber, ("digest",), {"digest": tuple(digests), "in_force": True})
    return frozenset(row[0] for row in rows)


def is_listed(column: str) -> Exists:
    """Whether the document whose digest stands in `column` of a query is listed."""
    return Exists(ListedNumber.objects.filter(digest=OuterRef(column), in_force=True))


def union_of(entry: ListedNumber) -> unions.UnionFacts:
    """Who listed it, and therefore who looks again."""
    return unions.get_facts(FakeBatch.objects.values_list("case__unit_id", flat=True).get(pk=entry.batch_id))


@dataclass(frozen=True, slots=True)
class Listing:
    """Why somebody's document is listed, for the reviewer of his application."""

    union: str
    reason: str
    begun_at: datetime
    batch_public_id: str

    @property
    def words(self) -> str:
        """`证件在虚假证件名单中（莱阳市总工会 2026-11-20 列入：…），核对解除之前不能通过`"""
        return (
            f"证件在虚假证件名单中（{self.union} {self.begun_at:%Y-%m-%d} 列入：{self.reason}），核对解除之前不能通过"
        )


def listings_of(person_ids: Sequence[int]) -> dict[int, Listing]:
    """Why these persons' own documents are listed; who is not listed is left out."""
    if not person_ids:
        return {}
    digests = {people.digest_of(key): key for key in person_ids}
    found = ListedNumber.objects.filter(digest__in=digests, in_force=True).select_related("batch__case")
    entries = list(found.order_by("-id"))
    names = registry.units.names({entry.batch.case.unit_id for entry in entries})
    return {digests[entry.digest]: _listing(entry, names) for entry in entries}


def listing_of(entry: ListedNumber) -> Listing:
    """Why this number is listed."""
    unit_id = entry.batch.case.unit_id
    return _listing(entry, registry.units.names([unit_id]))


def _listing(entry: ListedNumber, names: Mapping[int, str]) -> Listing:
    batch, case = entry.batch, entry.batch.case
    return Listing(names[case.unit_id], batch.reason, batch.begun_at or case.opened_at, case.public_id)


# --- Batches
@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number of a batch and who holds such a document: `standing` in words, and where his file or matter `opens`.

    `check` is the open look at this number.
    """

    entry: ListedNumber
    standing: str
    opens: tuple[str, str]
    check: str
    batch_public_id: str


def unit_of_batch(public_id: str) -> int:
    """The union that listed it. Raises NotFound."""
    case = cases.find_case(rules.FAKE_BATCH.code, public_id)
    if case is None:
        raise NotFound
    return case.unit_id


def list_numbers(actor: Actor, public_id: str, query: Query) -> Page[NumberRow]:
    """The numbers of a batch, as they were told. Raises NotFound out of scope, NotAllowed without the right."""
    actor.require(Permission.DECIDE, unions.get_facts(unit_of_batch(public_id)).path)
    rows = ListedNumber.objects.filter(batch__case__public_id=public_id)
    page = page_of(rows, ("id",), after=query.after, limit=query.limit)
    return page.of(_who(actor, page.rows, public_id))


def _who(actor: Actor, entries: Sequence[ListedNumber], batch: str) -> list[NumberRow]:
    """A fixed number of queries. Beyond the actor's members nothing is told but that there is somebody."""
    holders = people.persons_of_digests({entry.digest for entry in entries})
    ids = set(holders.values())
    stays = stays_of(ids)
    begun = {case.owner_person_id: case for case in cases.open_of(ids) if case.workflow != rules.DOCUMENT_CHECK.code}
    persons = people.facts_of(ids)
    facts = unions.facts_of({row.union_id for row in stays.values()} | {case.unit_id for case in begun.values()})
    checks = dict(
        DocumentCheck.objects.filter(number__in=entries, case__closed_at__isnull=True).values_list(
            "number_id", "case__public_id"
        )
    )

    def row(entry: ListedNumber) -> NumberRow:
        person = holders.get(entry.digest)
        stay, case = stays.get(person or 0), begun.get(person or 0)
        told, opens = "没有人使用" if person is None else "有人登记过", ("", "")
        if person is not None and stay is not None:
            seen = actor.may(See.VIEW, facts[stay.union_id].path)
            told = f"会员 · {facts[stay.union_id].name}" if seen else "本级以外的会员"
            opens = ("members:file", persons[person].public_id) if seen else opens
        elif case is not None:
            workflow, union = registry.workflow(case.workflow), facts[case.unit_id]
            seen = any(actor.may(move.by, union.path) for move in workflow.moves if move.is_permission)
            told = f"{workflow.name} · {union.name}" if seen else f"在本级以外办理{workflow.name}"
            opens = (registry.case_link(case.workflow).console, case.public_id) if seen else opens
        return NumberRow(entry, told, opens, checks.get(entry.pk, ""), batch)

    return [row(entry) for entry in entries]


def may_read_paper(actor: Actor, file: FileFacts) -> bool:
    """Evidence of a batch is for whoever may decide on it."""
    case = cases.find_case(rules.FAKE_BATCH.code, file.about_id)
    return case is not None and actor.may(Permission.DECIDE, unions.get_facts(case.unit_id).path)
