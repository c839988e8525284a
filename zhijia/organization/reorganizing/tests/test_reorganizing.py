"""Changes of unions: what each does, whom it takes along, what it refuses; docs/rules/reorganizing.md."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.world import World
from zhijia.foundation.casework import services as casework
from zhijia.foundation.jobs.models import Job
from zhijia.foundation.jobs.services import run_slice
from zhijia.foundation.notify.models import Message
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import Duplicate, Expired, Invalid, RuleBroken
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.changes.selectors import timeline
from zhijia.organization.members.models import Membership, MembershipEvent
from zhijia.organization.members.services import moving
from zhijia.organization.posts.models import Post
from zhijia.organization.reorganizing import presenting, rules, services, tasks
from zhijia.organization.statistics import selectors as figures, services as statistics
from zhijia.organization.transfers.cases.transfers import TRANSFERS
from zhijia.organization.unions import selectors as unions, services as union_services
from zhijia.organization.unions.models import CoveredUnit, MemberUnion, Union, UnionName, UnionPath
from zhijia.organization.unions.selectors import histories

from .desk import Desk, join, members_of, open_joint, run_jobs

pytestmark = pytest.mark.django_db
NEW = "莱阳市鲁东机械集团有限公司工会委员会"


@pytest.fixture
def desk(world: World) -> Desk:
    world.open_plant("works", "town")
    return Desk(world)


# --- Names
def test_a_union_renamed_five_times_is_asked_for_in_each_year(desk: Desk) -> None:
    world, plant = desk.world, desk.world["plant"]
    first, begun = plant.name, world.now
    for year in range(5):
        world.now = begun + timedelta(days=365 * (year + 1))
        assert desk.carry_out("plant", "RENAME", name=f"第{year}次更名的工会委员会").case.state == "EXECUTED"
    called = histories.called([plant.pk])
    names = [called(plant.pk, timezone.localdate(begun) + timedelta(days=365 * year + 100)) for year in range(6)]
    assert names == [first, *(f"第{year}次更名的工会委员会" for year in range(5))]
    on = timezone.localdate(begun) + timedelta(days=365)
    assert (called(plant.pk, on - timedelta(days=1)), called(plant.pk, on)) == (first, "第0次更名的工会委员会")
    everywhere = desk.maker.scope
    for text in (first[:8], "第2次更名", "第4次更名", "laiyangshilu", "lysldj"):
        assert plant.pk in {found.id for found in unions.search(everywhere, text)}
    assert unions.get_by_code(plant.code).name == "第4次更名的工会委员会"


def test_two_renamings_of_one_day_leave_the_last(desk: Desk) -> None:
    plant = desk.world["plant"]
    first = plant.name
    desk.carry_out("plant", "RENAME", name="上午更名的工会委员会")
    desk.carry_out("plant", "RENAME", name="下午更名的工会委员会")
    called = histories.called([plant.pk])
    today = desk.world.today
    assert (called(plant.pk, today - timedelta(days=1)), called(plant.pk, today)) == (
        first, "下午更名的工会委员会",
    )  # fmt: skip
    assert UnionName.objects.filter(union=plant).count() == 2


def test_a_name_that_its_neighbour_has_is_refused(desk: Desk) -> None:
    case = desk.passed("plant", "RENAME", name=desk.world["works"].name)
    with pytest.raises(Duplicate, match=r"union\.name_taken"):
        desk.approve(case)
    assert Case.objects.get(public_id=case).state == "CONGRESS_PASSED"
    assert not UnionName.objects.exists()


# --- Places
def test_a_move_is_decided_above_both_uppers(desk: Desk) -> None:
    world = desk.world
    other = union_services.open_union(
        SYSTEM, name="团旺镇总工会", type="GENERAL", level=5, region="370682102000", parent=world["county"],
        now=world.now,
    )  # fmt: skip
    Union.objects.filter(pk=world["plant"].pk).update(direct=True)
    case = desk.passed("plant", "MOVE", parent=other.code)
    assert Case.objects.get(public_id=case).other_unit_id == world["county"].pk
    row = desk.approve(case)
    plant = world["plant"]
    assert (row.case.state, row.was, plant.parent_id) == ("EXECUTED", world["town"].name, other.pk)
    assert plant.path.startswith(other.path)
    assert UnionPath.objects.get(union=plant, until__isnull=True).path == plant.path
    assert rules.decider_path("000100020003", "00010004") == "0001"
    assert rules.decider_path("0001", "00010004") == ""


def test_a_county_moves_while_its_members_and_those_of_another_are_listed(desk: Desk, sign_in: Any, clock: Any) -> None:
    """Pages go by key: each person stands once in all pages of both, whatever moved in between."""
    from zhijia.foundation.ui.listing import Query
    from zhijia.organization.members.selectors import lists

    world = desk.world
    for _ in range(3):
        join(world, "plant", 2)
        join(world, "other_home", 2)
    Union.objects.filter(pk=world["county"].pk).update(direct=True)
    seen: list[str] = []
    after = {"county": "", "other_city": ""}
    for step in range(8):
        for key, place in after.items():
            if step and not place:
                continue
            page = lists.list_members(desk.maker, world.facts(key), Query(after=place, limit=2))
            seen += [f"{key} {row.membership.pk}" for row in page.rows]
            after[key] = page.next
        if step == 0:
            desk.carry_out("county", "MOVE", parent="other_city")
            for job in Job.objects.filter(kind="members.place"):
                run_slice(job.public_id, clock=lambda: world.now)
    assert len(seen) == len(set(seen))
    county = {line for line in seen if line.startswith("county")}
    assert len(county) == 6
    assert world["plant"].city_id == world["other_city"].pk


# --- Mergers
def test_a_merger_takes_everything_over(desk: Desk) -> None:
    world = desk.world
    employers = open_joint(world, "street")
    heir_employers = open_joint(world, "market", employers=1)
    stays = join(world, "street", 3, employer=employers[0])
    retained = join(world, "street")[0]
    moving.change_state(
        SYSTEM, retained, "RETAINED", kind="retained", reason="retired", on=world.today, now=world.now, case_id=None
    )
    chair, _ = world.member("street", "主席甲")
    Post.objects.create(union=world["street"], person=chair, kind="CHAIR", since=world.today, source="ELECTED")
    world.grant(chair, "GRASS_CHAIR", "street")
    Union.objects.filter(pk=world["works"].pk).update(fund_parent=world["street"])
    federation = union_services.open_union(
        SYSTEM, name="沐浴店镇商圈工会联合会", type="AREA_FED", level=6, region=world["town"].region,
        parent=world["town"], now=world.now,
    )  # fmt: skip
    union_services.list_member_union(SYSTEM, federation, world["street"].code, now=world.now)
    heir_chair = world.staff_person("GRASS_CHAIR", "market", "主席乙")
    case = desk.passed("street", "MERGE", successor="market")
    row = desk.approve(case)
    old, heir = world["street"], world["market"]
    assert (old.status, old.successor_id, row.case.state) == ("MERGED", heir.pk, "UPPER_APPROVED")
    assert members_of(old) == 5, "the decision moves nobody"
    run_jobs(world.now)
    row.case.refresh_from_db()
    assert (members_of(old), members_of(heir), row.case.state) == (0, 5, "EXECUTED")
    assert Membership.objects.get(person=retained.person, until__isnull=True).state == "RETAINED"
    went, came = (
        MembershipEvent.objects.filter(kind=kind, case_id=row.case_id) for kind in ("reorganized_out", "reorganized_in")
    )
    assert (went.filter(union_id=old.pk).count(), came.filter(union_id=heir.pk).count()) == (5, 5)
    covered = CoveredUnit.objects.filter(until__isnull=True, union=heir).values_list("employer_id", flat=True)
    assert set(covered) == {employer.pk for employer in (*employers, *heir_employers)}
    assert not Post.objects.filter(union=old, until__isnull=True).exists()
    assert not RoleGrant.objects.filter(union=old, in_force=True).exists()
    assert world["works"].fund_parent_id == heir.pk
    assert list(MemberUnion.objects.filter(until__isnull=True).values_list("member_id", flat=True)) == [heir.pk]
    told = Message.objects.filter(template="reorganizing.moved")
    assert told.filter(person_id=stays[0].person_id).get().body.startswith("“street联合工会委员会”已办理合并")
    assert "合计 12,000.00 元" in Message.objects.get(template="reorganizing.assets", person_id=heir_chair.pk).body
    assert statistics.recount(now=world.now).differing == 0


def test_the_old_code_name_and_poster_lead_to_the_successor_and_say_so(desk: Desk, clock: Any) -> None:
    world = desk.world
    old = world["works"]
    desk.carry_out("works", "MERGE", successor="plant")
    desk.world.open_plant("third", "town")
    desk.carry_out("plant", "MERGE", successor="third")
    heir = world["third"]
    assert unions.get_by_code(old.code).id == heir.pk, "through two mergers"
    assert [found.id for found in unions.search_public(old.name)] == [heir.pk]
    assert [found.id for found in unions.search(desk.maker.scope, old.code)] == [heir.pk]
    client = Client()
    page = client.get(reverse("joining:landing", args=[old.code])).content.decode()
    assert f"“{old.name}”已并入这个工会" in page
    assert heir.name in page
    assert reverse("joining:start", args=[heir.code]) in page
    assert f"原“{old.name}”" in client.get(reverse("portal:find"), {"q": old.name}).content.decode()
    public = client.get(reverse("unions:public", args=[old.public_id])).content.decode()
    assert f"“{old.name}”已并入“{heir.name}”" in public
    printed = client.get(reverse("joining:scan", args=[old.code]), {"s": "x"})
    assert printed.status_code == 422, "a wrong signature stays wrong"


def test_people_of_one_employer_that_merges_belong_to_the_successors(desk: Desk) -> None:
    """A grassroots union covers its one employer; the other one has ended."""
    world = desk.world
    ended = world["works"].employer
    join(world, "works", 2, employer=ended)
    desk.carry_out("works", "MERGE", successor="plant")
    assert not CoveredUnit.objects.filter(employer=ended, until__isnull=True).exists()
    now = Membership.objects.filter(union=world["plant"], until__isnull=True)
    assert set(now.values_list("employer_id", flat=True)) == {world["plant"].employer_id}


def test_a_job_killed_half_way_and_started_twice_moves_everybody_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = desk.world
    join(world, "works", 7)
    monkeypatch.setattr(services, "SOME", 3)
    row = desk.approve(desk.passed("works", "MERGE", successor="plant"))
    whole, stopped = services._move, []

    def killed(*args: Any, **kwargs: Any) -> None:
        stopped.append(1)
        if len(stopped) == 5:
            raise KeyboardInterrupt
        whole(*args, **kwargs)

    monkeypatch.setattr(services, "_move", killed)
    with pytest.raises(KeyboardInterrupt):
        run_jobs(world.now)
    everybody = Membership.objects.filter(until__isnull=True, union__in=[world["works"], world["plant"]])
    assert everybody.count() == 7
    monkeypatch.setattr(services, "_move", whole)
    left, through = members_of(world["works"]), False
    assert left in (4, 7), "a chunk is whole or has not been"
    while not through:
        _, through = services.move_some(row.pk, now=world.now)
    assert services.move_some(row.pk, now=world.now) == (0, True)
    row.refresh_from_db()
    row.case.refresh_from_db()
    assert (members_of(world["works"]), members_of(world["plant"]), row.case.state) == (0, 7, "EXECUTED")
    assert MembershipEvent.objects.filter(kind="reorganized_in").count() == 7


def test_nobody_stays_in_a_union_that_is_closed(desk: Desk) -> None:
    """A roster that was being written when the union ended is looked for at night."""
    world = desk.world
    row = desk.carry_out("works", "MERGE", successor="plant")
    late = join(world, "works")[0]
    tasks.look_for_left_behind(world.now)
    run_jobs(world.now)
    assert Membership.objects.get(person=late.person, until__isnull=True).union_id == world["plant"].pk
    row.case.refresh_from_db()
    assert row.case.state == "EXECUTED"


@pytest.mark.parametrize(
    ("successor", "code"),
    [
        ("suspended", "reorganizing.successor_closed"),
        ("merged", "reorganizing.successor_closed"),
        ("abroad", "reorganizing.other_province"),
        ("street", "reorganizing.itself"),
        ("below", "reorganizing.below"),
        ("town", "reorganizing.successor_type"),
        ("home", "reorganizing.successor_type"),
    ],
)
def test_a_successor_that_may_not_be_is_refused(desk: Desk, successor: str, code: str) -> None:
    world = desk.world
    world.unions["street"] = union_services.open_union(
        SYSTEM, name="沐浴店镇商圈工会联合会", type="AREA_FED", level=6, region=world["town"].region,
        parent=world["town"], now=world.now,
    )  # fmt: skip
    if successor == "suspended":
        world.open_plant("suspended", "town")
        union_services.suspend_union(SYSTEM, world["suspended"], reason="单位正在搬迁", now=world.now)
    if successor == "merged":
        world.open_plant("merged", "town")
        desk.carry_out("merged", "MERGE", successor="plant")
    if successor == "below":
        world.open_plant("below", "street")
    if successor == "abroad":
        top = union_services.open_union(
            SYSTEM, name="另一个省总工会", type="GENERAL", level=2, region="370000000000", parent=None, now=world.now
        )
        world.unions["top"] = top
        world.open_plant("abroad", "top")
    with pytest.raises(RuleBroken) as refused:
        desk.draft("street", "MERGE", successor=successor)
    assert refused.value.code == code
    assert refused.value.fields["successor"] == refused.value.message


def test_a_successor_that_closes_meanwhile_is_refused_at_the_approval(desk: Desk) -> None:
    case = desk.passed("works", "MERGE", successor="plant")
    union_services.suspend_union(SYSTEM, desk.world["plant"], reason="单位正在搬迁", now=desk.world.now)
    with pytest.raises(RuleBroken, match=r"reorganizing\.successor_closed"):
        desk.approve(case)
    assert desk.world["works"].status == "ACTIVE"


def test_mergers_that_cross_stop_each_other_until_one_is_withdrawn(desk: Desk) -> None:
    there = desk.passed("works", "MERGE", successor="plant")
    back = desk.passed("plant", "MERGE", successor="works")
    for case in (there, back):
        with pytest.raises(RuleBroken, match=r"reorganizing\.open_items"):
            desk.approve(case)
    desk.act(back, "return", desk.checker)
    desk.act(back, "withdraw")
    desk.approve(there)
    assert desk.world["works"].successor_id == desk.world["plant"].pk


def test_one_change_of_a_union_at_a_time(desk: Desk) -> None:
    desk.draft("works", "MERGE", successor="plant")
    with pytest.raises(Duplicate, match=r"reorganizing\.change\.already_open"):
        desk.draft("works", "RENAME", name=NEW)


# --- Splits
def test_a_split_takes_the_chosen_employers_and_their_people(desk: Desk) -> None:
    world = desk.world
    employers = open_joint(world, "street")
    for employer in employers:
        join(world, "street", 2, employer=employer)
    idle = join(world, "street")[0]
    row = desk.carry_out("street", "SPLIT", name="大集南区联合工会委员会", employers=[e.name for e in employers[:2]])
    assert row.successor_id is not None
    new = Union.objects.get(pk=row.successor_id)
    assert (new.type, new.parent_id, new.status, row.case.state) == ("JOINT", world["town"].pk, "ACTIVE", "EXECUTED")
    assert (members_of(new), members_of(world["street"])) == (4, 3)
    assert Membership.objects.get(person=idle.person, until__isnull=True).union_id == world["street"].pk
    assert {union.id for union in unions.unions_covering([e.pk for e in employers[:2]]).values()} == {new.pk}
    alone = desk.carry_out("street", "RENAME", name="大集北区联合工会委员会")
    assert alone.case.state == "EXECUTED"
    one = desk.carry_out(str(_key(world, new)), "SPLIT", name="大集一家商户工会委员会", employers=[employers[0].name])
    assert Union.objects.get(pk=one.successor_id or 0).type == "GRASSROOTS"
    assert statistics.recount(now=world.now).differing == 0


def _key(world: World, union: Union) -> str:
    world.unions["new"] = union
    return "new"


@pytest.mark.parametrize(
    ("chosen", "code"), [((), "case.employers"), ((0, 1, 2), "reorganizing.all_employers"),
                         ((3,), "reorganizing.not_covered"), ((9,), "case.employers")],
)  # fmt: skip
def test_a_split_of_none_or_all_is_refused(desk: Desk, chosen: tuple[int, ...], code: str) -> None:
    employers = open_joint(desk.world, "street") + open_joint(desk.world, "market", employers=1)
    names = [employers[place].name if place < 4 else "没有登记的单位" for place in chosen]
    with pytest.raises((RuleBroken, Invalid)) as refused:
        desk.draft("street", "SPLIT", name="大集南区联合工会委员会", employers=names)
    assert refused.value.code == code


# --- Dissolutions
def test_members_of_a_dissolved_union_go_home_and_keep_their_membership(desk: Desk) -> None:
    world = desk.world
    working = join(world, "works", 2, employer=world["works"].employer)
    idle = join(world, "works", 2)
    world.staff_person("TOWN_WORKER", "town", "镇干部")
    row = desk.carry_out("works", "DISSOLVE")
    home = world["home"]
    states = dict(Membership.objects.filter(until__isnull=True, union=home).values_list("person_id", "state"))
    assert states == {
        **{stay.person_id: "ACTIVE" for stay in working}, **{stay.person_id: "RETAINED" for stay in idle},
    }  # fmt: skip
    assert set(MembershipEvent.objects.filter(case_id=row.case_id).values_list("reason", flat=True)) == {
        "UNION_DISSOLVED"
    }
    assert (world["works"].status, row.successor_id, row.members) == ("DISSOLVED", home.pk, 4)
    assert Message.objects.filter(template="reorganizing.assets").exists()
    with pytest.raises(Expired, match=r"union\.closed"):
        unions.require_open(world.facts("works"))
    assert statistics.recount(now=world.now).differing == 0


def test_what_is_open_at_a_union_keeps_it_from_ending_and_is_shown(desk: Desk, sign_in: Any, clock: Any) -> None:
    world = desk.world
    case = desk.passed("works", "DISSOLVE")
    world.application("works")
    going, _ = world.member("works")
    casework.open_case(
        TRANSFERS, world.actor(going), {"union_code": world["home"].code, "reason": "", "until": None}, now=world.now,
        by=TRANSFERS.also[0].by,
    )  # fmt: skip
    with pytest.raises(RuleBroken, match=r"reorganizing\.open_items") as refused:
        desk.approve(case)
    assert "入会申请 1 件" in refused.value.message
    assert "转会 1 件" in refused.value.message
    client = Client()
    sign_in(client, world.staff_person("ORG", "county", "县干部"), staff=True)
    page = client.get(reverse("reorganizing:review", args=[case])).content.decode()
    assert "未办结的事项" in page
    assert reverse("transfers:list") in page
    assert world["works"].status == "ACTIVE"


def test_a_union_with_others_below_it_does_not_end(desk: Desk) -> None:
    world = desk.world
    world.unions["street"] = union_services.open_union(
        SYSTEM, name="沐浴店镇商圈工会联合会", type="AREA_FED", level=6, region=world["town"].region,
        parent=world["town"], now=world.now,
    )  # fmt: skip
    world.open_plant("shop", "street")
    with pytest.raises(RuleBroken) as refused:
        desk.approve(desk.passed("street", "DISSOLVE"))
    assert "下级工会 1 件" in refused.value.message


@pytest.mark.parametrize(
    ("key", "sort", "code"),
    [
        ("home", "DISSOLVE", "reorganizing.fixed"),
        ("province", "RENAME", "reorganizing.fixed"),
        ("town", "DISSOLVE", "reorganizing.type"),
        ("plant", "SPLIT", "reorganizing.one_employer"),
    ],
)
def test_what_no_change_may_touch(desk: Desk, key: str, sort: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        desk.draft(key, sort, name=NEW, employers=["莱阳市鲁东精密机械有限公司"])
    assert refused.value.code == code


# --- The clock
def test_a_merger_at_midnight_of_a_months_end_balances_in_both_months(desk: Desk) -> None:
    """Decided a second before September ends, moved a second after October began."""
    world = desk.world
    world.now = timezone.make_aware(timezone.datetime(2026, 9, 30, 23, 59, 59))
    join(world, "works", 3)
    row = desk.approve(desk.passed("works", "MERGE", successor="plant"))
    midnight = world.now + timedelta(seconds=1)
    statistics.take_snapshot(date(2026, 10, 1), now=midnight)
    run_jobs(midnight)
    assert row.carried_out_on == date(2026, 9, 30)
    assert CoveredUnit.objects.get(union=world["works"]).until == date(2026, 9, 30)
    statistics.take_snapshot(date(2026, 11, 1), now=world.now + timedelta(days=32))
    told = {
        (key, on): figures.months_of(world[key].pk, [on])[on]
        for key in ("works", "plant", "town")
        for on in (date(2026, 10, 1), date(2026, 11, 1))
    }
    assert [told["works", on]["members"] for on in (date(2026, 10, 1), date(2026, 11, 1))] == [3, 0]
    assert [told["plant", on]["members"] for on in (date(2026, 10, 1), date(2026, 11, 1))] == [0, 3]
    assert told["town", date(2026, 11, 1)]["members"] == 3
    assert told["works", date(2026, 11, 1)]["reorganized_out"] == 3
    assert told["town", date(2026, 10, 1)]["reorganized_in"] == 0


# --- Histories
def test_members_and_files_tell_what_happened(desk: Desk) -> None:
    world = desk.world
    stay = join(world, "works")[0]
    before = world["works"].name
    world.now += timedelta(days=40)
    desk.carry_out("works", "RENAME", name=NEW)
    world.now += timedelta(days=40)
    desk.carry_out("works", "MERGE", successor="plant")
    stays, happened = timeline(stay.person_id)
    assert [line.union_name for line in stays] == [world["plant"].name, NEW]
    assert [(line.title, line.note) for line in happened] == [
        ("随组织调整转入", f"{world['plant'].name} · 工会合并"),
        ("随组织调整转出", f"{NEW} · 工会合并"),
        ("入会", before),
    ]
    own, heir = presenting.panel(desk.maker, world["works"].pk), presenting.panel(desk.maker, world["plant"].pk)
    assert own is not None
    assert heir is not None
    assert [line["text"] for line in own["lines"]] == [
        f"并入“{world['plant'].name}”", f"更名为“{NEW}”，原名“{before}”",
    ]  # fmt: skip
    assert [line["text"] for line in heir["lines"]] == [f"“{NEW}”并入"]
    assert (own["begin"], own["successor"].id) == ("", world["plant"].pk)
    assert "union=" in heir["begin"]
