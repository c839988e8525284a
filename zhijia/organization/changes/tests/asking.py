"""Changes as tests ask for and decide them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zhijia.foundation.casework import services
from zhijia.foundation.casework.fields import Paper
from zhijia.foundation.casework.kinds import By
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.actor import Actor
from zhijia.organization.changes.cases import CHANGES


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says; `papers` are names and contents."""

    kind: str
    reason: str
    on: date | None
    document: str = ""
    note: str = ""
    papers: Sequence[tuple[str, Any]] = ()
    keep_at: str = ""

    def said(self) -> dict[str, Any]:
        said = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**said, "papers": [Paper(*paper) for paper in self.papers]}


def ask_own(actor: Actor, given: Given, *, now: datetime) -> Case:
    return Case.objects.get(public_id=services.open_case(CHANGES, actor, given.said(), now=now))


def ask_for(actor: Actor, person: str, given: Given, *, now: datetime) -> Case:
    said = given.said() | {"person": person}
    return Case.objects.get(public_id=services.open_case(CHANGES, actor, said, now=now, by=By.CADRE))


def act(actor: Actor, case: str, move: str, *, now: datetime, **said: Any) -> Case:
    return services.act(CHANGES, actor, case, move, said, now=now)
