"""Transfer: the member asks, the union he goes to decides; many at once by a cadre; secondment and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_row, retrying
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken, WrongState, ZhijiaError
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.registry import registry
from zhijia.organization.access import selectors as access
from zhijia.organization.members import selectors
from zhijia.organization.members.events import MembershipEnded, MembershipHandedOver
from zhijia.organization.members.permissions import Permission as MemberPermission
from zhijia.organization.members.selectors import Membership
from zhijia.organization.members.services import moving
from zhijia.organization.people import selectors as people
from zhijia.organization.transfers.events import TransferEnded, transfer_ended
from zhijia.organization.transfers.models import Transfer
from zhijia.organization.transfers.permissions import Permission
from zhijia.organization.transfers.rules import transfers as rules
from zhijia.organization.unions import selectors as unions

MOST_TOLD = 5


@retrying()
@transaction.atomic
def request_transfer(
    actor: Actor, target_id: int, *, reason: str = "", until: date | None = None, now: datetime
) -> Case:
    """A member asks another union to take him over; with `until` for a secondment that ends on that day.

    His membership stays where it is until it is completed. An invitation that waits is confirmed by this where it is
    that union's, and ended otherwise. Raises NotSignedIn; RuleBroken `transfer.not_member`
    `transfer.same_union` `transfer.holds_post`; Invalid `transfer.secondment` `transfer.reason_long`; Expired
    `union.closed`; Duplicate `transfers.transfer.already_open`. Source: docs/rules/transfers.md
    """
    person_id = actor.require_person()
    today = timezone.localdate(now)
    stay = movable_stay(person_id, today)
    target = unions.get_facts(target_id)
    check_target(stay, target)
    if len(reason) > 200:
        text = "说明请不要超过 200 个字。"
        raise Invalid("transfer.reason_long", text, fields={"reason": text})
    invited = _open_invitation(person_id)
    if invited is not None and invited.unit_id == target.id and until is None:
        return confirm_transfer(actor, invited.public_id, now=now)
    if until is not None:
        rules.check_secondment(until, today)
    kind = rules.Kind.SECONDMENT if until is not None else rules.Kind.OWN
    case = open_transfer(actor, stay, target, kind=kind, now=now, reason=reason.strip(), until=until)
    source = unions.get_facts(stay.union_id)
    tell(person_id, "transfers.transfer_asked", {"union": target.name}, case, now=now)
    _tell_source(case, source, target, now=now)
    return case


def movable_stay(person_id: int, today: date) -> Membership:
    stay = selectors.open_stay(person_id)
    if stay is None:
        raise RuleBroken("transfer.not_member", "您现在不是工会会员，请直接申请入会。")
    if _holds_post(stay, today):
        raise RuleBroken("transfer.holds_post", "您在现在的工会还担任职务或持有岗位授权，请先办理卸任，再转会。")
    return stay


def check_target(stay: Membership, target: unions.UnionFacts) -> None:
    if target.id == stay.union_id:
        raise RuleBroken("transfer.same_union", f"您的会籍已经在“{target.name}”，不需要转会。")
    unions.require_takes_members(target)


def open_transfer(
    actor: Actor,
    stay: Membership,
    target: unions.UnionFacts,
    *,
    kind: str,
    now: datetime,
    reason: str = "",
    until: date | None = None,
    batch: str = "",
    returns_id: int | None = None,
    start: str | None = None,
) -> Case:
    person = people.get_facts(stay.person_id)
    if kind in rules.OWN_WISH:
        _end_invitation(person.id, now=now)
    case = workflow.open_case(
        rules.TRANSFER,
        actor,
        title=person.masked_name,
        unit_id=target.id,
        other_unit_id=stay.union_id,
        owner_person_id=person.id,
        now=now,
        open_key=f"person:{person.id}",
        note=rules.KINDS[kind],
        start=start,
    )
    insert_row(
        Transfer,
        case_id=case.pk,
        person_id=person.id,
        kind=str(kind),
        source_id=stay.union_id,
        target_id=target.id,
        batch=batch,
        reason=reason,
        until=until,
        returns_id=returns_id,
        membership_id=None,
        dues_from=None,
        requested_at=now,
        completed_at=None,
    )
    return case


def tell(person_id: int, template: str, context: Mapping[str, Any], case: Case, *, now: datetime) -> None:
    notify.send(template, person_id=person_id, context=context, now=now, case_public_id=case.public_id)


def _tell_source(case: Case, source: unions.UnionFacts, target: unions.UnionFacts, *, now: datetime) -> None:
    """Who keeps the roster of the union he leaves is told; it has nothing to decide."""
    today = timezone.localdate(now)
    for unit_id, persons in registry.units.holders(source.id, Permission.DECIDE, today):
        if unit_id == source.id:
            context = {"name": case.title, "union": target.name}
            for person_id in sorted(persons)[:MOST_TOLD]:
                notify.send("transfers.transfer_leaving", person_id=person_id, context=context, now=now)


def _find(actor: Actor, public_id: str) -> tuple[Case, Transfer]:
    """For deciders at the target. Raises NotFound, NotAllowed: the union left can see it and not decide."""
    case = cases.find_case(rules.TRANSFER.code, public_id)
    transfer = Transfer.objects.filter(case_id=case.pk).first() if case else None
    if case is None or transfer is None:
        raise NotFound
    if not actor.is_system:
        target, source = unions.get_facts(transfer.target_id), unions.get_facts(transfer.source_id)
        decides = actor.scope_for(Permission.DECIDE)
        if not decides.covers(target.path) and actor.scope_for(MemberPermission.VIEW).covers(source.path):
            raise NotAllowed("transfer.target_decides", "转会由转入的工会审核，转出工会不需要审批。")
        actor.require(Permission.DECIDE, target.path)
    return case, transfer


@retrying()
@transaction.atomic
def accept_transfer(actor: Actor, public_id: str, *, now: datetime, version: int | None = None) -> int:
    """The target union takes the member over; the union left is told and cannot refuse. Returns the membership's id.

    Raises NotFound; NotAllowed `transfer.target_decides` for the union left; WrongState, RuleBroken `case.own`
    `transfer.holds_post` `transfer.not_member`, Expired `union.closed`.
    """
    case, transfer = _find(actor, public_id)
    moving.take_turn(transfer.person_id)
    name = "accept_above" if case.state == rules.Transfer.ESCALATED else "accept"
    workflow.move(case, name, actor=actor, now=now, version=version)
    return complete(actor, case, transfer, now=now)


def complete(actor: Actor, case: Case, transfer: Transfer, *, now: datetime) -> int:
    today = timezone.localdate(now)
    stay = movable_stay(transfer.person_id, today)
    target = unions.get_facts(transfer.target_id)
    if stay.union_id != transfer.source_id:
        raise WrongState("transfer.moved", "会员的会籍已有变动，请刷新后重新核对。")
    check_target(stay, target)
    dues_from = rules.dues_from(today)
    employer = (target.employer_id, unions.get_employer_name(target.employer_id)) if target.employer_id else None
    membership_id = moving.shift(
        actor,
        stay,
        target,
        now=now,
        reason=transfer.kind,
        case_id=case.pk,
        employer=employer,
        after={"dues_from": dues_from.isoformat()},
    )
    change_rows(
        Transfer,
        {"id": transfer.pk},
        {"membership_id": membership_id, "dues_from": dues_from, "completed_at": now},
    )
    tell(
        transfer.person_id,
        "transfers.transfer_done",
        {"union": target.name, "month": f"{dues_from.year} 年 {dues_from.month} 月"},
        case,
        now=now,
    )
    return membership_id


@retrying()
@transaction.atomic
def refuse_transfer(
    actor: Actor, public_id: str, *, reason: str, note: str = "", now: datetime, version: int | None = None
) -> None:
    """The target does not take him; his membership stays. Raises as `accept_transfer`, Invalid `transfer.reason`."""
    case, transfer = _find(actor, public_id)
    rules.check_refusal(reason, note)
    words = rules.REFUSALS[reason] + (f"：{note.strip()}" if note.strip() else "")
    name = "refuse_above" if case.state == rules.Transfer.ESCALATED else "refuse"
    workflow.move(case, name, actor=actor, now=now, given={"reason": reason}, note=words[:500], version=version)
    change_rows(Transfer, {"id": transfer.pk}, {"refusal": reason})
    target = unions.get_facts(transfer.target_id)
    transfer_ended.announce(TransferEnded(transfer.person_id, target.id, f"转入审核没有同意：{words}", now))
    tell(transfer.person_id, "transfers.transfer_refused", {"union": target.name, "reason": words}, case, now=now)


@retrying()
@transaction.atomic
def cancel_transfer(actor: Actor, public_id: str, *, now: datetime) -> None:
    """The member takes it back, objects where his union proposed it, or declines an invitation. Raises NotFound,
    WrongState.
    """
    case = cases.get_my_case(actor, public_id)
    names = {rules.Transfer.NOTICED: "object", rules.Transfer.INVITED: "decline"}
    name = names.get(rules.Transfer(case.state), "cancel")
    workflow.move(case, name, actor=actor, now=now)
    words = "本人没有接受邀请。" if name == "decline" else "本人取消了转会。"
    transfer_ended.announce(TransferEnded(actor.require_person(), case.unit_id, words, now))


def follow_ended(event: MembershipEnded) -> None:
    """What was on its way ends with the membership."""
    _lapse_open(event, event.note)


def follow_handed_over(event: MembershipHandedOver) -> None:
    """Whoever has gone elsewhere meanwhile is not moved from where he was."""
    _lapse_open(event, "会籍已转到其他工会。")


def _lapse_open(event: MembershipEnded | MembershipHandedOver, note: str) -> None:
    found = [case.pk for case in cases.list_open(rules.TRANSFER.code, event.person_id) if case.pk != event.case_id]
    workflow.move_many(rules.TRANSFER, "lapse", found, actor=SYSTEM, now=event.at, note=note)


# --- Invitations
@retrying()
@transaction.atomic
def invite(actor: Actor, person_id: int, target_id: int, *, now: datetime) -> Case:
    """A union asks another union's member to come: his transfer is opened, and waits for his word alone.

    The union he is in learns of it when he has confirmed. The caller holds the right to invite. Raises RuleBroken
    `case.own` `transfer.not_member` `transfer.same_union` `transfer.holds_post`, Expired `union.closed`, Duplicate
    `transfers.transfer.already_open`.
    """
    _require_other(actor, person_id)
    stay = selectors.open_stay(person_id)
    if stay is None:
        raise RuleBroken("transfer.not_member", "这位职工现在不是任何工会的会员，不需要转会，请直接登记。")
    target = unions.get_facts(target_id)
    if stay.union_id == target.id:
        raise RuleBroken("transfer.same_union", "这位职工已经是本工会会员，不需要邀请。")
    if _holds_post(stay, timezone.localdate(now)):
        raise RuleBroken("transfer.holds_post", "这位会员在现在的工会还担任职务，卸任后才能转会，请以后再邀请。")
    unions.require_takes_members(target)
    under_way = cases.list_open(rules.TRANSFER.code, person_id)
    if under_way:
        here = under_way[0].unit_id == target.id
        words = "他已申请转入本工会，请在“转会”中审核。" if here else "办结之前不能邀请，请过几天再来办理。"
        raise Duplicate("transfers.transfer.already_open", f"这位会员正在办理转会，{words}")
    case = open_transfer(actor, stay, target, kind=rules.Kind.INVITED, now=now, start=rules.Transfer.INVITED)
    until = case.last_day.isoformat() if case.last_day else ""
    tell(person_id, "transfers.transfer_invited", {"union": target.name, "until": until}, case, now=now)
    return case


def _require_other(actor: Actor, person_id: int) -> None:
    if actor.person_id == person_id:
        raise RuleBroken("case.own", "这是您本人的事项，需由其他人办理。")


def _holds_post(stay: Membership, today: date) -> bool:
    return any(unit == stay.union_id for _role, unit in access.held_roles(stay.person_id, today=today))


def _open_invitation(person_id: int) -> Case | None:
    found = cases.list_open(rules.TRANSFER.code, person_id)
    return next((case for case in found if case.state == rules.Transfer.INVITED), None)


def _end_invitation(person_id: int, *, now: datetime) -> None:
    """His own wish to go elsewhere counts more than an invitation."""
    case = _open_invitation(person_id)
    if case is not None:
        workflow.move(case, "lapse", actor=SYSTEM, now=now, note="本人另行申请转会。")
        transfer_ended.announce(TransferEnded(person_id, case.unit_id, "本人申请转到其他工会。", now))


@retrying()
@transaction.atomic
def confirm_transfer(actor: Actor, public_id: str, *, now: datetime) -> Case:
    """The member says yes to an invitation with one tap; from here on it is as if he had asked himself.

    Raises NotFound, WrongState, also `transfer.moved` where his membership has changed since; RuleBroken
    `transfer.holds_post` `transfer.not_member`; Expired `union.closed`.
    """
    case = cases.get_my_case(actor, public_id)
    transfer = Transfer.objects.filter(case_id=case.pk).first()
    if transfer is None:
        raise NotFound
    moving.take_turn(transfer.person_id)
    stay = movable_stay(transfer.person_id, timezone.localdate(now))
    source, target = unions.get_facts(transfer.source_id), unions.get_facts(transfer.target_id)
    if stay.union_id != source.id:
        raise WrongState("transfer.moved", "您的会籍已有变动，这份邀请不再有效，请刷新后查看。")
    check_target(stay, target)
    workflow.move(case, "confirm", actor=actor, now=now)
    change_rows(Transfer, {"id": transfer.pk}, {"requested_at": now})
    tell(transfer.person_id, "transfers.transfer_asked", {"union": target.name}, case, now=now)
    _tell_source(case, source, target, now=now)
    return case


def withdraw_invitation(person_id: int, target_id: int, *, now: datetime) -> None:
    """The union does not wait for him any more; in the caller's transaction."""
    case = _open_invitation(person_id)
    if case is not None and case.unit_id == target_id:
        workflow.move(case, "lapse", actor=SYSTEM, now=now, note="发出邀请的工会不再办理。")


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
        member = selectors.get_member(actor, public_id)
        name = member.person.masked_name
        case = propose_one(actor, member.person.id, target.id, batch=batch, reason=reason, now=now)
    except ZhijiaError as error:
        return RowResult(public_id, name, "", error.code, error.message)
    return RowResult(public_id, name, case.public_id, "", "已告知本人，异议期满后转接")


