"""Reading changes of memberships, the timeline of a person's stays, who reaches retirement, and the balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from zhijia.foundation.files import selectors as files
from zhijia.foundation.files.selectors import FileFacts
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.personal import DataSubject, Kept
from zhijia.organization.changes import rules
from zhijia.organization.changes.models import MembershipChange
from zhijia.organization.changes.permissions import Permission
from zhijia.organization.changes.rules.retirement import Retirement, kinds_of, possible_birth_years, retirement
from zhijia.organization.members.selectors import EventKind, Membership, MembershipEvent, MembershipState
from zhijia.organization.members.selectors.memberships import about_person
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

OPEN_STATES = (
    rules.Change.ASKED.value,
    rules.Change.REPORTED.value,
    rules.Change.COOLING.value,
    rules.Change.APPEALED.value,
)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change as its reader sees it; numbers are masked."""

    case: Case
    change: MembershipChange
    person: people.PersonFacts
    union: unions.UnionFacts
    keeper: unions.UnionFacts | None
    papers: tuple[FileFacts, ...]

    @property
    def kind_label(self) -> str:
        return rules.KINDS[self.change.kind]

    @property
    def reason_label(self) -> str:
        return rules.REASONS[self.change.reason]

    @property
    def may_be_appealed(self) -> bool:
        return self.change.kind in (rules.Kind.EXPEL, rules.Kind.TREATED)


def own_change(actor: Actor, public_id: str) -> ChangeView:
    """Raises NotFound for everybody else's."""
    return _view(cases.get_my_case(actor, public_id))


def get_change(actor: Actor, public_id: str) -> ChangeView:
    """For cadres who may ask for or decide changes there. Raises NotFound, NotAllowed."""
    case = cases.find_case(rules.CHANGE.code, public_id)
    if case is None:
        raise NotFound
    view = _view(case)
    actor.require(Permission.DECIDE, view.union.path)
    return view


def _view(case: Case) -> ChangeView:
    change = db.find(MembershipChange, case_id=case.pk)
    if change is None:
        raise NotFound
    facts = unions.facts_of(key for key in (change.union_id, change.keep_at_id) if key)
    papers = files.list_about("case", [case.public_id]).get(case.public_id, [])
    return ChangeView(
        case,
        change,
        people.get_facts(change.person_id),
        facts[change.union_id],
        facts.get(change.keep_at_id or 0),
        tuple(papers),
    )


def may_read_evidence(actor: Actor, file: FileFacts) -> bool:
    """For whose membership it is, who gave it and may still ask there, and who may decide on it."""
    case = cases.find_case(rules.CHANGE.code, file.about_id)
    change = db.find(MembershipChange, case_id=case.pk) if case else None
    if change is None:
        return False
    if actor.person_id is not None and actor.person_id == change.person_id:
        return True
    path = unions.get_facts(change.union_id).path
    if files.is_giver(actor, file) and actor.may(Permission.ASK, path):
        return True
    return actor.may(Permission.DECIDE, path)


def open_change(person_id: int) -> Case | None:
    found = cases.list_open(rules.CHANGE.code, person_id)
    return found[0] if found else None


