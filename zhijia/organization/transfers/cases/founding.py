"""Many of one employer in one online home: the township's task to found a union. Source: docs/rules/claims.md"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count as CountOf
from django.utils import timezone

from zhijia.foundation.casework.fields import Count, Words
from zhijia.foundation.casework.kinds import By, CaseKind, Check, Goes, Step, Tab, Wordings, declare
from zhijia.foundation.casework.services import open_case
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.ui.listing import Column, Empty, Number
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.errors import RuleBroken
from zhijia.organization.members import selectors as members
from zhijia.organization.members.events import MembershipChanged
from zhijia.organization.members.selectors import Membership
from zhijia.organization.transfers.models import FoundingTask
from zhijia.organization.transfers.rules.claims import FOUNDING_TASK, Founding, founding_step
from zhijia.organization.unions import places, selectors as unions
from zhijia.organization.unions.events import EmployerCovered

AGAIN_AFTER = timedelta(days=180)
"""A township that has dealt with an employer is not asked again for so long."""
HOME = Count("home", "网上会员之家", least=1, most=2**62, kept=False, sample=1)
EMPLOYER = Count("employer", "单位", least=1, most=2**62, kept=False, sample=1)
SAID = Words("note", "说明", required=False, rows=3, sample="单位工会已经成立。")
WHY = Words("note", "说明", "不具备条件的须写明原因", least=2, rows=3, sample="单位正在迁址，年后再建。")


def members_of(home_id: int, employer_id: int) -> int:
    return Membership.objects.filter(employer_id=employer_id, union_id=home_id, until__isnull=True).count()


def to_the_township(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    home, employer_id = unions.get_facts(given["home"]), given["employer"]
    found = members_of(home.id, employer_id)
    return Goes(
        home.parent_id or home.id,
        other_unit_id=home.id,
        open_key=f"employer:{employer_id}:{home.id}",
        title=unions.get_employer_name(employer_id),
        note=f"网上会员之家已有 {found} 名职工",
        fills={"home_id": home.id, "employer_id": employer_id, "members": found},
    )


def checks(case: Case, task: FoundingTask, actor: Actor, now: datetime) -> list[Check]:
    covering = unions.union_covering(task.employer_id)
    law = "《工会法》第十一条：会员二十五人以上的，应当建立基层工会委员会"
    return [Check("单位工会", "ok" if covering else "warn", covering.name if covering else "还没有", law)]


def shows_more(case: Case, task: FoundingTask, actor: Actor, now: datetime) -> dict[str, Any]:
    employer = unions.employers_of([task.employer_id])[task.employer_id]
    said = {
        "parent": unions.get_facts(case.unit_id).code,
        "name": f"{employer.name}工会委员会"[:60],
        "employer_name": employer.name,
        "credit_code": employer.credit_code or "",
    }
    return {
        "asked": urlencode(said) if case.closed_at is None else "",
        "facts": [
            {"label": "单位", "value": unions.get_employer_name(task.employer_id)},
            {"label": "网上会员之家", "value": unions.get_facts(task.home_id).name},
            {"label": "立项时会员", "value": f"{task.members} 人"},
            {"label": "现在会员", "value": f"{members_of(task.home_id, task.employer_id)} 人"},
        ],
    }


FOUNDING = declare(
    CaseKind(
        "founding-tasks",
        FOUNDING_TASK,
        FoundingTask,
        space="transfers:founding-tasks",
        opener=By.SYSTEM,
        opens=(HOME, EMPLOYER),
        goes=to_the_township,
        title="{employer}",
        steps={"found": Step((SAID,), means="单位已有工会，或已由工会涵盖"), "drop": Step((WHY,), means="须写明原因")},
        tabs=(
            Tab("open", "待建会", frozenset({Founding.OPEN})),
            Tab("done", "已建会", frozenset({Founding.DONE})),
            Tab("dropped", "不具备条件", frozenset({Founding.DROPPED})),
        ),
        columns=(Number("立项时会员", "row.members"), Column("说明", "case.note", wraps=True, narrow="1024")),
        words=Wordings(
            tells_person=False,
            empty=Empty("没有这样的建会任务", "同一单位在网上会员之家的会员够多时，系统自动立项。"),
        ),
        checks=checks,
        review="transfers/founding_task.html",
        shows_more=shows_more,
    )
)


@FOUNDING.on("found")
def founded(case: Case, task: FoundingTask, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises RuleBroken `claim.not_founded` where no union covers the employer by now."""
    if unions.union_covering(task.employer_id) is None:
        text = "这个单位还没有被任何工会涵盖，请先登记它的工会或涵盖关系，再办结建会任务。"
        raise RuleBroken("claim.not_founded", text)


def follow_covered(event: EmployerCovered) -> None:
    """What the task was for is done, whoever did it."""
    open_tasks = FoundingTask.objects.select_related("case").filter(
        employer_id=event.employer_id, case__closed_at__isnull=True
    )
    name = unions.get_facts(event.union_id).name
    for task in open_tasks:
        workflow.move(task.case, "found", actor=SYSTEM, now=event.at, note=f"已由“{name}”涵盖")


def follow_arrival(event: MembershipChanged) -> None:
    """Somebody came to an online home: his employer's people there may be many enough for a union of their own."""
    stay = members.open_stay(event.person_id) if event.at_home else None
    if stay is not None and stay.employer_id is not None and unions.union_covering(stay.employer_id) is None:
        watch_employer(unions.get_facts(stay.union_id), stay.employer_id, now=event.at)


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
        many = rows.values("employer_id").annotate(members=CountOf("id")).filter(members__gte=task)
        employers = list(many.order_by("employer_id").values_list("employer_id", flat=True))
        covered = unions.unions_covering(employers)
        for employer_id in employers:
            if employer_id not in covered:
                opened += watch_employer(home, employer_id, now=now)
    return (homes[-1] if homes else after), len(homes), opened


def watch_employer(home: unions.UnionFacts, employer_id: int, *, now: datetime) -> bool:
    """Open the township's task where enough members of one employer are in its home; once in half a year."""
    today = timezone.localdate(now)
    task = int(parameters.value("claim.founding_members", on=today, region=home.region))
    hint = int(parameters.value("claim.hint_members", on=today, region=home.region))
    if founding_step(members_of(home.id, employer_id), hint=hint, task=task) != "task" or home.parent_id is None:
        return False
    lately = FoundingTask.objects.filter(
        home_id=home.id, employer_id=employer_id, case__opened_at__gt=now - AGAIN_AFTER
    )
    if lately.exists():
        return False
    open_case(FOUNDING, SYSTEM, {"home": home.id, "employer": employer_id}, now=now)
    return True
