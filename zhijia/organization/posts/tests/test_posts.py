"""Terms by the calendar, and what an approved election changes; docs/rules/posts.md."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework import services as casework
from zhijia.foundation.casework.fields import samples
from zhijia.foundation.notify.models import Message
from zhijia.foundation.ui.listing import Query
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import Duplicate, Invalid, RuleBroken
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.people.models import Person
from zhijia.organization.posts import selectors, services
from zhijia.organization.posts.cases import POST_CHANGES, TERMS
from zhijia.organization.posts.cases.election import CANDIDATES, ELECTION
from zhijia.organization.posts.models import Post, Term
from zhijia.organization.posts.rules import posts, terms

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("start", "years", "end"),
    [
        (date(2026, 11, 20), 3, date(2029, 11, 19)),
        (date(2026, 11, 20), 5, date(2031, 11, 19)),
        (date(2024, 2, 29), 3, date(2027, 2, 28)),
        (date(2026, 1, 1), 5, date(2030, 12, 31)),
    ],
)
def test_a_term_ends_the_day_before(start: date, years: int, end: date) -> None:
    assert posts.term_end(start, years) == end


@pytest.mark.parametrize(
    ("left", "reminded", "due"),
    [(181, None, None), (180, None, 180), (100, None, 180), (100, 180, None), (90, 180, 90), (30, 90, 30),
     (12, 30, None), (5, None, 30), (-1, 30, None)],
)  # fmt: skip
def test_reminders(left: int, reminded: int | None, due: int | None) -> None:
    today = date(2026, 9, 15)
    assert posts.reminder_due(today + timedelta(days=left), today, reminded) == due


def test_an_extension_is_six_months_in_all() -> None:
    first = date(2026, 8, 31)
    terms.check_extension(first, date(2027, 2, 28), last_day=first)
    with pytest.raises(RuleBroken, match=r"term\.extension_long"):
        terms.check_extension(first, date(2027, 3, 1), last_day=date(2026, 12, 31))
    with pytest.raises(RuleBroken, match=r"term\.extension_back"):
        terms.check_extension(first, date(2026, 8, 31), last_day=first)


def test_a_chair_may_be_missing_for_three_months() -> None:
    board = posts.Board(None, (), None, vacant_since=date(2026, 6, 15))
    assert not posts.is_vacant_too_long(board, date(2026, 9, 15))
    assert posts.is_vacant_too_long(board, date(2026, 9, 16))


def run(world: World, **changes: Any) -> str:
    """A planned election up to its result, as the plant records it."""
    admin, upper = world.staff("GRASS_CHAIR", "plant", "陈主席"), world.staff("TOWN_WORKER", "town", "镇干部")
    said = samples(TERMS.opens) | {"union": world["plant"].code}
    case = casework.open_case(TERMS, admin, said, now=world.now)
    casework.act(TERMS, admin, case, "request", now=world.now)
    casework.act(TERMS, upper, case, "permit", {"note": "同意"}, now=world.now)
    casework.act(TERMS, admin, case, "elect", samples(ELECTION) | changes, now=world.now)
    return case


def test_an_election_is_refused_for_its_procedure_then_passed(world: World) -> None:
    case = run(world, attended=19, issued=19, returned=19)
    admin, upper = world.staff("GRASS_ADMIN", "plant", "周干事"), world.staff("TOWN_WORKER", "town", "吴干部")
    with pytest.raises(RuleBroken, match=r"election\.rules") as refused:
        casework.act(TERMS, admin, case, "report", {"note": ""}, now=world.now)
    assert "三分之二" in refused.value.message
    casework.act(TERMS, admin, case, "elect", samples(ELECTION), now=world.now)
    casework.act(TERMS, admin, case, "report", {"note": ""}, now=world.now)
    casework.act(TERMS, upper, case, "approve", {"note": ""}, now=world.now)
    seats = selectors.list_seats(world["plant"].pk)
    assert [seat.label for seat in seats][:1] == ["主席"]
    assert len(seats) == 6
    term = selectors.find_term(world["plant"].pk)
    assert term is not None
    assert (term.starts, term.last_day) == (date(2026, 9, 10), date(2031, 9, 9))


def test_who_reported_does_not_approve(world: World) -> None:
    case = run(world)
    town = world.staff("TOWN_WORKER", "town", "吴干部")
    casework.act(TERMS, town, case, "report", {"note": ""}, now=world.now)
    with pytest.raises(RuleBroken):
        casework.act(TERMS, town, case, "approve", {"note": ""}, now=world.now)


def test_who_is_not_elected_again_leaves_and_loses_his_role(world: World) -> None:
    old = world.staff_person("GRASS_CHAIR", "plant", "旧主席")
    Post.objects.create(union=world["plant"], person=old, kind="CHAIR", since=date(2021, 9, 1), source="ELECTED")
    case = run(world)
    admin, upper = world.staff("GRASS_ADMIN", "plant", "周干事"), world.staff("ORG", "county", "吴干部")
    casework.act(TERMS, admin, case, "report", {"note": ""}, now=world.now)
    casework.act(TERMS, upper, case, "approve", {"note": ""}, now=world.now)
    left = Post.objects.get(person=old)
    assert (left.until, left.ended_by) == (date(2026, 9, 10), "ELECTION")
    assert not RoleGrant.objects.filter(person=old, in_force=True).exists()
    assert selectors.list_past(world["plant"].pk)[0].person.id == old.pk


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("张三\t居民身份证\t370299199003070011\t委员\t20\t当选\t无", "第 1 行"),
        ("张三\t居民身份证\t370299199003070010\t委员\t很多\t当选\t无", "得票"),
        ("张三\t居民身份证\t370299199003070010\t会长\t20\t当选\t无", "职务"),
        ("", "候选人"),
    ],
)
def test_lines_say_which_is_wrong(world: World, line: str, said: str) -> None:
    with pytest.raises(Invalid) as error:
        run(world, candidates=line)
    assert said in error.value.fields["candidates"]


def test_lines_are_typed_pasted_and_sent_alike() -> None:
    assert CANDIDATES.check(CANDIDATES.typed(CANDIDATES.sample)) == CANDIDATES.sample
    assert CANDIDATES.check(CANDIDATES.typed(CANDIDATES.sample).replace("\t", "，")) == CANDIDATES.sample


def test_the_same_person_twice_for_a_post(world: World) -> None:
    twice = [*CANDIDATES.sample, CANDIDATES.sample[0]]
    with pytest.raises(Invalid, match=r"case\.candidates"):
        run(world, candidates=twice)


def _ask(world: World, **said: Any) -> str:
    admin = world.staff("GRASS_CHAIR", "plant", "陈主席")
    given = samples(POST_CHANGES.opens) | {"union": world["plant"].code, "reason": "九月十日委员会会议"} | said
    return casework.open_case(POST_CHANGES, admin, given, now=world.now)


def test_leaving_a_post_ends_the_role_at_once(world: World) -> None:
    chair = world.staff_person("GRASS_CHAIR", "plant", "旧主席")
    Post.objects.create(union=world["plant"], person=chair, kind="CHAIR", since=date(2021, 9, 1), source="ELECTED")
    who = {"name": "旧主席", "id_number": world.number_of(chair), "kind": "CHAIR"}
    with pytest.raises(RuleBroken, match=r"posts\.committee"):
        _ask(world, action="MOVE", committee_agreed=False, **who)
    with pytest.raises(RuleBroken, match=r"posts\.removal"):
        _ask(world, action="REMOVE", entitled=100, in_favour=50, **who)
    case = _ask(world, action="REMOVE", entitled=100, in_favour=51, **who)
    casework.act(POST_CHANGES, world.staff("TOWN_WORKER", "town", "镇干部"), case, "agree", {"note": ""}, now=world.now)
    assert not RoleGrant.objects.filter(person=chair, in_force=True).exists()
    board = selectors.board_of(world["plant"].pk)
    assert board.vacant_since == date(2026, 9, 10)


def test_a_chair_is_elected_and_only_one(world: World) -> None:
    with pytest.raises(RuleBroken, match=r"posts\.elected_only"):
        _ask(world, action="CO_OPT", kind="CHAIR")
    town = world.staff("TOWN_WORKER", "town", "镇干部")
    casework.act(POST_CHANGES, town, _ask(world, action="ACTING", kind="CHAIR"), "agree", {"note": ""}, now=world.now)
    other = _ask(world, action="ACTING", kind="CHAIR", name="己代理", id_number="37029919850612002X")
    with pytest.raises(Duplicate, match=r"posts\.held"):
        casework.act(POST_CHANGES, town, other, "agree", {"note": ""}, now=world.now)


def test_a_document_of_another_name_is_refused(world: World) -> None:
    known = world.person("林晓禾")
    with pytest.raises(Invalid, match=r"person\.other_name"):
        _ask(world, name="张三", id_number=world.number_of(known))


def test_its_chair_is_reminded_once(world: World) -> None:
    chair = world.staff_person("GRASS_CHAIR", "plant", "陈主席")
    ends = world.today + timedelta(days=90)
    Term.objects.create(union=world["plant"], years=3, starts=date(2023, 1, 1), last_day=ends, first_last_day=ends)
    assert services.remind_some(0, now=world.now)[2] == 1
    assert services.remind_some(0, now=world.now)[2] == 0
    assert "还有 90 天" in Message.objects.get(person_id=chair.pk, template="posts.term_ends").body


def test_a_union_that_ends_ends_its_posts(world: World) -> None:
    person = world.person("李主席")
    Post.objects.create(union=world["plant"], person=person, kind="CHAIR", since=date(2021, 9, 1), source="ELECTED")
    assert services.end_posts(SYSTEM, world["plant"].pk, on=world.today, by="CLOSED", now=world.now) == 1
    assert selectors.list_seats(world["plant"].pk) == []


def test_staffing_of_a_township(world: World) -> None:
    town = world.facts("town")
    found = selectors.staffing_of(town, today=world.today)
    assert found is not None
    assert found.missing == ["主席", "专职副主席", "社会化工会工作者还差 1 名"]
    Post.objects.create(
        union=world["town"], person=world.person("镇主席"), kind="CHAIR", since=world.today, source="ELECTED"
    )
    again = selectors.staffing_of(town, today=world.today)
    assert again is not None
    assert "主席" not in again.missing
    assert selectors.staffing_of(world.facts("plant"), today=world.today) is None


def test_pages_and_certificate(world: World, sign_in: Any, clock: Any) -> None:
    chair = world.staff_person("GRASS_CHAIR", "plant", "陈主席")
    post = Post.objects.create(
        union=world["plant"], person=chair, kind="CHAIR", since=date(2024, 9, 1), source="ELECTED"
    )
    client = Client()
    sign_in(client, chair, staff=True)
    board = client.get(f"/console/terms/unions/{world['plant'].public_id}")
    assert "陈主席" in board.content.decode()
    paper = client.get(f"/console/posts/{post.public_id}/certificate")
    assert paper.content[:5] == b"%PDF-"
    assert client.get("/console/terms/unions?view=all").status_code == 200
    stranger = Client()
    sign_in(stranger, world.staff_person("TOWN_WORKER", "other_town", "别人"), staff=True)
    assert stranger.get(f"/console/posts/{post.public_id}/certificate").status_code == 404


def test_who_is_entered_leaves_a_row(world: World) -> None:
    _ask(world)
    entry = AuditEntry.objects.get(event="people.entered")
    person = Person.objects.get(pk=entry.concerns_person_id)
    assert (person.name, person.real_name_level, person.account_id) == ("戊增补", 2, None)


def test_lists_by_term(world: World) -> None:
    def rows(view: str) -> list[str]:
        org = world.staff("ORG", "county", "组织干部")
        return [row.union.name for row in selectors.list_terms(org, Query(view=view), today=world.today).rows]

    assert world["plant"].name in rows("none")
    ends = world.today + timedelta(days=10)
    term = Term.objects.create(union=world["plant"], years=3, starts=ends, last_day=ends, first_last_day=ends)
    assert rows("soon") == [world["plant"].name]
    Term.objects.filter(pk=term.pk).update(last_day=world.today - timedelta(days=1))
    assert rows("overdue") == [world["plant"].name]
    Post.objects.create(
        union=world["plant"], person=world.person("旧主席"), kind="CHAIR", since=date(2024, 1, 1),
        until=date(2026, 6, 1), source="ELECTED",
    )  # fmt: skip
    assert rows("vacant") == [world["plant"].name]
