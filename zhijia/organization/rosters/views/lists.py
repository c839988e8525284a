"""The list of refused rows that wait."""

from __future__ import annotations

from zhijia.foundation.ui.listing import Column, Empty, Labelled, Listing, To
from zhijia.foundation.workflow.columns import DUE, PID

CONFLICT_KINDS = {
    "data": "填写有误",
    "elsewhere": "是其他工会会员",
    "employer": "单位未登记",
    "twice": "文件内重复",
    "nobody": "不是人员",
}

CONFLICTS = Listing(
    "roster_conflicts",
    "名册待处理",
    note="导入时没有写入的人，逐件办理",
    head=Column("职工", "case.title"),
    opens=To("rosters:conflict", PID),
    counted="件",
    ordered="最早的在前",
    columns=(
        Labelled("情况", "kind", labels=CONFLICT_KINDS),
        Column("原因", "case.note", wraps=True),
        Column("工会", "union.name", wraps=True),
        DUE,
    ),
    empty=Empty("没有待处理的名册", "导入名册时写不进去的人，会列在这里。"),
)
