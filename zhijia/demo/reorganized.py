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
from zhijia.organization.reorganizing.rules import CLOSES, Sort
from zhijia.organization.unions.models import Union

from .stage import Stage

PLAYED: tuple[tuple[Sort, tuple[str, ...]], ...] = (
    (Sort.RENAME, ("withdraw",)),
    (Sort.RENAME, ("pass", "approve")),
    (Sort.RENAME, ()),
    (Sort.MERGE, ("pass", "approve", "execute")),
    (Sort.MERGE, ("pass", "approve")),
    (Sort.MERGE, ("pass",)),
    (Sort.DISSOLVE, ("pass", "return")),
    (Sort.DISSOLVE, ("pass", "approve", "execute")),
)
"""Sort, what was done so far."""
MOST_MEMBERS = 120


def play_reorganized(stage: Stage) -> None:
    """Of the guide's county, drafted by its desk and approved by the city's; small ones with nothing open end."""
    county, city = stage.holder(Role.ORG, "county"), stage.holder(Role.ORG, "city")
    below = Union.objects.filter(db.subtree("path", stage.unions["county"].path), type="GRASSROOTS", status="ACTIVE")
    every = list(below.exclude(pk=stage.unions["plant"].pk).order_by("-id")[:120])
    ends = [sort in CLOSES and "approve" in moves for sort, moves in PLAYED]
    quiet = [union for union in every if _fits(union)][: sum(ends)]
    heir, *others = [union for union in every if union not in quiet]
    for place, (sort, moves) in enumerate(PLAYED):
        chosen = quiet if ends[place] else others
        if not chosen:
            continue  # a small demonstration has fewer
        union = chosen[0] if place < 2 else chosen.pop(0)  # what is settled makes room for the next
        union.refresh_from_db()
        at = 20 - 2 * place
        said: dict[str, Any] = {"union": union.code, "sort": sort, "reason": "单位改制，按县级工会文件办理。"}
        if sort == Sort.RENAME:
            said["name"] = f"新{union.name}"[:60]
            for word in ("股份有限公司", "有限公司"):
                if word in union.name:
                    said["name"] = union.name.replace(word, f"集团{word}")
                    break
        if sort == Sort.MERGE:
            said["successor"] = heir.code
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
