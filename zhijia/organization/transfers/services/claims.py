"""A union claims the members of an online home who work for its employer; many of one employer call for a union."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from zhijia.foundation.notify import services as notify
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import insert_row, retrying
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, RuleBroken, WrongState, ZhijiaError
from zhijia.organization.documents import services as blacklist
from zhijia.organization.members import selectors
from zhijia.organization.members.events import MembershipChanged, MembershipEnded, MembershipHandedOver
from zhijia.organization.members.selectors import Membership
from zhijia.organization.members.services import moving
from zhijia.organization.people import selectors as people
from zhijia.organization.transfers.models import ClaimOffer, FoundingTask
from zhijia.organization.transfers.permissions import Permission
from zhijia.organization.transfers.rules import claims as rules
from zhijia.organization.transfers.selectors.claims import covers_employer
from zhijia.organization.unions import places, selectors as unions

MOST_AT_ONCE = 200
AGAIN_AFTER = timedelta(days=180)
"""A township that has dealt with an employer is not asked again for so long."""


@dataclass(frozen=True, slots=True)
class OfferResult:
    """What became of one member of a list: `code` is empty where he was invited, then `case` names the case."""

    person: str
    name: str
    case: str
    code: str
    message: str


def offer_claims(actor: Actor, union_id: int, person_public_ids: Sequence[str], *, now: datetime) -> list[OfferResult]:
    """Invite members of online homes who work for an employer of this union; each in its own transaction.

    Raises NotFound, NotAllowed for the union, Expired `union.closed`, Invalid `claim.members` for none or more than
    200. A row says `claim.other_employer`, `claim.not_at_home` or `transfers.claim.already_open`.
    """
    union = unions.get_facts(union_id)
    actor.require(Permission.OFFER, union.path)
    unions.require_takes_members(union)
    chosen = list(dict.fromkeys(person_public_ids))
    if not 1 <= len(chosen) <= MOST_AT_ONCE:
        text = f"请勾选 1 到 {MOST_AT_ONCE} 名会员。"
        raise Invalid("claim.members", text, fields={"members": text})
    results = []
    for key in chosen:
        person = people.find_by_public_id(key)
        try:
            if person is None:
                raise NotFound
            case = offer_claim(actor, union.id, person.id, now=now)
        except ZhijiaError as error:
            shown = person.masked_name if person is not None and error.code != "claim.other_employer" else ""
            results.append(OfferResult(key, shown, "", error.code, error.message))
        else:
            results.append(OfferResult(key, person.masked_name, case.public_id, "", "已邀请，等待本人确认"))
    return results


@retrying()
@transaction.atomic
def offer_claim(actor: Actor, union_id: int, person_id: int, *, now: datetime) -> Case:
    """One invitation. Raises NotFound, NotAllowed, RuleBroken `claim.other_employer` `claim.not_at_home`
    `document.check`, Duplicate.
    """
    union = unions.get_facts(union_id)
    actor.require(Permission.OFFER, union.path)
    stay = selectors.open_stay(person_id)
    if stay is None or stay.employer_id is None or not covers_employer(union.id, stay.employer_id):
        raise RuleBroken("claim.other_employer", "只能认领用人单位由本工会涵盖的会员。")
    home = unions.get_facts(stay.union_id)
    if not home.is_home:
        raise RuleBroken("claim.not_at_home", "这位会员的会籍不在网上会员之家，请由本人办理转会。")
    blacklist.require_free(person_id)
    person = people.get_facts(person_id)
    try:
        case = workflow.open_case(
            rules.CLAIM,
            actor,
            title=person.masked_name,
            unit_id=union.id,
            other_unit_id=home.id,
            owner_person_id=person.id,
            now=now,
            open_key=f"person:{person.id}",
            note=union.name[:200],
        )
    except Duplicate:
        raise Duplicate("transfers.claim.already_open", "这位会员已有一份认领邀请等待确认，请等待答复。") from None
    insert_row(
        ClaimOffer,
        case_id=case.pk,
        person_id=person.id,
        membership_id=stay.pk,
        source_id=home.id,
        target_id=union.id,
        employer_id=stay.employer_id,
        offered_at=now,
    )
    until = case.last_day.isoformat() if case.last_day else ""
    notify.send(
        "transfers.claim_offered",
        person_id=person.id,
        context={"union": union.name, "home": home.name, "until": until},
        now=now,
        case_public_id=case.public_id,
    )
    return case


@retrying()
@transaction.atomic
def confirm_claim(actor: Actor, public_id: str, *, now: datetime) -> int:
    """The member says yes and is moved at once. Returns the new membership's id.

    Raises NotFound; WrongState, also `claim.moved` where his membership has changed since; RuleBroken `document.check`;
    Expired `union.closed`.
    """
    case = cases.get_my_case(actor, public_id)
    offer = ClaimOffer.objects.filter(case_id=case.pk).first()
    if offer is None:
        raise NotFound
    moving.take_turn(offer.person_id)
    workflow.move(case, "confirm", actor=actor, now=now)
    blacklist.require_free(offer.person_id)
    stay = selectors.open_stay(offer.person_id)
    if stay is None or stay.pk != offer.membership_id:
        raise WrongState("claim.moved", "您的会籍已有变动，这份邀请不再有效，请刷新后查看。")
    target = unions.get_facts(offer.target_id)
    unions.require_takes_members(target)
    employer = (offer.employer_id, unions.get_employer_name(offer.employer_id))
    return moving.shift(actor, stay, target, now=now, reason="claim", case_id=case.pk, employer=employer)


@retrying()
@transaction.atomic
def decline_claim(actor: Actor, public_id: str, *, now: datetime) -> None:
    """The member stays where he is. Raises NotFound, WrongState."""
    workflow.move(cases.get_my_case(actor, public_id), "decline", actor=actor, now=now)


@retrying()
@transaction.atomic
def take_back_claim(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Who invited takes it back. Raises NotFound, WrongState."""
    case = cases.find_case(rules.CLAIM.code, public_id)
    if case is None:
        raise NotFound
    workflow.move(case, "take_back", actor=actor, now=now)


