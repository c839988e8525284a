"""The table of moves of a proposal, and what each step asks."""

from __future__ import annotations

from enum import StrEnum

from zhijia.foundation.casework.fields import Choice, Money, Words
from zhijia.foundation.workflow.rules import OWNER, Hue, Move, Workflow

from .permissions import Permission


class State(StrEnum):
    SUBMITTED = "SUBMITTED"
    ADOPTED = "ADOPTED"
    REPORTED = "REPORTED"
    VERIFIED = "VERIFIED"
    ANSWERED = "ANSWERED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


AREAS = {
    "TECHNOLOGY": "技术和工艺",
    "SAFETY": "安全生产",
    "COST": "节能降耗",
    "MANAGEMENT": "管理和服务",
    "WELFARE": "职工生活",
    "OTHER": "其他",
}
AREA = Choice("area", "类别", choices=AREAS, sample="COST")
TITLE = Words("title", "标题", "一句话概括", least=4, most=40, sample="改用感应灯")
TEXT = Words(
    "text", "内容", "现状怎样，怎样改进", least=10, most=2_000, rows=6, sample="夜班照明全开，建议分区装感应灯。"
)
ANSWER = Words("answer", "答复", "本人会看到", least=5, most=500, rows=4, sample="采纳，下月实施。")
BENEFIT = Money("benefit_fen", "一年的效益", "没有经济效益的填 0", sample=3_600_000)
HOW = Words("benefit_how", "怎样算的", least=5, most=500, rows=4, sample="每月省电 2,500 度")
NOTE = Words("note", "说明", "退回时必填", least=2, sample="请附电费单")

S, P = State, Permission
PROPOSAL = Workflow(
    "proposals.proposal",
    "合理化建议",
    start=S.SUBMITTED,
    labels={
        S.SUBMITTED: "等待答复",
        S.ADOPTED: "已采纳，实施中",
        S.REPORTED: "效益待核定",
        S.VERIFIED: "效益已核定",
        S.ANSWERED: "已答复",
        S.DECLINED: "未采纳",
        S.WITHDRAWN: "已撤回",
    },
    hues={
        S.SUBMITTED: Hue.SOON,
        S.ADOPTED: Hue.RUN,
        S.REPORTED: Hue.SOON,
        S.VERIFIED: Hue.DONE,
        S.ANSWERED: Hue.DONE,
        S.DECLINED: Hue.LATE,
        S.WITHDRAWN: Hue.STILL,
    },
    closed=frozenset({S.VERIFIED, S.ANSWERED, S.DECLINED, S.WITHDRAWN}),
    due={S.SUBMITTED: "proposals.answer_wd", S.ADOPTED: "proposals.benefit_cd", S.REPORTED: "proposals.verify_wd"},
    moves=(
        Move("adopt", {S.SUBMITTED}, S.ADOPTED, by=P.DECIDE, title="工会采纳了建议", button="采纳"),
        Move("answer", {S.SUBMITTED}, S.ANSWERED, by=P.DECIDE, title="工会已答复", button="答复（不需要实施）"),
        Move("decline", {S.SUBMITTED}, S.DECLINED, by=P.DECIDE, title="工会没有采纳", button="不采纳，说明理由"),
        Move("withdraw", {S.SUBMITTED}, S.WITHDRAWN, by=OWNER, title="本人撤回", button="撤回建议"),
        Move("report", {S.ADOPTED}, S.REPORTED, by=P.DECIDE, title="工会上报了效益", button="上报效益"),
        Move("verify", {S.REPORTED}, S.VERIFIED, by=P.VERIFY, checker=True, afresh=True, title="效益已核定",
             button="核定"),
        Move("send_back", {S.REPORTED}, S.ADOPTED, by=P.VERIFY, checker=True, afresh=True, title="效益退回重报",
             button="退回重报"),
    ),
)  # fmt: skip
