"""Two files of one human being: merged by two persons of the county, undone within thirty days.

Source: docs/rules/duplicates.md
"""

from __future__ import annotations

from datetime import date

from zhijia.foundation.workflow.rules import Undoing, two_persons

from .permissions import Permission

MERGE = two_persons(
    "duplicates.merge",
    "重复档案合并",
    check=Permission.MERGE_DECIDE,
    due="merge.review_wd",
    maker="提出人",
    agreed="已合并",
    agree="复核同意，档案合并",
    button="同意合并",
    undoing=Undoing(Permission.MERGE_ASK, "撤销合并", "维持合并", within="merge.undo_cd"),
)

MOBILE, SAME = "mobile", "same"
KINDS = {MOBILE: "手机号相同，证件不同", SAME: "同名、同生日、同单位"}


def is_same(one: tuple[str, date | None, str], other: tuple[str, date | None, str]) -> bool:
    """Whether two `(name, birthday, sex)` may be one human being; an unknown birthday is nobody's."""
    return one[0] == other[0] and one[1] is not None and one[1] == other[1] and one[2] == other[2]
