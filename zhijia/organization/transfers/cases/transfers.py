"""A membership goes to another union: asked by the member, proposed for many by a cadre, offered by an invitation, or
back at the end of a secondment. The union he goes to decides. Source: docs/rules/transfers.md
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.casework import services as casework
from zhijia.foundation.casework.fields import Choice, Day, Words
from zhijia.foundation.casework.kinds import By, CaseKind, Goes, Opening, Step, Tab, Wordings, declare
from zhijia.foundation.casework.presenting import explained
from zhijia.foundation.notify import services as notify
from zhijia.foundation.ui.listing import Empty, Labelled
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.rules import OTHER, UNIT
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, retrying
from zhijia.kernel.errors import Duplicate, RuleBroken, WrongState, ZhijiaError
from zhijia.kernel.registry import registry
from zhijia.organization.access import selectors as access
from zhijia.organization.members import selectors as members
from zhijia.organization.members.events import MembershipEnded, MembershipHandedOver
from zhijia.organization.members.permissions import Permission as MemberPermission
from zhijia.organization.members.selectors import Membership
from zhijia.organization.members.services import moving
from zhijia.organization.people import selectors as people
from zhijia.organization.transfers.events import TransferEnded, transfer_ended
from zhijia.organization.transfers.models import Transfer as Row
from zhijia.organization.transfers.permissions import Permission
from zhijia.organization.transfers.rules import transfers as rules
from zhijia.organization.transfers.rules.transfers import KINDS, TRANSFER, Kind, Transfer
from zhijia.organization.unions import selectors as unions

MOST_TOLD = 5
UNION = Words("union_code", "工会编码", most=24, kept=False, sample="3706820000000012")
SAYS = Words(
    "reason", "想说明的情况", "例如：已到新单位上班", required=False, rows=2, kept=False, sample="已到新单位上班"
)
UNTIL = Day("until", "借调期满日期", "只有借调超过 6 个月的才填，期满后会籍转回原工会", required=False, kept=False,
            sample=date(2027, 9, 15))  # fmt: skip
REFUSAL = Choice("reason", "不同意的原因", choices=rules.REFUSALS, sample="NOT_EMPLOYEE")
NOTE = Words("note", "说明", "其他原因须写明，会员会看到", required=False, rows=3, sample="您的单位由机械厂工会涵盖。")
WHY = Words("note", "原因", "会员会看到", least=2, sample="核对后不需要转接。")
FILLED = (
    Choice("kind", "方式", choices=KINDS, sample="own"),
    Words("said", "说明", sample="已到新单位上班"),
    Day("until", "借调期满", sample=date(2027, 9, 15)),
    Day("dues_from", "会费缴到新工会，自", sample=date(2026, 10, 1)),
)


# --- Where it goes
def to_the_union(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The member asks another union to take him over; with `until` for a secondment that ends on that day.

    An invitation to another union ends with it. Raises NotFound `join.no_union`; RuleBroken `transfer.not_member`
    `transfer.same_union` `transfer.holds_post`; Invalid `transfer.secondment`; Expired `union.closed`; Duplicate
    `transfers.transfer.already_open`.
    """
    person_id, today = actor.require_person(), timezone.localdate(now)
    stay, target = movable_stay(person_id, today), unions.get_by_code(given["union_code"])
    check_target(stay, target)
    until = given["until"]
    if until is not None:
        rules.check_secondment(until, today)
    end_invitation(person_id, now=now)
    return _goes(stay, target, Kind.OWN if until is None else Kind.SECONDMENT, said=given["reason"], until=until)


def confirmed(actor: Actor, given: Mapping[str, Any], now: datetime) -> str:
    """Who asks for the union that has invited him confirms the invitation."""
    invited = _open_invitation(actor.require_person())
    target = unions.get_by_code(given["union_code"])
    if invited is None or invited.unit_id != target.id or given["until"] is not None:
        return ""
    return casework.act(TRANSFERS, actor, invited.public_id, "confirm", now=now).public_id


