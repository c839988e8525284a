"""Reading applications and disputes: one's own, and within a scope for cadres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.ids import is_public_id
from zhijia.kernel.paging import Page, page_of
from zhijia.organization.documents.selectors import Listing, is_listed, listings_of
from zhijia.organization.joining import rules
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.models import JoinApplication
from zhijia.organization.joining.permissions import Permission
from zhijia.organization.members.selectors.memberships import about_person
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.rules import upper_path

MINE = "mine"
"""The view of what waits for the reader himself."""
WAITING = (rules.Join.PENDING, rules.Join.ESCALATED)


def _is_his(actor: Actor, case: Case, union: unions.UnionFacts) -> bool:
    """Whether the reader may decide what waits: its union's cadre, or after the time the upper union's, and nobody his
    own. No query, for a list; `workflow.move` looks again.
    """
    path = upper_path(union.path) if case.state == rules.Join.ESCALATED else union.path
    return case.state in WAITING and case.owner_person_id != actor.person_id and actor.may(Permission.DECIDE, path)


def find_application(public_id: str) -> tuple[Case, JoinApplication] | None:
    """The case and the application; for services, which check who asks."""
    case = db.find(Case, public_id=public_id, workflow=rules.JOIN.code) if is_public_id(public_id) else None
    application = db.find(JoinApplication, case_id=case.pk) if case is not None else None
    return (case, application) if case is not None and application is not None else None


def waiting_for_real_name(person_id: int) -> list[Case]:
    """The person's applications that wait for the authority's answer."""
    return cases.list_open(rules.JOIN.code, person_id, state=rules.Join.SUBMITTED)


def open_application(person_id: int) -> Case | None:
    """The person's application that still waits for somebody."""
    found = cases.list_open(rules.JOIN.code, person_id)
    return found[0] if found else None


def own_application(case: Case) -> JoinApplication | None:
    """What the owner said; the caller holds his own case."""
    return db.find(JoinApplication, case_id=case.pk)


def may_appeal(case: Case, *, now: datetime) -> datetime | None:
    """Until when the owner may appeal; None where he may not (any more)."""
    if case.state != rules.Join.REJECTED or cases.was_made(case, "appeal"):
        return None
    return cases.window_end(case, "appeal", now=now)


def last_day_to_appeal(case: Case, *, now: datetime) -> date | None:
    """The last day on which the owner may appeal, as he is told it; None where he may not (any more)."""
    return cases.last_day_of_window(case, "appeal", now=now) if may_appeal(case, now=now) else None


def better_union(union: unions.UnionFacts, form: JoinForm) -> unions.UnionFacts | None:
    """Who joins an online home although his employer has a union gets that one as a hint."""
    if not union.is_home or not form.employer_text:
        return None
    employer = unions.find_employer_by_name(" ".join(form.employer_text.split()))
    covering = unions.union_covering(employer.pk) if employer else None
    return covering if covering is not None and covering.id != union.id and covering.is_open else None


@dataclass(frozen=True, slots=True)
class Application:
    """An application as its reviewer sees it; numbers are masked. `checks` are `(passed, sentence)`.

    `listing`: his document is on the list of made-up ones, and he can't be taken in before it is lifted. `his`: the
    reader may decide; `below`: though it waits at a union below.
    """

    case: Case
    application: JoinApplication
    person: people.PersonFacts
    union: unions.UnionFacts
    employer_union: unions.UnionFacts | None
    checks: tuple[tuple[bool, str], ...]
    listing: Listing | None
    his: bool
    below: bool

    @property
    def all_passed(self) -> bool:
        return all(passed for passed, _ in self.checks)


def get_application(actor: Actor, public_id: str) -> Application:
    """For the reviewer's page. Raises NotFound out of scope, NotAllowed without the right to decide."""
    found = find_application(public_id)
    if found is None:
        raise NotFound
    case, application = found
    union = unions.get_facts(case.unit_id)
    actor.require(Permission.DECIDE, union.path)
    application.on_list = True  # type: ignore[attr-defined]  # one is looked up as it is
    return _described(actor, [application])[0]


