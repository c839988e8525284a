"""Rosters loaded from files with rows refused, and full exports asked for: cases of every state of both."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.workflow import clock, selectors as cases
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.organization.access.roles import Role
from zhijia.organization.members.models import Membership
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.rosters.cases.conflicts import CONFLICTS
from zhijia.organization.rosters.cases.exports import EXPORTS
from zhijia.organization.rosters.models import RosterConflict
from zhijia.organization.rosters.services import loading
from zhijia.organization.transfers.cases.transfers import TRANSFERS
from zhijia.organization.transfers.rules.claims import CLAIM
from zhijia.organization.transfers.rules.transfers import TRANSFER
from zhijia.organization.unions import selectors as unions

from .stage import Stage

HEADER = ("姓名", "身份证号", "手机号码", "单位名称", "入会日期", "新就业形态群体", "户籍")


def play_files(stage: Stage) -> None:
    """The plant's and the home's rosters with people added and rows refused, then exports."""
    admin, worker = stage.holder(Role.GRASS_ADMIN, "plant"), stage.holder(Role.TOWN_WORKER, "town")
    _load(stage, admin, "plant", "2026年职工名册.csv", _plant_rows(stage), days=6)
    _load(stage, worker, "home", "沐浴店镇灵活就业人员.csv", _home_rows(stage), days=4)
    _settle(stage, admin)
    _export(stage)


def _plant_rows(stage: Stage) -> list[list[str]]:
    rows = [_fresh(stage) for _ in range(24)]
    moving = Case.objects.filter(workflow__in=(TRANSFER.code, CLAIM.code), closed_at=None).values("owner_person_id")
    others = Membership.objects.filter(union=stage.unions["home"], until=None, activated=True)
    others = others.exclude(person_id__in=moving).order_by("id")[:4]
    for stay in others:
        full = people.read_numbers(SYSTEM, stay.person_id, reason="系统核对登记信息", now=stage.now)
        rows.append([people.get_facts(stay.person_id).name, full.id_number, "", "", ""])
    wrong = _fresh(stage)
    rows += [[wrong[0], wrong[1][:-1] + ("0" if wrong[1][-1] != "0" else "1"), *wrong[2:]] for wrong in (wrong,)]
    rows += [["", *_fresh(stage)[1:]], [*_fresh(stage)[:2], "1380013", "", ""], [*_fresh(stage)[:4], "2031-05-01"]]
    return [*rows, rows[0]]


def _home_rows(stage: Stage) -> list[list[str]]:
    groups = ("网约送餐员", "快递员", "货车司机", "家政服务员")
    rows = [[*_fresh(stage), groups[place % 4], "农村" if place % 3 else "城镇"] for place in range(8)]
    return [*rows, [*_fresh(stage)[:3], "迅达同城配送站（河东片区）", "", "网约送餐员", "农村"]]


def _fresh(stage: Stage) -> list[str]:
    inventor = stage.inventor
    female = inventor.share(0.4)
    born = inventor.birthday()
    return [inventor.name(female), inventor.id_number(born, female), inventor.mobile(), "", ""]


def _load(stage: Stage, actor: Actor, key: str, name: str, rows: list[list[str]], *, days: int) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER[: len(rows[0])], *rows])
    at = stage.workdays_ago(days)
    unit = unions.get_facts(stage.unions[key].pk)
    load = loading.take_file(actor, unit, io.BytesIO(text.getvalue().encode("gb18030")), name, now=at)
    loading.set_mapping(actor, load, load.mapping, now=at)
    load.refresh_from_db()
    jobs.run_slice(load.job, clock=lambda: at)
    load.refresh_from_db()
    # The plant has taken on more people than it once said; whoever loads its roster is asked, and says so.
    jobs.run_slice(loading.start_writing(actor, load, confirmed=True, now=at), clock=lambda: at)


def _settle(stage: Stage, admin: Actor) -> None:
    """One row invited, one invited and declined, one corrected, one let go."""
    waiting = RosterConflict.objects.filter(union=stage.unions["plant"]).select_related("case").order_by("id")
    elsewhere = [row.case.public_id for row in waiting if row.kind == "elsewhere"]
    mendable = [row.case.public_id for row in waiting if any(code == "mobile.format" for _, code, _ in row.faults)]
    then = stage.workdays_ago(3)
    for place in (0, 2):
        act(CONFLICTS, admin, elsewhere[place], "offer", now=then)
    declining = Person.objects.get(pk=waiting.get(case__public_id=elsewhere[2]).person_id or 0)
    invitation = cases.list_open("transfers.transfer", declining.pk)[0]
    act(TRANSFERS, stage.actor(declining), invitation.public_id, "decline", now=stage.workdays_ago(2))
    act(CONFLICTS, admin, elsewhere[1], "dismiss", {"note": "已电话核实，本人仍在原单位工作。"}, now=then)
    act(CONFLICTS, admin, mendable[0], "mend", {"mobile": stage.inventor.mobile()}, now=then)


def _export(stage: Stage) -> None:
    chair, admin = stage.holder(Role.GRASS_CHAIR, "plant"), stage.holder(Role.GRASS_ADMIN, "plant")
    uses = (
        ("agree", "办理职工医疗互助参保，需向经办机构报送"),
        ("refuse", "留存备查，方便以后联系职工"),
        ("withdraw", "发放高温津贴核对花名册"),
        ("wait", "为会员办理疗休养投保，需完整证件号码"),
    )
    for place, (outcome, reason) in enumerate(uses):
        at = stage.workdays_ago(5 - place)
        said = {"union": stage.unions["plant"].public_id, "form": "xlsx", "reason": reason}
        case = open_case(EXPORTS, admin, said, now=at)
        if outcome == "withdraw":
            act(EXPORTS, admin, case, outcome, now=at + timedelta(hours=1))
        elif outcome != "wait":
            note = "用途不够具体，请写明报送给谁。" if outcome == "refuse" else ""
            act(EXPORTS, chair, case, outcome, {"note": note}, now=at)
    clock.fire_due(now=stage.now)
