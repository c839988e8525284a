"""Reading the timeline of a person's stays, who reaches retirement, and the balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.paging import Page
from zhijia.organization.changes import rules
from zhijia.organization.changes.permissions import Permission
from zhijia.organization.changes.rules.retirement import Retirement, kinds_of, possible_birth_years, retirement
from zhijia.organization.members.selectors import EventKind, Membership, MembershipEvent, MembershipState
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import histories


def open_change(person_id: int) -> Case | None:
    found = cases.list_open(rules.CHANGE.code, person_id)
    return found[0] if found else None


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
    called = histories.called({row.union_id for row in stays} | {row.union_id for row in events})
    reasons = rules.REASONS | rules.REORGANIZED
    return (
        [
            Stay(
                called(row.union_id, row.until or date.max),
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
                " · ".join(text for text in (called(row.union_id, row.on), reasons.get(row.reason, "")) if text),
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
