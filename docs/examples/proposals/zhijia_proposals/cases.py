"""A proposal as a kind of case: who opens it, what each step asks and tells, what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhijia.foundation.casework.kinds import CaseKind, Check, Goes, Step, Tab, Wordings, declare
from zhijia.foundation.ui.listing import Empty, Labelled, Money
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import RuleBroken
from zhijia.organization.members import selectors as members

from .models import Proposal
from .rules import ANSWER, AREA, AREAS, BENEFIT, HOW, NOTE, PROPOSAL, TEXT, TITLE, State

ASKS_PROOF_FEN = 10_000_000


def to_his_union(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The union he is in. Raises RuleBroken `proposal.not_member`."""
    stay = members.open_stay(actor.require_person())
    if stay is None:
        raise RuleBroken("proposal.not_member", "您现在不是工会会员，入会后就可以提建议。")
    return Goes(stay.union_id)


def checks(case: Case, row: Proposal, actor: Actor, now: datetime) -> list[Check]:
    if case.state != State.REPORTED:
        return []
    large = (row.benefit_fen or 0) > ASKS_PROOF_FEN
    return [Check("效益超过 10 万元的，须有财务确认的计算", "warn" if large else "ok", "请核对" if large else "未超过")]


ANSWERS = Step(asks=(ANSWER,), tells="proposals.answered")
PROPOSALS = declare(
    CaseKind(
        "proposals",
        PROPOSAL,
        Proposal,
        opens=(AREA, TITLE, TEXT),
        goes=to_his_union,
        title="{title}",
        steps={
            "adopt": ANSWERS,
            "answer": ANSWERS,
            "decline": ANSWERS,
            "report": Step(asks=(BENEFIT, HOW)),
            "verify": Step(tells="proposals.verified"),
            "send_back": Step(asks=(NOTE,)),
        },
        tabs=(
            Tab("open", "待答复", frozenset({State.SUBMITTED})),
            Tab("adopted", "实施中", frozenset({State.ADOPTED})),
            Tab("verify", "待核定", frozenset({State.REPORTED})),
            Tab("done", "已办结", PROPOSAL.closed),
        ),
        columns=(Labelled("类别", "row.area", labels=AREAS), Money("一年的效益", "row.benefit_fen", narrow="1024")),
        words=Wordings(
            intro="工作中可以改进的地方，请告诉工会；采纳的会告诉您怎样实施。",
            button="提一条建议",
            then=(("由您的工会答复，答复之前可以撤回", True), ("建议会记您的姓名，核定效益后按规定奖励", False)),
            empty=Empty("没有这样的建议", "会员在手机上“合理化建议”里提交后，会出现在这里。"),
        ),
        checks=checks,
        shown_when={name: frozenset({State.VERIFIED}) for name in ("benefit_fen", "benefit_how")},
        archive=frozenset({State.VERIFIED}),
        purpose="答复您的建议，核定效益后按规定奖励。",
    )
)
