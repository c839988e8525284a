"""Carrying a change out: the decision in the approval's transaction, the members afterwards in chunks.

Source: docs/rules/reorganizing.md
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from zhijia.foundation.jobs.services import enqueue
from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import RuleBroken
from zhijia.kernel.registry import registry
from zhijia.organization.access.services import grants as access
from zhijia.organization.members.selectors import EventKind, Membership, MembershipState
from zhijia.organization.members.services import moving
from zhijia.organization.posts import services as posts
from zhijia.organization.unions import rules as union_rules, selectors as unions, services as union_services
from zhijia.organization.unions.selectors import UnionFacts

from . import judging, rules
from .models import OrgChange
from .permissions import Permission
from .rules import Sort, State

JOB: Final = "reorganizing.members"
SOME: Final = 50
"""Members a chunk: each writes some fifteen rows."""
MOST_TOLD: Final = 5


def wanted_of(row: OrgChange) -> judging.Wanted:
    ids = {key for key in (row.union_id, row.parent_id, row.successor_id) if key}
    facts = unions.facts_of(ids)
    return judging.Wanted(
        facts[row.union_id], Sort(row.sort), row.name, facts.get(row.parent_id or 0), facts.get(row.successor_id or 0),
        row.employer_ids,
    )  # fmt: skip


def carry_out(actor: Actor, case: Case, row: OrgChange, *, now: datetime) -> None:
    """What was approved takes effect now; where members go over, a job follows.

    Raises RuleBroken of `judging.judge` and `reorganizing.open_items`; Duplicate `union.name_taken`; WrongState where
    the union was changed this moment.
    """
    wanted = wanted_of(row)
    judging.judge(wanted)
    sort, union = wanted.sort, unions.get_union(actor, wanted.union.public_id)
    done: dict[str, Any] = {"carried_out_on": timezone.localdate(now)}
    if sort == Sort.RENAME:
        done["was"] = union.name
        union_services.rename_union(actor, union, row.name, now=now)
    elif sort == Sort.MOVE:
        assert wanted.parent is not None  # noqa: S101  judged
        done["was"] = unions.get_facts(wanted.union.parent_id or 0).name
        union_services.move_union(
            actor, union, wanted.parent.code, reason=row.reason, version=union.version, now=now
        )  # fmt: skip
    elif sort == Sort.SPLIT:
        done["successor_id"] = _split(actor, union, row, now=now)
    else:
        judging.require_settled(wanted.union)
        done["successor_id"] = _close(actor, union, wanted, now=now)
    change_rows(OrgChange, {"id": row.pk}, done)
    if sort in rules.MOVES_MEMBERS:
        row.refresh_from_db()
        _tell_who_takes_over(case, row, now=now)
        enqueue(JOB, {"change": row.pk}, actor=SYSTEM, now=now, unit_id=row.union_id, key=f"{JOB}:{row.pk}")
    else:
        workflow.move(case, "execute", actor=SYSTEM, now=now)


def _split(actor: Actor, union: Any, row: OrgChange, *, now: datetime) -> int:
    """The new union, of the same place and kind; of one employer alone it is a grassroots union."""
    union_services.hand_over_employers(actor, union, row.employer_ids, None, now=now)
    alone = len(row.employer_ids) == 1
    kind = "GRASSROOTS" if alone else union.type
    employers = unions.employers_of(row.employer_ids)
    new = union_services.open_union(
        actor, name=row.name, type=kind, level=union_rules.level_of_type(kind) or union.level, region=union.region,
        parent=union.parent, direct=union.direct, founded_on=timezone.localdate(now),
        employer=employers[row.employer_ids[0]] if alone else None, now=now,
    )  # fmt: skip
    for employer in () if alone else employers.values():
        union_services.cover(SYSTEM, new, employer, now=now)
    return new.pk


def _close(actor: Actor, union: Any, wanted: judging.Wanted, *, now: datetime) -> int:
    """It takes nobody more: posts and roles end, what it covers goes to its heir. Returns who takes its members."""
    heir = unions.get_union(actor, wanted.successor.public_id) if wanted.successor else None
    posts.end_posts(actor, union.pk, on=timezone.localdate(now), by="CLOSED", now=now)
    access.end_union_grants(union.pk, reason="工会已并入或撤销", now=now)
    employers = unions.employer_ids_of(union.pk, limit=judging.MOST_EMPLOYERS)
    union_services.hand_over_employers(actor, union, employers, heir, now=now)
    union_services.close_union(actor, union, heir, now=now)
    target = wanted.successor or judging.home_of(wanted.union)
    if target is None:
        raise RuleBroken("reorganizing.no_home", "所在乡镇（街道）没有网上会员之家。")
    return target.id


def _tell_who_takes_over(case: Case, row: OrgChange, *, now: datetime) -> None:
    """Assets and funds: of a merger and a split to the successor, of a dissolution to the upper union."""
    union, successor = unions.get_facts(row.union_id), unions.get_facts(row.successor_id or 0)
    taker = union.parent_id if row.sort == Sort.DISSOLVE else successor.id
    holders = registry.units.holders(taker or 0, Permission.RUN, timezone.localdate(now))
    fen = sum(line["fen"] for line in row.assets)
    said = {"union": union.name, "sort": rules.SORTS[Sort(row.sort)], "count": str(len(row.assets)),
            "yuan": f"{fen / 100:,.2f}"}  # fmt: skip
    for person_id in sorted(holders[0][1])[:MOST_TOLD] if holders else ():
        notify.send("reorganizing.assets", person_id=person_id, context=said, now=now, case_public_id=case.public_id)


@transaction.atomic
def move_some(change_id: int, *, now: datetime) -> tuple[int, bool]:
    """The next members go over, each out of one union and into the other at once. Returns how many, and whether none
    is left. A chunk that was killed has moved nobody; one that is done twice finds nobody.
    """
    row = OrgChange.objects.select_related("case").get(pk=change_id)
    turn = list(_staying(row).values_list("person_id", flat=True)[:SOME])
    for person_id in turn:
        moving.take_turn(person_id)
    stays = list(_staying(row).filter(person_id__in=turn))
    if stays:
        union = unions.get_facts(row.union_id)
        target = unions.get_facts(row.successor_id or 0)
        for stay in stays:
            _move(row, stay, union, target, now=now)
        OrgChange.objects.filter(pk=row.pk).update(members=F("members") + len(stays))
    elif not turn and row.case.state == State.UPPER_APPROVED:
        workflow.move(row.case, "execute", actor=SYSTEM, now=now, note=f"转接会员 {row.members} 人")
    return len(stays), not turn


def _staying(row: OrgChange) -> Any:
    """Those who have not gone over yet, in a fixed order, so that two chunks never wait for each other."""
    stays = Membership.objects.filter(union_id=row.union_id, until__isnull=True)
    if row.sort == Sort.SPLIT:
        stays = stays.filter(employer_id__in=row.employer_ids)
    return stays.order_by("person_id")


def _move(row: OrgChange, stay: Membership, union: UnionFacts, target: UnionFacts, *, now: datetime) -> None:
    reason = rules.REASON_OF[Sort(row.sort)]
    employer = (target.employer_id, unions.get_employer_name(target.employer_id)) if target.employer_id else None
    key = moving.shift(
        SYSTEM, stay, target, now=now, reason=reason, case_id=row.case_id, employer=employer,
        kinds=(EventKind.REORGANIZED_OUT, EventKind.REORGANIZED_IN),
    )  # fmt: skip
    idle = rules.is_out_of_work(stay.employer_id, stay.employer_text, stay.new_form_group)
    if row.sort == Sort.DISSOLVE and stay.state == MembershipState.ACTIVE and idle:
        moving.change_state(
            SYSTEM, Membership.objects.get(pk=key), MembershipState.RETAINED, kind=EventKind.RETAINED, reason=reason,
            on=timezone.localdate(now), now=now, case_id=row.case_id,
        )  # fmt: skip
    said = {"union": union.name, "target": target.name, "sort": rules.SORTS[Sort(row.sort)]}
    notify.send("reorganizing.moved", person_id=stay.person_id, context=said, now=now)


def left_behind() -> list[int]:
    """Changes carried out whose union, closed by now, has a member again: a roster was being written meanwhile."""
    behind = Membership.objects.filter(until__isnull=True, union__status__in=unions.CLOSED).values("union_id")
    done = OrgChange.objects.filter(union_id__in=behind, sort__in=rules.CLOSES, carried_out_on__isnull=False)
    return list(done.values_list("pk", flat=True))