def list_queue(actor: Actor, query: Query) -> Page[Application]:
    """What waits for the actor himself by due date (`MINE`), what waits in his scope, longest first, or those in the
    state `view`, of closed ones the newest first; a fixed number of queries.
    """
    if query.view == MINE:
        return _list_mine(actor, query)
    scope = actor.scope_for(Permission.DECIDE)
    named = query.view in rules.Join.__members__
    states = [query.view] if named else [rules.Join.PENDING.value, rules.Join.ESCALATED.value]
    rows = JoinApplication.objects.select_related("case").annotate(on_list=is_listed("person__id_digest"))
    rows = rows.filter(db.in_scope("union__path", scope), case__workflow=rules.JOIN.code, case__state__in=states)
    order = ("-case__opened_at", "-case_id")
    if rules.JOIN.closed.isdisjoint(states):
        rows = rows.filter(case__closed_at__isnull=True)  # the open ones have an index of their own
        order = ("case__opened_at", "case_id")
    if query.search:
        rows = rows.filter(about_person(query.search))
    page = page_of(rows, order, after=query.after, limit=query.limit)
    return page.of(_described(actor, page.rows))


def _list_mine(actor: Actor, query: Query) -> Page[Application]:
    actor.require_anywhere(Permission.DECIDE)
    ids = cases.waiting_ids(actor, rules.JOIN.code)
    rows = JoinApplication.objects.select_related("case").annotate(on_list=is_listed("person__id_digest"))
    rows = rows.filter(case_id__in=ids)
    if query.search:
        rows = rows.filter(about_person(query.search))
    found = sorted(rows, key=lambda row: ids.index(row.case_id))
    return Page(_described(actor, found[: query.limit]), total=len(found))


def _described(actor: Actor, found: Sequence[JoinApplication]) -> list[Application]:
    persons = people.facts_of(row.person_id for row in found)
    facts = unions.facts_of(row.union_id for row in found)
    covering = unions.unions_covering(row.employer_id for row in found if row.employer_id)
    listings = listings_of([row.person_id for row in found if row.on_list])  # type: ignore[attr-defined]
    his = {row.case_id for row in found if _is_his(actor, row.case, facts[row.union_id])}
    beside = cases.deciders_beside(actor, his)

    def described(row: JoinApplication) -> Application:
        person, union = persons[row.person_id], facts[row.union_id]
        covers, listing = covering.get(row.employer_id or 0), listings.get(row.person_id)
        listed = ((False, listing.words),) if listing is not None else ()
        checks = (*listed, *_checks(row, person, union, covers))
        key = row.case_id
        return Application(row.case, row, person, union, covers, checks, listing, key in his, key in beside)

    return [described(row) for row in found]


def _checks(
    row: JoinApplication, person: people.PersonFacts, union: unions.UnionFacts, covering: unions.UnionFacts | None
) -> tuple[tuple[bool, str], ...]:
    checks = [(person.real_name_level >= 3, "实名核验通过" if person.real_name_level >= 3 else "实名核验还没有结果")]
    if row.work_form not in ("none", "platform"):
        matched = row.employer_id is not None
        checks.append(
            (matched, "用人单位已对应到登记单位" if matched else f"用人单位“{row.employer_text}”还没有对应到登记单位")
        )
    if covering is not None:
        right = covering.id == union.id
        checks.append(
            (right, "用人单位由本工会涵盖" if right else f"用人单位已由“{covering.name}”涵盖，可建议申请人改到那里")
        )
    return tuple(checks)


def list_applications(actor: Actor, public_ids: Sequence[str]) -> dict[str, Application]:
    """Those of these cases that are applications in the actor's scope, by case."""
    rows = JoinApplication.objects.select_related("case").annotate(on_list=is_listed("person__id_digest"))
    rows = rows.filter(
        db.in_scope("union__path", actor.scope_for(Permission.DECIDE)), case__public_id__in=list(public_ids)
    )
    return {row.case.public_id: row for row in _described(actor, list(rows))}


def wishes_for_a_union(union_id: int) -> dict[int, int]:
    """Of an online home's applicants, how many wish for a union of their own, by employer; the refused are left out."""
    wishes = JoinApplication.objects.filter(union_id=union_id, wishes_union=True, employer_id__isnull=False)
    asked = wishes.exclude(case__state__in=(rules.Join.REJECTED, rules.Join.WITHDRAWN)).values("employer_id")
    return dict(asked.annotate(wishes=Count("person_id", distinct=True)).values_list("employer_id", "wishes"))
