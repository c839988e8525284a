"""A membership is retained, restored, given up, taken away, ended by death: one person asks, another decides.

Source: docs/rules/changes.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.casework import services as casework
from zhijia.foundation.casework.fields import Choice, Day, Papers, Words
from zhijia.foundation.casework.kinds import (
    REASON as OBJECTION,
    REMARK,
    By,
    CaseKind,
    Goes,
    Opening,
    Step,
    Tab,
    Wordings,
    declare,
)
from zhijia.foundation.casework.presenting import explained
from zhijia.foundation.ui.listing import Empty, Labelled
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import Invalid, NotAllowed, RuleBroken, WrongState
from zhijia.organization.access import selectors as access
from zhijia.organization.members import selectors as members
from zhijia.organization.members.events import MembershipEnded, MembershipHandedOver
from zhijia.organization.members.selectors import EventKind, Membership, MembershipEvent, MembershipState
from zhijia.organization.members.services import memberships, moving
from zhijia.organization.people import selectors as people
from zhijia.organization.posts import selectors as posts
from zhijia.organization.unions import selectors as unions

from . import rules
from .models import MembershipChange
from .permissions import Permission
from .rules import CHANGE, Change, Kind

COUNTY_LEVEL = 4


@dataclass(frozen=True, slots=True)
class Keeper(Words):
    """A union by its public id, told by its name."""

    def show(self, value: Any) -> str:
        found = unions.find_by_public_id(value) if value else None
        return found.name if found is not None else value


PERSON = Words("person", "会员", "会员编号", most=16, kept=False, sample="7h2k9v0c4m1xq8tz")
KIND = Choice("kind", "变更", choices=rules.KINDS, sample="retain")
REASON = Choice("reason", "原因", choices=rules.REASONS, sample="retired")
ON = Day("on", "日期", sample=date(2026, 9, 15))
SINCE = Day("on", "日期", "不填的，从今天起", required=False, sample=date(2026, 9, 15))
DOCUMENT = Words("document", "决定文号", required=False, most=60, sample="鲁精工字〔2026〕3号")
KEEP_AT = Keeper("keep_at", "会籍保留在", "工会的公开编号；单位关闭的才填", required=False, most=16,
                 sample="1h2k3m4n5p6q7r8s")  # fmt: skip
NOTE = Words("note", "说明", required=False, rows=3, kept=False, sample="已办理退休手续。")
EXPLANATION = Words("explanation", "说明", required=False, sample="已办理退休手续。")
PAPERS = Papers(
    "papers", "证明材料", "退休的不用；其他原因请上传照片或 PDF，最多 5 个，每个不超过 10 MB", required=False,
    use="changes.evidence",
)  # fmt: skip
TALK = Words("note", "谈话情况", "只记录经过，退会由本人决定", least=2, rows=3, sample="已电话沟通，本人坚持退会。")
APPEAL = Words("note", "申诉理由", "5 到 200 个字，只能申诉一次", least=5, rows=4, sample="判决已撤销，请复核。")
WHY = Words("note", "理由", "本人会看到", least=2, rows=3, sample="经核查，情况属实。")


# --- Asking
def his_own(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """A member asks for his membership to be retained or restored, or gives it up: that needs nobody's consent.

    Raises RuleBroken `change.not_member` `change.wrong_state` `change.retired` `change.holds_post` `change.keeper`;
    Invalid `change.kind`, `change.form` naming every bad field; Duplicate `changes.change.already_open`.
    """
    stay = members.open_stay(actor.require_person())
    if stay is None:
        raise RuleBroken("change.not_member", "您现在不是工会会员。")
    if rules.needs_evidence(given["kind"], given["reason"]) and not given["papers"]:
        text = "请上传证明材料，例如失业登记、入伍通知或单位关闭的文件。"
        raise Invalid("change.form", text, fields={"papers": text})
    return _to_his_union(stay, {**given, "document": "", "on": given["on"] or timezone.localdate(now)},
                         rules.BY_MEMBER, now)  # fmt: skip


def for_a_member(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """A cadre asks for one of his members; the upper union files what takes a membership away.

    Raises NotFound, NotAllowed, RuleBroken `case.own`, and as `his_own`.
    """
    member = members.get_member(actor, given["person"])
    actor.require(Permission.ASK, member.union.path)
    if actor.person_id == member.person.id:
        raise RuleBroken("case.own", "这是您本人的事项，需由其他人办理。")
    return _to_his_union(member.membership, {**given, "keep_at": ""}, rules.BY_UNION, now)


def _to_his_union(stay: Membership, given: Mapping[str, Any], among: frozenset[Kind], now: datetime) -> Goes:
    kind, reason = given["kind"], given["reason"]
    if kind not in among:
        text = "请选择要办理的会籍变更。"
        raise Invalid("change.kind", text, fields={"kind": text})
    _require_state(stay, kind, reason)
    today = timezone.localdate(now)
    rules.check_change(
        kind, reason, given["on"], document=given["document"], note=given["note"], files=len(given["papers"]),
        joined_on=stay.joined_on, today=today,
    )  # fmt: skip
    _require_no_post(stay, kind, today)
    keep_at = given["keep_at"] if reason == "employer_closed" else ""
    if keep_at:
        _require_keeper(stay, keep_at)
    person = people.get_facts(stay.person_id)
    start = rules.START.get(kind)
    return Goes(
        stay.union_id,
        other_unit_id=stay.union_id if start == Change.REPORTED else None,  # an appeal takes it to another unit
        person_id=person.id,
        open_key=f"person:{person.id}",
        title=person.masked_name,
        note=f"{rules.KINDS[kind]} · {rules.REASONS[reason]}",
        start=start,
        fills={
            "membership_id": stay.pk, "on": given["on"], "document": given["document"], "keep_at": keep_at,
            "explanation": given["note"], "restored_membership_id": None,
        },
    )  # fmt: skip


def _require_state(stay: Membership, kind: str, reason: str) -> None:
    retained = stay.state == MembershipState.RETAINED
    if kind == Kind.RESTORE:
        if not retained:
            raise RuleBroken("change.wrong_state", "会籍是正常状态，不需要恢复。")
        if reason == "employed" and _retained_reason(stay) == "retired":
            raise RuleBroken("change.retired", "退休后再就业的会员继续保留会籍，不转为在会。")
    elif retained and kind in (Kind.RETAIN, Kind.EXPEL):
        raise RuleBroken("change.wrong_state", f"会籍已经是保留状态，不能办理{rules.KINDS[kind]}。")


def _retained_reason(stay: Membership) -> str:
    events = MembershipEvent.objects.filter(person_id=stay.person_id, kind=EventKind.RETAINED).order_by("-id")
    return events.values_list("reason", flat=True).first() or ""


def _require_no_post(stay: Membership, kind: str, today: date) -> None:
    if kind in (Kind.DECEASE, Kind.RESTORE):
        return
    holds_role = any(unit == stay.union_id for _role, unit in access.held_roles(stay.person_id, today=today))
    if holds_role or posts.holds_post(stay.person_id, stay.union_id):
        raise RuleBroken("change.holds_post", "会员在本工会还担任职务或持有岗位授权，请先办理卸任，再办理这项变更。")


def keepers(union_id: int) -> list[unions.UnionFacts]:
    """Where a membership may be kept whose employer is gone: the online home of the township, the upper union."""
    union = unions.get_facts(union_id)
    upper = unions.get_facts(union.parent_id) if union.parent_id else None
    home = unions.home_of_region(union.region[:9] + "000")
    return [keeper for keeper in (home, upper) if keeper is not None and keeper.is_open and keeper.id != union.id]


def _require_keeper(stay: Membership, public_id: str) -> None:
    keeper = unions.get_by_public_id(public_id)
    if keeper.id != unions.get_facts(stay.union_id).parent_id and not keeper.is_home:
        raise RuleBroken("change.keeper", "单位关闭后，会籍保留在上级工会或居住地的网上会员之家，请重新选择。")
    unions.require_open(keeper)


# --- The kind
def may_be_readmitted(change: MembershipChange) -> bool:
    """Who was treated as gone joins again without anybody's consent."""
    return change.kind == Kind.EXPEL


