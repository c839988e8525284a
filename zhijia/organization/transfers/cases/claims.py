"""A union asks its employer's people to come over from an online home; each answers for himself.

Source: docs/rules/claims.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhijia.foundation.casework.fields import Words
from zhijia.foundation.casework.kinds import By, CaseKind, Goes, Tab, Wordings, declare
from zhijia.foundation.casework.presenting import explained
from zhijia.foundation.casework.services import open_case
from zhijia.foundation.notify import services as notify
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Empty
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.rules import to_others
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, RuleBroken, WrongState, ZhijiaError
from zhijia.organization.documents import services as documents
from zhijia.organization.members import presenting, selectors as members
from zhijia.organization.members.events import MembershipEnded, MembershipHandedOver
from zhijia.organization.members.services import moving
from zhijia.organization.people import selectors as people
from zhijia.organization.transfers.events import TransferEnded, transfer_ended
from zhijia.organization.transfers.models import ClaimOffer
from zhijia.organization.transfers.permissions import Permission
from zhijia.organization.transfers.rules.claims import CLAIM, Claim
from zhijia.organization.transfers.selectors import transfers
from zhijia.organization.unions import selectors as unions

MOST_AT_ONCE = 200
UNION = Words("union", "工会", "公开编号", most=16, kept=False, sample="1h2k3m4n5p6q7r8s")
PERSON = Words("person", "会员", "会员编号", most=16, kept=False, sample="7h2k9v0c4m1xq8tz")


def to_him(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The union that asks; he answers.

    Raises NotFound, NotAllowed; RuleBroken `claim.other_employer` `claim.not_at_home` `document.check`; Expired
    `union.closed`; Duplicate `transfers.claim.already_open`.
    """
    union, person = unions.get_by_public_id(given["union"]), people.find_by_public_id(given["person"])
    actor.require(Permission.OFFER, union.path)
    unions.require_takes_members(union)
    if person is None:
        raise NotFound
    stay = members.open_stay(person.id)
    covering = unions.union_covering(stay.employer_id) if stay is not None and stay.employer_id is not None else None
    if stay is None or covering is None or covering.id != union.id:
        raise RuleBroken("claim.other_employer", "只能认领用人单位由本工会涵盖的会员。")
    home = unions.get_facts(stay.union_id)
    if not home.is_home:
        raise RuleBroken("claim.not_at_home", "这位会员的会籍不在网上会员之家，请由本人办理转会。")
    documents.require_free(person.id)
    if cases.list_open(CLAIM.code, person.id):
        raise Duplicate("transfers.claim.already_open", "这位会员已有一份认领邀请等待确认，请等待答复。")
    transfer = transfers.open_transfer(person.id)
    if transfer is not None and transfer.unit_id == union.id:
        words = "这位会员转入本工会的转会正在办理或等他确认，不用再邀请，请在“转会”中查看。"
        raise Duplicate("transfers.transfer.already_open", words)
    return Goes(
        union.id,
        other_unit_id=home.id,
        person_id=person.id,
        open_key=f"person:{person.id}",
        title=person.masked_name,
        note=f"{home.name} → {union.name}",
        fills={"membership_id": stay.pk, "employer_id": stay.employer_id},
    )


def shows_more(case: Case, offer: ClaimOffer, actor: Actor, now: datetime) -> dict[str, Any]:
    """He may belong to a union outside the reader's scope: his name stays masked for whoever reads."""
    home, union = _both(case)
    him = case.owner_person_id
    return {
        "person": presenting.person_facts(people.get_facts(him))[:3] if him is not None else [],
        "facts": [
            {"label": "现在的工会", "value": home.name},
            {"label": "邀请转入", "value": union.name},
            {"label": "用人单位", "value": unions.get_employer_name(offer.employer_id)},
        ],
    }


def _both(case: Case) -> tuple[unions.UnionFacts, unions.UnionFacts]:
    assert case.other_unit_id is not None  # noqa: S101  given at opening
    facts = unions.facts_of((case.other_unit_id, case.unit_id))
    return facts[case.other_unit_id], facts[case.unit_id]


def shows_own(case: Case, offer: ClaimOffer, actor: Actor, now: datetime) -> dict[str, Any]:
    page: dict[str, Any] = {
        "facts": [
            {"label": "单位", "value": unions.get_employer_name(offer.employer_id)},
            {"label": "邀请时间", "value": formats.moment(case.opened_at, formats.local_day(now))},
        ]
    }
    if case.state == Claim.CLAIM_OFFERED:
        page["step"] = {
            "lead": "您所在的单位已有工会，邀请您把会籍转过去，最晚",
            "at": case.last_day,
            "after": "确认",
            "mine": True,
            "note": "不确认的，会籍留在现在的工会，不受影响。",
            "explain": explained(case),
        }
    return page


