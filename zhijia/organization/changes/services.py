"""Retaining, restoring, giving up, taking away and ending a membership. Source: docs/rules/changes.md"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.files import services as files
from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_row, retrying
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound, RuleBroken, WrongState
from zhijia.organization.access import selectors as access
from zhijia.organization.changes import rules
from zhijia.organization.changes.models import MembershipChange
from zhijia.organization.changes.permissions import Permission
from zhijia.organization.members import selectors
from zhijia.organization.members.events import MembershipEnded, MembershipHandedOver
from zhijia.organization.members.selectors import EventKind, Membership, MembershipEvent, MembershipState
from zhijia.organization.members.services import memberships, moving
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

EVIDENCE = "changes.evidence"
COUNTY_LEVEL = 4


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says when he asks for a change; `papers` are `(name, content)` of the evidence."""

    kind: str
    reason: str
    on: date | None
    document: str = ""
    note: str = ""
    papers: Sequence[tuple[str, IO[bytes]]] = ()
    keep_at_id: int | None = None


@retrying()
@transaction.atomic
def ask_own(actor: Actor, given: Given, *, now: datetime) -> Case:
    """A member asks for his membership to be retained or restored, or gives it up.

    Giving up needs nobody's consent: seven days of cooling-off, then it takes effect. Raises NotSignedIn; RuleBroken
    `change.not_member` `change.wrong_state` `change.retired` `change.holds_post`; Invalid `change.form` naming every
    bad field and those of `files.keep`; Duplicate `changes.change.already_open`.
    """
    stay = selectors.open_stay(actor.require_person())
    if stay is None:
        raise RuleBroken("change.not_member", "您现在不是工会会员。")
    if given.kind not in rules.BY_MEMBER:
        raise Invalid("change.kind", "请选择要办理的会籍变更。", fields={"kind": "请选择要办理的会籍变更。"})
    if rules.needs_evidence(given.kind, given.reason) and not given.papers:
        text = "请上传证明材料，例如失业登记、入伍通知或单位关闭的文件。"
        raise Invalid("change.form", text, fields={"papers": text})
    return _ask(actor, stay, given, now=now)


@retrying()
@transaction.atomic
def ask_for(actor: Actor, person_public_id: str, given: Given, *, now: datetime) -> Case:
    """A cadre asks for one of his members; somebody else decides, an expulsion is filed by the upper union.

    Raises NotFound, NotAllowed, RuleBroken `case.own`, and as `ask_own`.
    """
    member = selectors.get_member(actor, person_public_id)
    actor.require(Permission.ASK, member.union.path)
    if actor.person_id == member.person.id:
        raise RuleBroken("case.own", "这是您本人的事项，需由其他人办理。")
    if given.kind not in rules.BY_UNION:
        raise Invalid("change.kind", "请选择要办理的会籍变更。", fields={"kind": "请选择要办理的会籍变更。"})
    return _ask(actor, member.membership, given, now=now)


def _ask(actor: Actor, stay: Membership, given: Given, *, now: datetime) -> Case:
    today = timezone.localdate(now)
    _require_state(stay, given.kind, given.reason)
    rules.check_change(
        given.kind,
        given.reason,
        given.on,
        document=given.document,
        note=given.note,
        files=len(given.papers),
        joined_on=stay.joined_on,
        today=today,
    )
    if len(given.papers) > rules.MOST_FILES:
        text = f"证明材料最多 {rules.MOST_FILES} 个文件。"
        raise Invalid("change.form", text, fields={"papers": text})
    _require_no_post(stay, given.kind, today)
    keep_at = _checked_keeper(stay, given)
    person = people.get_facts(stay.person_id)
    start = {
        rules.Kind.WITHDRAW: rules.Change.COOLING,
        rules.Kind.EXPEL: rules.Change.REPORTED,
        rules.Kind.TREATED: rules.Change.REPORTED,
    }.get(rules.Kind(given.kind), rules.Change.ASKED)
    case = workflow.open_case(
        rules.CHANGE,
        actor,
        title=person.masked_name,
        unit_id=stay.union_id,
        owner_person_id=person.id,
        now=now,
        open_key=f"person:{person.id}",
        note=f"{rules.KINDS[given.kind]} · {rules.REASONS[given.reason]}"[:200],
        start=start,
    )
    insert_row(
        MembershipChange,
        case_id=case.pk,
        person_id=person.id,
        membership_id=stay.pk,
        union_id=stay.union_id,
        kind=given.kind,
        reason=given.reason,
        on=given.on,
        document=given.document.strip(),
        note=given.note.strip(),
        keep_at_id=keep_at.id if keep_at else None,
        restored_membership_id=None,
        asked_at=now,
    )
    for name, content in given.papers:
        files.keep(
            actor, content, use=EVIDENCE, name=name, about=("case", case.public_id), unit_id=stay.union_id, now=now
        )
    _tell(case, "changes.change_asked", given.kind, note=rules.REASONS[given.reason], now=now)
    return case