def above(case: Case, change: MembershipChange) -> int:
    """The union above the one that has filed it hears the appeal: its own upper one decides."""
    return unions.get_facts(case.unit_id).parent_id or case.unit_id


def take_turn(case: Case) -> None:
    if case.owner_person_id is not None:
        moving.take_turn(case.owner_person_id)


def shows_more(case: Case, change: MembershipChange, actor: Actor, now: datetime) -> dict[str, Any]:
    if case.owner_person_id is None or members.open_stay(case.owner_person_id) is None:
        return {}
    address = reverse("members:file", args=[people.get_facts(case.owner_person_id).public_id])
    return {"further": [{"label": "会员档案", "value": "查看", "href": address}]}


def shows_own(case: Case, change: MembershipChange, actor: Actor, now: datetime) -> dict[str, Any]:
    step = {"at": case.last_day, "mine": True, "explain": explained(case)}
    if case.state == Change.COOLING:
        return {"step": step | {"lead": "退会将在冷静期满后生效，这之前都可以撤回"}}
    until = cases.last_day_of_window(case, "appeal", now=now) if case.state == Change.FILED else None
    if until is None:
        return {}
    return {
        "step": {
            "lead": "如有不同意见，可以向上级工会申诉一次，请在",
            "at": until,
            "after": "（含）前申诉",
            "mine": True,
        }
    }


