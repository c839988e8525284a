"""Reading claims: whom a union may claim, invitations, and the tasks to found a union."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.paging import Page, page_of
from zhijia.organization.joining.selectors import wishes_for_a_union
from zhijia.organization.members.selectors import PAGE, Membership
from zhijia.organization.people import selectors as people
from zhijia.organization.transfers.models import ClaimOffer, FoundingTask
from zhijia.organization.transfers.permissions import Permission
from zhijia.organization.transfers.rules import claims as rules
from zhijia.organization.unions import selectors as unions


@dataclass(frozen=True, slots=True)
class Claimable:
    """A member of an online home who works for the union's employer; masked. `offered` while an invitation is open."""

    person: people.PersonFacts
    home: unions.UnionFacts
    employer: str
    offered: bool


def list_claimable(actor: Actor, union: unions.UnionFacts, query: Query) -> Page[Claimable]:
    """Members of online homes whose employer this union covers, by membership. Raises NotFound, NotAllowed.

    The homes may lie outside the actor's scope: what he sees is masked, and only people of his own employer.
    """
    actor.require(Permission.OFFER, union.path)
    rows = Membership.objects.filter(
        employer_id__in=unions.employer_ids_of(union.id), union__type="ONLINE_HOME", until__isnull=True
    ).exclude(union_id=union.id)
    page = page_of(rows.select_related("employer"), ("id",), after=query.after, limit=query.limit)
    persons = people.facts_of(row.person_id for row in page.rows)
    homes = unions.facts_of(row.union_id for row in page.rows)
    offered = set(
        ClaimOffer.objects.filter(
            case__owner_person_id__in=list(persons), case__state=rules.Claim.CLAIM_OFFERED
        ).values_list("case__owner_person_id", flat=True)
    )
    return page.of(
        Claimable(
            persons[row.person_id],
            homes[row.union_id],
            row.employer.name if row.employer else "",
            row.person_id in offered,
        )
        for row in page.rows
    )


def open_offer(person_id: int) -> Case | None:
    found = cases.list_open(rules.CLAIM.code, person_id)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class EmployerCount:
    """An employer without a union and how many of its people are in the online home; `step` is hint, task or none.

    `wishes`: how many asked for a union when they applied here. `task`: the latest task to found one that is open or
    came to nothing.
    """

    name: str
    credit_code: str
    members: int
    wishes: int
    step: str
    task: Case | None


def list_uncovered_employers(
    actor: Actor, home: unions.UnionFacts, *, hint: int, task: int, limit: int = PAGE
) -> Page[EmployerCount]:
    """Employers that no union covers yet, of an online home's members from `hint` people on and of those who wish for a
    union; most people first, all on one page.
    """
    actor.require(Permission.FOUND, home.path)
    members = dict(
        Membership.objects.filter(union_id=home.id, until__isnull=True, employer_id__isnull=False)
        .values("employer_id")
        .annotate(members=Count("id"))
        .values_list("employer_id", "members")
    )
    wishes = wishes_for_a_union(home.id)
    wanted = {key for key, count in members.items() if count >= hint} | set(wishes)
    covered = unions.unions_covering(wanted)
    order = sorted(wanted - set(covered), key=lambda key: (-members.get(key, 0), -wishes.get(key, 0), key))[:limit]
    named = unions.employers_of(order)
    tasks = FoundingTask.objects.filter(home_id=home.id, employer_id__in=order).exclude(case__state=rules.Founding.DONE)
    latest = {row.employer_id: row.case for row in tasks.select_related("case").order_by("case__opened_at", "id")}
    counted = [
        EmployerCount(
            named[key].name,
            named[key].credit_code or "",
            members.get(key, 0),
            wishes.get(key, 0),
            rules.founding_step(members.get(key, 0), hint=hint, task=task),
            latest.get(key),
        )
        for key in order
    ]
    return Page(counted, total=len(wanted - set(covered)))
