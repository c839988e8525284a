"""Who drafts and who approves, for the tests of this room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.world import World
from zhijia.foundation.casework import services as casework
from zhijia.foundation.casework.fields import samples
from zhijia.foundation.jobs.models import Job
from zhijia.foundation.jobs.services import run_slice
from zhijia.kernel.actor import Actor
from zhijia.organization.members.models import Membership
from zhijia.organization.reorganizing import services
from zhijia.organization.reorganizing.cases import CONGRESS, ORG_CHANGES
from zhijia.organization.reorganizing.models import OrgChange
from zhijia.organization.unions import services as union_services
from zhijia.organization.unions.models import Employer, Union


class Desk:
    """The province drafts, another desk of it approves: they stand above everything."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.maker: Actor = world.staff("ORG", "province", "甲干部")
        self.checker: Actor = world.staff("ORG", "province", "乙干部")

    def draft(self, key: str, sort: str, **said: Any) -> str:
        given = {"union": self.world[key].code, "sort": sort, "reason": "按上级文件办理。", **said}
        for name in ("parent", "successor"):
            if said.get(name) in self.world.unions:
                given[name] = self.world[said[name]].code
        if "employers" in said:
            given["employers"] = [{"employer": name} for name in said["employers"]]
        return casework.open_case(ORG_CHANGES, self.maker, given, now=self.world.now)

    def act(self, case: str, move: str, actor: Actor | None = None, **said: Any) -> None:
        given = samples(CONGRESS) | said if move == "pass" else samples(ORG_CHANGES.step(move).asks) | said
        casework.act(ORG_CHANGES, actor or self.maker, case, move, given, now=self.world.now)

    def passed(self, key: str, sort: str, **said: Any) -> str:
        case = self.draft(key, sort, **said)
        self.act(case, "pass", held_on=self.world.today)
        return case

    def approve(self, case: str) -> OrgChange:
        self.act(case, "approve", self.checker)
        return OrgChange.objects.select_related("case").get(case__public_id=case)

    def carry_out(self, key: str, sort: str, **said: Any) -> OrgChange:
        """Drafted, passed, approved, its members moved."""
        row = self.approve(self.passed(key, sort, **said))
        run_jobs(self.world.now)
        row.refresh_from_db()
        row.case.refresh_from_db()
        return row


def run_jobs(now: datetime) -> None:
    for job in Job.objects.filter(kind=services.JOB, finished_at__isnull=True).order_by("id"):
        run_slice(job.public_id, clock=lambda: now)


def open_joint(world: World, key: str, parent: str = "town", employers: int = 3) -> list[Employer]:
    """A joint union with its employers: `world.unions[key]`."""
    found = [
        union_services.open_employer(
            world.staff("ORG", "province", "登记员"),
            name=f"{key}商户第{place}有限公司",
            credit_code=None,
            region=world[parent].region,
            headcount=10,
            now=world.now,
        )
        for place in range(employers)
    ]
    union = union_services.open_union(
        world.staff("ORG", "province", "登记员"), name=f"{key}联合工会委员会", type="JOINT", level=7,
        region=world[parent].region, parent=world[parent], now=world.now,
    )  # fmt: skip
    for employer in found:
        union_services.cover(world.staff("ORG", "province", "登记员"), union, employer, now=world.now)
    world.unions[key] = union
    return found


def join(world: World, key: str, number: int = 1, *, employer: Employer | None = None) -> list[Membership]:
    """Members of a union who work for this employer, or nowhere."""
    stays = [world.member(key)[1] for _ in range(number)]
    if employer is not None:
        Membership.objects.filter(pk__in=[stay.pk for stay in stays]).update(
            employer=employer, employer_text=employer.name
        )
    return stays


def members_of(union: Union) -> int:
    return Membership.objects.filter(union=union, until__isnull=True).count()