_CHECKED = Step((REMARK,), means="{row.means}")
_REFUSED = Step((OBJECTION,), means="须写意见，会籍不变")
CHANGES: Final = declare(
    CaseKind(
        "changes",
        CHANGE,
        MembershipChange,
        opens=(KIND, REASON, SINCE, KEEP_AT, NOTE, PAPERS),
        goes=his_own,
        opened_on="portal:membership",
        also=(
            Opening(
                By.CADRE,
                (PERSON, KIND, REASON, ON, DOCUMENT, NOTE, PAPERS),
                for_a_member,
                Permission.ASK,
                "members:roster",
            ),
        ),
        filled=(EXPLANATION,),
        title="{kind}",
        steps={
            "agree": _CHECKED,
            "file": _CHECKED,
            "refuse": _REFUSED,
            "send_back": _REFUSED,
            "take_back": Step(then=("会籍不变，会员卡照常使用",)),
            "talk": Step((TALK,)),
            "appeal": Step((APPEAL,), hands=above),
            "uphold": Step((WHY,)),
            "overturn": Step((WHY,), means="会籍从今天起恢复，卡号不变"),
            "readmit": Step((WHY,), when=may_be_readmitted),
        },
        tabs=(
            Tab("open", "待办理", frozenset(CHANGE.labels) - CHANGE.closed),
            Tab("done", "已办结", CHANGE.closed),
        ),
        at_once=("agree", "file"),
        beside=(("到龄提示", "changes:retiring"),),
        columns=(
            Labelled("变更", "row.kind", labels=rules.KINDS),
            Labelled("原因", "row.reason", labels=rules.REASONS),
        ),
        words=Wordings(
            button="办理会籍变更",
            head="会员",
            own="{row.label}",
            tells_person=False,
            empty=Empty("没有这样的变更", "会员申请保留、恢复、退会，或工会提出的变更，会出现在这里。"),
        ),
        shows_more=shows_more,
        shows_own=shows_own,
        before=take_turn,
        archive=CHANGE.closed,
        purpose="办理保留会籍、退会等，保存经过。",
    )
)


def _tell(case: Case, change: MembershipChange, message: str, note: str, now: datetime) -> None:
    casework.tell(CHANGES, case, message, now=now, change=change.label, note=note)


