"""Keeping a person's data from every deletion, by two persons. Source: docs/rules/rights.md#hold"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.casework.fields import Choice, IdNumber, Words
from zhijia.foundation.casework.kinds import Goes, Step, Wordings, checked_kind
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import Duplicate, Invalid
from zhijia.kernel.identifiers import DOCUMENT_LABELS
from zhijia.kernel.registry import registry
from zhijia.organization.people import selectors
from zhijia.organization.people.models import LegalHold
from zhijia.organization.people.permissions import Permission
from zhijia.organization.people.rules.rights import HOLD, LIFTED
from zhijia.organization.people.services.identities import read_identity

NAME = Words("name", "姓名", "与司法文书一致", most=60, kept=False, sample="林晓禾")
ID_TYPE = Choice("id_type", "证件类型", choices=DOCUMENT_LABELS, usual="RESIDENT_ID", kept=False, sample="RESIDENT_ID")
ID_NUMBER = IdNumber("id_number", "证件号码", kept=False, sample="370682199003070010")
REASON = Words(
    "reason", "依据和原因", "例如：莱阳市人民法院调查令〔2026〕8号", least=5, rows=3, sample="法院调查令〔2026〕8号"
)
GONE = Words("note", "说明", "为什么不再需要保全", least=2, rows=3, sample="案件已经结案。")
MEANS = {
    TwoPersons.PROPOSED: "复核同意之前还没有保全；同意后，本人的删除请求不予执行，到期的信息也不自动删除。",
    TwoPersons.IN_FORCE: "保全期间，本人的删除请求不予执行，到期的信息也不自动删除。依据不再存在时，请写明原因解除。",
    TwoPersons.REFUSED: "没有保全。补正依据后可以重新申请。",
    TwoPersons.WITHDRAWN: "经办人已撤回，没有保全。",
    LIFTED: "保全已经解除，到期的信息当夜起照常删除。",
}


def to_his_unit(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The unit of whoever the demanding paper names.

    Raises Invalid `hold.no_person` where nobody of that name and number is within the desk's units, and those of
    `read_identity`; Duplicate `hold.in_force`.
    """
    identity = read_identity(given["name"], given["id_type"], given["id_number"], today=timezone.localdate(now))
    person = selectors.find_by_id_number(identity.id_type, identity.number)
    unit_id = registry.unit_of(person.id) if person is not None and person.name == identity.name else None
    if person is None or unit_id is None or not actor.may(Permission.HOLD, registry.units.path(unit_id)):
        text = "没有找到这个人，请核对姓名和证件号码。"
        raise Invalid("hold.no_person", text, fields={"id_number": text})
    if LegalHold.objects.filter(person_id=person.id, in_force=True).exists():
        raise _already()
    _, acting = workflow.acting_under(actor, Permission.HOLD, unit_id)
    return Goes(
        unit_id,
        open_key=f"person:{person.id}",
        title=person.masked_name,
        note=given["reason"][:60],
        fills={"person_id": person.id, "desk_unit_id": acting or unit_id, "in_force": False, "ended_at": None},
    )


def _already() -> Duplicate:
    return Duplicate("hold.in_force", "这个人的信息已经在保全中，不需要再次申请。")


def shows_more(case: Case, hold: LegalHold, actor: Actor, now: datetime) -> dict[str, Any]:
    person, today = selectors.get_facts(hold.person_id), formats.local_day(now)
    desk = registry.units.names([hold.desk_unit_id]).get(hold.desk_unit_id, "")
    facts = [
        {"label": "本人", "value": person.masked_name},
        {"label": "证件", "value": person.id_masked, "code": True},
        {"label": "依据和原因", "value": hold.reason},
        {"label": "经办单位", "value": desk},
    ]
    if hold.ended_at is not None:
        facts.append({"label": "解除", "value": formats.moment(hold.ended_at, today)})
    return {"facts": facts, "means": MEANS[case.state]}


HOLDS = checked_kind(
    "data-holds",
    HOLD,
    LegalHold,
    space="people:data-holds",
    opened_by=Permission.HOLD,
    opens=(NAME, ID_TYPE, ID_NUMBER, REASON),
    goes=to_his_unit,
    title="{name}",
    means="立即开始保全",
    steps={"lift": Step((GONE,))},
    columns=(Column("依据和原因", "row.reason", wraps=True),),
    words=Wordings(
        intro="保全期间，这个人的信息不因请求或到期删除。",
        button="申请保全",
        then=(("由另一位同事复核，同意后立即生效", False),),
        empty=Empty("没有这样的保全", "司法机关等依法要求保存某人的信息时，在这里申请，由另一位同事复核。"),
    ),
    review="people/hold.html",
    shows_more=shows_more,
)


def _record(event: str, case: Case, hold: LegalHold, actor: Actor, now: datetime) -> None:
    audit.record(actor, event, ("case", case.public_id), now=now, unit_id=case.unit_id, concerns=hold.person_id)


@HOLDS.on("open")
def asked(case: Case, hold: LegalHold, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    _record("people.hold_asked", case, hold, actor, now)


@HOLDS.on("agree")
def begin(case: Case, hold: LegalHold, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """It counts from now. Raises Duplicate `hold.in_force` where another one was quicker."""
    try:
        change_rows(LegalHold, {"id": hold.pk}, {"in_force": True})
    except IntegrityError as error:
        raise _already() from error
    _record("people.hold_begun", case, hold, actor, now)


@HOLDS.on("lift")
def end(case: Case, hold: LegalHold, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The reason is gone: what is over its time is deleted by the next night."""
    change_rows(LegalHold, {"id": hold.pk}, {"in_force": False, "ended_at": now})
    _record("people.hold_lifted", case, hold, actor, now)