def _require_state(stay: Membership, kind: str, reason: str) -> None:
    retained = stay.state == MembershipState.RETAINED
    if kind == rules.Kind.RESTORE:
        if not retained:
            raise RuleBroken("change.wrong_state", "会籍是正常状态，不需要恢复。")
        if reason == "employed" and _retained_reason(stay) == "retired":
            raise RuleBroken("change.retired", "退休后再就业的会员继续保留会籍，不转为在会。")
    elif retained and kind in (rules.Kind.RETAIN, rules.Kind.EXPEL):
        raise RuleBroken("change.wrong_state", f"会籍已经是保留状态，不能办理{rules.KINDS[kind]}。")


def _retained_reason(stay: Membership) -> str:
    events = MembershipEvent.objects.filter(person_id=stay.person_id, kind=EventKind.RETAINED).order_by("-id")
    return events.values_list("reason", flat=True).first() or ""


def _require_no_post(stay: Membership, kind: str, today: date) -> None:
    if kind in (rules.Kind.DECEASE, rules.Kind.RESTORE):
        return
    if any(unit == stay.union_id for _role, unit in access.held_roles(stay.person_id, today=today)):
        raise RuleBroken("change.holds_post", "会员在本工会还担任职务或持有岗位授权，请先办理卸任，再办理这项变更。")


def _checked_keeper(stay: Membership, given: Given) -> unions.UnionFacts | None:
    """Where a membership is kept whose employer is gone: the upper union of its union, or an online home."""
    if given.keep_at_id is None or given.reason != "employer_closed":
        return None
    keeper = unions.get_facts(given.keep_at_id)
    upper = unions.get_facts(stay.union_id).parent_id
    if keeper.id != upper and not keeper.is_home:
        raise RuleBroken("change.keeper", "单位关闭后，会籍保留在上级工会或居住地的网上会员之家，请重新选择。")
    unions.require_open(keeper)
    return keeper


def _tell(case: Case, template: str, kind: str, *, now: datetime, note: str = "") -> None:
    if case.owner_person_id is None:
        return
    union = unions.get_facts(case.unit_id)
    context = {"change": rules.KINDS[kind], "union": union.name, "note": note}
    notify.send(template, person_id=case.owner_person_id, context=context, now=now, case_public_id=case.public_id)


def _find(public_id: str) -> tuple[Case, MembershipChange]:
    case = cases.find_case(rules.CHANGE.code, public_id)
    change = MembershipChange.objects.filter(case_id=case.pk).first() if case else None
    if case is None or change is None:
        raise NotFound
    return case, change


@retrying()
@transaction.atomic
def agree(actor: Actor, public_id: str, *, note: str = "", now: datetime, version: int | None = None) -> None:
    """Another person than the asker agrees, or the upper union files an expulsion: it takes effect today.

    Raises NotFound, NotAllowed, WrongState, RuleBroken `case.own` `case.same_person` `change.wrong_state`
    `change.holds_post`.
    """
    case, change = _find(public_id)
    moving.take_turn(change.person_id)
    name = "file" if case.state == rules.Change.REPORTED else "agree"
    workflow.move(case, name, actor=actor, now=now, note=note.strip()[:200], version=version)
    _carry_out(actor, case, change, now=now)