@CHANGES.on("open")
def asked(case: Case, change: MembershipChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    _tell(case, change, "changes.change_asked", rules.REASONS[change.reason], now)


@CHANGES.on("agree", "file")
def carry_out(case: Case, change: MembershipChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """It takes effect today. Raises WrongState, RuleBroken `change.wrong_state` `change.holds_post`."""
    today = timezone.localdate(now)
    stay = members.open_stay(case.owner_person_id or 0)
    if stay is None:
        raise WrongState
    _require_state(stay, change.kind, change.reason)
    _require_no_post(stay, change.kind, today)
    if change.kind in (Kind.RETAIN, Kind.RESTORE):
        retain = change.kind == Kind.RETAIN
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
        if change.keep_at:
            keeper = unions.get_by_public_id(change.keep_at)
            unions.require_open(keeper)
            moving.shift(actor, stay, keeper, now=now, reason=change.reason, case_id=case.pk)
    else:
        _close(actor, stay, case, change, now)
    if change.kind != Kind.DECEASE:
        _tell(case, change, "changes.change_done", "", now)


_ENDS = {Kind.EXPEL: EventKind.EXPELLED, Kind.DECEASE: EventKind.DECEASED}


def _close(actor: Actor, stay: Membership, case: Case, change: MembershipChange, now: datetime) -> None:
    kind = _ENDS.get(Kind(change.kind), EventKind.WITHDRAWN)
    on = timezone.localdate(now)
    memberships.close_membership(actor, stay.pk, kind=kind, reason=change.reason, on=on, now=now, case_id=case.pk)


@CHANGES.on("leave")
def leave(case: Case, change: MembershipChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The cooling-off is over. A post taken on meanwhile ends with the membership."""
    stay = members.open_stay(case.owner_person_id or 0)
    if stay is not None:
        _close(actor, stay, case, change, now)
        _tell(case, change, "changes.change_done", "", now)


@CHANGES.on("refuse", "send_back")
def refused(case: Case, change: MembershipChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    _tell(case, change, "changes.change_refused", given["note"], now)


@CHANGES.on("uphold")
def upheld(case: Case, change: MembershipChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    _tell(case, change, "changes.change_appealed", given["note"], now)


@CHANGES.on("overturn")
def overturned(case: Case, change: MembershipChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The membership goes on in the union it was in; where that is closed, in the online home of its township.

    Raises Duplicate `membership.already_member`.
    """
    ended = Membership.objects.get(pk=change.membership_id)
    union = unions.get_facts(ended.union_id)
    if not union.is_open:
        union = unions.home_of_region(union.region[:9] + "000") or union
        unions.require_open(union)
    key = moving.reopen(actor, ended, union, kind=EventKind.RESTORED, reason="appeal", now=now, case_id=case.pk)
    change_rows(MembershipChange, {"id": change.pk}, {"restored_membership_id": key})
    _tell(case, change, "changes.change_appealed", given["note"], now)


@CHANGES.on("readmit")
def readmitted(case: Case, change: MembershipChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises NotAllowed `change.county` for a lower union than the county's."""
    union = unions.get_facts(case.unit_id)
    if unions.get_facts(access.acting_grant(actor, Permission.READMIT, union.path).unit_id).level > COUNTY_LEVEL:
        raise NotAllowed("change.county", "开除后重新入会须由县级及以上工会同意。")
    _tell(case, change, "changes.change_readmitted", given["note"], now)


# --- What becomes of it where the membership goes elsewhere
def follow_ended(event: MembershipEnded) -> None:
    """What else was asked for the membership ends with it."""
    others = [case.pk for case in cases.list_open(CHANGE.code, event.person_id) if case.pk != event.case_id]
    workflow.move_many(CHANGE, "lapse", others, actor=SYSTEM, now=event.at, note=event.note)


def follow_handed_over(event: MembershipHandedOver) -> None:
    """What the member asked for goes to the union he now belongs to; what his former union asked for ends."""
    for case in cases.list_open(CHANGE.code, event.person_id):
        if case.pk == event.case_id:
            continue
        if case.state == Change.ASKED and case.maker_person_id == event.person_id:
            workflow.move(case, "hand_over", actor=SYSTEM, now=event.at, unit_id=event.union_id)
        elif case.state in CHANGE.move("lapse").sources:
            workflow.move(case, "lapse", actor=SYSTEM, now=event.at, note="会籍已转到其他工会。")


def require_may_join(last: Membership | None) -> None:
    """Whose last membership ended by expulsion joins again only when the county has consented.

    Raises RuleBroken `join.expelled`.
    """
    if last is None or last.ended_by != EventKind.EXPELLED:
        return
    change = MembershipChange.objects.filter(membership_id=last.pk, kind=Kind.EXPEL).order_by("-id").first()
    if change is None or change.case.state != Change.READMITTED:
        raise RuleBroken("join.expelled", "您曾被开除会籍，重新入会须经县级工会同意，请联系县级总工会或拨打服务热线。")
