"""How unions stand as legal persons and by the six haves. Source: docs/rules/legal.md"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from zhijia.foundation.ui.listing import Query
from zhijia.kernel.actor import Actor
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.registry import registry
from zhijia.organization.legal.models import LegalPerson
from zhijia.organization.legal.permissions import Permission
from zhijia.organization.legal.rules import (
    RENEW_DAYS,
    UNRECORDED,
    Have,
    Standing,
    complete_committees,
    counted,
    elected_chair,
    standing,
)
from zhijia.organization.members import selectors as members
from zhijia.organization.members.selectors import Membership, MembershipEvent
from zhijia.organization.posts import selectors as posts
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import governing


def find(union_id: int) -> LegalPerson | None:
    return LegalPerson.objects.filter(union_id=union_id).first()


def standing_of(union_id: int, *, today: date) -> Standing:
    row = find(union_id)
    return standing(row.last_day if row else None, row.cancelled_on if row else None, today)


def haves_of(union_id: int, *, today: date) -> list[Have]:
    """The six, each with its evidence and what is missing."""
    found = [
        elected_chair(posts.board_of(union_id), today),
        complete_committees([seat.post.kind for seat in posts.list_seats(union_id)]),
    ]
    for code, label in UNRECORDED.items():
        answer = registry.haves.get(code)
        if answer is None:
            found.append(Have(label, None, "平台还没有这方面的记录"))
        else:
            yes, evidence, missing = answer(union_id, today)
            found.append(Have(label, yes, evidence, missing))
    return found


@dataclass(frozen=True, slots=True)
class UnionHealth:
    """A row of the list: how a union fares."""

    union: unions.UnionFacts
    standing: Standing
    last_day: date | None
    members: int
    haves: int
    known: int


def list_health(actor: Actor, query: Query, *, today: date) -> Page[UnionHealth]:
    """Grassroots unions of the actor's scope; those without a certificate, with one that ends, and empty shells apart.

    Raises NotAllowed.
    """
    actor.require_anywhere(Permission.VIEW)
    rows = governing.governed(actor.scope_for(Permission.VIEW)).filter(type__in=["GRASSROOTS", "JOINT"])
    if query.search:
        rows = rows.filter(unions.matching(query.search))
    legal = LegalPerson.objects.filter(union_id=OuterRef("pk"), cancelled_on__isnull=True)
    if query.view == "none":
        rows = rows.filter(~Exists(legal))
    elif query.view == "ending":
        rows = rows.filter(Exists(legal.filter(last_day__lte=today + timedelta(days=RENEW_DAYS))))
    elif query.view == "shells":
        year_ago = today - timedelta(days=365)
        stays = Membership.objects.filter(union_id=OuterRef("pk"), until__isnull=True)
        lately = MembershipEvent.objects.filter(union_id=OuterRef("pk"), on__gt=year_ago)
        young = Q(founded_on__gt=year_ago) | Q(created_at__date__gt=year_ago, founded_on__isnull=True)
        rows = rows.filter(~young, ~Exists(stays), ~Exists(lately), ~Exists(posts.held_of(OuterRef("pk"))))
    page = page_of(rows, ("path", "id"), after=query.after, limit=query.limit)
    return page.of(_health([union.pk for union in page.rows], today))


def _health(union_ids: Sequence[int], today: date) -> list[UnionHealth]:
    facts = unions.facts_of(union_ids)
    stocks = members.stock_counts(union_ids)
    legal = {row.union_id: row for row in LegalPerson.objects.filter(union_id__in=union_ids)}
    boards = posts.boards_of(union_ids)
    kinds = posts.kinds_of(union_ids)
    found = []
    for key in union_ids:
        row = legal.get(key)
        haves = [elected_chair(boards[key], today), complete_committees(kinds.get(key, []))]
        yes, known = counted(haves)
        found.append(
            UnionHealth(
                facts[key],
                standing(row.last_day if row else None, row.cancelled_on if row else None, today),
                row.last_day if row else None,
                stocks.get(key, {}).get("members", 0),
                yes,
                known,
            )
        )
    return found
