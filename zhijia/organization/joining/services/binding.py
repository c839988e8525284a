"""An ID that is bound to another account, or to a number that is lost: a case for the county, never a take-over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import insert_row, retrying
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken
from zhijia.organization.documents import services as blacklist
from zhijia.organization.joining import rules
from zhijia.organization.joining.models import BindingDispute
from zhijia.organization.members import selectors
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.unions import selectors as unions


@retrying()
@transaction.atomic
def open_dispute(
    actor: Actor, identity: people_services.Identity, *, mobile: str, fallback_union_id: int, now: datetime
) -> str:
    """Somebody says that an ID is his which another account, or a number he no longer has, answers for.

    Returns the case's public id. The county of the person's union decides, else that of the union he wanted to join.
    Raises NotSignedIn, NotFound where he can bind himself or for unknown numbers, Duplicate
    `joining.dispute.already_open`.
    """
    if actor.account_id is None:
        actor.require_person()
        raise AssertionError("unreachable")
    person = people.find_by_id_number(identity.id_type, identity.number)
    if person is None or person.account_id == actor.account_id or person.name != identity.name:
        raise NotFound
    if person.account_id is None:
        needed = people_services.proof_needed(person.id, mobile, today=timezone.localdate(now))
        if needed is people_services.Proof.NOTHING:
            raise NotFound
    if actor.person_id is not None:
        raise RuleBroken("real_name.other_person", "您的账号已实名认证为另一位，如需更正请拨打服务热线或到工会办理。")
    stay = selectors.open_stay(person.id)
    union = unions.get_facts(stay.union_id if stay else fallback_union_id)
    county = union.county_id or union.city_id or union.id
    case = workflow.open_case(
        rules.DISPUTE,
        actor,
        title=person.masked_name,
        unit_id=county,
        owner_person_id=None,
        now=now,
        open_key=f"account:{actor.account_id}",
        note=union.name,
    )
    insert_row(
        BindingDispute,
        case_id=case.pk,
        person_id=person.id,
        old_account_id=person.account_id,
        new_account_id=actor.account_id,
        opened_at=now,
        **people_services.mobile_columns(case.public_id, mobile, table="joining_bindingdispute.mobile"),
    )
    return case.public_id


def _find(public_id: str) -> tuple[Case, BindingDispute]:
    dispute = BindingDispute.objects.select_related("case").filter(case__public_id=public_id).first()
    if dispute is None:
        raise NotFound
    return dispute.case, dispute


@retrying()
@transaction.atomic
def decide(actor: Actor, public_id: str, *, uphold: bool, note: str, now: datetime) -> None:
    """The county looked at the person or telephoned; `note` says how. Upheld: the account is changed over.

    Raises NotFound, NotAllowed, WrongState, Invalid `dispute.note`, RuleBroken `document.listed`.
    """
    case, dispute = _find(public_id)
    words = note.strip()
    if not 5 <= len(words) <= 200:
        text = "请写明怎样核实的，5 到 200 个字。"
        raise Invalid("dispute.note", text, fields={"note": text})
    workflow.move(case, "uphold" if uphold else "dismiss", actor=actor, now=now, given={"note": words}, note=words)
    if not uphold:
        return
    blacklist.require_lifted(dispute.person_id)
    mobile = people_services.open_mobile(
        dispute.mobile_sealed, table="joining_bindingdispute.mobile", row=case.public_id
    )
    people_services.rebind(
        actor,
        dispute.person_id,
        old_account_id=dispute.old_account_id,
        new_account_id=dispute.new_account_id,
        mobile=mobile,
        now=now,
    )
    audit.record(
        actor,
        "members.rebound",
        ("case", public_id),
        now=now,
        unit_id=case.unit_id,
        concerns=dispute.person_id,
        detail={"on": timezone.localdate(now).isoformat()},
    )
