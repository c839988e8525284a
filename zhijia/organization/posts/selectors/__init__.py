"""Reading terms and posts: a union's board, whose term ends when, what a person holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q

from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.ui.listing import Query
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.ids import is_public_id
from zhijia.kernel.paging import Page, page_of
from zhijia.organization.people import selectors as people
from zhijia.organization.posts.models import Candidate, Post, Term
from zhijia.organization.posts.permissions import Permission
from zhijia.organization.posts.rules import posts
from zhijia.organization.posts.rules.elections import Election, Standing
from zhijia.organization.posts.rules.posts import LOCAL_TYPES, RANK, Board, PostKind, Staffing
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import governing

SOON = timedelta(days=180)
_RANKS = {kind: place for place, kind in enumerate(RANK)}


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in a post."""

    post: Post
    person: people.PersonFacts

    @property
    def label(self) -> str:
        return posts.POSTS[PostKind(self.post.kind)]


def list_seats(union_id: int, *, on: date | None = None) -> list[Seat]:
    """Who holds the posts of a union, or held them on a day; by rank."""
    then = Q(until__isnull=True) | Q(until__gt=on) if on else Q(until__isnull=True)
    held = Post.objects.filter(then, union_id=union_id)
    return _seats(held.filter(since__lte=on) if on else held)


def list_past(union_id: int, *, limit: int = 50) -> list[Seat]:
    """Who held posts before, the last first."""
    return _seats(Post.objects.filter(union_id=union_id, until__isnull=False).order_by("-until", "id")[:limit], False)


def _seats(rows: Iterable[Post], by_rank: bool = True) -> list[Seat]:
    held = list(rows)
    known = people.facts_of(post.person_id for post in held)
    seats = [Seat(post, known[post.person_id]) for post in held]
    return sorted(seats, key=lambda seat: (_RANKS[seat.post.kind], seat.post.pk)) if by_rank else seats


def holds_post(person_id: int, union_id: int) -> bool:
    return Post.objects.filter(person_id=person_id, union_id=union_id, until__isnull=True).exists()


def get_seat(actor: Actor, public_id: str) -> Seat:
    """A post of the actor's scope. Raises NotFound, NotAllowed."""
    post = Post.objects.filter(public_id=public_id).select_related("union").first() if is_public_id(public_id) else None
    if post is None or not actor.scope.covers(post.union.path):
        raise NotFound
    actor.require(Permission.VIEW, post.union.path)
    return Seat(post, people.get_facts(post.person_id))


def find_term(union_id: int) -> Term | None:
    return Term.objects.filter(union_id=union_id, in_force=True).first()


def board_of(union_id: int) -> Board:
    """The term, the posts that are filled, and since when the chair's place is filled or empty."""
    return boards_of([union_id])[union_id]


def boards_of(union_ids: Sequence[int]) -> dict[int, Board]:
    """`board_of` for many: three queries."""
    ends = dict(Term.objects.filter(in_force=True, union_id__in=union_ids).values_list("union_id", "last_day"))
    held: dict[int, dict[str, date]] = {key: {} for key in union_ids}
    for key, kind, since in Post.objects.filter(union_id__in=union_ids, until__isnull=True).values_list(
        "union_id", "kind", "since"
    ):
        held[key][kind] = since
    left = dict(
        Post.objects.filter(union_id__in=union_ids, kind="CHAIR", until__isnull=False)
        .values_list("union_id")
        .annotate(last=Max("until"))
    )
    return {
        key: Board(
            ends.get(key),
            frozenset(kinds),
            kinds.get("CHAIR"),
            None if {"CHAIR", "ORGANIZER"} & set(kinds) else left.get(key),
        )
        for key, kinds in held.items()
    }


def kinds_of(union_ids: Sequence[int]) -> dict[int, list[str]]:
    """The posts that are filled, one entry a seat."""
    found: dict[int, list[str]] = {}
    for key, kind in Post.objects.filter(union_id__in=union_ids, until__isnull=True).values_list("union_id", "kind"):
        found.setdefault(key, []).append(kind)
    return found


def held_of(union_id: Any) -> Any:
    """The posts that are filled of a union, or of the row around a question."""
    return Post.objects.filter(union_id=union_id, until__isnull=True)


def is_chair(person_id: int, union_id: int) -> bool:
    return Post.objects.filter(person_id=person_id, union_id=union_id, kind="CHAIR", until__isnull=True).exists()


def chair_of(union_id: int) -> int | None:
    """The person who chairs it."""
    return held_of(union_id).filter(kind="CHAIR").values_list("person_id", flat=True).first()


