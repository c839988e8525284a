"""Keeping a person's data from every deletion, by two persons. Source: docs/rules/rights.md#hold"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_row, retrying
from zhijia.kernel.errors import Duplicate, Invalid, NotFound
from zhijia.kernel.identifiers import DOCUMENT_LABELS
from zhijia.kernel.registry import registry
from zhijia.organization.people import selectors
from zhijia.organization.people.models import LegalHold
from zhijia.organization.people.permissions import Permission
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.services.identities import read_identity


@retrying()
@transaction.atomic
def propose(actor: Actor, name: str, id_type: str, number: str, *, reason: str, now: datetime) -> str:
    """Ask that nothing of a person be deleted, named as the demanding paper names him; returns the case's public id.

    Raises NotFound where nobody of that name and number is within the desk's units, NotAllowed; Invalid `hold.reason`
    and those of `read_identity`; Duplicate `people.hold.already_open` `hold.in_force`.
    """
    actor.require_anywhere(Permission.HOLD)
    words = reason.strip()
    if not rules.LEAST_WORDS <= len(words) <= 200:
        sentence = "请写明依据的文书和原因，5 到 200 个字。"
        raise Invalid("hold.reason", sentence, fields={"reason": sentence})
    if id_type not in DOCUMENT_LABELS:
        raise Invalid("hold.id_type", "请选择证件类型。", fields={"id_type": "请选择证件类型。"})
    identity = read_identity(name, id_type, number, today=timezone.localdate(now))
    person = selectors.find_by_id_number(identity.id_type, identity.number)
    if person is None or person.name != identity.name:
        raise NotFound("hold.no_person", "没有找到这个人，请核对姓名和证件号码。")
    unit_id = registry.unit_of(person.id)
    path = registry.units.path(unit_id)
    if not actor.may(Permission.HOLD, path):
        raise NotFound("hold.no_person", "没有找到这个人，请核对姓名和证件号码。")
    if LegalHold.objects.filter(person_id=person.id, in_force=True).exists():
        raise Duplicate("hold.in_force", "这个人的信息已经在保全中，不需要再次申请。")
    _, acting = workflow.acting_under(actor, Permission.HOLD, unit_id)
    case = workflow.open_case(
        rules.HOLD,
        actor,
        title=person.masked_name,
        unit_id=unit_id,
        owner_person_id=None,
        now=now,
        open_key=f"person:{person.id}",
        note=words[:60],
    )
    insert_row(
        LegalHold,
        case_id=case.pk,
        person_id=person.id,
        reason=words,
        desk_unit_id=acting or unit_id,
        in_force=False,
        asked_at=now,
        ended_at=None,
    )
    _record(actor, "people.hold_asked", case, person.id, now=now)
    return case.public_id


def _record(actor: Actor, event: str, case: Case, person_id: int, *, now: datetime) -> None:
    audit.record(actor, event, ("case", case.public_id), now=now, unit_id=case.unit_id, concerns=person_id)


def _find(public_id: str) -> tuple[Case, LegalHold]:
    hold = LegalHold.objects.select_related("case").filter(case__public_id=public_id).first()
    if hold is None:
        raise NotFound
    return hold.case, hold


@retrying()
@transaction.atomic
def decide(
    actor: Actor, public_id: str, *, agree: bool, note: str = "", now: datetime, version: int | None = None
) -> None:
    """The second person: the hold counts from now, or goes back.

    Raises NotFound, NotAllowed, WrongState, RuleBroken `case.same_person`, Invalid `case.missing`.
    """
    case, hold = _find(public_id)
    words = note.strip()[:200]
    name = "agree" if agree else "refuse"
    workflow.move(case, name, actor=actor, now=now, given={"note": words}, note=words, version=version)
    if agree:
        try:
            change_rows(LegalHold, {"id": hold.pk}, {"in_force": True})
        except IntegrityError as error:
            raise Duplicate("hold.in_force", "这个人的信息已经在保全中，不需要再次申请。") from error
        _record(actor, "people.hold_begun", case, hold.person_id, now=now)


@retrying()
@transaction.atomic
def withdraw(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Its maker takes it back. Raises NotFound, WrongState."""
    case, _hold = _find(public_id)
    workflow.move(case, "withdraw", actor=actor, now=now)


@retrying()
@transaction.atomic
def lift(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """The reason is gone: what is over its time is deleted by the next night. Raises as `decide`."""
    case, hold = _find(public_id)
    words = note.strip()[:200]
    workflow.move(case, "lift", actor=actor, now=now, given={"note": words}, note=words)
    change_rows(LegalHold, {"id": hold.pk}, {"in_force": False, "ended_at": now})
    _record(actor, "people.hold_lifted", case, hold.person_id, now=now)
