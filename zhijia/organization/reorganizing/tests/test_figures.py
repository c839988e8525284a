"""Whatever happens to unions and members, in whatever order: figures are exact, months balance, boundaries agree."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from tests.world import World
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import ZhijiaError
from zhijia.organization.members.models import Membership, MembershipEvent
from zhijia.organization.members.services import memberships, moving
from zhijia.organization.statistics import rules, selectors, services
from zhijia.organization.statistics.models import FigureSnapshot
from zhijia.organization.unions.models import Union

from .desk import Desk, join, open_joint

pytestmark = pytest.mark.django_db
ACTS = ("join",) * 6 + ("shift", "leave", "retain", "move", "merge", "split", "dissolve", "rename", "open")


class Play:
    """Random changes of one world; keys of unions that stand, by the way they were opened."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.draw, self.desk, self.opened = world, Random(seed), Desk(world), 0
        self.world.unions["other_town"] = Union.objects.get(parent=world["other_county"], type="GENERAL")
        for _ in range(4):
            self.open()

    def open(self) -> None:
        self.opened += 1
        town = self.draw.choice(("town", "other_town"))
        if self.draw.random() < 0.5:
            open_joint(self.world, f"joint{self.opened}", town)
        else:
            self.world.open_plant(f"plant{self.opened}", town)
        Union.objects.update(direct=True)  # so that they may move across the province

    def standing(self, *types: str) -> list[str]:
        below = [key for key in self.world.unions if self.world[key].type in types and self.world[key].is_open]
        return sorted(below)

    def act(self) -> str:
        """One random act; what the rules refuse has no effect."""
        world, draw, act = self.world, self.draw, self.draw.choice(ACTS)
        places = self.standing("GRASSROOTS", "JOINT")
        stay = self.draw.choice(list(Membership.objects.filter(until__isnull=True).order_by("id")) or [None])
        key = draw.choice(places)
        other = draw.choice(places)
        covered = list(world[key].covered.filter(until__isnull=True).order_by("id"))
        try:
            if act == "open":
                self.open()
            elif act == "join":
                employer = draw.choice(covered).employer if covered and draw.random() < 0.8 else None
                join(world, draw.choice([*places, "home"]), employer=employer)
            elif act == "rename":
                self.desk.carry_out(key, "RENAME", name=f"第{draw.random()}次更名工会")
            elif act == "move":
                self.desk.carry_out(key, "MOVE", parent=draw.choice(("town", "other_town")))
            elif act == "merge":
                self.desk.carry_out(key, "MERGE", successor=other)
            elif act == "dissolve":
                self.desk.carry_out(key, "DISSOLVE")
            elif act == "split":
                row = self.desk.carry_out(
                    key,
                    "SPLIT",
                    name=f"分立{draw.random()}工会",
                    employers=[each.employer.name for each in covered[:1]],
                )
                world.unions[f"split{row.pk}"] = Union.objects.get(pk=row.successor_id or 0)
            elif stay is not None:
                self._of_one(act, stay, other)
        except ZhijiaError as error:
            return f"{act} {error.code}"
        return act

    def _of_one(self, act: str, stay: Membership, other: str) -> None:
        world = self.world
        if act == "shift" and stay.union_id != world[other].pk:
            moving.shift(SYSTEM, stay, world.facts(other), now=world.now, reason="own", case_id=None)
        elif act == "leave":
            memberships.close_membership(
                SYSTEM, stay.pk, kind="withdrawn", reason="own_wish", on=world.today, now=world.now
            )
        elif act == "retain":
            state, kind = ("RETAINED", "retained") if stay.state == "ACTIVE" else ("ACTIVE", "restored")
            moving.change_state(
                SYSTEM, stay, state, kind=kind, reason="retired", on=world.today, now=world.now, case_id=None
            )


@pytest.mark.parametrize("seed", range(2))
def test_any_sequence_of_changes_balances_in_every_union_and_month(world: World, seed: int) -> None:
    play, done, firsts = Play(world, seed), [], []
    for _ in range(4):
        for _ in range(14):
            done.append(play.act())
            world.now += timedelta(days=2)
            if world.today.day <= 2:
                break
        while world.today.day != 1:
            world.now += timedelta(days=1)
        services.take_snapshot(world.today, now=world.now)
        firsts.append(world.today)
    assert services.recount(now=world.now).differing == 0, done
    assert {"merge", "split", "dissolve", "move"} & set(done), "something was reorganized"
    _assert_each_in_one_place(world)
    _assert_balanced(firsts)
    _assert_boundaries_agree(world, firsts)


def _assert_each_in_one_place(world: World) -> None:
    """Nobody is left in a closed union; who went out with his union came in at the same moment."""
    assert not Membership.objects.filter(until__isnull=True, union__status__in=["MERGED", "DISSOLVED"]).exists()
    out, into = (
        list(
            MembershipEvent.objects.filter(kind=kind).order_by("person_id", "id").values_list("person_id", "at", *pair)
        )
        for kind, pair in (
            ("reorganized_out", ("union_id", "other_union_id")),
            ("reorganized_in", ("other_union_id", "union_id")),
        )
    )
    assert out == into


def _assert_balanced(firsts: list[date]) -> None:
    """The identity, of each union alone and of every month between two snapshots."""
    for begin, end in pairwise(firsts):
        rows = {on: {row.union_id: row for row in FigureSnapshot.objects.filter(on=on)} for on in (begin, end)}
        for key in rows[begin].keys() | rows[end].keys():
            before, after = rows[begin].get(key), rows[end].get(key)
            flows = {name: getattr(after, name, 0) - getattr(before, name, 0) for name in rules.FLOWS}
            assert getattr(after, "members", 0) == rules.balanced_end(getattr(before, "members", 0), flows), (key, end)
        events = MembershipEvent.objects.filter(on__gte=begin, on__lt=end)
        kinds = [events.filter(kind=kind).count() for kind in ("reorganized_in", "reorganized_out")]
        assert kinds[0] == kinds[1], "the province gains nobody"


def _assert_boundaries_agree(world: World, firsts: list[date]) -> None:
    cities = [world["city"].pk, world["other_city"].pk]
    for first in firsts:
        day = first - timedelta(days=1)
        whole = selectors.figures_on(world["province"].pk, day)
        for boundaries in ("then", "now"):
            told = selectors.figures_of(cities, day, boundaries)
            for name in rules.MEASURES:
                assert sum(told[city][name] for city in cities) == whole[name], (name, day, boundaries)
