"""Which employers a union represents, and which unions a federation lists."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, RuleBroken, WrongState
from zhijia.organization.unions import events, rules, selectors
from zhijia.organization.unions.models import CoveredUnit, Employer, MemberUnion, Union
from zhijia.organization.unions.permissions import Permission

from .opening import open_employer, write_coverage


@transaction.atomic
def cover(actor: Actor, union: Union, employer: Employer, *, now: datetime) -> CoveredUnit:
    """The union represents this employer's workers from today.

    Raises RuleBroken `union.covers_none`, `.covers_one`, WrongState; Duplicate `union.employer_covered`.
    """
    actor.require(Permission.EDIT, union.path)
    if not union.is_open:
        raise WrongState("union.not_open", "工会当前不在正常状态，不能增加涵盖单位。")
    covered = CoveredUnit.objects.filter(union=union, until__isnull=True).count()
    try:
        rules.check_coverage(union.type, covered)
    except RuleBroken:
        other = selectors.union_covering(employer.pk)
        if other is not None and other.id != union.pk:
            words = f"该单位已由“{other.name}”涵盖，请先核对。"
            raise Duplicate("union.employer_covered", words, fields={"employer": words}) from None
        raise
    return write_coverage(actor, union, employer, now=now)


@transaction.atomic
def cover_named(
    actor: Actor, union: Union, *, credit_code: str, name: str, now: datetime, headcount: int | None = None
) -> CoveredUnit:
    """Cover an employer known by its credit code or full name; an unknown one is recorded with both first.

    Raises Invalid `employer.…`, `uscc.…`, and what `cover` raises.
    """
    actor.require(Permission.EDIT, union.path)
    employer = selectors.match_employer(credit_code, name)
    if employer is None:
        if not (credit_code.strip() and name.strip()):
            words = "没有登记过这个单位，请把单位名称和统一社会信用代码都填上。"
            raise Invalid("employer.unknown", words, fields={"name": words})
        employer = open_employer(
            actor, name=name, credit_code=credit_code, region=union.region, headcount=headcount or 0, now=now
        )
    return cover(actor, union, employer, now=now)


@transaction.atomic
def uncover(actor: Actor, union: Union, covered_id: int, *, now: datetime) -> None:
    """End the representation today. Raises WrongState where it has ended, RuleBroken for a union's own employer."""
    actor.require(Permission.EDIT, union.path)
    row = CoveredUnit.objects.filter(pk=covered_id, union=union).select_related("employer").first()
    if row is None:
        raise NotFound
    if union.employer_id == row.employer_id:
        raise RuleBroken("union.own_employer", "这是本工会所在的单位，不能移出；单位终止时请办理撤销工会。")
    where = {"id": covered_id, "union_id": union.pk, "until": None}
    today = timezone.localdate(now)
    if not change_rows(CoveredUnit, where, {"until": today}):
        raise WrongState
    events.coverage_changed.announce(events.CoverageChanged(union.pk, -1, -row.employer.headcount, today, union.path))
    detail = {"covered": covered_id}
    audit.record(actor, "unions.uncover", ("union", union.public_id), now=now, unit_id=union.pk, detail=detail)


@transaction.atomic
def list_member_union(actor: Actor, federation: Union, code: str, *, now: datetime) -> MemberUnion:
    """A federation lists an open grassroots union of its own upper union's subtree, by code; nobody's parent changes.

    Raises Invalid `union_code.…`; NotFound; RuleBroken `federation.type`, `.member_type`, `.itself`; WrongState;
    Duplicate `federation.listed`. Source: docs/rules/unions.md#federations
    """
    actor.require(Permission.EDIT, federation.path)
    if federation.type not in rules.FEDERATIONS:
        raise RuleBroken("federation.type", "只有区域、行业工会联合会登记成员工会。")
    upper = federation.path[:-4]
    member = Union.objects.filter(code=rules.normalize_union_code(code), path__gte=upper, path__lt=upper + "~").first()
    if member is None:
        words = "在联合会上级工会的范围内没有这个编码的工会，请核对。"
        raise NotFound("federation.member_unknown", words)
    if member.pk == federation.pk:
        raise RuleBroken("federation.itself", "联合会不能把自己登记为成员。")
    if member.type not in {"GRASSROOTS", "JOINT"}:
        raise RuleBroken("federation.member_type", "成员工会应是基层工会或联合基层工会。")
    if not member.is_open:
        raise WrongState("federation.member_closed", "这个工会当前不在正常状态，不能登记为成员。")
    try:
        with transaction.atomic():
            row = MemberUnion.objects.create(federation=federation, member=member, since=timezone.localdate(now))
    except IntegrityError as error:
        raise Duplicate("federation.listed", "这个工会已经是成员。") from error
    after = {"member": member.public_id}
    audit.record(actor, "unions.list", ("union", federation.public_id), now=now, unit_id=federation.pk, after=after)
    return row


@transaction.atomic
def unlist_member_union(actor: Actor, federation: Union, row_id: int, *, now: datetime) -> None:
    """End a listing today. Raises WrongState where it has ended or is another federation's."""
    actor.require(Permission.EDIT, federation.path)
    where = {"id": row_id, "federation_id": federation.pk, "until": None}
    if not change_rows(MemberUnion, where, {"until": timezone.localdate(now)}):
        raise WrongState
    detail = {"listing": row_id}
    audit.record(actor, "unions.unlist", ("union", federation.public_id), now=now, unit_id=federation.pk, detail=detail)
