"""Pure rules of a person's rights about his data. Source: docs/rules/rights.md (PIPL 44 to 50)"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from zhijia.foundation.workflow.rules import CLOCK, OWNER, SYSTEM, Hue, Move, TwoPersons, Workflow, two_persons
from zhijia.kernel.errors import Invalid
from zhijia.kernel.personal import Kept
from zhijia.organization.people.permissions import Permission

COPY_DAYS = 7
COPY_WINDOW = timedelta(days=COPY_DAYS)
LEAST_WORDS, MOST_WORDS = 5, 500
MOST_PAPERS = 5
ON_HOLD = "这些信息依法须继续保全，解除之前不能删除。"
NEEDED = "还有信息须继续保存，保存期间须知道属于谁，所以这一项也保留。"


class Kind(StrEnum):
    COPY = "copy"
    CORRECT = "correct"
    DELETE = "delete"
    EXPLAIN = "explain"


KINDS = {
    Kind.COPY.value: "索取副本",
    Kind.CORRECT.value: "更正信息",
    Kind.DELETE.value: "删除信息",
    Kind.EXPLAIN.value: "请求说明",
}


class Rights(StrEnum):
    PREPARING = "PREPARING"
    ASKED = "ASKED"
    TO_CORRECT = "TO_CORRECT"
    TO_DELETE = "TO_DELETE"
    ANSWERED = "ANSWERED"
    PART = "PART"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


WAITING = frozenset({Rights.ASKED, Rights.TO_CORRECT, Rights.TO_DELETE})
"""The privacy desk has to answer."""
_DESK = Permission.RIGHTS_ANSWER
RIGHTS = Workflow(
    "people.rights",
    "个人信息请求",
    start=Rights.ASKED,
    other_starts=frozenset({Rights.PREPARING, Rights.TO_CORRECT, Rights.TO_DELETE}),
    labels={
        Rights.PREPARING: "正在准备副本",
        Rights.ASKED: "等待答复",
        Rights.TO_CORRECT: "等待更正",
        Rights.TO_DELETE: "等待删除",
        Rights.ANSWERED: "已办理",
        Rights.PART: "部分办理",
        Rights.REFUSED: "未予办理",
        Rights.WITHDRAWN: "已撤回",
    },
    hues={
        Rights.PREPARING: Hue.RUN,
        **dict.fromkeys(WAITING, Hue.SOON),
        Rights.ANSWERED: Hue.DONE,
        Rights.PART: Hue.SOON,
        Rights.REFUSED: Hue.LATE,
        Rights.WITHDRAWN: Hue.STILL,
    },
    closed=frozenset({Rights.ANSWERED, Rights.PART, Rights.REFUSED, Rights.WITHDRAWN}),
    due=dict.fromkeys(WAITING, "people.rights_wd"),
    moves=(
        Move("ready", {Rights.PREPARING, Rights.ASKED}, Rights.ANSWERED, by=SYSTEM, title="副本已准备好"),
        Move("hand_over", {Rights.PREPARING}, Rights.ASKED, by=CLOCK, after="people.rights_copy_h",
             title="副本没有按时备好，转个人信息保护岗"),
        Move("answer", {Rights.ASKED}, Rights.ANSWERED, by=_DESK, title="已办理并答复", button="已办理，答复本人"),
        Move("answer_part", {Rights.ASKED}, Rights.PART, by=_DESK, title="部分办理并答复",
             button="部分办理，答复本人"),
        Move("agree", {Rights.TO_CORRECT}, Rights.ANSWERED, by=_DESK, title="已更正并答复", button="同意，马上更正"),
        Move("execute", {Rights.TO_DELETE}, Rights.ANSWERED, by=_DESK, title="已按规则执行删除并答复",
             button="按规则执行删除，并答复本人"),
        Move("keep_part", {Rights.ANSWERED}, Rights.PART, by=SYSTEM, title="有一部分依法须继续保存"),
        Move("keep_all", {Rights.ANSWERED}, Rights.REFUSED, by=SYSTEM, title="依法都须继续保存，没有删除"),
        Move("refuse", WAITING, Rights.REFUSED, by=_DESK, title="未予办理，已说明理由", button="不能办理，说明理由"),
        Move("withdraw", WAITING, Rights.WITHDRAWN, by=OWNER, title="本人撤回", button="撤回请求"),
    ),
)  # fmt: skip


LIFTED = "LIFTED"
HOLD = two_persons(
    "people.hold",
    "信息保全",
    check=Permission.HOLD,
    due="people.hold_wd",
    maker="经办人",
    agreed="保全中",
    agree="复核同意，开始保全",
    button="同意保全",
    more=(Move("lift", {TwoPersons.IN_FORCE}, LIFTED, by=Permission.HOLD, needs=("note",), title="解除保全"),),
    labels={LIFTED: "已解除"},
    hues={TwoPersons.IN_FORCE: Hue.RUN, LIFTED: Hue.DONE},
)


def check_text(kind: str, text: str) -> str:
    """What he writes, trimmed. A copy needs no words. Raises Invalid `rights.kind`, `rights.text`."""
    if kind not in KINDS:
        raise Invalid("rights.kind", "请选择要办理的事项。", fields={"kind": "请选择要办理的事项。"})
    words = text.strip()
    if kind != Kind.COPY and not LEAST_WORDS <= len(words) <= MOST_WORDS:
        asked = {
            Kind.CORRECT: "请写明哪一项信息有误、正确的是什么",
            Kind.DELETE: "请写明为什么要删除",
            Kind.EXPLAIN: "请写明想了解哪一项决定或处理",
        }[Kind(kind)]
        sentence = f"{asked}，{LEAST_WORDS} 到 {MOST_WORDS} 个字。"
        raise Invalid("rights.text", sentence, fields={"text": sentence})
    return words[:MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Holding:
    """What one part keeps of a person: so many rows, of which `kept` must stay. `last` tells who he is."""

    code: str
    label: str
    count: int
    kept: tuple[Kept, ...] = ()
    can_erase: bool = True
    last: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer: `reason` and `until` only where it stays."""

    code: str
    label: str
    count: int
    reason: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deletion takes away and what it leaves."""

    erased: tuple[Line, ...]
    kept: tuple[Line, ...]

    @property
    def outcome(self) -> Rights:
        """Nothing left: done. Nothing taken away: refused. Else done in part (PIPL 47)."""
        if not self.kept:
            return Rights.ANSWERED
        return Rights.PART if self.erased else Rights.REFUSED


def plan(holdings: Sequence[Holding], *, scope: str = "", on_hold: bool = False) -> Plan:
    """What may go now. `scope` asks for one part alone; what other parts keep still counts for who he is.

    Source: docs/rules/rights.md#deletion
    """
    needed = on_hold or any(kept.needs_him for part in holdings for kept in part.kept)
    erased, left = [], []
    for part in holdings:
        if not part.count or scope not in ("", part.code):
            continue
        if on_hold:
            left.append(Line(part.code, part.label, part.count, ON_HOLD))
            continue
        stays = min(part.count, sum(kept.count for kept in part.kept))
        left += [Line(part.code, part.label, kept.count, kept.reason, kept.until) for kept in part.kept]
        free = part.count - stays
        if free and part.last and needed:
            left.append(Line(part.code, part.label, free, NEEDED))
        elif free and part.can_erase:
            erased.append(Line(part.code, part.label, free))
    return Plan(tuple(erased), tuple(left))


def as_json(lines: Iterable[Line]) -> list[dict[str, object]]:
    return [
        {
            "code": line.code,
            "label": line.label,
            "count": line.count,
            "reason": line.reason,
            "until": line.until.isoformat() if line.until else "",
        }
        for line in lines
    ]