@retrying()
@transaction.atomic
def propose_one(actor: Actor, person_id: int, target_id: int, *, batch: str, reason: str, now: datetime) -> Case:
    """One member of a batch. Raises RuleBroken `case.own`, and as `request_transfer` and `propose_batch`."""
    _require_other(actor, person_id)
    stay = movable_stay(person_id, timezone.localdate(now))
    source, target = unions.get_facts(stay.union_id), unions.get_facts(target_id)
    actor.require(Permission.BATCH, source.path)
    actor.require(Permission.BATCH, target.path)
    check_target(stay, target)
    case = open_transfer(
        actor,
        stay,
        target,
        kind=rules.Kind.BATCH,
        now=now,
        reason=reason,
        batch=batch,
        start=rules.Transfer.NOTICED,
    )
    tell(person_id, "transfers.transfer_noticed", notice(case, source, target, reason), case, now=now)
    return case


def notice(case: Case, source: unions.UnionFacts, target: unions.UnionFacts, reason: str) -> dict[str, str]:
    until = case.last_day.isoformat() if case.last_day else ""
    return {"source": source.name, "union": target.name, "reason": reason, "until": until}


@retrying()
@transaction.atomic
def call_off(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """The union that proposed it takes it back. Raises NotFound, NotAllowed, WrongState, Invalid `case.missing`."""
    case = cases.find_case(rules.TRANSFER.code, public_id)
    if case is None or case.other_unit_id is None:
        raise NotFound
    words = note.strip()[:200]
    workflow.move(case, "call_off", actor=actor, now=now, given={"note": words}, note=words)


def complete_by_clock(case: Case, *, now: datetime) -> None:
    """Nobody objected: the transfer is carried out; where that is impossible by now it ends, and says why."""
    transfer = Transfer.objects.get(case_id=case.pk)
    try:
        with transaction.atomic():
            moving.take_turn(transfer.person_id)
            workflow.move(case, "complete", actor=SYSTEM, now=now)
            complete(SYSTEM, case, transfer, now=now)
    except ZhijiaError as error:
        case.refresh_from_db()
        workflow.move(case, "lapse", actor=SYSTEM, now=now, note=error.message[:500])


def escalate_by_clock(case: Case, *, now: datetime) -> None:
    """The target let the period pass: its upper union decides, and the member is told."""
    workflow.move(case, "escalate", actor=SYSTEM, now=now)
    if case.owner_person_id is not None:
        union = unions.get_facts(case.unit_id)
        tell(case.owner_person_id, "transfers.transfer_escalated", {"union": union.name}, case, now=now)
