"""A union gets another name, or ends and goes on in another; who may, and why, is the calling case's matter.

Source: docs/rules/reorganizing.md
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_row, insert_rows
from zhijia.kernel.errors import Duplicate, WrongState
from zhijia.kernel.names import text_initials, text_key
from zhijia.organization.unions import events, rules
from zhijia.organization.unions.models import CoveredUnit, MemberUnion, Union, UnionName, UnionStatus

from .opening import write_coverage

_LIVING = (UnionStatus.ACTIVE, UnionStatus.SUSPENDED, UnionStatus.PREPARING)


@transaction.atomic
def rename_union(actor: Actor, union: Union, name: str, *, now: datetime) -> None:
    """From today on; the name of before is kept with its days.

    Raises Invalid `union.name`; Duplicate `union.name_taken`; WrongState where it has ended or changed meanwhile.
    """
    name, today = rules.normalize_union_name(name), timezone.localdate(now)
    before = {"name": union.name, "name_key": union.name_key, "initials": union.initials}
    after = {"name": name, "name_key": text_key(name), "initials": text_initials(name)}
    where = {"id": union.pk, "version": union.version, "status": union.status}
    try:
        with transaction.atomic():
            changed = union.status in _LIVING and change_rows(Union, where, {**after, "version": union.version + 1})
    except IntegrityError as error:
        words = "同一上级下已有同名工会，请核对。"
        raise Duplicate("union.name_taken", words, fields={"name": words}) from error
    if not changed:
        raise WrongState
    since = UnionName.objects.filter(union=union).order_by("-until", "-id").values_list("until", flat=True).first()
    insert_row(UnionName, union_id=union.pk, since=since, until=today, **before)
    audit.record(
        actor, "unions.rename", ("union", union.public_id), now=now, unit_id=union.pk, before={"name": union.name},
        after={"name": name},
    )  # fmt: skip
    union.refresh_from_db()


@transaction.atomic
def close_union(actor: Actor, union: Union, successor: Union | None, *, now: datetime) -> None:
    """It is merged into `successor`, or dissolved: its code and names lead there, and so do the federations that list
    it and the unions whose money it took; what it covers is `hand_over_employers`' matter.

    Raises WrongState where it has ended or changed meanwhile.
    """
    today, before = timezone.localdate(now), union.status
    status = UnionStatus.MERGED if successor else UnionStatus.DISSOLVED
    after = {"status": status, "successor_id": successor.pk if successor else None, "version": union.version + 1}
    where = {"id": union.pk, "version": union.version, "status": before}
    if before not in _LIVING or not change_rows(Union, where, after):
        raise WrongState
    if successor is not None:
        Union.objects.filter(successor=union).update(successor=successor)
    _end_listings(union, successor, today)
    upper = successor if successor and successor.level <= union.level else union.parent
    Union.objects.filter(fund_parent=union).update(fund_parent=upper)
    Union.objects.filter(industry_parent=union).update(industry_parent=None)
    audit.record(
        actor, "unions.close", ("union", union.public_id), now=now, unit_id=union.pk, before={"status": before},
        after={"status": str(status)}, detail={"successor": successor.public_id if successor else ""},
    )  # fmt: skip
    union.refresh_from_db()
    events.union_changed.announce(events.UnionChanged(union.pk, (union.type, before), (union.type, status), today))


def _end_listings(union: Union, successor: Union | None, today: date) -> None:
    """Federations that list it list the successor instead; what it listed as a federation the successor lists, if it
    is one.
    """
    listed = MemberUnion.objects.filter(member=union, until__isnull=True)
    lists = MemberUnion.objects.filter(federation=union, until__isnull=True)
    wanted: list[tuple[int, int]] = []
    if successor is not None and successor.type in ("GRASSROOTS", "JOINT"):
        wanted += [(key, successor.pk) for key in listed.values_list("federation_id", flat=True)]
    if successor is not None and successor.type in rules.FEDERATIONS:
        wanted += [(successor.pk, key) for key in lists.values_list("member_id", flat=True)]
    listed.update(until=today)
    lists.update(until=today)
    rows = [{"federation_id": one, "member_id": other, "since": today} for one, other in wanted if one != other]
    insert_rows(MemberUnion, rows, ignore_conflicts=True)


@transaction.atomic
def hand_over_employers(
    actor: Actor, union: Union, employer_ids: Collection[int], heir: Union | None, *, now: datetime
) -> None:
    """The union covers these employers no more from today; `heir` does, where there is one that may."""
    today = timezone.localdate(now)
    rows = CoveredUnit.objects.filter(union=union, employer_id__in=employer_ids, until__isnull=True)
    for row in rows.select_related("employer").order_by("id"):
        change_rows(CoveredUnit, {"id": row.pk}, {"until": today})
        gone = events.CoverageChanged(union.pk, -1, -row.employer.headcount, today, union.path)
        events.coverage_changed.announce(gone)
        audit.record(actor, "unions.uncover", ("union", union.public_id), now=now, unit_id=union.pk,
                     detail={"covered": row.pk})  # fmt: skip
        if heir is not None and heir.type in rules.MANY_EMPLOYERS:
            write_coverage(actor, heir, row.employer, now=now)
