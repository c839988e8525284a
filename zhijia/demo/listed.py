"""Made-up documents in every state: listed, taken back, refused, lifted, and people who ask to be looked at."""

from __future__ import annotations

import io

from zhijia.foundation.casework import services as casework
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.organization.access.roles import Role
from zhijia.organization.documents.cases import BATCHES, CHECKS, batches, checks
from zhijia.organization.documents.cases.batches import Proposal
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person

from .moves import PAPER
from .staff import person_of
from .stage import Stage

WHY = "公安机关通报〔2026〕41号：同一打印店伪造的一批身份证，姓名与照片不符"


def play_blacklist(stage: Stage) -> None:
    """A batch of each outcome; of the one in force somebody applied before, and others ask at the counter."""
    ago = stage.workdays_ago
    maker, checker = stage.holder(Role.ORG, "county"), stage.holder(Role.ORG, "city")
    for outcome in ("wait", "refuse", "withdraw", "ask_lift", "lift"):
        case = _propose(stage, maker, [_number(stage, _stranger(stage)) for _ in range(3)], days=6)
        if outcome == "withdraw":
            casework.act(BATCHES, maker, case, "withdraw", now=ago(5))
        elif outcome == "refuse":
            casework.act(BATCHES, checker, case, "refuse", {"note": "请补充公安机关的书面材料。"}, now=ago(5))
        elif outcome != "wait":
            casework.act(BATCHES, checker, case, "agree", now=ago(5))
        if outcome in ("ask_lift", "lift"):
            casework.act(
                BATCHES, maker, case, "ask_undo", {"note": "公安机关来函更正，这几个证件是真实的。"}, now=ago(3)
            )
        if outcome == "lift":
            casework.act(BATCHES, checker, case, "undo", now=ago(2))
    applicant, _ = stage.submit("plant", at=ago(2))
    asking = [stage.applicant() for _ in range(4)]
    numbers = [_number(stage, person) for person in (applicant, *asking)]
    case = _propose(stage, maker, numbers, days=2)
    casework.act(BATCHES, checker, case, "agree", now=ago(1))
    told = "本人持身份证到窗口核对，照片与本人一致。"
    for person, outcome in zip(asking, ("", "vouch", "uphold", "lift"), strict=True):
        mobile = people.mobile_for_message(person.pk)
        check = checks.ask_check(stage.actor(person), None, mobile=mobile, now=ago(1))
        if outcome == "uphold":
            casework.act(
                CHECKS, maker, check, "uphold", {"note": "照片与本人不一致，请补充户口簿后再核对。"}, now=stage.now
            )
        elif outcome:
            casework.act(CHECKS, maker, check, "vouch", {"note": told}, now=stage.now)
        if outcome == "lift":
            casework.act(CHECKS, checker, check, "lift", now=stage.now)


def _stranger(stage: Stage) -> Person:
    return person_of(stage.inventor, stage.inventor.name(False), stage.inventor.mobile(), now=stage.now, bound=False)


def _number(stage: Stage, person: Person) -> str:
    return people.read_numbers(SYSTEM, person.pk, reason="系统核对登记信息", now=stage.now).id_number


def _propose(stage: Stage, maker: Actor, numbers: list[str], *, days: int) -> str:
    said = Proposal(WHY, typed="\n".join(numbers), papers=(("公安机关通报.pdf", io.BytesIO(PAPER)),))
    return batches.propose(maker, said, now=stage.workdays_ago(days))
