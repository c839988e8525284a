"""Memberships on the move, in every state: transfers, changes, claims and tasks to found a union."""

from __future__ import annotations

import io
from datetime import datetime

from django.utils import timezone

from zhijia.foundation.casework import services as casework
from zhijia.foundation.casework.fields import Paper
from zhijia.foundation.casework.kinds import By
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.workflow import clock, selectors as cases
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.organization.access.roles import Role
from zhijia.organization.changes.cases import CHANGES
from zhijia.organization.duplicates.cases import MERGES
from zhijia.organization.duplicates.services import hints
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.transfers.cases import batches, founding, transfers
from zhijia.organization.transfers.cases.claims import CLAIMS
from zhijia.organization.transfers.cases.founding import FOUNDING
from zhijia.organization.transfers.cases.transfers import TRANSFERS
from zhijia.organization.transfers.models import FoundingTask
from zhijia.organization.unions import services as union_services
from zhijia.organization.unions.models import Employer

from .staff import person_of
from .stage import Stage

DOCUMENT = "鲁精工字〔2026〕3号"
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


def _member(
    stage: Stage,
    union: str,
    *,
    at: datetime,
    employer: Employer | None = None,
    group: str = "",
    person: Person | None = None,
) -> Person:
    person = person or stage.applicant(rural=0.7 if group else 0.35)
    stage.take_in(person, union, at=at, employer=employer, group=group)
    return person


def play_transfers(stage: Stage) -> None:
    """Asked, escalated, accepted, refused, cancelled; invited in vain; a batch on its way, objected to, called off."""
    ago, home = stage.workdays_ago, stage.unions["home"]
    admin, worker = stage.holder(Role.GRASS_ADMIN, "plant"), stage.holder(Role.TOWN_WORKER, "town")
    plant = stage.unions["plant"]

    def ask(days: int) -> tuple[Person, str]:
        person = _member(stage, "home", at=ago(90))
        return person, _going(stage.actor(person), plant.code, ago(days))

    for days in (0, 1, 2):
        ask(days)
    ask(6)
    clock.fire_due(now=ago(1))
    _, accepted = ask(2)
    act(TRANSFERS, admin, accepted, "accept", now=ago(1))
    _, refused = ask(2)
    act(TRANSFERS, admin, refused, "refuse", {"reason": "NOT_EMPLOYEE"}, now=ago(1))
    mover, cancelled = ask(2)
    act(TRANSFERS, stage.actor(mover), cancelled, "cancel", now=ago(1))
    invited = _member(stage, "home", at=ago(90))
    transfers.invite(admin, invited.pk, plant.pk, now=ago(4))
    transfers.withdraw_invitation(invited.pk, plant.pk, now=ago(3))
    persons = [_member(stage, "plant", at=ago(90)) for _ in range(4)]
    batches.propose_batch(
        worker, [person.public_id for person in persons], home.pk, reason="车间关停，会籍转到网上会员之家", now=ago(2)
    )
    objecting = people.get_facts(persons[0].pk)
    notice = _open_case("transfers.transfer", objecting.id)
    act(TRANSFERS, stage.actor(persons[0]), notice, "object", now=ago(1))
    off = _open_case("transfers.transfer", persons[1].pk)
    act(TRANSFERS, worker, off, "call_off", {"note": "核对后不需要转接。"}, now=ago(1))


def _going(actor: Actor, union: str, at: datetime) -> str:
    said = {"union_code": union, "reason": "已到新单位上班，劳动合同已签。"}
    return open_case(TRANSFERS, actor, said, now=at, by=By.MEMBER)


def _open_case(workflow: str, person_id: int) -> str:
    return cases.list_open(workflow, person_id)[0].public_id


def play_changes(stage: Stage) -> None:
    """Each kind of change, in every state."""
    ago = stage.workdays_ago
    admin, chair = stage.holder(Role.GRASS_ADMIN, "plant"), stage.holder(Role.GRASS_CHAIR, "plant")
    worker, county = stage.holder(Role.TOWN_WORKER, "town"), stage.holder(Role.ORG, "county")

    def own(kind: str, reason: str, days: int) -> tuple[Actor, str]:
        person = _member(stage, "plant", at=ago(90))
        papers = [Paper("失业登记证明.pdf", io.BytesIO(PAPER))] if reason == "unemployed" else []
        said = {"kind": kind, "reason": reason, "papers": papers}
        return stage.actor(person), open_case(CHANGES, stage.actor(person), said, now=ago(days))

    def union(kind: str, reason: str, days: int) -> tuple[Actor, str]:
        person = _member(stage, "plant", at=ago(90))
        said = {
            "person": person.public_id,
            "kind": kind,
            "reason": reason,
            "on": timezone.localdate(ago(days)),
            "document": DOCUMENT,
            "note": "电话谈话两次，本人没有异议。",
            "papers": [Paper("决定书.pdf", io.BytesIO(PAPER))],
        }
        return stage.actor(person), open_case(CHANGES, chair, said, now=ago(days), by=By.CADRE)

    own("retain", "unemployed", 1)
    own("withdraw", "own_wish", 1)
    _, retained = own("retain", "retired", 3)
    act(CHANGES, admin, retained, "agree", now=ago(2))
    _, refused = own("retain", "retired", 3)
    act(CHANGES, admin, refused, "refuse", {"note": "请先办理退休手续。"}, now=ago(2))
    staying, taken_back = own("withdraw", "own_wish", 3)
    act(CHANGES, staying, taken_back, "take_back", now=ago(2))
    union("expel", "crime", 1)
    _, deceased = union("decease", "death", 3)
    act(CHANGES, admin, deceased, "agree", now=ago(2))
    for outcome in ("stands", "appeals", "upheld", "overturned", "readmitted"):
        member, case = union("expel", "crime", 9)
        act(CHANGES, worker, case, "file", now=ago(8))
        if outcome == "readmitted":
            act(CHANGES, county, case, "readmit", {"note": "本人已改正，同意重新申请。"}, now=ago(2))
        elif outcome != "stands":
            act(CHANGES, member, case, "appeal", {"note": "判决已经撤销，请重新审查。"}, now=ago(6))
        if outcome in ("upheld", "overturned"):
            words = "判决已撤销，恢复会籍。" if outcome == "overturned" else "经核查，判决有效。"
            act(CHANGES, county, case, "uphold" if outcome == "upheld" else "overturn", {"note": words}, now=ago(3))
    gone = _member(stage, "plant", at=ago(90))
    open_case(CHANGES, stage.actor(gone), {"kind": "withdraw", "reason": "own_wish"}, now=ago(4))
    moved = _going(stage.actor(gone), stage.unions["home"].code, ago(3))
    act(TRANSFERS, worker, moved, "accept", now=ago(2))


