"""The lists of changes and of who reaches retirement; no queries here."""

from __future__ import annotations

from django.urls import reverse

from zhijia.foundation.ui.listing import Column, Empty, Link, Listing, To, View
from zhijia.foundation.workflow.columns import DUE, PID, STATE
from zhijia.organization.changes.selectors import Reaching
from zhijia.organization.members.presenting import BELOW_NOTE, FOUND_BY, NAME


def _retain(row: Reaching) -> tuple[str, str]:
    return "办理保留会籍", reverse("changes:ask", args=[row.person.public_id, "retain"])


RETIRING = Listing(
    "retiring",
    "到龄提示",
    head=Column("会员", NAME),
    opens=To("members:file", "person.public_id"),
    kept=("unit",),
    counted="人",
    ordered="先到龄的在前",
    columns=(Column("到龄日期", "retirement.on"), Column("年龄", "retirement.age_words"), Link("办理", _retain)),
    empty=Empty("近期没有到龄的会员", "每天更新。"),
)


CHANGES = Listing(
    "changes",
    "会籍变更",
    note=BELOW_NOTE,
    head=Column("会员", NAME),
    opens=To("changes:review", PID),
    search=FOUND_BY,
    counted="件",
    views=(View("open", "待办理"), View("done", "已办结")),
    columns=(
        DUE,
        Column("变更", "kind_label"),
        Column("原因", "reason_label", wraps=True),
        Column("工会", "union.name", wraps=True),
        STATE,
    ),
    empty=Empty("没有这样的变更", "会员申请保留、恢复、退会，或工会提出的变更，会出现在这里。"),
)
