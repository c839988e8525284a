"""Requests about personal data and legal holds, in every state of both, and what the clock deleted."""

from __future__ import annotations

import io
from datetime import timedelta

from PIL import Image, ImageDraw

from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.access.roles import Role
from zhijia.organization.joining.services import applications
from zhijia.organization.people import selectors as people
from zhijia.organization.people.cases.holds import HOLDS
from zhijia.organization.people.cases.requests import REQUESTS, ask
from zhijia.organization.people.models import Person
from zhijia.organization.people.services import retention, rights

from .stage import Stage


def play_rights(stage: Stage) -> None:
    """Four kinds of requests, answered, refused, late and taken back; holds of every state; a night's deletion."""
    _old_application(stage)
    _requests(stage)
    _holds(stage)
    _look(stage)


def _member(stage: Stage) -> Person:
    person = stage.applicant()
    stage.take_in(person, "plant", at=stage.workdays_ago(80))
    Person.objects.filter(pk=person.pk).update(ethnicity="01", education="21")
    return person


def _run(stage: Stage, kind: str, days: int) -> None:
    at = stage.workdays_ago(days)
    for job in Job.objects.filter(kind=kind, state="queued").values_list("public_id", flat=True):
        jobs.run_slice(job, clock=lambda: at)


def _requests(stage: Stage) -> None:
    desk = stage.holder(Role.PRIVACY, "county")
    ask(stage.actor(_member(stage)), "copy", now=stage.workdays_ago(3))
    _run(stage, rights.COPY_JOB, 3)
    ask(stage.actor(_member(stage)), "copy", now=stage.now)
    for kind, text, days in (
        ("explain", "为什么我去年的入会申请没有通过？", 18),
        ("delete", "我已经离开这个行业，不想再留个人信息。", 2),
    ):
        ask(stage.actor(_member(stage)), kind, text=text, now=stage.workdays_ago(days))
    _ask_correction(stage, days=6, name_is_wrong=True)
    right = _ask_correction(stage, days=9, days_ago_joined=300)
    act(REQUESTS, desk, right, "agree", now=stage.workdays_ago(7))
    words = ask(
        stage.actor(_member(stage)), "correct", text="会籍经过里转会的日期记早了一天。", now=stage.workdays_ago(9)
    )
    act(REQUESTS, desk, words, "answer", {"answer": "已核对转会记录，日期与审核当天一致。"}, now=stage.workdays_ago(7))
    part = ask(stage.actor(_member(stage)), "delete", text="希望删除我的全部信息。", now=stage.workdays_ago(8))
    said = "消息和自愿填写的情况已经删除；会籍档案依法永久保存。"
    act(REQUESTS, desk, part, "execute", {"answer": said}, now=stage.workdays_ago(5))
    refused = _ask_correction(stage, days=7, days_ago_joined=500)
    why = "入会日期与档案一致，没有可以证明更早入会的材料，不能更改。"
    act(REQUESTS, desk, refused, "refuse", {"answer": why}, now=stage.workdays_ago(4))
    person = _member(stage)
    back = ask(stage.actor(person), "explain", text="请说明为什么要填工作单位。", now=stage.workdays_ago(4))
    act(REQUESTS, stage.actor(person), back, "withdraw", now=stage.workdays_ago(3))


def _ask_correction(stage: Stage, *, days: int, name_is_wrong: bool = False, days_ago_joined: int = 0) -> str:
    """With a picture of a paper; a wrong name is mended by one letter. Nobody invented is younger than 17."""
    person = _member(stage)
    if name_is_wrong:
        text, wanted = "名册录入时把我名字的最后一个字写错了，以身份证为准。", {"name": f"{person.name[:-1]}荷"}
    else:
        text, wanted = (
            "我早就入会了，入会日期请以原单位的会员证为准。",
            {"joined_on": f"{stage.today - timedelta(days=days_ago_joined)}"},
        )
    return ask(
        stage.actor(person),
        "correct",
        text=text,
        wanted=wanted,
        papers=[("证明.png", _paper())],
        now=stage.workdays_ago(days),
    )


def _paper() -> io.BytesIO:
    """An empty sheet with a frame: the demonstration has no papers of anybody."""
    out = io.BytesIO()
    sheet = Image.new("RGB", (480, 300), "white")
    ImageDraw.Draw(sheet).rectangle((20, 20, 460, 280), outline="gray", width=3)
    sheet.save(out, "PNG")
    out.seek(0)
    return out


def _holds(stage: Stage) -> None:
    desk, second = (stage.holder(Role.PRIVACY, "county", nth=place) for place in (0, 1))
    for outcome in ("wait", "agree", "refuse", "withdraw", "lift"):
        person = _member(stage)
        number = people.read_numbers(SYSTEM, person.pk, reason="系统核对登记信息", now=stage.now).id_number
        at = stage.workdays_ago(6)
        said = {"name": person.name, "id_type": "RESIDENT_ID", "id_number": number}
        case = open_case(HOLDS, desk, {**said, "reason": "莱阳市人民法院调查令〔2026〕8号，劳动争议取证"}, now=at)
        if outcome in ("agree", "lift"):
            act(HOLDS, second, case, "agree", now=at + timedelta(hours=2))
        if outcome == "refuse":
            act(HOLDS, second, case, "refuse", {"note": "文书没有加盖公章，请补正。"}, now=at + timedelta(hours=2))
        if outcome == "withdraw":
            act(HOLDS, desk, case, "withdraw", now=at + timedelta(hours=1))
        if outcome == "lift":
            act(HOLDS, desk, case, "lift", {"note": "案件已经调解结案。"}, now=stage.workdays_ago(1))


def _old_application(stage: Stage) -> None:
    """One taken back more than a year ago, which the night then deletes."""
    person, case = stage.submit("plant", at=stage.now - timedelta(days=372))
    applications.withdraw(stage.actor(person), case, now=stage.now - timedelta(days=370))
    retention.begin(now=stage.workdays_ago(1))
    _run(stage, retention.JOB, 1)


def _look(stage: Stage) -> None:
    """A cadre saw a member's full numbers: he finds it under his own data."""
    person = people.find_by_mobile("13900000001")
    if person:
        org = stage.holder(Role.ORG, "county")
        people.read_numbers(org, person[0].id, reason="核对退休手续", now=stage.workdays_ago(2))
