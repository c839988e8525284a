"""Whose an account is: an ID that is bound to another account, or to a number that is lost, never a take-over.

Source: docs/rules/joining.md#bind
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.casework import selectors as cases, services as casework
from zhijia.foundation.casework.fields import Count, Words
from zhijia.foundation.casework.kinds import By, CaseKind, Goes, Step, Tab, Wordings, declare
from zhijia.foundation.notify import services as notify
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, retrying
from zhijia.kernel.errors import NotFound, RuleBroken, WrongState
from zhijia.organization.documents import services as documents
from zhijia.organization.members import selectors as members
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.unions import selectors as unions

from .models import BindingDispute
from .permissions import Permission
from .rules import DISPUTE, Dispute

PLACE = "joining_bindingdispute.mobile"
_ANY = 2**63 - 1
PERSON = Count("person", "本人", least=1, most=_ANY, kept=False, sample=1)
ACCOUNT = Count("account", "申请的账号", least=1, most=_ANY, kept=False, sample=1)
UNION = Count("union", "工会", least=1, most=_ANY, kept=False, sample=1)
MOBILE = Words("mobile", "申请账号的手机", most=20, kept=False, sample="13700001111")
HOW = Words(
    "note", "怎样核实的", "当面或电话，核对了什么", least=5, most=200, rows=3, sample="当面核对了身份证件和本人照片。"
)


def to_the_county(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The county of the person's union decides, else that of the union he wanted to join."""
    person, stay = people.get_facts(given["person"]), members.open_stay(given["person"])
    union = unions.get_facts(stay.union_id if stay else given["union"])
    return Goes(
        union.county_id or union.city_id or union.id,
        open_key=f"account:{given['account']}",
        title=person.masked_name,
        note=union.name,
        fills={
            "person_id": person.id,
            "old_account_id": person.account_id,
            "new_account_id": given["account"],
            "opened_at": now,
        },
    )


def shows_more(case: Case, dispute: BindingDispute, actor: Actor, now: datetime) -> dict[str, Any]:
    person, stay = people.get_facts(dispute.person_id), members.open_stay(dispute.person_id)
    return {
        "facts": [
            {"label": "本人", "value": person.masked_name},
            {"label": "证件", "value": person.id_masked, "code": True},
            {"label": "会籍", "value": unions.get_facts(stay.union_id).name if stay else "还不是会员"},
            {"label": "申请的手机", "value": dispute.mobile_masked, "code": True},
            {"label": "现在的手机" if person.account_id else "名册的手机", "value": person.mobile_masked, "code": True},
            {"label": "现在的绑定", "value": "另一个账号" if person.account_id else "还没有人绑定"},
        ],
        "reveal": case.closed_at is None and bool(dispute.mobile_masked),
    }


DISPUTES = declare(
    CaseKind(
        "disputes",
        DISPUTE,
        BindingDispute,
        space="joining:disputes",
        opener=By.SYSTEM,
        opens=(PERSON, ACCOUNT, UNION, MOBILE),
        goes=to_the_county,
        title="{person}",
        steps={
            "uphold": Step((HOW,), means="这份档案改由申请的账号使用，原来的账号不再能看到"),
            "dismiss": Step((HOW,), means="请当面或电话核对本人，核实前后原绑定不变"),
        },
        tabs=(
            Tab("open", "待核实", frozenset({Dispute.OPEN})),
            Tab("done", "已核实", DISPUTE.closed),
        ),
        columns=(Column("本人的工会", "case.note", wraps=True),),
        words=Wordings(
            tells_person=False,
            empty=Empty("没有这样的核实", "有人用别的账号已绑定的证件号码实名时，会出现在这里，由县级工会核实。"),
        ),
        review="joining/dispute.html",
        shows_more=shows_more,
        purpose="查明证件号码应由哪个账号使用，防止他人冒用。",
    )
)


@retrying()
@transaction.atomic
def open_dispute(
    actor: Actor, identity: people_services.Identity, *, mobile: str, fallback_union_id: int, now: datetime
) -> str:
    """Somebody says that an ID is his which another account, or a number he no longer has, answers for.

    Returns the case's public id. Raises NotSignedIn, NotFound where he can bind himself or for unknown numbers,
    Duplicate `joining.dispute.already_open`.
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
    said = {"person": person.id, "account": actor.account_id, "union": fallback_union_id, "mobile": mobile}
    return casework.open_case(DISPUTES, actor, said, now=now)


def read_mobiles(actor: Actor, public_id: str, *, now: datetime) -> list[tuple[str, str]]:
    """The numbers to call, of who asked and of the file: `[("申请的手机", "13700001111"), …]`. Leaves an audit row.

    Raises NotFound, NotAllowed, WrongState once it is settled.
    """
    one = cases.get_case(DISPUTES, actor, public_id)
    actor.require(Permission.DISPUTE_DECIDE, unions.get_facts(one.case.unit_id).path)
    if one.case.closed_at is not None:
        raise WrongState
    person = one.row.person_id
    audit.record_read(
        actor,
        "joining.dispute_mobiles",
        ("case", public_id),
        now=now,
        reason="电话核实账号绑定",
        unit_id=one.case.unit_id,
        concerns=person,
    )
    asking = people_services.open_mobile(one.row.mobile_sealed, table=PLACE, row=public_id)
    of_file = people.read_numbers(actor, person, reason="电话核实账号绑定", now=now).mobile
    return [("申请的手机", asking), ("档案的手机", of_file)]


@DISPUTES.on("open")
def keep_mobile(case: Case, dispute: BindingDispute, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The number lies sealed under the case's public id."""
    columns = people_services.mobile_columns(case.public_id, given["mobile"], table=PLACE)
    change_rows(BindingDispute, {"id": dispute.pk}, columns)


@DISPUTES.on("uphold")
def rebind(case: Case, dispute: BindingDispute, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The county looked at the person or telephoned: the account is changed over. Raises RuleBroken
    `document.listed`.
    """
    documents.require_lifted(dispute.person_id)
    mobile = people_services.open_mobile(dispute.mobile_sealed, table=PLACE, row=case.public_id)
    people_services.rebind(
        actor,
        dispute.person_id,
        old_account_id=dispute.old_account_id,
        new_account_id=dispute.new_account_id,
        mobile=mobile,
        now=now,
    )
    notify.send("joining.dispute_upheld", person_id=dispute.person_id, context={}, now=now)
    audit.record(
        actor,
        "members.rebound",
        ("case", case.public_id),
        now=now,
        unit_id=case.unit_id,
        concerns=dispute.person_id,
        detail={"on": timezone.localdate(now).isoformat()},
    )


@DISPUTES.on("dismiss")
def tell_both(case: Case, dispute: BindingDispute, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Who asked has no person here and is told by text message; whose file it is learns that somebody asked for it."""
    mobile = people_services.open_mobile(dispute.mobile_sealed, table=PLACE, row=case.public_id)
    if mobile:
        notify.send_to_number("joining.dispute_dismissed", mobile, {}, now=now)
    notify.send("joining.dispute_kept", person_id=dispute.person_id, context={}, now=now)
