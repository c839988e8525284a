"""A cadre proposes to move many members of his scope at once. Source: docs/rules/transfers.md#many-at-once"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import retrying
from zhijia.kernel.errors import Invalid, ZhijiaError
from zhijia.kernel.ids import new_public_id
from zhijia.organization.members import selectors as members
from zhijia.organization.transfers.permissions import Permission
from zhijia.organization.transfers.rules import transfers as rules
from zhijia.organization.transfers.rules.transfers import Kind, Transfer
from zhijia.organization.unions import selectors as unions

from .transfers import check_target, movable_stay, notice, open_checked, require_other


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one member of a batch: `code` is empty when it went through, then `case` names the case."""

    person: str
    name: str
    case: str
    code: str
    message: str


def propose_batch(
    actor: Actor, person_public_ids: Sequence[str], target_id: int, *, reason: str, now: datetime
) -> tuple[str, list[RowResult]]:
    """A cadre proposes to move members of his scope to a union of his scope; each is told and may object for 7 days.

    Returns the batch's id and an answer a row, each row its own transaction. Raises Invalid `transfer.batch` for no or
    more than 500 members or a reason under 5 characters, NotFound or NotAllowed for the target, Expired `union.closed`.
    """
    wrong: dict[str, str] = {}
    chosen = list(dict.fromkeys(person_public_ids))
    if not 1 <= len(chosen) <= rules.MOST_IN_BATCH:
        wrong["members"] = f"请选择 1 到 {rules.MOST_IN_BATCH} 名会员。"
    if not 5 <= len(reason.strip()) <= 200:
        wrong["reason"] = "请写明转接原因，5 到 200 个字，会员会看到。"
    if wrong:
        raise Invalid("transfer.batch", "还有内容需要修改，请按提示改好后再提交。", fields=wrong)
    target = unions.get_facts(target_id)
    actor.require(Permission.BATCH, target.path)
    unions.require_takes_members(target)
    batch = new_public_id()
    return batch, [_propose(actor, key, target, batch, reason.strip(), now=now) for key in chosen]


def _propose(
    actor: Actor, public_id: str, target: unions.UnionFacts, batch: str, reason: str, *, now: datetime
) -> RowResult:
    name = ""
    try:
        member = members.get_member(actor, public_id)
        name = member.person.masked_name
        case = propose_one(actor, member.person.id, target.id, batch=batch, reason=reason, now=now)
    except ZhijiaError as error:
        return RowResult(public_id, name, "", error.code, error.message)
    return RowResult(public_id, name, case.public_id, "", "已告知本人，异议期满后转接")


@retrying()
@transaction.atomic
def propose_one(actor: Actor, person_id: int, target_id: int, *, batch: str, reason: str, now: datetime) -> Case:
    """One member of a batch. Raises RuleBroken `case.own`, and as `to_the_union` and `propose_batch`."""
    require_other(actor, person_id)
    stay = movable_stay(person_id, timezone.localdate(now))
    source, target = unions.get_facts(stay.union_id), unions.get_facts(target_id)
    actor.require(Permission.BATCH, source.path)
    actor.require(Permission.BATCH, target.path)
    check_target(stay, target)
    given = {"stay": stay, "target": target, "kind": Kind.BATCH, "said": reason, "batch": batch}
    case = open_checked(actor, given | {"start": Transfer.NOTICED}, now=now)
    notice(case, source, reason, now)
    return case
