"""The member list of a unit: by name, searched, filtered, page after page, never a whole county."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from zhijia.foundation.ui.listing import Query
from zhijia.kernel import identifiers
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid
from zhijia.kernel.masks import STAR, shown_as
from zhijia.kernel.names import name_key, name_prefixes
from zhijia.kernel.paging import Page, behind, page_of, read_place, write_place
from zhijia.kernel.pinyin import is_pinyin, pinyin_starts
from zhijia.organization.members.models import (
    Membership,
    MembershipState,
)
from zhijia.organization.members.permissions import Permission
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

MOST_EXAMINED = 20_000


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A line of a member list; masked."""

    membership: Membership
    person: people.PersonFacts
    union_name: str

    @property
    def state_label(self) -> str:
        return MembershipState(self.membership.state).label


def _filtered(rows: QuerySet[Membership], filters: Mapping[str, str]) -> QuerySet[Membership]:
    for key in ("state", "work_form", "new_form_group", "sex"):
        if filters.get(key):
            rows = rows.filter(**{key: filters[key][:16]})
    if filters.get("real_name") in ("yes", "no"):
        rows = (
            rows.filter(real_name_level__gte=3) if filters["real_name"] == "yes" else rows.filter(real_name_level__lt=3)
        )
    for key in ("activated", "is_migrant"):
        if filters.get(key) in ("yes", "no"):
            rows = rows.filter(**{key: filters[key] == "yes"})
    if filters.get("new_form") in ("yes", "no"):
        none = Q(new_form_group="")
        rows = rows.filter(none if filters["new_form"] == "no" else ~none)
    return rows


def below(unit: unions.UnionFacts) -> Q:
    """The condition that chooses the index: one union, the unions of a township, a county, a city, or everybody.

    The copied ancestors may be old for a while after a move; `list_members` looks at the unions' own places too.
    """
    if unit.level >= 6:
        return Q(union_id=unit.id)
    if unit.level == 5:
        return Q(union_id__in=unions.ids_below(unit.path))
    if unit.level == 4:
        return Q(county_unit=unit.id)
    return Q(city_unit=unit.id) if unit.level == 3 else Q()


def find_bearers(unit: unions.UnionFacts, name: str, *, limit: int) -> list[int]:
    """Person ids of members at a unit and below who bear exactly this name, for a search that the caller allows."""
    rows = Membership.objects.filter(below(unit), until__isnull=True, name_key=name_key(name), person__name=name)
    found = list(rows.order_by("id").values_list("person_id", "union_id")[:limit])
    places = unions.facts_of(union_id for _, union_id in found)
    return [person_id for person_id, union_id in found if places[union_id].path.startswith(unit.path)]


def list_members(actor: Actor, unit: unions.UnionFacts, query: Query) -> Page[MemberRow]:
    """Open memberships at a unit and below, by name. `search`: exact ID, mobile or card number, the beginning of a name
    in Han letters or pinyin, its initials, or the name as lists show it, `张*三`.

    Reads the index of the unit in the order of names, never a whole county, and with filters or a masked name at most
    20,000 rows.
    Raises NotFound where the unit is out of scope, NotAllowed without the right. Source: docs/rules/members.md#lists
    """
    actor.require(Permission.VIEW, unit.path)
    rows: QuerySet[Membership] = Membership.objects.filter(below(unit), until__isnull=True)
    words = identifiers.search_words(query.search)[:40]
    shown = shown_as(words)
    rows, column = _searched(rows, words.partition(STAR)[0] if shown else words)
    # The key ends with two blanks and the name itself.
    passes = Q(name_key__regex=f"  {shown[1:]}") if shown else Q()
    order = (column, "id")
    page = _through(rows, order, query, passes) if shown or any(query.filters.values()) else page_of(
        rows, order, after=query.after, limit=query.limit
    )  # fmt: skip
    persons = people.facts_of(row.person_id for row in page.rows)
    places = unions.facts_of(row.union_id for row in page.rows)
    scope = actor.scope_for(Permission.VIEW)
    return page.of(
        MemberRow(row, persons[row.person_id], places[row.union_id].name)
        for row in page.rows
        if scope.covers(places[row.union_id].path)
    )


_WINDOWS = (500, 4_500, MOST_EXAMINED - 5_000)


def _through(rows: QuerySet[Membership], order: tuple[str, str], query: Query, passes: Q) -> Page[Membership]:
    """Rows that pass the filters, and this condition, among the next 20,000."""
    found: list[Membership] = []
    place = read_place(query.after, [Membership._meta.get_field(name) for name in order])  # type: ignore[misc]
    for size in _WINDOWS:
        rest = (rows.filter(behind(order, place)) if place else rows).order_by(*order)
        within = Membership.objects.filter(pk__in=rest[:size].values("pk"))
        found += _filtered(within.filter(passes), query.filters).order_by(*order)[: query.limit + 1 - len(found)]
        if len(found) > query.limit:
            last = found[query.limit - 1]
            return Page(found[: query.limit], write_place(*(getattr(last, name) for name in order)))
        place = rest.values_list(*order)[size - 1 : size].first()
        if place is None:
            return Page(found)
    return Page(found, write_place(*place), examined=MOST_EXAMINED) if place else Page(found)


def _searched(rows: QuerySet[Membership], text: str) -> tuple[QuerySet[Membership], str]:
    """Narrow by what was typed and say which column orders the page."""
    if not text:
        return rows, "name_key"
    number = _as_number(text)
    if number:
        return rows.filter(person_id__in=number), "name_key"
    digits = identifiers.compact(text).replace("-", "")
    if digits.isascii() and digits.isdigit() and len(digits) == 16:
        return rows.filter(member_number=digits), "name_key"
    low = text.lower()
    if text.isascii() and text in (low, text.upper()):  # "Anna" and "Anna P" are names as written
        if " " not in low and not is_pinyin(low):
            return rows.filter(initials__gte=low, initials__lt=low + "~"), "initials"
        ranges = Q(pk__in=[])
        for start in (low,) if " " in low else pinyin_starts(low):
            ranges |= Q(name_key__gte=start, name_key__lt=start + "~")
        return rows.filter(ranges), "name_key"
    ranges = Q(pk__in=[])
    for prefix in name_prefixes(text):
        ranges |= Q(name_key__gte=prefix, name_key__lt=prefix + "~")
    # The key ends with two blanks and the name itself: no look at the person, which costs a page at a province seconds.
    return rows.filter(ranges, name_key__contains=f"  {text}"), "name_key"


def _as_number(text: str) -> list[int]:
    """Persons with exactly this ID or mobile number; empty where the text is neither."""
    for read, find in (
        (identifiers.normalize_mobile, people.find_by_mobile),
        (
            identifiers.normalize_resident_id,
            lambda number: [p] if (p := people.find_by_id_number(identifiers.document_of(number), number)) else [],
        ),
    ):
        try:
            number = read(text)
        except Invalid:
            continue
        return [person.id for person in find(number)] or [0]
    return []
