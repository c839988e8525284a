"""The worked figures of docs/rules/posts.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, strategies as st

from zhijia.organization.posts.rules import elections as e
from zhijia.organization.posts.rules.elections import Bar, Election, Form, Standing
from zhijia.organization.posts.rules.posts import PostKind as P


def standing(*rows: tuple[str, str, int, bool]) -> list[Standing]:
    return [Standing(who, post, votes, won, woman=who == "b") for who, post, votes, won in rows]


RIGHT = Election(
    held_on=date(2026, 11, 20), form=Form.ALL, members=30, women=12, due=30, attended=20, issued=20, returned=20,
    secret=True, in_person=True, term_years=5, published_on=date(2026, 11, 13),
    standing=standing(
        ("a", P.COMMITTEE, 20, True), ("b", P.COMMITTEE, 19, True), ("c", P.COMMITTEE, 16, True),
        ("d", P.COMMITTEE, 5, False), ("a", P.CHAIR, 20, True), ("c", P.AUDIT, 16, True), ("d", P.AUDIT, 4, False),
        ("b", P.WOMEN_CHAIR, 18, True),
    ),
)  # fmt: skip


def broken(**changes: object) -> set[str]:
    return {finding.code for finding in e.broken(replace(RIGHT, **changes))}


def stood(*changed: tuple[int, Standing]) -> list[Standing]:
    rows = list(RIGHT.standing)
    for place, row in changed:
        rows[place] = row
    return rows


def test_a_right_election_breaks_nothing() -> None:
    assert broken() == set()


@pytest.mark.parametrize(
    ("due", "attended", "enough"), [(30, 20, True), (30, 19, False), (3, 2, True), (100, 67, True), (100, 66, False)]
)
def test_two_thirds_of_those_due(due: int, attended: int, enough: bool) -> None:
    assert e.is_quorate(due, attended) is enough


@pytest.mark.parametrize(("votes", "due", "won"), [(16, 30, True), (15, 30, False), (51, 100, True), (50, 100, False)])
def test_more_than_half_of_those_due(votes: int, due: int, won: bool) -> None:
    assert e.is_elected(votes, due) is won


@pytest.mark.parametrize(
    ("members", "seats"),
    [
        (24, (3, 5)), (25, (3, 7)), (200, (3, 7)), (201, (7, 15)), (1_000, (7, 15)), (1_001, (15, 21)),
        (5_000, (15, 21)), (5_001, (21, 29)), (10_000, (21, 29)), (10_001, (29, 37)), (50_000, (29, 37)),
        (50_001, (37, 45)),
    ],
)  # fmt: skip
def test_seats(members: int, seats: tuple[int, int]) -> None:
    assert e.seats_for(members) == seats


@pytest.mark.parametrize(
    ("members", "wanted"),
    [(99, None), (100, (30, 40)), (200, (30, 40)), (201, (40, 60)), (1_001, (60, 90)), (5_001, (90, 130)),
     (10_001, (130, 180)), (50_001, (180, 240))],
)  # fmt: skip
def test_representatives(members: int, wanted: tuple[int, int] | None) -> None:
    assert e.representatives_for(members) == wanted


@pytest.mark.parametrize(("seats", "share", "least"), [(3, 5, 4), (7, 5, 8), (21, 5, 23), (9, 10, 10), (11, 10, 13)])
def test_more_stand_than_are_elected(seats: int, share: int, least: int) -> None:
    assert e.least_candidates(seats, share) == least


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"attended": 19, "issued": 19, "returned": 19}, "attendance"),
        ({"attended": 31}, "attendance"),
        ({"returned": 21}, "ballots"),
        ({"issued": 21}, "ballots"),
        ({"secret": False}, "secret"),
        ({"in_person": False}, "secret"),
        ({"term_years": 4}, "term"),
        ({"is_local": True, "term_years": 3}, "term"),
        ({"published_on": date(2026, 11, 14)}, "published"),
        ({"published_on": None}, "published"),
        ({"form": Form.REPRESENTATIVES}, "form"),
        ({"standing": stood((2, Standing("c", P.COMMITTEE, 15, True)))}, "majority"),
        ({"standing": stood((0, Standing("a", P.COMMITTEE, 21, True)))}, "votes"),
        ({"standing": stood((2, Standing("c", P.COMMITTEE, 16, True, Bar.RELATIVE)))}, "relatives"),
        ({"standing": stood((4, Standing("a", P.CHAIR, 20, True, Bar.PERSONNEL)))}, "chair_bar"),
        ({"standing": stood((4, Standing("x", P.CHAIR, 20, True)))}, "chair_sits"),
        ({"standing": stood((4, Standing("a", P.CHAIR, 20, False)))}, "chair"),
        ({"standing": stood((5, Standing("a", P.AUDIT, 16, True)))}, "audit_free"),
        ({"standing": stood((5, Standing("c", P.AUDIT, 16, True, Bar.FINANCE)))}, "audit_free"),
        ({"standing": stood((7, Standing("a", P.WOMEN_CHAIR, 18, True)))}, "women_head"),
        ({"standing": [row for row in RIGHT.standing if row.post != P.WOMEN_CHAIR]}, "women"),
        ({"standing": stood((3, Standing("d", P.COMMITTEE, 17, False)))}, "order"),
        ({"standing": [row for row in RIGHT.standing if row != RIGHT.standing[3]]}, "more_candidates"),
    ],
)  # fmt: skip
def test_each_broken_rule_is_named(changes: dict[str, object], code: str) -> None:
    assert code in broken(**changes)


def test_below_25_members_one_organizer_is_enough() -> None:
    one = standing(("a", P.ORGANIZER, 10, True))
    assert broken(members=15, women=0, due=15, attended=12, issued=12, returned=12, standing=one) == set()


@given(due=st.integers(1, 10_000), votes=st.integers(0, 10_000))
def test_no_two_rivals_can_both_have_more_than_half(due: int, votes: int) -> None:
    assert not (e.is_elected(votes, due) and e.is_elected(due - votes, due))
