"""What else a person has open when his membership changes: ended, or handed to the union he now belongs to."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.db import advisory_lock, change_rows
from zhijia.kernel.registry import registry
from zhijia.organization.members.models import MembershipChange
from zhijia.organization.members.rules import changes, claims, transfers
from zhijia.organization.unions.selectors import UnionFacts

_LAPSE = ((transfers.TRANSFER.code, "lapse"), (changes.CHANGE.code, "lapse"), (claims.CLAIM.code, "end"))


def take_turn(person_id: int) -> None:
    """Whatever changes this person's membership comes one after another until the transaction ends.

    Each such change also ends the others' cases: without a turn two of them wait for each other.
    """
    with advisory_lock(f"members.person:{person_id}"):
        pass


def _open_besides(workflow_code: str, person_id: int, besides: int | None) -> list[Case]:
    return [case for case in cases.list_open(workflow_code, person_id) if case.pk != besides]


def lapse_all(person_id: int, *, besides: int | None, note: str, now: datetime) -> None:
    """The membership has ended: what was asked for it ends too, with a word why."""
    for code, name in _LAPSE:
        for case in _open_besides(code, person_id, besides):
            move = registry.workflow(code).move(name)
            if case.state in move.sources:
                workflow.move(case, name, actor=SYSTEM, now=now, note=note)


def hand_over(person_id: int, target: UnionFacts, *, besides: int | None, now: datetime) -> None:
    """The membership has moved: what its union had to decide goes to the new one; the rest ends.

    Other capabilities do the same with theirs (`Scenario.reroute`).
    """
    for case in _open_besides(changes.CHANGE.code, person_id, besides):
        if case.state == changes.Change.ASKED and case.maker_person_id == person_id:
            workflow.move(case, "hand_over", actor=SYSTEM, now=now, unit_id=target.id)
            change_rows(MembershipChange, {"case_id": case.pk}, {"union_id": target.id})
        elif case.state in registry.workflow(case.workflow).move("lapse").sources:
            workflow.move(case, "lapse", actor=SYSTEM, now=now, note="会籍已转到其他工会。")
    for code, name in (_LAPSE[0], _LAPSE[2]):
        for case in _open_besides(code, person_id, besides):
            if case.state in registry.workflow(code).move(name).sources:
                workflow.move(case, name, actor=SYSTEM, now=now, note="会籍已转到其他工会。")
    for scenario in registry.scenarios:
        if scenario.reroute is not None:
            scenario.reroute(person_id)
