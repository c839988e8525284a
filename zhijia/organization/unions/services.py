"""Writing unions, employers and what they cover."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.regions import selectors as regions
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import Duplicate, Invalid, RuleBroken, Stale, WrongState
from zhijia.kernel.identifiers import normalize_phone, normalize_uscc
from zhijia.kernel.names import text_initials, text_key

from . import events, rules, selectors, serials
from .models import CoveredUnit, Employer, Union, UnionPath, UnionStatus, UnionType
from .permissions import Permission


@transaction.atomic
def open_union(
    actor: Actor,
    *,
    name: str,
    type: str,
    level: int,
    region: str,
    parent: Union | None,
    now: datetime,
    employer: Employer | None = None,
    direct: bool = False,
    founded_on: date | None = None,
    credit_code: str | None = None,
    phone: str = "",
    address: str = "",
    hours: str = "",
    status: str = UnionStatus.ACTIVE,
) -> Union:
    """Put a union into the tree, with its code; a township's general union brings its online members' home along.

    Raises NotFound, NotAllowed; Invalid `union.name`, `union.region`; RuleBroken of `rules.check_place`;
    Duplicate `union.name_taken`, `union.employer_covered`. Source: docs/rules/unions.md#opening
    """
    if parent is not None:
        actor.require(Permission.CREATE, parent.path)
    elif not actor.is_system:
        actor.require_anywhere(Permission.CREATE)
        raise RuleBroken("union.no_parent", "请先选择上级工会。")
    name = rules.normalize_union_name(name)
    if type not in rules.TYPE_DIGITS:
        raise Invalid("union.type", "请选择工会类型。", fields={"type": "请选择工会类型。"})
    if not regions.exists(region):
        raise Invalid("union.region", "没有这个区划，请重新选择。", fields={"region": "没有这个区划，请重新选择。"})
    if parent is not None:
        rules.check_place(
            rules.Place(type, level, region), rules.Place(parent.type, parent.level, parent.region, parent.status), direct=direct
        )
    credit_code = normalize_uscc(credit_code) if credit_code else None
    today = timezone.localdate(now)
    path = _next_path(parent)
    code = rules.union_code(region, type, serials.take(serials.code_series(region, type)))
    county_id, city_id = _upper_ids(parent)
    try:
        with transaction.atomic():
            union = Union.objects.create(
                code=code, name=name, name_key=text_key(name), initials=text_initials(name), type=type, level=level, status=status,
                parent=parent, path=path, county_id=county_id, city_id=city_id, fund_parent=parent, region=region,
                direct=direct, employer=employer, credit_code=credit_code, founded_on=founded_on, phone=phone,
                address=address, hours=hours, created_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise Duplicate("union.name_taken", "同一上级下已有同名工会，或该统一社会信用代码已登记，请核对。") from error
    UnionPath.objects.create(union=union, path=path, since=today)
    if level == rules.LEVEL_COUNTY:
        union.county_id = union.pk
    if level == rules.LEVEL_CITY:
        union.city_id = union.pk
    if level in (rules.LEVEL_COUNTY, rules.LEVEL_CITY):
        union.save(update_fields=["county", "city"])
    if employer is not None:
        cover(actor, union, employer, now=now)
    audit.record(actor, "unions.open", ("union", union.public_id), now=now, unit_id=union.pk, after=_content(union))
    events.union_opened.announce(events.UnionOpened(union.pk, type, today))
    if type == UnionType.GENERAL and level == rules.LEVEL_TOWNSHIP:
        _open_home(actor, union, now=now)
    return union


def _open_home(actor: Actor, township: Union, *, now: datetime) -> Union:
    return open_union(
        actor, name=rules.home_name(regions.name_of(township.region)), type=UnionType.ONLINE_HOME, level=rules.LEVEL_AREA,
        region=township.region, parent=township, now=now,
    )  # fmt: skip


def _next_path(parent: Union | None) -> str:
    if parent is None:
        return rules.path_segment(serials.take("roots"))
    Union.objects.filter(pk=parent.pk).update(last_child=F("last_child") + 1)
    number = Union.objects.values_list("last_child", flat=True).get(pk=parent.pk)
    return parent.path + rules.path_segment(number)


def _upper_ids(parent: Union | None) -> tuple[int | None, int | None]:
    """County and city of a new child: the parent's, or the parent itself where it stands at that level."""
    if parent is None:
        return None, None
    return parent.county_id, parent.city_id


def _content(union: Union) -> dict[str, Any]:
    return rules.content(vars(union))


