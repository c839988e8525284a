"""What is changed of a union that stands: its public facts, its relations, its status, its place in the tree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import Duplicate, Invalid, RuleBroken, Stale, WrongState
from zhijia.kernel.identifiers import normalize_phone
from zhijia.organization.unions import events, rules
from zhijia.organization.unions.models import Union, UnionPath, UnionStatus
from zhijia.organization.unions.permissions import Permission

from .opening import ADDRESS_LENGTH, HOURS_LENGTH, check_text, next_path

EDITABLE = {"phone": 40, "address": ADDRESS_LENGTH, "hours": HOURS_LENGTH, "notice": 300}
"""What the public sees of a union, and how long it may be."""
_LABELS = {"phone": "联系电话", "address": "地址", "hours": "服务时间", "notice": "提示"}
MOST_MOVED = 2_000


@transaction.atomic
def edit_union(actor: Actor, union: Union, changes: Mapping[str, str], *, version: int, now: datetime) -> Union:
    """Change what the public sees of a union (`EDITABLE`).

    Raises Invalid `phone.format`, `union.text`; WrongState for a closed union; Stale when somebody saved in between.
    """
    actor.require(Permission.EDIT, union.path)
    _require_living(union)
    values = {key: changes[key].strip() for key in EDITABLE if key in changes}
    for key, text in values.items():
        check_text(key, text, EDITABLE[key], _LABELS[key])
    if values.get("phone"):
        try:
            values["phone"] = normalize_phone(values["phone"])
        except Invalid as error:
            raise Invalid(error.code, error.message, fields={"phone": error.message}) from error
    before = rules.content(vars(union))
    if not change_rows(Union, {"id": union.pk, "version": version}, {**values, "version": version + 1}):
        raise Stale
    union.refresh_from_db()
    after = rules.content(vars(union))
    audit.record(
        actor, "unions.edit", ("union", union.public_id), now=now, unit_id=union.pk, before=before, after=after
    )
    return union


def _require_living(union: Union) -> None:
    if union.status in {UnionStatus.MERGED, UnionStatus.DISSOLVED}:
        raise WrongState("union.ended", "这个工会已经并入或撤销，不能再修改。")


@transaction.atomic
def set_relations(
    actor: Actor, union: Union, *, industry_parent: str, fund_parent: str, version: int, now: datetime
) -> Union:
    """Who guides the union's trade and where its money goes up, by union codes.

    Empty means no guiding union, and money goes to the upper union. Raises Invalid `union_code.…`,
    `union.relation_unknown`, RuleBroken of `rules.check_relation`, Stale. Source: docs/rules/unions.md#relations
    """
    actor.require(Permission.RELATE, union.path)
    _require_living(union)
    guide = _related(union, "industry_parent", industry_parent)
    fund = _related(union, "fund_parent", fund_parent) if fund_parent.strip() else union.parent
    before = {"industry_parent": union.industry_parent_id, "fund_parent": union.fund_parent_id}
    after = {"industry_parent_id": guide.pk if guide else None, "fund_parent_id": fund.pk if fund else None}
    if not change_rows(Union, {"id": union.pk, "version": version}, {**after, "version": version + 1}):
        raise Stale
    union.refresh_from_db()
    audit.record(
        actor, "unions.relate", ("union", union.public_id), now=now, unit_id=union.pk, before=before, after=after
    )
    return union


def _related(union: Union, relation: str, code: str) -> Union | None:
    if not code.strip():
        return None
    try:
        other = Union.objects.filter(code=rules.normalize_union_code(code)).first()
    except Invalid as error:
        raise Invalid(error.code, error.message, fields={relation: error.message}) from error
    if other is None or other.path[:4] != union.path[:4]:
        words = "没有这个编码的工会，请核对。"
        raise Invalid("union.relation_unknown", words, fields={relation: words})
    rules.check_relation(relation, rules.Place.of(union), rules.Place.of(other))
    return other


def _change_status(actor: Actor, union: Union, source: str, target: str, *, reason: str, now: datetime) -> Union:
    actor.require(Permission.SUSPEND, union.path)
    if not actor.is_system and not any(
        Permission.SUSPEND in grant.permissions and grant.covers(union.path) and grant.unit_id != union.pk
        for grant in actor.living_grants
    ):
        raise RuleBroken("union.own_status", "暂停和恢复须由上级工会办理。")
    if not 5 <= len(reason.strip()) <= 200:
        raise Invalid("union.reason", "请写明原因，5 到 200 个字。", fields={"reason": "请写明原因，5 到 200 个字。"})
    if not change_rows(Union, {"id": union.pk, "status": source}, {"status": target}):
        raise WrongState
    union.status = target
    audit.record(
        actor, "unions.status", ("union", union.public_id), now=now, unit_id=union.pk, before={"status": source},
        after={"status": target}, detail={"reason": reason.strip()},
    )  # fmt: skip
    on = timezone.localdate(now)
    events.union_changed.announce(events.UnionChanged(union.pk, (union.type, source), (union.type, target), on))
    return union


@transaction.atomic
def suspend_union(actor: Actor, union: Union, *, reason: str, now: datetime) -> Union:
    """The union takes no applications until it is resumed; decided by an upper union.

    Raises RuleBroken `union.own_status`, Invalid `union.reason`, WrongState where it is not open.
    """
    return _change_status(actor, union, UnionStatus.ACTIVE, UnionStatus.SUSPENDED, reason=reason, now=now)


@transaction.atomic
def resume_union(actor: Actor, union: Union, *, reason: str, now: datetime) -> Union:
    """The union is open again; raises as `suspend_union`."""
    return _change_status(actor, union, UnionStatus.SUSPENDED, UnionStatus.ACTIVE, reason=reason, now=now)


@transaction.atomic
def move_union(actor: Actor, union: Union, parent_code: str, *, reason: str, version: int, now: datetime) -> Union:
    """Put a union with all below it under another upper union, from today.

    Who may is the calling case's matter. At most 2,000 unions move at once; members, grants and figures follow by ids
    and by the event, nothing else holds a path. Raises Invalid `union_code.…`, `union.parent_…`, `union.reason`;
    RuleBroken `union.cycle`, of `rules.check_place`, `union.subtree_large`, `union.home_stays`; Duplicate
    `union.name_taken`; Stale. Source: docs/rules/unions.md#moving
    """
    if union.parent is None or union.is_home:
        raise RuleBroken("union.home_stays", "省级工会和网上会员之家不能改隶。")
    _require_living(union)
    if not 5 <= len(reason.strip()) <= 200:
        raise Invalid("union.reason", "请写明原因，5 到 200 个字。", fields={"reason": "请写明原因，5 到 200 个字。"})
    parent = _new_parent(actor, union, parent_code)
    count = Union.objects.filter(db.subtree("path", union.path)).count()
    if count > MOST_MOVED:
        raise RuleBroken(
            "union.subtree_large", f"它有{count - 1}个下级工会，一次最多移动{MOST_MOVED}个，请先分批移动下级。"
        )
    if not change_rows(Union, {"id": union.pk, "version": version}, {"version": version + 1}):
        raise Stale
    old_path, new_path = union.path, next_path(parent)
    try:
        with transaction.atomic():
            _rewrite(union, parent, new_path, on=timezone.localdate(now))
    except IntegrityError as error:
        raise Duplicate("union.name_taken", "新的上级下已有同名工会，请先核对。") from error
    union.refresh_from_db()
    audit.record(
        actor, "unions.move", ("union", union.public_id), now=now, unit_id=union.pk, before={"path": old_path},
        after={"path": new_path}, detail={"reason": reason.strip(), "unions": count},
    )  # fmt: skip
    events.union_moved.announce(events.UnionMoved(union.pk, old_path, new_path, timezone.localdate(now)))
    return union


def _new_parent(actor: Actor, union: Union, code: str) -> Union:
    try:
        parent = Union.objects.filter(code=rules.normalize_union_code(code)).first()
    except Invalid as error:
        raise Invalid(error.code, error.message, fields={"parent": error.message}) from error
    if parent is None or not actor.scope.covers(parent.path):
        words = "您的管理范围内没有这个编码的工会，请核对。"
        raise Invalid("union.parent_unknown", words, fields={"parent": words})
    rules.check_no_cycle(union.path, parent.path)
    if parent.pk == union.parent_id:
        words = "它现在就在这个上级之下。"
        raise Invalid("union.parent_same", words, fields={"parent": words})
    rules.check_place(rules.Place.of(union), rules.Place.of(parent), direct=union.direct)
    return parent


def _rewrite(union: Union, parent: Union, new_path: str, *, on: date) -> None:
    """Paths of the subtree, their history, and the county and city above; some five statements however many unions."""
    old_path = union.path
    below = Union.objects.filter(db.subtree("path", old_path))
    ids = list(below.values_list("pk", flat=True))
    below.update(path=Concat(Value(new_path), Substr("path", len(old_path) + 1)))
    moved = Union.objects.filter(pk__in=ids)
    values: dict[str, Any] = {"parent_id": parent.pk}
    if union.fund_parent_id == union.parent_id:
        values["fund_parent_id"] = parent.pk
    Union.objects.filter(pk=union.pk).update(**values)
    # Whoever took county or city from above the moved union takes the new one; who has his own keeps it.
    for column, level in (("county_id", rules.LEVEL_COUNTY), ("city_id", rules.LEVEL_CITY)):
        if union.level > level:
            moved.filter(**{column: getattr(union, column)}).update(**{column: getattr(parent, column)})
    UnionPath.objects.filter(union_id__in=ids, until__isnull=True, since=on).update(
        path=Concat(Value(new_path), Substr("path", len(old_path) + 1))
    )
    earlier = UnionPath.objects.filter(union_id__in=ids, until__isnull=True, since__lt=on)
    again = list(earlier.values_list("union_id", flat=True))
    earlier.update(until=on)
    paths = dict(Union.objects.filter(pk__in=again).values_list("pk", "path"))
    db.insert_rows(UnionPath, [{"union_id": key, "path": paths[key], "since": on} for key in again])


@transaction.atomic
def register_credit_code(actor: Actor, union_id: int, code: str, *, now: datetime) -> None:
    """The union's own credit code, as its registrar gave it. Raises Duplicate `union.credit_code_taken`."""
    union = Union.objects.get(pk=union_id)
    before = rules.content(vars(union))
    try:
        with transaction.atomic():
            change_rows(Union, {"id": union_id}, {"credit_code": code, "version": union.version + 1})
    except IntegrityError as error:
        words = "这个统一社会信用代码已登记在另一个工会名下，请核对。"
        raise Duplicate("union.credit_code_taken", words, fields={"credit_code": words}) from error
    union.refresh_from_db()
    after = rules.content(vars(union))
    audit.record(
        actor, "unions.edit", ("union", union.public_id), now=now, unit_id=union_id, before=before, after=after
    )