def take_turn(case: Case) -> None:
    if case.owner_person_id is not None:
        moving.take_turn(case.owner_person_id)


CLAIMS = declare(
    CaseKind(
        "claims",
        CLAIM,
        ClaimOffer,
        space="transfers:claims",
        opener=By.CADRE,
        opened_by=Permission.OFFER,
        opened_on="transfers:claimable",
        opens=(UNION, PERSON),
        goes=to_him,
        title="{person}",
        steps={},
        tabs=(
            Tab("open", "等待确认", frozenset({Claim.CLAIM_OFFERED})),
            Tab("done", "已转入", frozenset({Claim.CONFIRMED})),
            Tab("not", "没有转入", CLAIM.closed - {Claim.CONFIRMED}),
        ),
        words=Wordings(
            button="可认领的会员",
            head="会员",
            own="单位工会的邀请",
            tells_person=False,
            unit="邀请转入",
            other="现在的工会",
            empty=Empty("没有这样的邀请", "在“可认领的会员”里勾选会员后发出邀请。"),
        ),
        shows_more=shows_more,
        on_phone=True,
        shows_own=shows_own,
        before=take_turn,
        archive=CLAIM.closed,
        purpose="您单位的工会邀请您转入，由您自己决定。",
    )
)


@CLAIMS.on("open")
def tell(case: Case, offer: ClaimOffer, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    home, union = _both(case)
    until = case.last_day.isoformat() if case.last_day else ""
    said = {"union": union.name, "home": home.name, "until": until}
    assert case.owner_person_id is not None  # noqa: S101  given at opening
    notify.send(
        "transfers.claim_offered", person_id=case.owner_person_id, context=said, now=now, case_public_id=case.public_id
    )


@CLAIMS.on("confirm")
def move(case: Case, offer: ClaimOffer, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """He is moved at once. Raises WrongState `claim.moved` where his membership has changed since; RuleBroken
    `document.check`; Expired `union.closed`.
    """
    person_id = actor.require_person()
    documents.require_free(person_id)
    stay = members.open_stay(person_id)
    if stay is None or stay.pk != offer.membership_id:
        raise WrongState("claim.moved", "您的会籍已有变动，这份邀请不再有效，请刷新后查看。")
    target = unions.get_facts(case.unit_id)
    unions.require_takes_members(target)
    employer = (offer.employer_id, unions.get_employer_name(offer.employer_id))
    moving.shift(actor, stay, target, now=now, reason="claim", case_id=case.pk, employer=employer)


@CLAIMS.on("decline", "take_back", "lapse")
def say_so(case: Case, offer: ClaimOffer, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    assert case.owner_person_id is not None  # noqa: S101  given at opening
    note = f"认领邀请：{to_others(CLAIM.labels[case.state])}。"
    transfer_ended.announce(TransferEnded(case.owner_person_id, case.unit_id, note, now))


@dataclass(frozen=True, slots=True)
class OfferResult:
    """What became of one member of a list: `code` is empty where he was invited, then `case` names the case."""

    person: str
    name: str
    case: str
    code: str
    message: str


def offer_claims(
    actor: Actor, union: unions.UnionFacts, person_public_ids: Sequence[str], *, now: datetime
) -> list[OfferResult]:
    """Invite members of online homes who work for an employer of this union; each in its own transaction.

    Raises NotAllowed for the union, Expired `union.closed`, Invalid `claim.members` for none or more than 200.
    """
    actor.require(Permission.OFFER, union.path)
    unions.require_takes_members(union)
    chosen = list(dict.fromkeys(person_public_ids))
    if not 1 <= len(chosen) <= MOST_AT_ONCE:
        text = f"请勾选 1 到 {MOST_AT_ONCE} 名会员。"
        raise Invalid("claim.members", text, fields={"members": text})
    results = []
    for key in chosen:
        person = people.find_by_public_id(key)
        name = person.masked_name if person is not None else ""
        try:
            case = open_case(CLAIMS, actor, {"union": union.public_id, "person": key}, now=now)
        except ZhijiaError as error:
            shown = "" if error.code == "claim.other_employer" else name
            results.append(OfferResult(key, shown, "", error.code, error.message))
        else:
            results.append(OfferResult(key, name, case, "", "已邀请，等待本人确认"))
    return results


def follow_ended(event: MembershipEnded) -> None:
    """An invitation that waits ends with the membership."""
    _end_open(event, event.note)


def follow_handed_over(event: MembershipHandedOver) -> None:
    """An invitation that waits ends where the membership has gone elsewhere."""
    _end_open(event, "会籍已转到其他工会。")


def _end_open(event: MembershipEnded | MembershipHandedOver, note: str) -> None:
    found = [case.pk for case in cases.list_open(CLAIM.code, event.person_id) if case.pk != event.case_id]
    workflow.move_many(CLAIM, "end", found, actor=SYSTEM, now=event.at, note=note)
