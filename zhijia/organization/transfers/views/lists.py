"""The lists of whom a union may claim, and of employers without a union; no queries here."""

from __future__ import annotations

from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Column, Empty, Listing, Number, Tag, To
from zhijia.foundation.workflow.selectors import describe
from zhijia.organization.members.presenting import NAME
from zhijia.organization.transfers.selectors.claims import Claimable, EmployerCount


def _offered(row: Claimable) -> tuple[str, str]:
    return ("已邀请", "run") if row.offered else ("可邀请", "")


def _waits_for_him(row: Claimable) -> str:
    return "已有一份邀请等待确认" if row.offered else ""


CLAIMABLE = Listing(
    "claimable",
    "认领会员",
    head=Column("会员", NAME),
    pid="person.public_id",
    locked=_waits_for_him,
    kept=("unit",),
    counted="人",
    columns=(
        Column("用人单位", "employer", wraps=True),
        Column("现在的网上会员之家", "home.name", wraps=True),
        Column("手机", "person.mobile_masked", faint=True),
        Tag("邀请", _offered),
    ),
    empty=Empty("没有可以认领的会员", "本工会涵盖单位的职工如果加入了网上会员之家，会出现在这里。"),
)


_STEPS = {"task": ("应建会", "late"), "hint": ("可动员", "soon"), "": ("有人希望建会", "")}


def _step(row: EmployerCount) -> tuple[str, str]:
    return _STEPS[row.step]


def _task(row: EmployerCount) -> tuple[str, str]:
    if row.task is None:
        return formats.DASH, ""
    told = describe(row.task)
    return told["label"], "" if told["hue"] == "still" else told["hue"]


UNCOVERED = Listing(
    "uncovered",
    "建会线索",
    head=Column("单位", "name", wraps=True),
    opens=To("transfers:founding-tasks:review", "task.public_id"),
    kept=("unit",),
    counted="个",
    ordered="会员多的在前",
    columns=(
        Column("统一社会信用代码", "credit_code", faint=True),
        Number("会员", "members"),
        Number("希望建会", "wishes"),
        Tag("建议", _step),
        Tag("任务", _task),
    ),
)
