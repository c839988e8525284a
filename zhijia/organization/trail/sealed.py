"""The sealed log in words: one entry's seal, the verdict, the checks; no queries here."""

from __future__ import annotations

import re
from typing import Any, Final

from django.utils import timezone

from zhijia.foundation.audit.selectors import Seal
from zhijia.foundation.ui.listing import Column, Listing, Tag, When

from .selectors import LogState


def seal_check(seal: Seal | None) -> dict[str, str]:
    """A line of `ui/console/rule_checks.html`."""
    if seal is None:
        return {
            "state": "warn",
            "text": "这条记录",
            "value": "尚未存证",
            "detail": "新记录一般一分钟内存证，请稍后再看。",
        }
    if not seal.intact:
        advice = "内容与存证时不同，请保留现场，立即联系系统管理员。"
        return {"state": "bad", "text": "这条记录", "value": "与存证不一致", "detail": advice}
    detail = f"第 {seal.index + 1:,} 条，存证共 {seal.size:,} 条"
    return {"state": "ok", "text": "这条记录", "value": "与存证一致", "detail": detail}


_SENTENCES: Final = (
    (r"(\S+):(\d+) is gone", r"“\1”第 \2 号记录不见了"),
    (r"(\S+):(\d+) was changed", r"“\1”第 \2 号记录被改动"),
    (r"(\S+):(\d+) was never sealed", r"“\1”第 \2 号记录没有经过存证"),
    (r"(\S+): no capability knows these rows any more", r"“\1”的记录已没有程序认识"),
    (r"entries are missing between (\d+) and (\d+)", r"存证第 \1 到 \2 条之间有缺失"),
    (r"entry (\d+) tells another time than its head", r"存证第 \1 条的时间与签名不符"),
    (r"node (\S+) was changed", r"存证节点 \1 被改动"),
    (r"node (.+) is missing", r"存证节点 \1 不见了"),
    (r"the head of (\d+) entries has another root", r"\1 条时的树根与重新计算的不同"),
    (r"the head of (\d+) entries has a wrong signature", r"\1 条时的树根签名不对"),
    (
        r"the log has (\d+) entries, a head kept elsewhere says (\d+): it was shortened",
        r"存证只有 \1 条，另存的树根是 \2 条时的：存证少了记录",
    ),
    (r"the first (\d+) entries have another root than a head kept elsewhere", r"前 \1 条的树根与另存的不同"),
)


def in_chinese(sentence: str) -> str:
    """A sentence of the ledger, which its command prints in English, for a page."""
    for pattern, said in _SENTENCES:
        found = re.fullmatch(pattern, sentence)
        if found:
            return f"{found.expand(said)}。"
    return sentence


def log_checks(state: LogState) -> list[dict[str, str]]:
    """Shape of `ui/console/rule_checks.html`: the verdict in words."""
    last = state.checks[0] if state.checks else None
    lines = [
        {
            "state": "ok" if state.signed else "bad",
            "text": "最新树根的签名",
            "value": "正确" if state.signed else "不对",
            "detail": "",
        },
        {
            "state": "bad" if state.wrong else "ok" if state.kept else "warn",
            "text": "与数据库外另存的树根",
            "value": "不一致" if state.wrong else "一致" if state.kept else "还没有另存",
            "detail": f"另存了 {state.kept:,} 个，本页比对最早的一个和最近的几个" if state.kept else "每小时另存一次。",
        },
    ]
    if last is None:
        said = {"state": "warn", "value": "还没有核对过", "detail": "每天凌晨自动核对，也可以现在核对。"}
    else:
        when = timezone.localtime(last.at).strftime("%Y-%m-%d %H:%M")
        said = {
            "state": "bad" if last.wrong else "ok",
            "value": f"{len(last.wrong)} 处不一致" if last.wrong else "一致",
            "detail": f"{when}，第 {min(last.begin + 1, last.end):,} 到 {last.end:,} 条",
        }
    return [*lines, {"text": "最近一次逐条核对", **said}]


def _range(check: Any) -> str:
    return f"第 {min(check.begin + 1, check.end):,} 到 {check.end:,} 条"


def _size(check: Any) -> str:
    return f"{check.size:,} 条"


def _found(check: Any) -> tuple[str, str]:
    return (f"{len(check.wrong)} 处不一致", "late") if check.wrong else ("一致", "done")


CHECKS = Listing(
    "ledger_checks",
    "核对记录",
    head=When("时间", "at"),
    columns=(Column("核对范围", _range), Column("当时共", _size), Tag("结果", _found)),
)


def log_facts(state: LogState) -> list[dict[str, Any]]:
    if state.at is None:
        return [{"label": "已存证", "value": "还没有需要存证的记录"}]
    return [
        {"label": "已存证", "value": f"{state.size:,} 条"},
        {"label": "最新树根", "value": f"{state.size}:{state.root}", "code": True},
        {"label": "签名时间", "value": timezone.localtime(state.at).strftime("%Y-%m-%d %H:%M:%S")},
    ]