def play_claims(stage: Stage) -> None:
    """Invitations in every state."""
    ago, plant = stage.workdays_ago, stage.unions["plant"]
    admin = stage.holder(Role.GRASS_ADMIN, "plant")
    employer = plant.employer
    assert employer is not None  # noqa: S101  a grassroots union has one

    def offer(days: int) -> tuple[Actor, str]:
        person = _member(stage, "home", at=ago(90), employer=employer)
        said = {"union": plant.public_id, "person": person.public_id}
        return stage.actor(person), open_case(CLAIMS, admin, said, now=ago(days))

    _member(stage, "home", at=ago(60), employer=employer)
    offer(1)
    offer(15)
    clock.fire_due(now=ago(1))
    confirming, confirmed = offer(2)
    act(CLAIMS, confirming, confirmed, "confirm", now=ago(1))
    declining, declined = offer(2)
    act(CLAIMS, declining, declined, "decline", now=ago(1))
    _, taken = offer(2)
    act(CLAIMS, admin, taken, "take_back", now=ago(1))
    leaving, _ = offer(3)
    moved = _going(leaving, plant.code, ago(2))
    act(TRANSFERS, admin, moved, "accept", now=ago(1))


COMPANIES = (
    ("莱阳迅达同城配送有限公司", "FOOD_RIDER", 26, "open"),
    ("莱阳市恒信家政服务有限公司", "DOMESTIC", 25, "open"),
    ("莱阳市安居房产经纪有限公司", "ESTATE", 25, "drop"),
    ("莱阳市梨乡物流有限公司", "TRUCK", 25, "found"),
    ("莱阳市顺风装饰有限公司", "RENOVATION", 7, ""),
)
"""Employers without a union: name, what their people do, how many came to the home, what the township did."""


def play_founding(stage: Stage) -> None:
    """Employers with enough people in the online home for a union of their own; the night opens the tasks."""
    ago, worker = stage.workdays_ago, stage.holder(Role.TOWN_WORKER, "town")
    outcomes = {}
    for name, group, people_there, outcome in COMPANIES:
        company = union_services.open_employer(
            SYSTEM, name=name, credit_code=None, region=stage.unions["home"].region, headcount=40, now=ago(80)
        )
        outcomes[outcome] = company
        for _ in range(people_there):
            _member(stage, "home", at=ago(5), employer=company, group=group)
    last, looked = 0, 1
    while looked:
        last, looked, _ = founding.look_through_homes(last, now=ago(4))
    union_services.open_union(
        SYSTEM,
        name=f"{outcomes['found'].name}工会委员会",
        type="GRASSROOTS",
        level=7,
        region=stage.unions["home"].region,
        parent=stage.unions["town"],
        employer=outcomes["found"],
        now=ago(2),
    )
    case = FoundingTask.objects.get(employer=outcomes["drop"]).case.public_id
    act(FOUNDING, worker, case, "drop", {"note": "单位正在迁址，年后再动员。"}, now=ago(1))


def play_duplicates(stage: Stage) -> None:
    """Two files of one person in every state, and some that the nightly look finds."""
    ago = stage.workdays_ago
    asker, checker = stage.holder(Role.ORG, "county"), stage.holder(Role.ORG, "city")
    why = "电话核实，两次登记的是同一人"
    for outcome in ("ask", "merge", "refuse", "withdraw", "ask_undo", "undo"):
        first, second = _member(stage, "plant", at=ago(90)), _member(stage, "home", at=ago(60))
        given = {"survivor": first.public_id, "duplicate": second.public_id, "reason": why}
        case = casework.open_case(MERGES, asker, given, now=ago(4))
        if outcome == "withdraw":
            casework.act(MERGES, asker, case, "withdraw", now=ago(3))
        elif outcome != "ask":
            move, note = ("refuse", "电话核实是两个人。") if outcome == "refuse" else ("agree", "")
            casework.act(MERGES, checker, case, move, {"note": note}, now=ago(3))
        if outcome in ("ask_undo", "undo"):
            casework.act(MERGES, asker, case, "ask_undo", {"note": "会员说明是两个人。"}, now=ago(2))
        if outcome == "undo":
            casework.act(MERGES, checker, case, "undo", now=ago(1))
    mobile = stage.inventor.mobile()
    for name in ("刘洋", "刘阳"):
        entered = person_of(stage.inventor, name, mobile, now=stage.now, bound=False)
        _member(stage, "plant", at=ago(80), person=entered)
    while hints.look_further(now=stage.now)[0]:
        pass