def follow_arrival(event: MembershipChanged) -> None:
    """Somebody came to an online home: his employer's people there may be many enough for a union of their own."""
    stay = selectors.open_stay(event.person_id) if event.at_home else None
    if stay is not None and stay.employer_id is not None and unions.union_covering(stay.employer_id) is None:
        watch_employer(unions.get_facts(stay.union_id), stay.employer_id, now=event.at)


def follow_ended(event: MembershipEnded) -> None:
    """An invitation that waits ends with the membership."""
    _end_open(event, event.note)


def follow_handed_over(event: MembershipHandedOver) -> None:
    """An invitation that waits ends where the membership has gone elsewhere."""
    _end_open(event, "会籍已转到其他工会。")


def _end_open(event: MembershipEnded | MembershipHandedOver, note: str) -> None:
    found = [case.pk for case in cases.list_open(rules.CLAIM.code, event.person_id) if case.pk != event.case_id]
    workflow.move_many(rules.CLAIM, "end", found, actor=SYSTEM, now=event.at, note=note)


def look_through_homes(after: int, *, now: datetime, size: int = 50) -> tuple[int, int, int]:
    """Count employers' people in the next online homes, those that came by roster among them.

    Returns `(last home looked at, homes looked at, tasks opened)`; no home means the end. For the nightly job.
    """
    homes = places.home_ids_after(after, limit=size)
    facts = unions.facts_of(homes)
    opened = 0
    for home in (facts[key] for key in homes):
        task = int(parameters.value("claim.founding_members", on=timezone.localdate(now), region=home.region))
        rows = Membership.objects.filter(union_id=home.id, until__isnull=True, employer_id__isnull=False)
        many = rows.values("employer_id").annotate(members=Count("id")).filter(members__gte=task)
        employers = list(many.order_by("employer_id").values_list("employer_id", flat=True))
        covered = unions.unions_covering(employers)
        for employer_id in employers:
            if employer_id not in covered:
                opened += watch_employer(home, employer_id, now=now) is not None
    return (homes[-1] if homes else after), len(homes), opened


def watch_employer(home: unions.UnionFacts, employer_id: int, *, now: datetime) -> Case | None:
    """Open the township's founding task where enough members of one employer are in its home; once in half a year."""
    today = timezone.localdate(now)
    task = int(parameters.value("claim.founding_members", on=today, region=home.region))
    hint = int(parameters.value("claim.hint_members", on=today, region=home.region))
    members = Membership.objects.filter(employer_id=employer_id, union_id=home.id, until__isnull=True).count()
    if rules.founding_step(members, hint=hint, task=task) != "task" or home.parent_id is None:
        return None
    lately = FoundingTask.objects.filter(home_id=home.id, employer_id=employer_id, opened_at__gt=now - AGAIN_AFTER)
    if lately.exists():
        return None
    key = f"employer:{employer_id}:{home.id}"
    name = unions.get_employer_name(employer_id)
    case = workflow.open_case(
        rules.FOUNDING_TASK,
        SYSTEM,
        title=name[:120],
        unit_id=home.parent_id,
        other_unit_id=home.id,
        owner_person_id=None,
        now=now,
        open_key=key,
        note=f"网上会员之家已有 {members} 名职工",
    )
    insert_row(FoundingTask, case_id=case.pk, home_id=home.id, employer_id=employer_id, members=members, opened_at=now)
    return case


@retrying()
@transaction.atomic
def close_founding_task(actor: Actor, public_id: str, *, founded: bool, note: str, now: datetime) -> None:
    """The township says what came of it. `founded` must be true: the employer is covered by a union by now.

    Raises NotFound, NotAllowed, WrongState, RuleBroken `claim.not_founded`, Invalid `case.missing`.
    """
    case = cases.find_case(rules.FOUNDING_TASK.code, public_id)
    task = FoundingTask.objects.filter(case_id=case.pk).first() if case else None
    if case is None or task is None:
        raise NotFound
    actor.require(Permission.FOUND, unions.get_facts(case.unit_id).path)
    if founded and unions.union_covering(task.employer_id) is None:
        raise RuleBroken(
            "claim.not_founded", "这个单位还没有被任何工会涵盖，请先登记它的工会或涵盖关系，再办结建会任务。"
        )
    words = note.strip()[:200]
    workflow.move(case, "found" if founded else "drop", actor=actor, now=now, given={"note": words}, note=words)
