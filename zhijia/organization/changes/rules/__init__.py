"""What else becomes of a membership: retained, restored, given up, taken away, ended by death.

Source: docs/rules/changes.md
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from zhijia.foundation.workflow.rules import CLOCK, MAKER, OWNER, SYSTEM, UPPER, Hue, Move, Workflow
from zhijia.kernel.errors import Invalid
from zhijia.organization.changes.permissions import Permission


class Change(StrEnum):
    ASKED = "ASKED"
    REPORTED = "REPORTED"
    COOLING = "COOLING"
    DONE = "DONE"
    FILED = "FILED"
    REFUSED = "REFUSED"
    TAKEN_BACK = "TAKEN_BACK"
    CANCELLED = "CANCELLED"
    APPEALED = "APPEALED"
    UPHELD = "UPHELD"
    OVERTURNED = "OVERTURNED"
    READMITTED = "READMITTED"


class Kind(StrEnum):
    RETAIN = "retain"
    RESTORE = "restore"
    WITHDRAW = "withdraw"
    TREATED = "treated"
    EXPEL = "expel"
    DECEASE = "decease"


KINDS = {
    Kind.RETAIN.value: "保留会籍",
    Kind.RESTORE.value: "恢复会籍",
    Kind.WITHDRAW.value: "退会",
    Kind.TREATED.value: "按自动退会处理",
    Kind.EXPEL.value: "开除会籍",
    Kind.DECEASE.value: "去世登记",
}
BY_MEMBER = frozenset({Kind.RETAIN, Kind.RESTORE, Kind.WITHDRAW})
BY_UNION = frozenset({Kind.RETAIN, Kind.RESTORE, Kind.TREATED, Kind.EXPEL, Kind.DECEASE})

RETAIN_REASONS = {
    "retired": "退休",
    "unemployed": "失业",
    "military": "参军",
    "employer_closed": "单位关闭、破产",
}
RESTORE_REASONS = {"employed": "重新就业", "discharged": "退伍后就业"}
OTHER_REASONS = {
    "own_wish": "本人自愿",
    "no_dues": "六个月以上不交会费、不参加活动，经谈话无效",
    "crime": "严重违法犯罪并受到刑事处罚",
    "death": "去世",
}
REASONS = {**RETAIN_REASONS, **RESTORE_REASONS, **OTHER_REASONS}
REORGANIZED = {"UNION_MERGED": "工会合并", "UNION_SPLIT": "工会分立", "UNION_DISSOLVED": "工会撤销"}
"""Why an event says that somebody went elsewhere with his union; nobody asks for these."""

# Asked by the member or by his union; whoever asks, another person decides.
CHANGE = Workflow(
    "changes.change",
    "会籍变更",
    start=Change.ASKED,
    labels={
        Change.ASKED: "等待工会审核",
        Change.REPORTED: "已报上级工会备案",
        Change.COOLING: "退会冷静期",
        Change.DONE: "已办理",
        Change.FILED: "上级工会已备案",
        Change.REFUSED: "未同意",
        Change.TAKEN_BACK: "已撤回",
        Change.CANCELLED: "情况有变，已终止",
        Change.APPEALED: "申诉处理中",
        Change.UPHELD: "申诉后维持原决定",
        Change.OVERTURNED: "申诉成立，已恢复会籍",
        Change.READMITTED: "县级工会同意重新入会",
    },
    hues={
        Change.ASKED: Hue.RUN,
        Change.REPORTED: Hue.RUN,
        Change.COOLING: Hue.SOON,
        Change.DONE: Hue.DONE,
        Change.FILED: Hue.DONE,
        Change.REFUSED: Hue.LATE,
        Change.TAKEN_BACK: Hue.STILL,
        Change.CANCELLED: Hue.STILL,
        Change.APPEALED: Hue.RUN,
        Change.UPHELD: Hue.STILL,
        Change.OVERTURNED: Hue.DONE,
        Change.READMITTED: Hue.DONE,
    },
    closed=frozenset(
        {
            Change.DONE,
            Change.FILED,
            Change.REFUSED,
            Change.TAKEN_BACK,
            Change.CANCELLED,
            Change.UPHELD,
            Change.OVERTURNED,
            Change.READMITTED,
        }
    ),
    other_starts=frozenset({Change.COOLING, Change.REPORTED}),
    due={
        Change.ASKED: "change.review_wd",
        Change.REPORTED: "change.review_wd",
        Change.APPEALED: "change.appeal_decide_wd",
    },
    moves=(
        Move(
            "agree",
            {Change.ASKED},
            Change.DONE,
            by=Permission.DECIDE,
            checker=True,
            title="工会审核同意",
            button="同意",
        ),
        Move(
            "refuse",
            {Change.ASKED},
            Change.REFUSED,
            by=Permission.DECIDE,
            checker=True,
            needs=("note",),
            title="工会没有同意",
            button="不同意",
        ),
        Move(
            "file",
            {Change.REPORTED},
            Change.FILED,
            by=Permission.DECIDE,
            unit=UPPER,
            checker=True,
            title="上级工会予以备案",
            button="予以备案",
        ),
        Move(
            "send_back",
            {Change.REPORTED},
            Change.REFUSED,
            by=Permission.DECIDE,
            unit=UPPER,
            checker=True,
            needs=("note",),
            title="上级工会没有同意",
            button="不予备案",
        ),
        Move(
            "take_back",
            {Change.ASKED, Change.REPORTED, Change.COOLING},
            Change.TAKEN_BACK,
            by=MAKER,
            title="申请撤回",
            button="撤回申请",
        ),
        Move(
            "talk",
            {Change.COOLING},
            Change.COOLING,
            by=Permission.DECIDE,
            needs=("note",),
            once=True,
            title="工会与会员谈话",
            button="登记谈话情况",
        ),
        Move("leave", {Change.COOLING}, Change.DONE, by=CLOCK, after="change.cooling_cd", title="冷静期满，退会生效"),
        Move(
            "appeal",
            {Change.FILED},
            Change.APPEALED,
            by=OWNER,
            within="change.appeal_cd",
            once=True,
            needs=("note",),
            title="您提出了申诉",
            button="向上级工会申诉",
        ),
        Move(
            "uphold",
            {Change.APPEALED},
            Change.UPHELD,
            by=Permission.DECIDE,
            unit=UPPER,
            checker=True,
            needs=("note",),
            title="上级工会维持原决定",
            button="维持原决定",
        ),
        Move(
            "overturn",
            {Change.APPEALED},
            Change.OVERTURNED,
            by=Permission.DECIDE,
            unit=UPPER,
            checker=True,
            needs=("note",),
            title="上级工会撤销了原决定",
            button="撤销原决定，恢复会籍",
        ),
        Move(
            "readmit",
            {Change.FILED, Change.UPHELD},
            Change.READMITTED,
            by=Permission.READMIT,
            checker=True,
            needs=("note",),
            title="县级工会同意重新入会",
            button="同意重新入会",
        ),
        Move("hand_over", {Change.ASKED}, Change.ASKED, by=SYSTEM, title="随会籍转到新工会办理"),
        Move(
            "lapse",
            {Change.ASKED, Change.REPORTED, Change.COOLING},
            Change.CANCELLED,
            by=SYSTEM,
            title="情况有变，办理终止",
        ),
    ),
)

START: Mapping[str, Change] = {
    Kind.WITHDRAW: Change.COOLING,
    Kind.EXPEL: Change.REPORTED,
    Kind.TREATED: Change.REPORTED,
}
"""Where a kind begins that is not simply ASKED: giving up waits for nobody, taking away is filed above."""

MEANS = {
    Kind.RETAIN.value: "从今天起保留会籍，不交会费，没有表决权、选举权和被选举权",
    Kind.RESTORE.value: "从今天起恢复为在会会员",
    Kind.TREATED.value: "会籍从今天起终止，本人 30 天内可以申诉",
    Kind.EXPEL.value: "会籍从今天起终止，本人 30 天内可以申诉",
    Kind.DECEASE.value: "会籍、会员卡和岗位授权从今天起终止",
}
"""What it means to agree."""

_EARLIEST = date(1925, 5, 1)


def reasons_for(kind: str) -> dict[str, str]:
    """The reasons that a kind of change may have, in the order in which they are asked."""
    if kind == Kind.RETAIN:
        return RETAIN_REASONS
    if kind == Kind.RESTORE:
        return RESTORE_REASONS
    only = {Kind.WITHDRAW: "own_wish", Kind.TREATED: "no_dues", Kind.EXPEL: "crime", Kind.DECEASE: "death"}
    code = only[Kind(kind)]
    return {code: OTHER_REASONS[code]}


def check_change(
    kind: str, reason: str, on: date | None, *, document: str, note: str, files: int, joined_on: date, today: date
) -> None:
    """What every change must bring: a reason of its kind, a day between joining and today, evidence, a document.

    Raises Invalid `change.form` naming every bad field at once.
    """
    wrong: dict[str, str] = {}
    if reason not in reasons_for(kind):
        wrong["reason"] = "请从列表中选择原因。"
    if on is None:
        wrong["on"] = "请填写日期。"
    elif on > today:
        wrong["on"] = "日期不能晚于今天。"
    elif on < max(joined_on, _EARLIEST):
        wrong["on"] = f"日期不能早于入会日期 {joined_on.isoformat()}。"
    if kind in (Kind.EXPEL, Kind.TREATED) and not 4 <= len(document.strip()) <= 60:
        wrong["document"] = "请填写委员会决定的文号，4 到 60 个字。"
    if kind == Kind.TREATED and len(note.strip()) < 10:
        wrong["note"] = "请写明谈话的时间和情况，至少 10 个字。"
    if kind in (Kind.EXPEL, Kind.DECEASE) and files == 0:
        wrong["papers"] = "请上传证明材料，例如判决书、决定书或死亡证明。"
    if wrong:
        raise Invalid("change.form", "还有内容需要修改，请按提示改好后再提交。", fields=wrong)


def needs_evidence(kind: str, reason: str) -> bool:
    """Whether a member's own request brings a paper: not for retirement, whose date the records show."""
    return kind == Kind.RETAIN and reason in ("unemployed", "military", "employer_closed")


FLOWS = (
    "joined",
    "entered",
    "transferred_in",
    "restored",
    "unmerged",
    "reorganized_in",
    "transferred_out",
    "retained",
    "withdrawn",
    "expelled",
    "deceased",
    "merged",
    "reorganized_out",
)
"""The flows of the balance identity, coming first. Source: docs/rules/changes.md#balance"""


def flow_of(kind: str, before: str, after: str) -> int:
    """What an event does to the ACTIVE members of its union: +1, -1, or 0 where it concerns a retained membership.

    `before` and `after` are the membership's states around the event, empty outside a membership.
    """
    return int(after == "ACTIVE") - int(before == "ACTIVE") if kind in FLOWS else 0
