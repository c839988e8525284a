"""A person asks about his data and the privacy desk answers, as the services take it."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.casework.selectors import row_of
from zhijia.foundation.casework.services import act
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.actor import Actor
from zhijia.organization.people.cases.requests import REQUESTS, ask
from zhijia.organization.people.rules.rights import Plan
from zhijia.organization.people.selectors import rights as reads

__all__ = ["agree", "answer", "ask", "execute", "withdraw"]


def answer(actor: Actor, case: str, move: str, *, text: str, now: datetime) -> None:
    act(REQUESTS, actor, case, move, {"answer": text}, now=now)


def agree(actor: Actor, case: str, *, now: datetime, text: str = "") -> None:
    answer(actor, case, "agree", text=text, now=now)


def execute(actor: Actor, case: str, *, text: str, now: datetime) -> Plan:
    """What went and what stayed is what the plan said before."""
    plan = reads.plan_of(row_of(REQUESTS, Case.objects.get(public_id=case)), now=now)
    answer(actor, case, "execute", text=text, now=now)
    return plan


def withdraw(actor: Actor, case: str, *, now: datetime) -> None:
    act(REQUESTS, actor, case, "withdraw", now=now)