def staffing_of(union: unions.UnionFacts, *, today: date) -> Staffing | None:
    """What a township's union has of the people it should have; None for other unions."""
    if union.type != "GENERAL" or union.level != 5:
        return None
    held = list(Post.objects.filter(union_id=union.id, until__isnull=True).values_list("kind", "full_time"))
    wanted = int(parameters.value("posts.township_workers", on=today, region=union.region))
    return Staffing(
        chair=any(kind == "CHAIR" for kind, _ in held),
        full_time_vice=sum(kind == "VICE_CHAIR" and whole for kind, whole in held),
        social_workers=sum(kind == "SOCIAL_WORKER" for kind, _ in held),
        wanted_workers=wanted,
    )


@dataclass(frozen=True, slots=True)
class TermRow:
    """A union, when its term ends, and who leads it."""

    union: unions.UnionFacts
    last_day: date | None
    chair: str
    vacant_since: date | None
    days: int | None


def list_terms(actor: Actor, query: Query, *, today: date) -> Page[TermRow]:
    """Unions of the actor's scope: those whose term has run out or soon will, by its end; others as they stand in the
    tree. Raises NotAllowed.
    """
    actor.require_anywhere(Permission.VIEW)
    scope = actor.scope_for(Permission.VIEW)
    asked = unions.matching(query.search) if query.search else Q()
    within = governing.governed(scope).filter(asked)
    if query.view in ("overdue", "soon"):
        terms = Term.objects.filter(in_force=True, union__in=within)
        terms = (
            terms.filter(last_day__lt=today)
            if query.view == "overdue"
            else terms.filter(last_day__gte=today, last_day__lte=today + SOON)
        )
        found = page_of(terms, ("last_day", "id"), after=query.after, limit=query.limit)
        return found.of(_term_rows([term.union_id for term in found.rows], today))
    held = Post.objects.filter(union_id=OuterRef("pk"), until__isnull=True, kind__in=_LEADS)
    if query.view == "vacant":
        was = Post.objects.filter(union_id=OuterRef("pk"), kind="CHAIR", until__isnull=False)
        within = within.filter(~Exists(held), Exists(was))
    elif query.view == "none":
        within = within.exclude(pk__in=Term.objects.filter(in_force=True).values("union_id"))
    page = page_of(within, ("path", "id"), after=query.after, limit=query.limit)
    return page.of(_term_rows([union.pk for union in page.rows], today))


_LEADS = ("CHAIR", "ORGANIZER")


def _term_rows(union_ids: Sequence[int], today: date) -> list[TermRow]:
    """Four queries however many."""
    facts = unions.facts_of(union_ids)
    ends = dict(Term.objects.filter(in_force=True, union_id__in=union_ids).values_list("union_id", "last_day"))
    leads = dict(
        Post.objects.filter(union_id__in=union_ids, until__isnull=True, kind__in=_LEADS).values_list(
            "union_id", "person_id"
        )
    )
    left = dict(
        Post.objects.filter(union_id__in=union_ids, kind="CHAIR", until__isnull=False)
        .values_list("union_id")
        .annotate(last=Max("until"))
    )
    names = people.facts_of(leads.values())
    return [
        TermRow(
            facts[key],
            ends.get(key),
            names[leads[key]].name if key in leads else "",
            None if key in leads else left.get(key),
            (ends[key] - today).days if key in ends else None,
        )
        for key in union_ids
    ]


def lead_elsewhere(person_ids: Iterable[int], union_id: int | None) -> list[int]:
    """Of these persons, those who chair or help to chair another union."""
    led = Post.objects.filter(person_id__in=list(person_ids), kind__in=["CHAIR", "VICE_CHAIR"], until__isnull=True)
    return sorted(set(led.exclude(union_id=union_id or 0).values_list("person_id", flat=True)))


# --- Elections
def candidates_of(case_id: int) -> list[tuple[Candidate, people.PersonFacts]]:
    """Who stood, by post and votes."""
    rows = list(Candidate.objects.filter(case_id=case_id))
    known = people.facts_of(row.person_id for row in rows)
    rows.sort(key=lambda row: (_RANKS[row.post], -row.votes, row.pk))
    return [(row, known[row.person_id]) for row in rows]


def election_of(row: Any, case_id: int, *, union_type: str, is_enterprise: bool) -> Election | None:
    """What the rules judge; None before the congress was held."""
    if row.held_on is None:
        return None
    stood: Sequence[Standing] = [
        Standing(each.person_id, each.post, each.votes, each.elected, each.bar, person.sex == "2")
        for each, person in candidates_of(case_id)
    ]
    return Election(
        held_on=row.held_on, form=row.form, members=row.members, women=row.women, due=row.due, attended=row.attended,
        issued=row.issued, returned=row.returned, secret=row.secret, in_person=row.in_person,
        term_years=int(row.term_years), standing=stood, published_on=row.published_on, is_enterprise=is_enterprise,
        is_local=union_type in LOCAL_TYPES,
    )  # fmt: skip
