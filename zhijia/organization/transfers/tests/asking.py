"""Transfers as tests ask for them and decide them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from zhijia.foundation.casework import services
from zhijia.foundation.casework.kinds import By
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.actor import Actor
from zhijia.organization.transfers.cases.transfers import TRANSFERS
from zhijia.organization.unions import selectors as unions


def ask(actor: Actor, union_id: int, *, reason: str = "", until: date | None = None, now: datetime) -> Case:
    said = {"union_code": unions.get_facts(union_id).code, "reason": reason, "until": until}
    return Case.objects.get(public_id=services.open_case(TRANSFERS, actor, said, now=now, by=By.MEMBER))


def act(actor: Actor, case: str, move: str, *, now: datetime, **said: Any) -> Case:
    return services.act(TRANSFERS, actor, case, move, said, now=now)


def cancel(actor: Actor, case: str, *, now: datetime) -> Case:
    """Take it back, object to it, decline it: whatever its state allows him."""
    names = {"NOTICED": "object", "INVITED": "decline"}
    return act(actor, case, names.get(Case.objects.get(public_id=case).state, "cancel"), now=now)
