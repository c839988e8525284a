"""What two operators propose and decide: parameters, calendar, wordings of messages and consents, in every state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from zhijia.foundation.administration.cases import CALENDARS, MESSAGES, PARAMETERS
from zhijia.foundation.administration.cases.calendar import as_lines
from zhijia.foundation.casework.kinds import CaseKind
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.clients import services as clients
from zhijia.foundation.clients.cases import CLIENTS
from zhijia.foundation.parameters import selectors as parameter_values
from zhijia.kernel.actor import Actor
from zhijia.kernel.registry import registry
from zhijia.organization.access.roles import Role
from zhijia.organization.people import selectors as people
from zhijia.organization.people.cases.texts import TEXTS
from zhijia.organization.people.models import Purpose

from .stage import Stage

OUTCOMES = ("agree", "refuse", "withdraw", "wait")
REFUSAL = "依据还不充分，请补充文件后再提。"


def play_desks(stage: Stage) -> None:
    maker, checker = stage.holder(Role.OPERATOR, "province"), stage.holder(Role.OPERATOR, "province", nth=1)
    _play_parameters(stage, maker, checker)
    _play_calendar(stage, maker, checker)
    _play_messages(stage, maker, checker)
    _play_consents(stage, maker, checker)
    _play_clients(stage, maker)


def _each(stage: Stage, kind: CaseKind, makers: tuple[Actor, Actor], proposals: Sequence[dict[str, Any]]) -> None:
    """One case of a checked kind for each outcome, in the order of OUTCOMES."""
    maker, checker = makers
    for outcome, said in zip(OUTCOMES, proposals, strict=True):
        case = open_case(kind, maker, said, now=stage.now)
        if outcome != "wait":
            given = {"note": REFUSAL} if outcome == "refuse" else {}
            act(kind, maker if outcome == "withdraw" else checker, case, outcome, given, now=stage.now)


def _play_parameters(stage: Stage, maker: Actor, checker: Actor) -> None:
    changes = (("join.review_wd", 4), ("join.appeal_wd", 15), ("join.need_info_wd", 12), ("members.dispute_wd", 6))
    said = {
        "region": "",
        "valid_from": stage.today + timedelta(days=40),
        "source": "省总工会会籍管理细则",
        "reason": "与新修订的细则保持一致",
    }
    _each(stage, PARAMETERS, (maker, checker), [said | {"code": code, "value": value} for code, value in changes])


def _play_calendar(stage: Stage, maker: Actor, checker: Actor) -> None:
    """The present year's published plan again, which changes no deadline; the one that waits changes a day."""
    year = stage.now.year
    known = parameter_values.calendar()
    days = as_lines((day, day in known.holidays, name) for day, name in _special_days(year))
    said = {"year": year, "days": days, "source": "国务院办公厅关于部分节假日安排的通知"}
    december = (date(year, 12, n) for n in range(31, 0, -1))
    plain = next(day for day in december if day not in known.holidays | known.workdays)
    another = said | {"days": f"{days}\n{plain} 休 节假日"}
    _each(stage, CALENDARS, (maker, checker), [said] * (len(OUTCOMES) - 1) + [another])


def _special_days(year: int) -> list[tuple[Any, str]]:
    known = parameter_values.calendar()
    return [
        (day, "节假日" if day in known.holidays else "调休上班")
        for day in sorted(known.holidays | known.workdays)
        if day.year == year
    ]


def _play_messages(stage: Stage, maker: Actor, checker: Actor) -> None:
    codes = ("joining.approved", "joining.rejected", "joining.asked", "joining.escalated")
    texts = [registry.messages[code] for code in codes]
    proposals = [
        {
            "code": text.code,
            "title": text.title,
            "body": f"{text.body}如有疑问请拨打{{hotline}}。",
            "sms": text.sms,
            "reason": "补充咨询电话",
        }
        for text in texts
    ]
    _each(stage, MESSAGES, (maker, checker), proposals)


def _play_consents(stage: Stage, maker: Actor, checker: Actor) -> None:
    def proposal(purpose: str, line: str) -> dict[str, Any]:
        text = people.current_text(purpose, now=stage.now)
        return {
            "purpose": purpose,
            "title": text.title if text else "同意书",
            "body": f"{text.body if text else ''}\n\n联系我们\n{line}",
            "valid_from": stage.today + timedelta(days=30),
            "reason": "补充联系方式",
        }

    proposals = [
        proposal(Purpose.AGREEMENT, "可拨打服务热线。"),
        proposal(Purpose.PRIVACY, "可到窗口办理。"),
        proposal(Purpose.PRIVACY, "可拨打服务热线或到窗口办理。"),
        proposal(Purpose.PRIVACY, "可拨打服务热线。"),
    ]
    _each(stage, TEXTS, (maker, checker), proposals)


def _play_clients(stage: Stage, maker: Actor) -> None:
    """Other systems in every state; the one in force has a secret nobody has seen, an operator issues another."""
    checker = stage.holder(Role.SECURITY_ADMIN, "province")
    read = ("unions:union:view", "statistics:figure:view")
    systems = (
        ("wait", "省 12345 热线平台", "省政务服务中心 0531-00000001", read),
        (
            "agree",
            "莱阳市政务服务平台",
            "莱阳市大数据局 0535-0000002",
            (*read, "members:member:view", "joining:application:decide"),
        ),
        ("suspend", "市级数据看板", "烟台市大数据局 0535-0000003", read),
        ("refuse", "商户积分系统", "某商业公司 0531-00000004", ("members:member:view",)),
        ("withdraw", "测试系统", "信息中心 0531-00000005", read),
        ("end", "旧版会员服务号", "信息中心 0531-00000006", read),
    )
    for outcome, name, contact, rights in systems:
        ended = outcome == "end"
        at = stage.now - timedelta(days=400) if ended else stage.now
        said = {
            "name": name, "contact": contact, "reason": "按数据共享协议对接", "permissions": list(rights),
            "units": stage.unions["county"].code, "per_minute": 120, "valid_from": timezone.localdate(at),
            "valid_until": timezone.localdate(at) + timedelta(days=365),
        }  # fmt: skip
        case = open_case(CLIENTS, maker, said, now=at)
        if outcome == "withdraw":
            act(CLIENTS, maker, case, "withdraw", now=at)
        elif outcome == "refuse":
            act(CLIENTS, checker, case, "refuse", {"note": "没有数据共享协议，请补充后再报。"}, now=at)
        elif outcome != "wait":
            act(CLIENTS, checker, case, "agree", now=at)
            clients.issue_secret(maker, case, now=at)
        if outcome == "suspend":
            act(CLIENTS, maker, case, "suspend", {"note": "对方更换服务器，暂停调用。"}, now=at)
    clients.end_expired(now=stage.now)