def as_checked(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """What a service below has checked: who goes where, how it begins, and why."""
    return _goes(**given)


def _goes(
    stay: Membership, target: unions.UnionFacts, kind: Kind, *, said: str = "", until: date | None = None,
    start: Transfer | None = None, batch: str = "", returns_id: int | None = None, history: str = "",
) -> Goes:  # fmt: skip
    return Goes(
        target.id,
        other_unit_id=stay.union_id,
        person_id=stay.person_id,
        open_key=f"person:{stay.person_id}",
        title=people.get_facts(stay.person_id).masked_name,
        note=KINDS[kind],
        start=start,
        said=history,
        fills={
            "kind": kind, "said": said, "until": until, "batch": batch, "returns_id": returns_id,
            "membership_id": None, "dues_from": None, "completed_at": None,
        },
    )  # fmt: skip


def movable_stay(person_id: int, today: date) -> Membership:
    stay = members.open_stay(person_id)
    if stay is None:
        raise RuleBroken("transfer.not_member", "您现在不是工会会员，请直接申请入会。")
    if _holds_post(stay, today):
        raise RuleBroken("transfer.holds_post", "您在现在的工会还担任职务或持有岗位授权，请先办理卸任，再转会。")
    return stay


def _holds_post(stay: Membership, today: date) -> bool:
    return any(unit == stay.union_id for _role, unit in access.held_roles(stay.person_id, today=today))


def check_target(stay: Membership, target: unions.UnionFacts) -> None:
    if target.id == stay.union_id:
        raise RuleBroken("transfer.same_union", f"您的会籍已经在“{target.name}”，不需要转会。")
    unions.require_takes_members(target)


def require_other(actor: Actor, person_id: int) -> None:
    if actor.person_id == person_id:
        raise RuleBroken("case.own", "这是您本人的事项，需由其他人办理。")


# --- The kind
def can_return(case: Case, row: Row) -> bool:
    """Whether a secondment's way back is open: he still is where it brought him."""
    stay = members.open_stay(case.owner_person_id or 0)
    seconded = case.state == Transfer.COMPLETED and row.until is not None
    return seconded and stay is not None and stay.pk == row.membership_id


def take_turn(case: Case) -> None:
    if case.owner_person_id is not None:
        moving.take_turn(case.owner_person_id)


def shows_own(case: Case, row: Row, actor: Actor, now: datetime) -> dict[str, Any]:
    """What comes next, whom he may call, where he can go on."""
    source, target = both(case)
    page: dict[str, Any] = {}
    step = {"at": case.last_day, "mine": True, "explain": explained(case)}
    if case.state == Transfer.INVITED:
        page["step"] = step | {
            "lead": f"“{target.name}”邀请您把会籍转过去，最晚",
            "after": "确认",
            "note": "确认后由转入的工会审核；不确认的，会籍留在现在的工会，不受影响。",
        }
    elif case.state == Transfer.NOTICED:
        page["step"] = step | {
            "lead": "如果不同意转接，请在期满前提出异议，最晚", "note": "没有异议的，期满后自动转接。",
        }  # fmt: skip
    elif case.state == Transfer.ESCALATED:
        page["step"] = step | {"lead": "由上级工会审核，最晚", "after": "答复", "mine": False}
    if can_return(case, row):
        href = reverse("transfers:return_home", args=[case.public_id])
        page["primary"] = {"label": f"借调结束，返回{source.name[:12]}", "href": href}
    elif case.state == Transfer.COMPLETED:
        page["primary"] = {"label": "查看会员卡", "href": reverse("members:card")}
    elif case.state in (Transfer.REJECTED, Transfer.CANCELLED):
        page["primary"] = {"label": "重新选择工会", "href": reverse("transfers:choose")}
    if target.phone and not case.closed_at:
        title = f"联系转入工会 {target.phone}"
        page["links"] = [{"title": title, "href": f"tel:{target.phone}", "icon": "phone", "plain_icon": True}]
    return page


def both(case: Case) -> tuple[unions.UnionFacts, unions.UnionFacts]:
    """The union he leaves, and the one he goes to."""
    assert case.other_unit_id is not None  # noqa: S101  given at opening
    facts = unions.facts_of((case.other_unit_id, case.unit_id))
    return facts[case.other_unit_id], facts[case.unit_id]


_STAYS = ("会籍继续留在现在的工会", "以后可以随时再申请转会")
_WAITING = frozenset({Transfer.TARGET_PENDING, Transfer.ESCALATED})
TRANSFERS: Final = declare(
    CaseKind(
        "transfers",
        TRANSFER,
        Row,
        opener=By.SYSTEM,
        opens=(),
        goes=as_checked,
        also=(Opening(By.MEMBER, (UNION, SAYS, UNTIL), to_the_union, page="transfers:choose", already=confirmed),),
        filled=FILLED,
        title="",
        steps={
            "accept": Step(means="会籍立即转入；转出工会不需要审批"),
            "refuse": Step((REFUSAL, NOTE), tells="transfers.transfer_refused", means="会籍不变，会员会看到原因"),
            "escalate": Step(tells="transfers.transfer_escalated"),
            "call_off": Step((WHY,), means="会籍不变"),
            "cancel": Step(then=_STAYS),
            "object": Step(then=_STAYS),
        },
        tabs=(
            Tab("in", "待接收", _WAITING, UNIT),
            Tab("out", "转出中", _WAITING, OTHER),
            Tab("invited", "已邀请", frozenset({Transfer.INVITED}), UNIT),
            Tab("noticed", "异议期内", frozenset({Transfer.NOTICED})),
            Tab("done", "已办结", TRANSFER.closed),
        ),
        at_once=("accept", "refuse"),
        other_readers=(MemberPermission.VIEW,),
        unspoken=frozenset({Transfer.INVITED, Transfer.DECLINED, Transfer.VOID}),
        columns=(Labelled("方式", "row.kind", labels=KINDS),),
        words=Wordings(
            button="办理转会",
            head="会员",
            own="转会",
            tells_person=False,
            unit="转入工会",
            other="转出工会",
            empty=Empty("没有这样的转会", "会员扫描本工会的二维码选择转会后，会出现在这里。"),
        ),
        shows_own=shows_own,
        before=take_turn,
        archive=TRANSFER.closed,
        purpose="办理转会，保存经过。",
    )
)


@TRANSFERS.on("confirm")
def confirm(case: Case, row: Row, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """From here on it is as if he had asked himself. Raises WrongState `transfer.moved` where his membership has
    changed since; RuleBroken `transfer.holds_post` `transfer.not_member`; Expired `union.closed`.
    """
    stay = movable_stay(actor.require_person(), timezone.localdate(now))
    source, target = both(case)
    if stay.union_id != source.id:
        raise WrongState("transfer.moved", "您的会籍已有变动，这份邀请不再有效，请刷新后查看。")
    check_target(stay, target)
    asked(case, row, actor=actor, given=given, now=now)


@TRANSFERS.on("open")
def asked(case: Case, row: Row, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """He is told, and who keeps the roster of the union he leaves; it has nothing to decide."""
    if case.state != Transfer.TARGET_PENDING:
        return
    casework.tell(TRANSFERS, case, "transfers.transfer_asked", now=now)
    source, target = both(case)
    for unit_id, persons in registry.units.holders(source.id, Permission.DECIDE, timezone.localdate(now)):
        if unit_id == source.id:
            context = {"name": case.title, "union": target.name}
            for person_id in sorted(persons)[:MOST_TOLD]:
                notify.send("transfers.transfer_leaving", person_id=person_id, context=context, now=now)


@TRANSFERS.on("accept", "complete")
def complete(case: Case, row: Row, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The membership is moved at once.

    Raises WrongState `transfer.moved`, RuleBroken `transfer.holds_post` `transfer.not_member`, Expired `union.closed`.
    """
    today = timezone.localdate(now)
    stay = movable_stay(case.owner_person_id or 0, today)
    source, target = both(case)
    if stay.union_id != source.id:
        raise WrongState("transfer.moved", "会员的会籍已有变动，请刷新后重新核对。")
    check_target(stay, target)
    dues_from = rules.dues_from(today)
    employer = (target.employer_id, unions.get_employer_name(target.employer_id)) if target.employer_id else None
    membership_id = moving.shift(
        actor,
        stay,
        target,
        now=now,
        reason=row.kind,
        case_id=case.pk,
        employer=employer,
        after={"dues_from": dues_from.isoformat()},
    )
    done = {"membership_id": membership_id, "dues_from": dues_from, "completed_at": now}
    change_rows(Row, {"id": row.pk}, done)
    month = f"{dues_from.year} 年 {dues_from.month} 月"
    casework.tell(TRANSFERS, case, "transfers.transfer_done", now=now, month=month)


@TRANSFERS.on("refuse")
def refuse(case: Case, row: Row, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises Invalid `transfer.reason`."""
    rules.check_refusal(given["reason"], given["note"])
    words = REFUSAL.show(given["reason"]) + (f"：{given['note']}" if given["note"] else "")
    _announce_end(case, f"转入审核没有同意：{words}", now)


@TRANSFERS.on("cancel", "object")
def cancel(case: Case, row: Row, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    _announce_end(case, "本人取消了转会。", now)


@TRANSFERS.on("decline")
def decline(case: Case, row: Row, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    _announce_end(case, "本人没有接受邀请。", now)


def _announce_end(case: Case, note: str, now: datetime) -> None:
    assert case.owner_person_id is not None  # noqa: S101  given at opening
    transfer_ended.announce(TransferEnded(case.owner_person_id, case.unit_id, note, now))


def complete_or_lapse(case: Case, *, now: datetime) -> None:
    """Nobody objected: the transfer is carried out; where that is impossible by now it ends, and says why."""
    try:
        with transaction.atomic():
            casework.move_by_clock(case, "complete", now=now)
    except ZhijiaError as error:
        case.refresh_from_db()
        workflow.move(case, "lapse", actor=SYSTEM, now=now, note=error.message[:500])


def follow_ended(event: MembershipEnded) -> None:
    """What was on its way ends with the membership."""
    _end_open(event, event.note)


def follow_handed_over(event: MembershipHandedOver) -> None:
    """Whoever has gone elsewhere meanwhile is not moved from where he was."""
    _end_open(event, "会籍已转到其他工会。")


def _end_open(event: MembershipEnded | MembershipHandedOver, note: str) -> None:
    found = [case.pk for case in cases.list_open(TRANSFER.code, event.person_id) if case.pk != event.case_id]
    for name in ("lapse", "void"):
        workflow.move_many(TRANSFER, name, found, actor=SYSTEM, now=event.at, note=note)


def open_checked(actor: Actor, given: Mapping[str, Any], *, now: datetime) -> Case:
    """For the services that have checked who may and whether it can be."""
    public_id = casework.open_case(TRANSFERS, actor, given, now=now, by=By.SYSTEM)
    case = cases.find_case(TRANSFER.code, public_id)
    assert case is not None  # noqa: S101  just opened
    return case


def notice(case: Case, source: unions.UnionFacts, reason: str, now: datetime) -> None:
    casework.tell(
        TRANSFERS, case, "transfers.transfer_noticed", now=now, source=source.name, reason=reason, until=_until(case)
    )


# --- Invitations
@retrying()
@transaction.atomic
def invite(actor: Actor, person_id: int, target_id: int, *, now: datetime) -> Case:
    """A union asks another union's member to come: his transfer is opened, and waits for his word alone.

    The union he is in learns of it when he has confirmed. The caller holds the right to invite. Raises RuleBroken
    `case.own` `transfer.not_member` `transfer.same_union` `transfer.holds_post`, Expired `union.closed`, Duplicate
    `transfers.transfer.already_open`.
    """
    require_other(actor, person_id)
    stay = members.open_stay(person_id)
    if stay is None:
        raise RuleBroken("transfer.not_member", "这位职工现在不是任何工会的会员，不需要转会，请直接登记。")
    target = unions.get_facts(target_id)
    if stay.union_id == target.id:
        raise RuleBroken("transfer.same_union", "这位职工已经是本工会会员，不需要邀请。")
    if _holds_post(stay, timezone.localdate(now)):
        raise RuleBroken("transfer.holds_post", "这位会员在现在的工会还担任职务，卸任后才能转会，请以后再邀请。")
    unions.require_takes_members(target)
    under_way = cases.list_open(TRANSFER.code, person_id)
    if under_way:
        here = under_way[0].unit_id == target.id
        words = "他已申请转入本工会，请在“转会”中审核。" if here else "办结之前不能邀请，请过几天再来办理。"
        raise Duplicate("transfers.transfer.already_open", f"这位会员正在办理转会，{words}")
    case = open_checked(
        actor, {"stay": stay, "target": target, "kind": Kind.INVITED, "start": Transfer.INVITED}, now=now
    )
    casework.tell(TRANSFERS, case, "transfers.transfer_invited", now=now, until=_until(case))
    return case


def _until(case: Case) -> str:
    return case.last_day.isoformat() if case.last_day else ""


def _open_invitation(person_id: int) -> Case | None:
    found = cases.list_open(TRANSFER.code, person_id, state=Transfer.INVITED)
    return found[0] if found else None


def end_invitation(person_id: int, *, now: datetime) -> None:
    """His own wish to go elsewhere counts more than an invitation."""
    invited = _open_invitation(person_id)
    if invited is not None:
        workflow.move(invited, "void", actor=SYSTEM, now=now, note="本人另行申请转会。")
        _announce_end(invited, "本人申请转到其他工会。", now)


def withdraw_invitation(person_id: int, target_id: int, *, now: datetime) -> None:
    """The union does not wait for him any more; in the caller's transaction."""
    case = _open_invitation(person_id)
    if case is not None and case.unit_id == target_id:
        workflow.move(case, "void", actor=SYSTEM, now=now, note="发出邀请的工会不再办理。")
