"""Two files of one human being: merged by two persons of the county, undone within thirty days.

Source: docs/rules/duplicates.md
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from zhijia.foundation.workflow.rules import MAKER, Hue, Move, Workflow

from .permissions import Permission


class Merge(StrEnum):
    ASKED = "ASKED"
    MERGED = "MERGED"
    REFUSED = "REFUSED"
    TAKEN_BACK = "TAKEN_BACK"
    UNDO_ASKED = "UNDO_ASKED"
    UNDONE = "UNDONE"


MERGE = Workflow(
    "duplicates.merge",
    "重复档案合并",
    start=Merge.ASKED,
    labels={
        Merge.ASKED: "等待复核",
        Merge.MERGED: "已合并",
        Merge.REFUSED: "不予合并",
        Merge.TAKEN_BACK: "已撤回",
        Merge.UNDO_ASKED: "撤销合并待复核",
        Merge.UNDONE: "已撤销合并",
    },
    hues={
        Merge.ASKED: Hue.SOON,
        Merge.MERGED: Hue.DONE,
        Merge.REFUSED: Hue.STILL,
        Merge.TAKEN_BACK: Hue.STILL,
        Merge.UNDO_ASKED: Hue.SOON,
        Merge.UNDONE: Hue.STILL,
    },
    closed=frozenset({Merge.MERGED, Merge.REFUSED, Merge.TAKEN_BACK, Merge.UNDONE}),
    due={Merge.ASKED: "merge.review_wd", Merge.UNDO_ASKED: "merge.review_wd"},
    moves=(
        Move(
            "merge",
            {Merge.ASKED},
            Merge.MERGED,
            by=Permission.MERGE_DECIDE,
            checker=True,
            title="复核同意，档案合并",
            button="同意合并",
        ),
        Move(
            "refuse",
            {Merge.ASKED},
            Merge.REFUSED,
            by=Permission.MERGE_DECIDE,
            checker=True,
            needs=("note",),
            title="复核不同意合并",
            button="不同意",
        ),
        Move("take_back", {Merge.ASKED}, Merge.TAKEN_BACK, by=MAKER, title="提出人撤回", button="撤回"),
        Move(
            "ask_undo",
            {Merge.MERGED},
            Merge.UNDO_ASKED,
            by=Permission.MERGE_ASK,
            within="merge.undo_cd",
            needs=("note",),
            title="提出撤销合并",
            button="提出撤销合并",
        ),
        Move(
            "undo",
            {Merge.UNDO_ASKED},
            Merge.UNDONE,
            by=Permission.MERGE_DECIDE,
            checker=True,
            afresh=True,
            title="复核同意，撤销合并",
            button="同意撤销",
        ),
        Move(
            "keep",
            {Merge.UNDO_ASKED},
            Merge.MERGED,
            by=Permission.MERGE_DECIDE,
            checker=True,
            afresh=True,
            needs=("note",),
            title="复核维持合并",
            button="维持合并",
        ),
    ),
)

MOBILE, SAME = "mobile", "same"
KINDS = {MOBILE: "手机号相同，证件不同", SAME: "同名、同生日、同单位"}


def is_same(one: tuple[str, date | None, str], other: tuple[str, date | None, str]) -> bool:
    """Whether two `(name, birthday, sex)` may be one human being; an unknown birthday is nobody's."""
    return one[0] == other[0] and one[1] is not None and one[1] == other[1] and one[2] == other[2]
