"""What audit and security administrators find: looks, refused tries that strike, files of the trail in every state."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from datetime import timedelta

from zhijia.foundation.accounts.services import stepping
from zhijia.foundation.audit import services as audit
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.jobs import services as jobs
from zhijia.kernel.errors import ZhijiaError
from zhijia.organization.access.roles import Role
from zhijia.organization.members.models import Membership
from zhijia.organization.people import selectors as people
from zhijia.organization.trail import rules
from zhijia.organization.trail.cases import EXPORTS, said_of
from zhijia.organization.trail.models import TrailExport
from zhijia.organization.trail.selectors import Question

from .stage import Stage

OUTSIDE = "203.0.113.7"
"""An address of those that stand for examples; nobody's."""


def play_trail(stage: Stage) -> None:
    """Looks with reasons, tries that were refused, four wishes for a file."""
    _looks(stage)
    _refused(stage)
    _exports(stage)


def _looks(stage: Stage) -> None:
    officer, chair = stage.holder(Role.ORG, "county"), stage.holder(Role.GRASS_CHAIR, "plant")
    stays = Membership.objects.filter(union=stage.unions["plant"], until=None).order_by("id")[:6]
    uses = ("核对退休手续，对照身份证", "办理互助保障理赔，需完整号码", "本人来电要求更正手机号，核对后回拨")
    for place, stay in enumerate(stays):
        actor = officer if place % 2 else chair
        at = stage.workdays_ago(1 + place) + timedelta(minutes=17 * place)
        people.read_numbers(
            actor, stay.person_id, reason=uses[place % len(uses)], now=at, unit_id=actor.grants[0].unit_id
        )


def _refused(stage: Stage) -> None:
    """A cadre where he has no business, passwords guessed against one person, codes from one address."""
    stats, org = stage.holder(Role.STATS, "county"), stage.holder(Role.ORG, "city")
    for place, where in enumerate(("access:list", "members:roster", "trail:entries")):
        at = stage.workdays_ago(2) + timedelta(minutes=3 * place)
        audit.record_denied(stats, code="auth.not_allowed", where=where, now=at)
    guessed = dataclasses.replace(org, staff=False, address=OUTSIDE)
    for minute in range(5):
        with suppress(ZhijiaError):
            stepping.check_password(guessed, f"guess-{minute}", now=stage.workdays_ago(1) + timedelta(minutes=minute))
    for minute in range(6):
        at = stage.workdays_ago(1) + timedelta(minutes=10 + minute)
        stranger = dataclasses.replace(guessed, account_id=None, person_id=None)
        audit.record_refused(
            stranger, "accounts.code_refused", now=at, detail={"code": "code.wrong", "purpose": "step_up"}
        )


def _exports(stage: Stage) -> None:
    first, second = (stage.holder(Role.AUDIT_ADMIN, "province", nth=place) for place in (0, 1))
    days = rules.days_of(None, None, today=stage.today, named=False)
    uses = (
        ("agree", "年度审计抽查，核对查看完整信息的理由", Question(days, outcome="read")),
        ("refuse", "留存备查，供以后参考", Question(days, event="people.numbers_read")),
        ("withdraw", "按季度报告要求，核对办理情况", Question(days, event="workflow.move")),
        ("wait", "纪检来函〔2026〕8 号，核查登录失败情况", Question(days, event="accounts.step_up_failed")),
    )
    for place, (outcome, reason, question) in enumerate(uses):
        at = stage.now - timedelta(minutes=50 - 10 * place)
        case = open_case(EXPORTS, first, said_of(question, reason=reason, form="xlsx"), now=at)
        if outcome == "withdraw":
            act(EXPORTS, first, case, outcome, now=at + timedelta(minutes=5))
        elif outcome != "wait":
            note = "请写明用途和保存期限。" if outcome == "refuse" else ""
            act(EXPORTS, second, case, outcome, {"note": note}, now=at + timedelta(minutes=5))
        if outcome == "agree":
            jobs.run_slice(TrailExport.objects.get(case__public_id=case).job, clock=lambda: stage.now)