def _carry_out(actor: Actor, case: Case, change: MembershipChange, *, now: datetime) -> None:
    today = timezone.localdate(now)
    stay = selectors.open_stay(change.person_id)
    if stay is None:
        raise WrongState
    _require_state(stay, change.kind, change.reason)
    _require_no_post(stay, change.kind, today)
    if change.kind in (rules.Kind.RETAIN, rules.Kind.RESTORE):
        retain = change.kind == rules.Kind.RETAIN
        moving.change_state(
            actor,
            stay,
            MembershipState.RETAINED.value if retain else MembershipState.ACTIVE.value,
            kind=EventKind.RETAINED if retain else EventKind.RESTORED,
            reason=change.reason,
            on=today,
            now=now,
            case_id=case.pk,
        )
        if change.keep_at_id is not None:
            keeper = unions.get_facts(change.keep_at_id)
            unions.require_open(keeper)
            moving.shift(actor, stay, keeper, now=now, reason=change.reason, case_id=case.pk)
    else:
        kind = {
            rules.Kind.EXPEL: EventKind.EXPELLED,
            rules.Kind.DECEASE: EventKind.DECEASED,
        }.get(rules.Kind(change.kind), EventKind.WITHDRAWN)
        memberships.close_membership(
            actor, stay.pk, kind=kind, reason=change.reason, on=today, now=now, case_id=case.pk
        )
    if change.kind != rules.Kind.DECEASE:
        _tell(case, "changes.change_done", change.kind, now=now)


@retrying()
@transaction.atomic
def refuse(actor: Actor, public_id: str, *, note: str, now: datetime, version: int | None = None) -> None:
    """Raises NotFound, NotAllowed, WrongState, RuleBroken `case.own` `case.same_person`, Invalid `case.missing`."""
    case, change = _find(public_id)
    words = note.strip()[:200]
    name = "send_back" if case.state == rules.Change.REPORTED else "refuse"
    workflow.move(case, name, actor=actor, now=now, given={"note": words}, note=words, version=version)
    _tell(case, "changes.change_refused", change.kind, note=words, now=now)