def list_changes(actor: Actor, query: Query) -> Page[ChangeView]:
    """Changes in the actor's scope: `open`, oldest first, or `done`, newest first. A fixed number of queries."""
    rows = MembershipChange.objects.select_related("case").filter(
        db.in_scope("union__path", actor.scope_for(Permission.DECIDE))
    )
    done = query.view == "done"
    rows = rows.filter(case__closed_at__isnull=False) if done else rows.filter(case__state__in=OPEN_STATES)
    if query.search:
        rows = rows.filter(about_person(query.search))
    order = ("-asked_at", "-id") if done else ("asked_at", "id")
    page = page_of(rows, order, after=query.after, limit=query.limit)
    persons = people.facts_of(row.person_id for row in page.rows)
    facts = unions.facts_of(row.union_id for row in page.rows)
    return page.of(
        ChangeView(row.case, row, persons[row.person_id], facts[row.union_id], None, ()) for row in page.rows
    )


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a person's timeline; `until` is excluded, None while it lasts."""

    union_name: str
    since: date
    until: date | None
    state_label: str
    ended_label: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the timeline: `title` 转入, `note` the union and the reason, if there is one to tell."""

    at: datetime
    on: date
    title: str
    note: str


def timeline(person_id: int) -> tuple[list[Stay], list[Happened]]:
    """All stays and events of a person and of the duplicates merged into him, newest first; the caller holds the right.

    Corrections of counts (real name, activation) are left out.
    """
    ids = people.with_aliases(person_id)
    stays = list(Membership.objects.filter(person_id__in=ids).order_by("-since", "-id")[:100])
    events = list(
        MembershipEvent.objects.filter(person_id__in=ids).exclude(kind=EventKind.CORRECTED).order_by("-at", "-id")[:200]
    )
    names = {
        key: facts.name
        for key, facts in unions.facts_of({row.union_id for row in stays} | {row.union_id for row in events}).items()
    }
    return (
        [
            Stay(
                names.get(row.union_id, ""),
                row.since,
                row.until,
                MembershipState(row.state).label,
                EventKind(row.ended_by).label if row.ended_by else "",
            )
            for row in stays
        ],
        [
            Happened(
                row.at,
                row.on,
                EventKind(row.kind).label,
                " · ".join(text for text in (names.get(row.union_id, ""), rules.REASONS.get(row.reason, "")) if text),
            )
            for row in events
        ],
    )


def own_retirement(person_id: int) -> list[Retirement]:
    """For the member himself: when he reaches the age, one line a possible kind; empty without a known birthday."""
    person, born_on = people.facts_and_birthday(person_id)
    return [retirement(born_on, kind) for kind in kinds_of(person.sex)] if born_on else []


@dataclass(frozen=True, slots=True)
class Reaching:
    """A member who reaches, or has just reached, an age of retirement."""

    person: people.PersonFacts
    union_name: str
    retirement: Retirement


MOST_LOOKED_AT = 2_000
AHEAD = timedelta(days=90)
BEHIND = timedelta(days=180)


def list_reaching_retirement(actor: Actor, unit: unions.UnionFacts, *, today: date) -> Page[Reaching]:
    """Active members of one grassroots union who reached the age in the last 180 days or will in the next 90, the
    first to reach it first; all on one page.

    A prompt: the paper decides. Looks at no more than 2,000 birthdays; `examined` says that there were more.
    Raises NotFound, NotAllowed.
    """
    actor.require(Permission.ASK, unit.path)
    if unit.type not in unions.JOINABLE:
        return Page([])
    first, last = today - BEHIND, today + AHEAD
    chosen = Q(pk__in=[])
    for sex in ("1", "2"):
        for kind in kinds_of(sex):
            years = {*possible_birth_years(kind, first), *possible_birth_years(kind, last)}
            chosen |= Q(sex=sex, birth_year__in=sorted(years))
    rows = Membership.objects.filter(chosen, union_id=unit.id, until__isnull=True, state=MembershipState.ACTIVE)
    found = list(rows.order_by("name_key", "id").values_list("person_id", flat=True)[: MOST_LOOKED_AT + 1])
    reaching = []
    for person, born_on in people.facts_and_birthdays(found[:MOST_LOOKED_AT]):
        dates = [retirement(born_on, kind) for kind in kinds_of(person.sex)] if born_on else []
        reaching += [Reaching(person, unit.name, when) for when in dates if first <= when.on <= last]
    reaching.sort(key=lambda row: (row.retirement.on, row.person.name_key))
    return Page(reaching, examined=MOST_LOOKED_AT if len(found) > MOST_LOOKED_AT else 0)


def balance(union_ids: Sequence[int], first: date, last: date) -> dict[str, int]:
    """Flows of the ACTIVE members of unions within `[first, last)` by kind of event, with their sum under `net`.

    `end = begin + net` holds for every union and month. Source: docs/rules/changes.md#balance
    """
    flows = dict.fromkeys(rules.FLOWS, 0)
    rows = MembershipEvent.objects.filter(
        union_id__in=list(union_ids), on__gte=first, on__lt=last, kind__in=rules.FLOWS
    )
    for kind, before, after in rows.values_list("kind", "before", "after").iterator(chunk_size=2_000):
        flows[kind] += rules.flow_of(kind, before.get("state", ""), after.get("state", ""))
    return {**flows, "net": sum(flows.values())}


# --- A person's own data
def export_changes(subject: DataSubject) -> list[Mapping[str, Any]]:
    """Oldest first."""
    rows = list(MembershipChange.objects.filter(person_id__in=subject.persons).order_by("asked_at", "id"))
    names = {key: union.name for key, union in unions.facts_of(row.union_id for row in rows).items()}
    return [
        {
            "时间": row.asked_at,
            "工会": names.get(row.union_id, ""),
            "内容": f"{rules.KINDS[row.kind]}（{rules.REASONS[row.reason]}）",
            "说明": row.note,
        }
        for row in rows
    ]


def kept_changes(subject: DataSubject, now: datetime) -> list[Kept]:
    count = MembershipChange.objects.filter(person_id__in=subject.persons).count()
    return [Kept(count, "会籍变更的经过属于会籍档案，按规定永久保存。")] if count else []