@transaction.atomic
def open_employer(
    actor: Actor, *, name: str, credit_code: str | None, region: str, now: datetime, industry: str = "",
    ownership: str = "99", headcount: int = 0,
) -> Employer:
    """Record an employer. Raises Invalid, Duplicate `employer.exists` where the credit code is known."""  # fmt: skip
    actor.require_anywhere(Permission.EDIT)
    clean = " ".join(name.split())
    if not 2 <= len(clean) <= 120:
        raise Invalid("employer.name", "单位名称应为 2 到 120 个字。", fields={"name": "单位名称应为 2 到 120 个字。"})
    code = normalize_uscc(credit_code) if credit_code else None
    try:
        with transaction.atomic():
            employer = Employer.objects.create(
                name=clean, name_key=text_key(clean), credit_code=code, region=region, industry=industry,
                ownership=ownership, headcount=headcount, created_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise Duplicate("employer.exists", "这个统一社会信用代码的单位已经登记，请直接选用。") from error
    audit.record(actor, "unions.employer", ("employer", employer.public_id), now=now, after={"name": clean, "code": code})
    return employer


@transaction.atomic
def cover(actor: Actor, union: Union, employer: Employer, *, now: datetime) -> CoveredUnit:
    """The union represents this employer's workers from today. Raises Duplicate `union.employer_covered`."""
    actor.require(Permission.EDIT, union.path)
    try:
        with transaction.atomic():
            row = CoveredUnit.objects.create(union=union, employer=employer, since=timezone.localdate(now))
    except IntegrityError as error:
        other = selectors.union_covering(employer.pk)
        raise Duplicate("union.employer_covered", f"该单位已由“{other.name if other else '其他工会'}”涵盖。") from error
    audit.record(actor, "unions.cover", ("union", union.public_id), now=now, unit_id=union.pk, after={"employer": employer.public_id})
    return row


@transaction.atomic
def uncover(actor: Actor, union: Union, covered_id: int, *, now: datetime) -> None:
    """End the representation today. Raises WrongState where it has ended already."""
    actor.require(Permission.EDIT, union.path)
    if not change_rows(CoveredUnit, {"id": covered_id, "union_id": union.pk, "until": None}, {"until": timezone.localdate(now)}):
        raise WrongState
    audit.record(actor, "unions.uncover", ("union", union.public_id), now=now, unit_id=union.pk, detail={"covered": covered_id})


EDITABLE = ("phone", "address", "hours", "notice")


@transaction.atomic
def edit_union(actor: Actor, union: Union, changes: Mapping[str, str], *, version: int, now: datetime) -> Union:
    """Change what the public sees of a union (`EDITABLE`). Raises Invalid, Stale when somebody saved in between."""
    actor.require(Permission.EDIT, union.path)
    values = {key: changes[key].strip() for key in EDITABLE if key in changes}
    if values.get("phone"):
        values["phone"] = normalize_phone(values["phone"])
    before = _content(union)
    if not change_rows(Union, {"id": union.pk, "version": version}, {**values, "version": version + 1}):
        raise Stale
    union.refresh_from_db()
    audit.record(actor, "unions.edit", ("union", union.public_id), now=now, unit_id=union.pk, before=before, after=_content(union))
    return union


def _change_status(actor: Actor, union: Union, source: str, target: str, *, reason: str, now: datetime) -> Union:
    actor.require(Permission.SUSPEND, union.path)
    if actor.is_system is False and not any(g.covers(union.path) and g.unit_id != union.pk for g in actor.living_grants):
        raise RuleBroken("union.own_status", "暂停和恢复须由上级工会办理。")
    if len(reason.strip()) < 5:
        raise Invalid("union.reason", "请写明原因，至少 5 个字。", fields={"reason": "请写明原因，至少 5 个字。"})
    if not change_rows(Union, {"id": union.pk, "status": source}, {"status": target}):
        raise WrongState
    union.status = target
    audit.record(
        actor, "unions.status", ("union", union.public_id), now=now, unit_id=union.pk, before={"status": source},
        after={"status": target}, detail={"reason": reason.strip()},
    )  # fmt: skip
    events.union_changed.announce(
        events.UnionChanged(union.pk, (union.type, source), (union.type, target), timezone.localdate(now))
    )
    return union


@transaction.atomic
def suspend_union(actor: Actor, union: Union, *, reason: str, now: datetime) -> Union:
    """The union takes no applications until it is resumed; decided by an upper union."""
    return _change_status(actor, union, UnionStatus.ACTIVE, UnionStatus.SUSPENDED, reason=reason, now=now)


@transaction.atomic
def resume_union(actor: Actor, union: Union, *, reason: str, now: datetime) -> Union:
    return _change_status(actor, union, UnionStatus.SUSPENDED, UnionStatus.ACTIVE, reason=reason, now=now)