@retrying()
@transaction.atomic
def note_talk(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """The union talked with a member who wants to leave; it records that and cannot stop him."""
    case, _change = _find(public_id)
    words = note.strip()[:200]
    workflow.move(case, "talk", actor=actor, now=now, given={"note": words}, note=words)


@retrying()
@transaction.atomic
def take_back(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Who asked takes it back, also a withdrawal within its cooling-off. Raises NotFound, WrongState."""
    case, _change = _find(public_id)
    if actor.person_id is None or actor.person_id not in (case.owner_person_id, case.maker_person_id):
        raise NotFound
    workflow.move(case, "stay" if case.state == rules.Change.COOLING else "take_back", actor=actor, now=now)


def leave_by_clock(case: Case, *, now: datetime) -> None:
    """The cooling-off is over: the withdrawal takes effect. A post taken on meanwhile ends with the membership."""
    change = MembershipChange.objects.get(case_id=case.pk)
    moving.take_turn(change.person_id)
    workflow.move(case, "leave", actor=SYSTEM, now=now)
    stay = selectors.open_stay(change.person_id)
    if stay is None:
        return
    today = timezone.localdate(now)
    memberships.close_membership(
        SYSTEM, stay.pk, kind=EventKind.WITHDRAWN, reason=change.reason, on=today, now=now, case_id=case.pk
    )
    _tell(case, "changes.change_done", change.kind, now=now)


@retrying()
@transaction.atomic
def appeal(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """Against an expulsion or a membership treated as given up: once, within 30 days, to the next upper union.

    Raises NotFound, WrongState, Expired `case.too_late`, Invalid `change.appeal`.
    """
    case = cases.get_my_case(actor, public_id)
    change = MembershipChange.objects.filter(case_id=case.pk).first()
    if change is None:
        raise NotFound
    if change.kind not in (rules.Kind.EXPEL, rules.Kind.TREATED):
        raise WrongState("change.no_appeal", "这项变更不需要申诉；如有疑问请联系您的工会或拨打服务热线。")
    words = note.strip()
    if not 5 <= len(words) <= 200:
        text = "请写明申诉理由，5 到 200 个字。"
        raise Invalid("change.appeal", text, fields={"note": text})
    upper = unions.get_facts(change.union_id).parent_id or change.union_id
    workflow.move(case, "appeal", actor=actor, now=now, given={"note": words}, note=words, unit_id=upper)


@retrying()
@transaction.atomic
def decide_appeal(actor: Actor, public_id: str, *, overturn: bool, note: str, now: datetime) -> None:
    """The union above the one that filed it decides. Overturned, the membership goes on in the union it was in.

    Where that union is closed by now, in the online home of its township. Raises NotFound, NotAllowed, WrongState,
    RuleBroken `case.own` `case.same_person`, Invalid `case.missing`, Duplicate `membership.already_member`.
    """
    case, change = _find(public_id)
    moving.take_turn(change.person_id)
    words = note.strip()[:200]
    name = "overturn" if overturn else "uphold"
    workflow.move(case, name, actor=actor, now=now, given={"note": words}, note=words)
    if overturn:
        ended = Membership.objects.get(pk=change.membership_id)
        union = unions.get_facts(change.union_id)
        if not union.is_open:
            union = unions.home_of_region(union.region[:9] + "000") or union
            unions.require_open(union)
        key = moving.reopen(actor, ended, union, kind=EventKind.RESTORED, reason="appeal", now=now, case_id=case.pk)
        change_rows(MembershipChange, {"id": change.pk}, {"restored_membership_id": key})
    _tell(case, "changes.change_appealed", change.kind, note=words, now=now)


@retrying()
@transaction.atomic
def readmit(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """The county consents that somebody who was expelled may apply again. Raises NotFound, NotAllowed, WrongState."""
    case, change = _find(public_id)
    if change.kind != rules.Kind.EXPEL:
        raise WrongState
    union = unions.get_facts(change.union_id)
    grant = access.acting_grant(actor, Permission.READMIT, union.path)
    if unions.get_facts(grant.unit_id).level > COUNTY_LEVEL:
        raise NotAllowed("change.county", "开除后重新入会须由县级及以上工会同意。")
    words = note.strip()[:200]
    workflow.move(case, "readmit", actor=actor, now=now, given={"note": words}, note=words)
    _tell(case, "changes.change_readmitted", change.kind, note=words, now=now)


def follow_ended(event: MembershipEnded) -> None:
    """What else was asked for the membership ends with it."""
    others = [case.pk for case in cases.list_open(rules.CHANGE.code, event.person_id) if case.pk != event.case_id]
    workflow.move_many(rules.CHANGE, "lapse", others, actor=SYSTEM, now=event.at, note=event.note)


def follow_handed_over(event: MembershipHandedOver) -> None:
    """What the member asked for goes to the union he now belongs to; what his former union asked for ends."""
    for case in cases.list_open(rules.CHANGE.code, event.person_id):
        if case.pk == event.case_id:
            continue
        if case.state == rules.Change.ASKED and case.maker_person_id == event.person_id:
            workflow.move(case, "hand_over", actor=SYSTEM, now=event.at, unit_id=event.union_id)
            change_rows(MembershipChange, {"case_id": case.pk}, {"union_id": event.union_id})
        elif case.state in rules.CHANGE.move("lapse").sources:
            workflow.move(case, "lapse", actor=SYSTEM, now=event.at, note="会籍已转到其他工会。")


def require_may_join(last: Membership | None) -> None:
    """Whose last membership ended by expulsion joins again only when the county has consented.

    Raises RuleBroken `join.expelled`.
    """
    if last is None or last.ended_by != EventKind.EXPELLED:
        return
    change = MembershipChange.objects.filter(membership_id=last.pk, kind=rules.Kind.EXPEL).order_by("-id").first()
    if change is None or change.case.state != rules.Change.READMITTED:
        raise RuleBroken("join.expelled", "您曾被开除会籍，重新入会须经县级工会同意，请联系县级总工会或拨打服务热线。")
