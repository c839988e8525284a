"""After unions moved: county and city on the rows of their members, rewritten in chunks by a job.

Lists of a county are read by `county_unit` and those of a city by `city_unit`; both follow the union's. Events, figures
and the months before stay as they are. Source: docs/rules/members.md#moved-unions
"""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.registry import Json, RunningJob, Step
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.members.models import Membership
from zhijia.organization.unions import places, selectors as unions
from zhijia.organization.unions.events import UnionMoved
from zhijia.organization.unions.rules import ancestors

JOB = "members.place"
ROWS = 2_000
UNIONS = 200


def follow_moved(event: UnionMoved) -> None:
    """Start the job where the union came into another county or city; a move within both touches no member."""
    before, after = (unions.get_facts_by_path(ancestors(path)[-2]) for path in (event.old_path, event.new_path))
    if (before.county_id, before.city_id) != (after.county_id, after.city_id):
        jobs.enqueue(JOB, {"union": event.union_id}, actor=SYSTEM, now=timezone.now(), unit_id=event.union_id)


def place_some(job: RunningJob, cursor: Json) -> Step:
    """One chunk: members of at most 200 unions and at most 2,000 rows, by union and row.

    `cursor` is `[union id, membership id]`, the last row looked at. The subtree is looked up anew each time, by ids,
    which a second move does not change.
    """
    union_id, membership_id = cursor or (0, 0)
    path = unions.get_facts(int(job.payload["union"])).path
    batch = list(places.ids_below(path).filter(id__gte=union_id).order_by("id").values_list("id", flat=True)[:UNIONS])
    found = list(
        Membership.objects.filter(
            Q(union_id__gt=union_id) | Q(union_id=union_id, id__gt=membership_id),
            union_id__in=batch,
            until__isnull=True,
        )
        .order_by("union_id", "id")
        .values_list("union_id", "id", "county_unit", "city_unit")[:ROWS]
    )
    wanted = {key: (facts.county_id, facts.city_id) for key, facts in unions.facts_of(batch).items()}
    wrong: dict[tuple[int | None, int | None], list[int]] = defaultdict(list)
    for union, key, county, city in found:
        if (county, city) != wanted[union]:
            wrong[wanted[union]].append(key)
    written = 0
    for (county, city), keys in wrong.items():
        rows = Membership.objects.filter(pk__in=keys, until__isnull=True)
        written += rows.update(county_unit=county, city_unit=city)
    if len(found) == ROWS:
        return Step(cursor=list(found[-1][:2]), done=len(found), report={"rewritten": written})
    finished = len(batch) < UNIONS
    following = [batch[-1] + 1, 0] if batch else [union_id, membership_id]
    return Step(cursor=following, done=len(found), report={"rewritten": written}, finished=finished)
