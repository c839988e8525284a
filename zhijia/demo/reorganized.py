"""Changes of unions in every state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from zhijia.foundation.casework.fields import samples
from zhijia.foundation.casework.services import act, open_case
from zhijia.kernel import db
from zhijia.kernel.registry import registry
from zhijia.organization.access.roles import Role
from zhijia.organization.members.models import Membership
from zhijia.organization.reorganizing import services
from zhijia.organization.reorganizing.cases import CONGRESS, ORG_CHANGES, PASSED_OF
from zhijia.organization.reorganizing.models import OrgChange
from zhijia.organization.reorganizing.rules import Sort
from zhijia.organization.unions.models import Union

from .stage import Stage

PLAYED: tuple[tuple[Sort, tuple[str, ...]], ...] = (
    (Sort.RENAME, ()),
    (Sort.RENAME, ("pass", "approve")),
    (Sort.MERGE, ("pass", "approve", "execute")),
    (Sort.MERGE, ("pass", "approve")),
    (Sort.MERGE, ("pass",)),
    (Sort.DISSOLVE, ("pass", "return")),
    (Sort.DISSOLVE, ("pass", "approve", "execute")),
    (Sort.RENAME, ("withdraw",)),
)
"""Sort, what was done so far."""
MOST_MEMBERS = 120


def play_reorganized(stage: Stage) -> None:
    """Small unions of the guide's county, at which nothing is open: drafted by its desk, approved by the city's."""
    county, city = stage.holder(Role.ORG, "county"), stage.holder(Role.ORG, "city")
    below = Union.objects.filter(db.subtree("path", stage.unions["county"].path), type="GRASSROOTS", status="ACTIVE")
    quiet = (union for union in below.exclude(pk=stage.unions["plant"].pk).order_by("-id")[:120] if _fits(union))
    for place, (sort, moves) in enumerate(PLAYED):
        union, other = next(quiet, None), next(quiet, None) if sort == Sort.MERGE else None
        if union is None or (sort == Sort.MERGE and other is None):
            return  # a small demonstration has fewer
        at = 20 - place
        said: dict[str, Any] = {"union": union.code, "sort": sort, "reason": "单位改制，按县级工会文件办理。"}
        if sort == Sort.RENAME:
            said["name"] = f"新{union.name}"[:60]
            for word in ("股份有限公司", "有限公司"):
                if word in union.name:
                    said["name"] = union.name.replace(word, f"集团{word}")
                    break
        if other is not None:
            said["successor"] = other.code
        case = open_case(ORG_CHANGES, county, said, now=stage.workdays_ago(at))
        for step, move in enumerate(moves, start=1):
            now = stage.workdays_ago(max(at - 3 * step, 1))
            if move == "execute":
                _take_over(case, stage.workdays_ago(max(at - 3 * step, 1)))
                continue
            given = samples(ORG_CHANGES.step(move).asks)
            if move == "pass":
                wanted = PASSED_OF[sort]
                given = {each.name: each.sample for each in CONGRESS[:4] + wanted}
                given["held_on"] = timezone.localdate(now - timedelta(days=1))
            act(ORG_CHANGES, city if move in ("approve", "return") else county, case, move, given, now=now)


def _fits(union: Union) -> bool:
    few = Membership.objects.filter(union=union, until__isnull=True)[: MOST_MEMBERS + 1].count() <= MOST_MEMBERS
    return few and not registry.open_items(union.pk)


def _take_over(case: str, now: Any) -> None:
    row = OrgChange.objects.get(case__public_id=case)
    through = False
    while not through:
        _, through = services.move_some(row.pk, now=now)
